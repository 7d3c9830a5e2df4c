"""A charity's system reads its schedule, a funder's its copies; nobody else's."""

from __future__ import annotations

from typing import Any

import pytest

from outcomes import asking
from tests import factories
from tests.outcomes.world import QUARTERS, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    world = World()
    new = world.expect("people-new")
    report = world.report(QUARTERS[1][0])
    world.write(report)
    world.count(report, new, 10)
    world.hand_in(report)
    return world


def test_a_charity_reads_its_whole_schedule(world: World, sign_in: Any) -> None:
    rows = sign_in(world.lead).get("/api/reports-due/").json()["results"]
    assert [(each["funder"]["name"][-1], each["end"], each["state"]) for each in rows] == [
        ("A", "2026-03-31", "owed"), ("A", "2026-06-30", "handed_in"), ("A", "2026-09-30", "owed"),
        ("B", "2026-09-30", "owed"), ("C", "2026-09-30", "owed"),
    ]  # fmt: skip


def test_a_funder_reads_its_own_copies(world: World, sign_in: Any) -> None:
    [copy] = sign_in(world.officers["A"]).get("/api/reports/").json()["results"]
    assert (copy["state"], copy["start"], copy["feedback"]) == ("handed_in", "2026-04-01", "")
    assert copy["answers"][0] == {
        "question": "what-done", "text": "We ran the house.", "revision": 1, "may_serve": "no",
    }  # fmt: skip
    assert copy["figures"] == [
        {
            "indicator": "people-new", "version": 1, "breakdown": "", "category": "", "start": "2026-04-01",
            "end": "2026-06-30", "over_time": "flow", "status": "reported", "value": 10, "numerator": None,
            "denominator": None, "estimated": False, "revision": 1, "corrected_since": False,
        }
    ]  # fmt: skip
    assert sign_in(world.officers["B"]).get("/api/reports/").json()["results"] == []


def test_strangers_read_nothing(world: World, sign_in: Any) -> None:
    for person in (factories.lead(), factories.officer()):
        client = sign_in(person)
        assert client.get("/api/reports/").json()["results"] == []
        assert client.get("/api/reports-due/").json()["results"] == []
    assert sign_in(factories.secretariat()).get("/api/reports/").status_code == 403


def test_many_copies_cost_as_many_questions_as_few(
    world: World, sign_in: Any, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(world.lead)
    for start in (QUARTERS[0][0], QUARTERS[2][0]):
        report = world.report(start)
        world.write(report)
        world.type(report, dict.fromkeys(names_of_totals(report), "1"))
        world.hand_in(report)
    with django_assert_max_num_queries(20):
        assert len(client.get("/api/reports/").json()["results"]) == 7


def names_of_totals(report: Any) -> list[str]:
    return [each.total.name for each in asking.sheet(report).figures]
