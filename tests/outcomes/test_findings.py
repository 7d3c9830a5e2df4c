"""After a research grant's last report its funder is asked whether the findings were used."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Task
from outcomes.models import FollowUp
from tests import factories
from tests.outcomes.world import AT, QUARTERS, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    world = World()
    factories.link(world.grants["A"], "priority", "research")
    return world


def accepted(world: World, *numbers: int) -> None:
    for number in numbers:
        report = world.report(QUARTERS[number][0])
        world.write(report)
        world.hand_in(report)
        world.accept("A")


def test_the_last_report_of_research_opens_the_question(world: World) -> None:
    accepted(world, 0, 1)
    assert not FollowUp.objects.exists()
    accepted(world, 2)
    assert FollowUp.objects.get().grant == world.grants["A"]
    [task] = Task.objects.open().filter(organisation=world.grants["A"].funder)
    assert task.words == f"Were the findings of “{world.project.title}” used?"


def test_other_work_opens_none() -> None:
    world = World()
    accepted(world, 0, 1, 2)
    assert not FollowUp.objects.exists()


def test_a_yes_says_who_and_what_shows_it_and_settles_the_task(world: World, sign_in: Any) -> None:
    accepted(world, 0, 1, 2)
    client, address = sign_in(world.officers["A"]), FollowUp.objects.get().get_absolute_url()
    assert client.post(address, {"used": "yes", "by_whom": "A council"}).status_code == 422
    client.post(address, {"used": "yes", "by_whom": "A council", "shown_by": "Its new guidance."})
    assert FollowUp.objects.get().by_whom == "A council"
    assert not Task.objects.open().filter(kind="findings").exists()
    assert sign_in(world.officers["B"]).get(address).status_code == 404


@pytest.mark.parametrize("wrong", [{"used": True}, {"answered_at": AT}, {"by_whom": "x"}, {"used": False}])
def test_the_database_keeps_it_whole(world: World, wrong: dict[str, Any]) -> None:
    found = FollowUp.objects.create(grant=world.grants["A"], opened_at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUp.objects.filter(pk=found.pk).update(**wrong)
