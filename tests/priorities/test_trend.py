"""Running money year by year adds up to the table of each of its days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from counting import periods
from priorities import columns, coverage, freshness, trend
from priorities.coverage import Question
from priorities.running import Running
from tests import factories

pytestmark = pytest.mark.django_db
ON = date(2026, 6, 30)


def grant(start: date, end: date, amount: int = 1_000_01, **fields):
    made = factories.GrantFactory(
        planned_start=start, planned_end=end, award_date=start, amount_awarded=amount, **fields
    )
    factories.link(made, "priority", "victim_services", 3_333)
    factories.link(made, "priority", "research", 6_667)
    factories.link(made, "region", "LON", 5_000)
    factories.link(made, "region", "WAL", 5_000)
    return made


@pytest.fixture
def years():
    """One grant over four years, one of the last year, one that ended long ago; each with pence that do not part."""
    first = grant(date(2023, 1, 1), date(2026, 12, 31))
    grant(date(2026, 1, 1), date(2026, 12, 31), 2_000_07)
    grant(date(2022, 7, 1), date(2023, 6, 30), 70)
    return first


def of(on: date = ON, **asked):
    return trend.of(on=on, portfolio=columns.current(), **asked)


def areas(found: trend.Trend) -> dict[str, list[int]]:
    return {each.line.code: list(each.pence) for each in found.areas}


def test_each_year_has_the_rows_of_that_days_table(years):
    found = of()
    assert found.days == [periods.add_months(ON, -12 * back) for back in (3, 2, 1, 0)]
    for place, day in enumerate(found.days):
        table = coverage.table(Question(on=day))
        assert [each.pence[place] for each in found.areas] == table.row_totals
        assert (found.together.pence[place], found.together.grants[place]) == (table.total, table.grants)


def test_a_grant_of_two_areas_counts_in_both_and_once_together(years):
    counts = {each.line.code: list(each.grants) for each in of().areas}
    assert (counts["victim_services"], counts["research"], counts["awareness"]) == (
        [2, 1, 1, 2],
        [2, 1, 1, 2],
        [0, 0, 0, 0],
    )
    assert list(of().together.grants) == [2, 1, 1, 2]


def test_first_and_last_day_of_a_grant_count_and_the_days_beside_them_do_not():
    grant(date(2025, 1, 1), date(2025, 12, 31), 100_00)
    days = {day: sum(map(sum, areas(of(day)).values())) for day in (date(2025, 1, 1), date(2025, 12, 31))}
    assert list(days.values()) == [100_00, 100_00]
    before, after = of(date(2024, 12, 31)), of(date(2026, 1, 1))
    assert (before.together.pence[-1], after.together.pence[-1]) == (0, 0)


def test_years_before_the_first_grant_are_left_out_but_the_last(years):
    assert of(date(2040, 1, 1)).days == [date(2039, 1, 1), date(2040, 1, 1)]
    assert len(of(date(2027, 1, 1)).days) == 5


def test_the_29th_of_february_looks_back_to_the_28th(years):
    assert of(date(2024, 2, 29)).days == [date(2023, 2, 28), date(2024, 2, 29)]


def test_only_the_funders_asked_for_count(years):
    assert areas(of(funders=[years.funder_id]))["victim_services"] == [333_30, 333_30, 333_30, 333_30]


def test_other_currencies_joint_shares_and_ends_not_known_are_in_no_figure(years):
    before = of()
    start, end = date(2023, 1, 1), date(2026, 12, 31)
    grant(start, end, currency="EUR")
    grant(start, end, 0, joint_share=True)
    factories.link(factories.GrantFactory(planned_start=start, planned_end=None), "priority", "research")
    assert of() == before


def test_a_changed_grant_counts_as_it_is_now(years):
    of()
    years.amount_awarded = 5_00
    years.save()
    columns.forget()
    changed = columns.current()
    table = coverage.table(Question(on=ON), portfolio=changed)
    assert [each.pence[-1] for each in of().areas] == table.row_totals


def test_what_was_counted_once_is_brought_up_by_what_changed_alone(years):
    """The block keeps its sums; a changed, a removed, a new and a regranted grant come out as if counted anew."""
    held = columns.current()
    trend.of(on=ON, portfolio=held)
    years.amount_awarded = 5_03
    years.save()
    removed = grant(date(2024, 1, 1), date(2026, 12, 31), 44_44)
    columns.forget()
    held = columns.current()
    trend.of(on=ON, portfolio=held)
    removed.removed_at = factories.NOW
    removed.save()
    years.planned_end = date(2025, 6, 29)
    years.save()
    added = grant(ON, ON, 9_99)
    regranter = factories.FunderFactory(is_grantee=True)
    passed = grant(ON, ON, 8_88, recipient=regranter, regrant_type="FRG010")
    edited = held.with_changed([years.pk, removed.pk, added.pk, passed.pk], held.stamp)
    brought_up = trend.of(on=ON, portfolio=replace(edited, funders=np.array([regranter.pk])))
    columns.forget()
    assert brought_up == trend.of(on=ON, portfolio=columns.current())
    assert brought_up.together.pence[-1] == coverage.table(Question(on=ON)).total


def test_sums_kept_for_one_day_are_not_those_of_another(years):
    portfolio, days = columns.current(), [ON - timedelta(days=200 * back) for back in range(20)]
    first = [trend.of(on=day, portfolio=portfolio) for day in days]
    again = [trend.of(on=day, portfolio=portfolio) for day in days]
    columns.forget()
    assert first == again == [trend.of(on=day, portfolio=columns.current()) for day in days]


def test_the_line_of_places_is_that_of_the_table(years):
    for day in (ON, ON - timedelta(days=365), date(2030, 1, 1)):
        question = Question(on=day, funders=(years.funder_id,))
        assert freshness.running_places(question) == freshness.of(question).places


def test_sums_beyond_53_bits_stay_exact():
    for _ in range(12):
        grant(date(2026, 1, 1), date(2026, 12, 31), 9 * 10**14 - 1)
    found = Running(columns.current(), [ON]).by("priority")
    assert found.pence_together == [12 * (9 * 10**14 - 1)]
