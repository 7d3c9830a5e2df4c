"""Figures of all projects add up without counting anybody twice in silence, and are shown only as they may be."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from accounts.models import Organisation
from counting.disclosure import TOGETHER, NotToBeShown
from outcomes import figures, noting, reports, results
from outcomes.models import Indicator, Measurement, Overlap
from outcomes.results import Found, Question
from tests import factories
from tests.outcomes.world import QUARTERS, World, everybody

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)
YEAR = (date(2026, 1, 1), date(2026, 9, 30))


def ask(code: str = "people-new", *, own: Organisation | None = None, **more: Any) -> Found:
    indicator = Indicator.objects.get(code=code)
    asked = {"first": YEAR[0], "last": YEAR[1], "on": TODAY, "by": results.WHOLE_OF_IT, **more}
    return results.look(Question(indicator, own=(own.pk,) if own else None, **asked))


def shown(found: Found) -> dict[str, list[int]]:
    return {line.code: list(cells) for line, cells in zip(found.table.rows, found.table.cells, strict=True)}


def report(world: World, code: str, *numbers: object) -> None:
    """One number a quarter, handed in."""
    expected = world.expect(code)
    for (start, _end), number in zip(QUARTERS, numbers, strict=False):
        made = world.report(start)
        world.write(made)
        if code.startswith("mscos"):
            part, whole = number
            figure = next(each for each in world_figures(made) if each.expected == expected)
            world.type(made, {figure.total.name: str(part), figure.total.of_name: str(whole)})
        else:
            world.count(made, expected, number)
        world.hand_in(made)


def world_figures(made: Any) -> Any:
    from outcomes import asking

    return asking.sheet(made).figures


def several(*numbers: int, place: str = "LON", accept: bool = True) -> list[World]:
    """As many charities, each with one number in the first quarter, accepted by funder A."""
    made = []
    for number in numbers:
        world = World()
        report(world, "people-new", number)
        for grant in world.grants.values():
            factories.link(grant, "region", place)
            factories.link(grant, "priority", "victim_services")
        if accept:
            world.accept("A", 0)
        made.append(world)
    return made


# --- over time --------------------------------------------------------------------------------------------------------
def test_new_people_add_up_over_windows_once_each_whoever_pays() -> None:
    world = World()
    report(world, "people-new", 10, 10, 10)
    for name in "ABC":
        found = ask(own=world.grants[name].funder)
        assert (found.table.total, found.projects, found.charities) == (30, 1, 1)


def test_a_correction_counts_from_its_day_on_and_before_as_it_was_known() -> None:
    world = World()
    report(world, "people-new", 10, 10, 10)
    world.now = world.now.replace(month=11, day=3)
    first = reports.reopen(world.report(QUARTERS[0][0]), by=world.lead, at=world.later())
    world.count(first, world_figures(first)[0].expected, 9)
    world.hand_in(first, reason="One person was counted twice.")
    own = world.grants["A"].funder
    assert ask(own=own).table.total == 29
    assert ask(own=own, known_on=date(2026, 11, 2)).table.total == 30
    assert ask(own=own, known_on=date(2026, 11, 3)).table.total == 29
    assert ask(own=own, known_on=date(2026, 10, 4)).table.total == 0


def test_different_people_of_windows_never_add_up() -> None:
    """Twenty, twelve and fifteen a quarter, of whom twenty-two were different people from April to September."""
    world = World()
    report(world, "people-active", 20, 12)
    own, third = world.grants["A"].funder, world.report(QUARTERS[2][0])
    assert ask("people-active", own=own).table.column_totals == [20, 32]
    world.write(third)
    quarter, half_year = sorted(world_figures(third), key=lambda each: each.window.start, reverse=True)
    world.type(third, {quarter.total.name: "15", half_year.total.name: "22"})
    world.hand_in(third)
    assert ask("people-active", own=own).table.column_totals == [22, 42]
    by_quarter = ask("people-active", own=own, by=results.QUARTER)
    assert shown(by_quarter) == {"2026-Q1": [20, 20], "2026-Q2": [12, 12], "2026-Q3": [15, 15]}


def test_what_stands_at_the_end_is_the_last() -> None:
    world = World()
    report(world, "waiting", 20, 12, 15)
    assert ask("waiting", own=world.grants["A"].funder).table.total == 15
    by_quarter = ask("waiting", own=world.grants["A"].funder, by=results.QUARTER)
    assert shown(by_quarter) == {"2026-Q1": [20], "2026-Q2": [12], "2026-Q3": [15]}
    assert by_quarter.table.total == 15


def test_so_many_out_of_so_many() -> None:
    world = World()
    report(world, "mscos-1", (7, 10), (9, 12))
    assert ask("mscos-1", own=world.grants["A"].funder).table.column_totals == [9, 12]


def test_money_and_things_are_exact_for_everybody() -> None:
    for number in (3, 4):
        world = World()
        report(world, "places", number)
        world.accept("A", 0)
    found = ask("places")
    assert (found.table.total, found.table.about, found.table.people) == (7, False, False)


# --- two projects that share people -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("method", "people", "expected"),
    [(None, None, [20, 32]), ("known", 5, [27]), ("none", None, [32]), ("all", None, [20])],
)
def test_people_of_two_projects_are_a_range_until_somebody_says_how_many_they_share(
    method: str | None, people: int | None, expected: list[int]
) -> None:
    funder = factories.FunderFactory()
    worlds = several(20, 12)
    for world in worlds:
        factories.GrantFactory(funder=funder, project=world.project, recipient=world.charity)
    one, other = sorted(world.project.pk for world in worlds)
    if method:
        Overlap.objects.create(
            indicator=Indicator.objects.get(code="people-new"), cell=everybody(), start=QUARTERS[0][0],
            end=QUARTERS[0][1], one_id=one, other_id=other, method=method, people=people,
            by=worlds[0].lead, at=worlds[0].now,
        )  # fmt: skip
    assert ask(own=funder).table.column_totals == expected


# --- by area, place, people, quarter, breakdown -----------------------------------------------------------------------
def test_a_project_counts_in_each_of_its_areas_and_once_in_the_whole() -> None:
    [world] = several(40)
    factories.link(world.grants["A"], "group", "adult_men", 4_000)
    factories.link(world.grants["B"], "group", "adult_women", 10_000)
    found = ask(own=world.grants["A"].funder, by="group")
    rows = shown(found)
    assert (rows["adult_men"], rows["adult_women"], found.table.total, found.overlaps) == ([40], [40], 40, True)
    assert shown(ask(own=world.grants["A"].funder, by="priority")) == {"victim_services": [40]}


def test_by_quarter_and_by_the_breakdowns_that_charities_give() -> None:
    world = World()
    expected = world.expect("people-new", "age")
    first = world.report(QUARTERS[0][0])
    world.write(first)
    world.count(first, expected, 10)
    [figure] = world_figures(first)
    numbers = ("0", "3", "6", "1", "0", "0")
    world.type(first, {box.name: number for box, number in zip(figure.parts[0].boxes, numbers, strict=True)})
    world.hand_in(first)
    own = world.grants["A"].funder
    assert shown(ask(own=own, by="age")) == {"16-17": [3], "18-24": [6], "25-59": [1]}
    assert ask(own=own, by="age").table.total == 10
    by_quarter = ask(own=own, by=results.QUARTER)
    assert shown(by_quarter) == {"2026-Q1": [10]}
    assert [line.code for line in by_quarter.no_figure] == ["2026-Q2", "2026-Q3"]


def test_a_removed_grants_project_is_in_no_figure() -> None:
    [world] = several(40)
    for grant in world.grants.values():
        grant.removed_at = world.now
        grant.save()
    assert ask(own=world.grants["A"].funder).table.total == 0


# --- for everybody ----------------------------------------------------------------------------------------------------
def test_everybody_sees_only_what_a_funder_accepted_in_tens_from_three_charities() -> None:
    several(40, 31, 22)
    several(500, accept=False)
    found = ask(by="region")
    assert (shown(found), found.table.total) == ({"LON": [90]}, 90)
    assert (found.table.protected, found.table.about, found.charities) == (True, True, 3)


def test_two_charities_are_not_enough_for_everybody() -> None:
    several(40, 31)
    assert ask().table.withheld


def test_two_projects_of_one_charity_are_one_charity() -> None:
    worlds = several(40, 31, 22)
    for grant in worlds[1].grants.values():
        grant.recipient_rows.update(organisation=worlds[0].charity)
    assert ask().table.withheld


def test_a_place_with_one_charity_is_not_shown_apart_nor_can_be_worked_out() -> None:
    several(40, 31, 22)
    several(30, 30, 31, place="NW")
    several(12, place="WAL")
    found = ask(by="region")
    assert shown(found) == {"LON": [90]} or shown(found) == {"NW": [90]} or shown(found) == {}
    assert "WAL" in {line.code for line in found.table.kept_back}
    assert len(found.table.kept_back) > 1
    assert found.table.total == 200
    assert TOGETHER not in shown(found)


def test_the_least_of_a_range_is_one_charitys_figure_and_so_for_its_own_funders_alone() -> None:
    several(40, 31, 22)
    assert [line.code for line in ask().table.columns] == ["people"]


def test_an_open_quarter_is_not_answered_for_everybody() -> None:
    several(40, 31, 22)
    with pytest.raises(NotToBeShown):
        ask(last=date(2026, 12, 31))


def test_a_year_reaches_to_its_last_closed_quarter() -> None:
    assert results.year(2026, on=TODAY) == YEAR
    assert results.year(2025, on=TODAY) == (date(2025, 1, 1), date(2025, 12, 31))
    assert results.year(2027, on=TODAY) is None
    assert results.year(2026, on=date(2026, 3, 31)) is None


# --- in memory --------------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_a_newly_accepted_report_is_in_the_very_next_answer() -> None:
    several(40, 31, 22)
    [late] = several(50, accept=False)
    assert ask().table.total == 90
    held = figures.current()
    late.accept("A", 0)
    assert ask().table.total == 140
    assert figures.current().base is held.base
    assert ask(own=late.grants["A"].funder).table.total == 50
    first = reports.reopen(late.report(QUARTERS[0][0]), by=late.lead, at=late.later())
    late.count(first, world_figures(first)[0].expected, 60)
    late.hand_in(first, reason="Ten more came on the last day.")
    assert ask().table.total == 150
    assert ask(own=late.grants["A"].funder).table.total == 60


@pytest.mark.django_db(transaction=True)
def test_a_grant_sorted_anew_moves_its_figures_at_once() -> None:
    from priorities import linking

    [world] = several(40)
    own = world.grants["A"].funder
    assert set(shown(ask(own=own, by="region"))) == {"LON"}
    for grant in world.grants.values():
        linking.set_shares(
            grant=grant, dimension="region", shares={"NW": 10_000}, by=world.officers["A"], at=world.later()
        )
    assert set(shown(ask(own=own, by="region"))) == {"NW"}


def test_a_change_is_noted_in_its_transaction_and_followed_one_by_one() -> None:
    then = noting.head()
    world = World()
    report(world, "people-new", 10)
    now = noting.head()
    assert noting.since(then, now) == {world.project.pk}
    noting.touch(range(noting.MANY + 1))
    assert noting.since(now, noting.head()) is None


def test_figures_in_memory_are_those_of_the_database() -> None:
    several(40, 31, 22)
    rows = figures.current().base
    current = rows.taken(rows.gone == figures.NEVER)
    stored = Measurement.objects.current().filter(status="reported").order_by("indicator", "project", "end")
    assert current.value.tolist() == [each.value for each in stored]
    assert current.project.tolist() == [each.project_id for each in stored]
