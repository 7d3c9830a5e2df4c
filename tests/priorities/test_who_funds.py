"""Who funds what: every funder's part equals a plain recount, and where funders meet is counted by charity."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from priorities import coverage, who_funds
from priorities.coverage import Question
from tests import factories
from tests.priorities import test_coverage_recount as made_up
from tests.priorities.recount import Told, recount

pytestmark = pytest.mark.django_db
world = made_up.world
ON = date(2026, 6, 1)


def grant(funder, pence: int, area: str = "victim_services", place: str = "LON", **fields: object):
    made = factories.GrantFactory(funder=funder, amount_awarded=pence, **fields)
    factories.link(made, "priority", area)
    factories.link(made, "region", place)
    return made


@pytest.fixture
def funders():
    return [factories.FunderFactory(name=name) for name in ("Ash", "Birch", "Cedar")]


def test_funders_stand_by_size_with_their_areas_and_how_many_grants(funders):
    grant(funders[0], 100_00)
    grant(funders[1], 200_00)
    grant(funders[1], 300_00, area="research", place="WAL")
    found = who_funds.look(Question(on=ON))
    lines = zip(found.table.rows, found.table.row_totals, found.grants, strict=True)
    assert [(line.label, total, number) for line, total, number in lines] == [("Birch", 500_00, 2), ("Ash", 100_00, 1)]
    assert found.table.cell(str(funders[1].pk), "research") == 300_00
    assert (found.table.total, found.table.rows_name) == (600_00, "funder")


def test_where_several_fund_the_same_the_charities_they_have_in_common_are_counted(funders):
    charity, other = factories.GranteeFactory(), factories.GranteeFactory()
    grant(funders[0], 100_00, recipient=charity)
    grant(funders[1], 200_00, recipient=charity)
    grant(funders[2], 50_00, recipient=other)
    grant(funders[2], 50_00, recipient=other, area="research")
    found = who_funds.look(Question(on=ON))
    assert [
        (each.area.code, each.place.code, [line.label for line in each.funders], each.pence, each.charities)
        for each in found.meetings
    ] == [("victim_services", "LON", ["Birch", "Ash", "Cedar"], 350_00, 1)]
    assert found.alone == 1
    assert [(each.first.label, each.second.label, each.charities, each.places) for each in found.pairs] == [
        ("Birch", "Ash", 1, 1)
    ]


def test_a_charity_that_two_funders_pay_in_different_places_is_theirs_in_common_but_in_no_place(funders):
    charity = factories.GranteeFactory()
    grant(funders[0], 200_00, recipient=charity)
    grant(funders[1], 100_00, recipient=charity, place="WAL")
    found = who_funds.look(Question(on=ON))
    assert found.meetings == []
    assert [(each.first.label, each.second.label, each.charities, each.places) for each in found.pairs] == [
        ("Ash", "Birch", 1, 0)
    ]


def test_money_that_is_not_sorted_is_no_place_to_meet(funders):
    for funder in funders:
        factories.GrantFactory(funder=funder)
    found = who_funds.look(Question(on=ON))
    assert (found.meetings, found.alone, list(found.pairs)) == ([], 0, [])


def test_the_fewest_funders_that_pay_half_of_an_area_are_said(funders):
    for funder, pence in zip(funders, (40_00, 35_00, 25_00), strict=True):
        grant(funder, pence)
    (most,) = who_funds.look(Question(on=ON)).most()
    assert (most.area.code, most.funders, most.pence, most.of) == ("victim_services", 2, 75_00, 100_00)


def test_small_funders_stand_together_in_the_picture_and_nothing_is_lost():
    for number in range(20):
        grant(factories.FunderFactory(name=f"Funder {number:02}"), 100_00 + number)
    found = who_funds.look(Question(on=ON))
    parts = found.largest(15)
    assert sum(part.pence for part in parts) == found.table.total == sum(part.pence for part in found.parts())
    assert (parts[0].funder.code, parts[0].funder.label, parts[0].pence) == ("others", "5 others", 500_00 + 10)
    assert len(parts) == 16


def test_an_empty_portal_has_no_funder():
    found = who_funds.look(Question(on=ON))
    assert (found.table.rows, found.table.total, found.parts(), list(found.pairs), found.most()) == ([], 0, [], [], [])


@settings(made_up.property_settings, max_examples=25)
@given(case=made_up.cases())
def test_every_part_equals_a_plain_recount(world: dict, case: tuple[list[Told], Question]):
    grants, question = case
    with made_up.saved(grants, world) as portfolio:
        found = who_funds.look(question, portfolio=portfolio)
    plain = replace(question, rows="priority", columns="region", measure=coverage.LIVE)
    parts = {(each.funder.code, each.area.code, each.place.code): each.pence for each in found.parts()}
    expected, touching, to_one = {}, {}, {}
    for number, funder in enumerate(world["funders"]):
        theirs = recount([each for each in grants if each.funder == number], plain, world["orders"])
        expected |= {(str(funder), *cell): pence for cell, pence in theirs.cells.items() if pence}
        for cell in theirs.cells:
            touching.setdefault(cell, set()).add(funder)
    # Every second grant goes to one charity, always the same; the others to two together.
    for number, funder in enumerate(world["funders"]):
        alone = [each for place, each in enumerate(grants) if place % 2 == 0 and each.funder == number]
        for cell in recount(alone, plain, world["orders"]).cells:
            to_one.setdefault(cell, set()).add(funder)
    assert parts == expected
    met = {(each.area.code, each.place.code): each for each in found.meetings}
    shared = {cell: who for cell, who in touching.items() if len(who) > 1 and proper(cell)}
    assert {cell: {int(line.code) for line in each.funders} for cell, each in met.items()} == shared
    assert {cell: each.charities for cell, each in met.items()} == {
        cell: int(len(to_one.get(cell, ())) > 1) for cell in shared
    }
    assert found.alone == sum(len(who) == 1 and proper(cell) for cell, who in touching.items())


def proper(cell: tuple[str, str]) -> bool:
    return not {"not-stated", "undivided", "not-applicable"} & set(cell)
