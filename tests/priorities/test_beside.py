"""One funder beside the group: figures that agree with the table, ends in order, and what it holds alone."""

from __future__ import annotations

from datetime import date

import pytest

from priorities import columns, coverage
from priorities.beside import Look
from priorities.coverage import Question
from priorities.models import Code, Target, Watch
from tests import factories

pytestmark = pytest.mark.django_db
ON = date(2026, 6, 30)


def grant(funder, area: str, place: str, amount: int = 100_00, **fields):
    made = factories.GrantFactory(funder=funder, amount_awarded=amount, **fields)
    factories.link(made, "priority", area)
    factories.link(made, "region", place)
    return made


@pytest.fixture
def two():
    """Two funders that watch victim services by place: Wales is held by the first alone, London by both."""
    Watch.objects.all().delete()
    area = Code.objects.get(dimension="priority", code="victim_services")
    Watch.objects.create(area=area, dimension="region")
    first, second = factories.FunderFactory(), factories.FunderFactory()
    grant(first, "victim_services", "WAL", 333_33, planned_end=date(2028, 3, 31))
    grant(first, "victim_services", "LON")
    grant(second, "victim_services", "LON", 50_00)
    grant(second, "research", "SCO", 25_00)
    columns.forget()
    return first, second


def look(funder, on: date = ON) -> Look:
    columns.forget()
    return Look(funder.pk, on=on, portfolio=columns.current())


def test_both_columns_are_the_tables_own(two):
    for dimension, totals in (("priority", "row_totals"), ("region", "column_totals")):
        found = look(two[0]).by(dimension)
        own, group = coverage.table(Question(on=ON, funders=(two[0].pk,))), coverage.table(Question(on=ON))
        assert [each.own for each in found.parts] == getattr(own, totals)
        assert [each.group for each in found.parts] == getattr(group, totals)
        assert (found.together.own, found.together.group) == (own.total, group.total)
        assert (found.together.own_grants, found.together.group_grants) == (2, 4)


def test_a_place_where_nobody_else_runs_a_grant_is_held_alone(two):
    (alone,) = look(two[0]).alone()
    assert (alone.place, alone.grants, alone.pence, alone.until) == (
        "Victim services in Wales",
        1,
        333_33,
        date(2028, 3, 31),
    )
    assert look(two[1]).alone() == []


def test_what_is_not_watched_is_held_by_nobody_alone_until_it_has_a_target(two):
    area = Code.objects.get(dimension="priority", code="research")
    place = Code.objects.get(dimension="region", code="SCO")
    Target.objects.create(
        area=area, column=place, kind=Target.NUMBER, value=2, agreed_by="A meeting", agreed_on=date(2026, 1, 1)
    )
    assert [each.place for each in look(two[1]).alone()] == ["Research in Scotland"]


def test_a_watched_area_as_a_whole_can_be_held_alone(two):
    Watch.objects.all().delete()
    Watch.objects.create(area=Code.objects.get(dimension="priority", code="research"), dimension="")
    assert [(each.place, each.pence) for each in look(two[1]).alone()] == [("Research", 25_00)]
    assert look(two[0]).alone() == []


def test_another_funders_grant_in_another_currency_shares_the_place(two):
    grant(two[1], "victim_services", "WAL", currency="EUR")
    assert look(two[0]).alone() == []


def test_a_grant_over_several_places_is_alone_where_it_is(two):
    made = factories.GrantFactory(funder=two[0], amount_awarded=100_01)
    factories.link(made, "priority", "victim_services", 5_000)
    factories.link(made, "priority", "research", 5_000)
    factories.link(made, "region", "NE", 2_500)
    factories.link(made, "region", "LON", 7_500)
    found = {each.place: each.pence for each in look(two[0]).alone()}
    parts = coverage.grant_parts(Question(on=ON), row="victim_services", column="NE")
    assert found == {"Victim services in the North East": parts[made.pk], "Victim services in Wales": 333_33}


def test_ends_within_a_year_come_soonest_first_and_others_not_at_all(two):
    funder = two[0]
    inside = grant(funder, "research", "LON", 20_00, planned_end=date(2027, 6, 30))
    grant(funder, "research", "LON", planned_end=date(2027, 7, 1))
    soon = grant(funder, "research", "LON", 10_00, planned_end=date(2026, 7, 1))
    grant(funder, "research", "LON", planned_end=date(2026, 6, 29))
    (london,) = (
        each for each in coverage.grant_ids(Question(on=ON, funders=(funder.pk,)), row="victim_services", column="LON")
    )
    ending = look(funder).ending()
    assert (list(ending.grants), ending.pence) == ([soon.pk, london, inside.pk], 130_00)


def test_own_grants_are_told_from_others(two):
    ids = coverage.grant_ids(Question(on=ON))
    own = coverage.grant_ids(Question(on=ON, funders=(two[0].pk,)))
    assert look(two[0]).mine(ids) == set(own)
    assert look(two[0]).mine([]) == set()


def test_a_funder_with_nothing_running_stands_at_nought(two):
    found = look(two[0], on=date(2035, 1, 1))
    assert (found.by("priority").together.own, list(found.ending().grants), found.alone()) == (0, [], [])
