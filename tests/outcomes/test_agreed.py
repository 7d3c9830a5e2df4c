"""Targets are added up for everybody under the rules that hold for figures, each work once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from outcomes import agreed, results, told_results
from outcomes.models import Indicator, Target
from outcomes.results import Question
from tests import factories
from tests.outcomes.world import World, everybody

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
HALF = date(2025, 6, 30)


def worlds(*targets: int, **more: Any) -> list[World]:
    made = [World() for _each in targets]
    for world, value in zip(made, targets, strict=True):
        target(world, value, **more)
    return made


def target(world: World, value: int, *, name: str = "A", code: str = "people-new", **days: date) -> None:
    given = {"start": FIRST, "end": LAST, **days}
    indicator = Indicator.objects.get(code=code)
    Target.objects.create(grant=world.grants[name], indicator=indicator, cell=everybody(), value=value, **given)


def look(code: str = "people-new", **more: Any) -> agreed.Agreed | None:
    asked = {"first": FIRST, "last": LAST, "on": date(2026, 11, 21), "by": results.WHOLE_OF_IT, **more}
    return agreed.look(Question(Indicator.objects.get(code=code), **asked))


def total(**more: Any) -> int:
    found = look(**more)
    assert found
    assert not found.table.withheld
    return found.table.total


def test_three_charities_are_added_up_to_the_nearest_ten():
    worlds(43, 31, 22)
    found = look()
    assert found
    assert (found.table.total, found.table.about, found.table.protected, found.charities) == (100, True, True, 3)
    assert told_results.agreed(found) == ("Agreed with 3 charities for periods that end in these days: about 100.")


@pytest.mark.parametrize("targets", [(43, 31), (900, 31, 22), (43, 31, 0)])
def test_of_fewer_or_of_one_that_has_nearly_all_nothing_is_shown(targets: tuple[int, ...]):
    worlds(*targets)
    found = look()
    assert found
    assert (found.table.withheld, found.table.total) == (True, 0)
    assert "not shown" in told_results.agreed(found)


def test_two_works_of_one_charity_are_one_charity():
    [first, second, _third] = worlds(43, 31, 22)
    for grant in second.grants.values():
        grant.recipient_rows.update(organisation=first.charity)
    found = look()
    assert found
    assert (found.table.withheld, found.charities) == (True, 2)


def test_a_work_counts_once_with_the_largest_of_its_grants_targets():
    [world, *_others] = worlds(40, 30, 20)
    target(world, 60, name="B")
    target(world, 10, name="C")
    assert total() == 110


def test_a_years_target_takes_the_place_of_its_halves_and_halves_add_up():
    [world, other, _third] = worlds(40, 30, 20)
    target(world, 25, end=HALF)
    target(other, 15, name="B", end=HALF)
    target(other, 25, name="B", start=date(2025, 7, 1))
    assert total() == 100


def test_what_is_to_stand_at_an_end_is_the_last():
    for world in worlds(40, 30, 20, code="waiting"):
        target(world, 99, code="waiting", end=HALF)
    assert total(code="waiting") == 90


def test_each_target_stands_in_one_year_alone():
    worlds(40, 30, 20, start=date(2024, 1, 1))
    assert look(first=date(2024, 1, 1), last=date(2024, 12, 31)) is None
    assert total() == 90
    assert look(first=date(2026, 1, 1), last=date(2026, 9, 30)) is None


@pytest.mark.parametrize("column", ["removed_at", "held_back"])
def test_grants_that_are_removed_or_held_back_are_in_no_figure(column: str):
    made = worlds(40, 30, 20, 10)
    for grant in made[3].grants.values():
        setattr(grant, column, made[3].now if column == "removed_at" else True)
        grant.save()
    assert total() == 90


def test_ones_own_stand_one_by_one_and_of_shares_there_are_none():
    [world, *_others] = worlds(40, 30, 20)
    assert look(own=(world.grants["A"].funder_id,)) is None
    assert look("mscos-1") is None


def test_what_counts_no_people_is_exact():
    worlds(43, code="places")
    assert (total(code="places"), look("places").table.about) == (43, False)  # type: ignore[union-attr]


# --- the page -------------------------------------------------------------------------------------------------------
def test_the_page_tells_everybody_what_was_agreed_and_never_whose(sign_in: Any):
    worlds(43, 31, 22)
    asked = {"indicator": "people-new", "year": "2025", "whose": "all"}
    page = sign_in(factories.officer()).get("/results/", asked).content.decode()
    assert "Agreed with 3 charities for periods that end in these days: about 100." in page
    assert not [number for number in ("43", "31", "22", "96") if f">{number}<" in page or f" {number} " in page]
    later = sign_in(factories.officer()).get("/results/", {**asked, "year": "2024"}).content.decode()
    assert "No target is agreed for a period that ends in these days." in later
    shares = sign_in(factories.officer()).get("/results/", {**asked, "indicator": "mscos-1"}).content.decode()
    assert "Against what was agreed" not in shares
