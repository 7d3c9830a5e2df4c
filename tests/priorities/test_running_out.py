"""When money runs out: every month equals a plain recount, and what ends is said once, in the month of its last day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from priorities import columns, coverage, running_out
from priorities.coverage import Question
from tests import factories
from tests.priorities import test_coverage_recount as made_up
from tests.priorities.recount import Told, recount

pytestmark = pytest.mark.django_db
world = made_up.world
ON = date(2026, 1, 15)


def grant(pence: int, starts: date, ends: date | None, area: str = "victim_services", **fields: object):
    made = factories.GrantFactory(amount_awarded=pence, planned_start=starts, planned_end=ends, **fields)
    factories.link(made, "priority", area)
    return made


def month(found: running_out.RunningOut, code: str) -> tuple[int, int, int]:
    at = found.month(code)
    return at.running, at.ending, at.grants


def test_a_grant_runs_on_its_last_day_and_ends_in_that_days_month():
    grant(1_200_00, date(2025, 1, 1), date(2026, 2, 28))
    grant(300_00, date(2025, 1, 1), date(2026, 3, 1))
    found = running_out.look(Question(on=ON))
    assert [month(found, f"2026-0{number}") for number in (1, 2, 3, 4)] == [
        (1_500_00, 0, 0),
        (1_500_00, 1_200_00, 1),
        (300_00, 300_00, 1),
        (0, 0, 0),
    ]


def test_the_first_month_begins_on_the_day_asked_for_and_there_are_twenty_four():
    found = running_out.look(Question(on=ON))
    assert (found.months[0].first, found.months[0].last) == (ON, date(2026, 1, 31))
    assert (len(found.months), found.months[-1].code, found.after) == (24, "2027-12", date(2028, 1, 1))


def test_money_that_ended_before_the_day_is_in_no_month():
    grant(100_00, date(2025, 1, 1), date(2026, 1, 14))
    found = running_out.look(Question(on=ON))
    assert (found.ending.total, found.running.total, found.fall) == (0, 0, None)


def test_a_grant_that_starts_later_runs_from_then_on():
    grant(100_00, date(2026, 3, 1), date(2026, 4, 30))
    found = running_out.look(Question(on=ON))
    assert [month(found, f"2026-0{number}")[0] for number in (1, 2, 3, 4, 5)] == [0, 0, 100_00, 100_00, 0]
    assert month(found, "2026-04")[1:] == (100_00, 1)


def test_a_grant_without_a_known_end_is_counted_beside_and_in_no_figure():
    grant(100_00, date(2025, 1, 1), None)
    found = running_out.look(Question(on=ON))
    assert (found.running.undated, found.running.total) == (1, 0)


def test_the_largest_fall_is_the_month_in_which_most_ends_the_earlier_of_two():
    for ends in (date(2026, 5, 31), date(2026, 9, 30), date(2026, 7, 31)):
        grant(500_00 if ends.month != 7 else 100_00, date(2025, 1, 1), ends)
    fall = running_out.look(Question(on=ON)).fall
    assert fall is not None
    assert (fall.code, fall.ending, fall.grants) == ("2026-05", 500_00, 1)


def test_other_currencies_are_listed_and_in_no_month():
    grant(100_00, date(2025, 1, 1), date(2026, 5, 31), currency="EUR")
    found = running_out.look(Question(on=ON))
    assert (found.running.other_currencies, found.ending.total) == ({"EUR": 100_00}, 0)


def test_a_month_opens_the_grants_that_end_in_it_each_with_its_part():
    shared = factories.GrantFactory(amount_awarded=1_000_00, planned_end=date(2026, 5, 31))
    factories.link(shared, "priority", "research", 2_500)
    factories.link(shared, "priority", "awareness", 7_500)
    grant(70_00, date(2025, 1, 1), date(2026, 6, 1))
    asked = Question(on=ON)
    may = running_out.look(asked).month("2026-05")
    assert running_out.parts(asked, may) == {shared.pk: 1_000_00}
    assert running_out.parts(asked, may, area="research") == {shared.pk: 250_00}
    assert running_out.parts(asked, may, area="victim_services") == {}


def test_an_area_that_there_is_not_has_no_grants():
    asked = Question(on=ON)
    with pytest.raises(KeyError):
        running_out.parts(asked, running_out.look(asked).months[0], area="nothing")


@settings(made_up.property_settings, max_examples=25)
@given(case=made_up.cases())
def test_every_month_equals_a_plain_recount(world: dict, case: tuple[list[Told], Question]):
    grants, question = case
    with made_up.saved(grants, world) as portfolio:
        found = running_out.look(question, portfolio=portfolio)
    plain = replace(question, rows="priority", columns="region", measure=coverage.LIVE)
    days = [*(each.first for each in found.months), found.after]
    for day, figures in zip(days, found.running.cells, strict=True):
        assert figures == by_area(grants, replace(plain, on=day), found, world)
    ever = replace(plain, measure=coverage.AWARDED, first=None, last=None)
    for at, figures in zip(found.months, found.ending.cells, strict=True):
        ending = [each for each in grants if ends_in(each, at)]
        assert figures == by_area(ending, ever, found, world)
        assert at.grants == recount(ending, ever, world["orders"]).distinct()
        assert (at.ending, at.running) == (sum(figures), sum(found.running.cells[found.months.index(at)]))


def ends_in(told: Told, at: running_out.Month) -> bool:
    return told.runs_to is not None and at.first <= told.runs_to <= at.last and told.runs_from <= told.runs_to


def by_area(grants: list[Told], question: Question, found: running_out.RunningOut, world: dict) -> list[int]:
    totals: dict[str, int] = defaultdict(int)
    for (area, _place), pence in recount(grants, question, world["orders"]).cells.items():
        totals[area] += pence
    return [totals[line.code] for line in found.running.columns]


def test_a_grant_that_starts_and_ends_in_one_month_ends_in_it_though_it_runs_on_no_first_day():
    grant(90_00, date(2026, 2, 10), date(2026, 2, 20))
    columns.forget()
    assert month(running_out.look(Question(on=ON)), "2026-02") == (0, 90_00, 1)
