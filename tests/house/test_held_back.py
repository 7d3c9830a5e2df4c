"""A grant that its funder holds back is found by its own people, and by nobody else, at any door."""

from __future__ import annotations

import pytest

from accounts.models import JournalEntry
from grants import portfolio
from grants.models import Grant, Project
from priorities import columns
from tests import factories
from tests.house import doors
from tests.house import world as worlds
from tests.house.test_doors import client_of, send

pytestmark = pytest.mark.django_db
MARK = "Kittiwake"
OTHERS = (worlds.OTHER_OFFICER, worlds.SECRETARIAT, worlds.ADMINISTRATOR, worlds.OTHER_LEAD, worlds.PUBLIC_BODY)
OWN = (worlds.OFFICER, worlds.VIEWER, worlds.LEAD)


@pytest.fixture
def world() -> worlds.World:
    """The walk's own world, its grant held back, its title and project's title marked."""
    made = worlds.build()
    Grant.objects.filter(pk=made.grant.pk).update(title=f"{MARK} house")
    Project.objects.filter(pk=made.grant.project_id).update(title=f"{MARK} house")
    portfolio.hold_back(grant=made.grant, on=True, by=made.people[worlds.OFFICER], at=factories.NOW)
    return made


def found_at(world: worlds.World, kind: str) -> set[str]:
    """The doors whose answer to a GET holds the mark."""
    client, found = client_of(world, kind), set()
    for name in doors.DOORS:
        answer = send(client, "get", doors.address(name, world), doors.DOORS[name].query)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if MARK.encode() in content:
            found.add(name)
    return found


@pytest.mark.parametrize("kind", OTHERS)
def test_nobody_else_finds_it_at_any_door(world: worlds.World, kind: str) -> None:
    assert found_at(world, kind) - KNOWN.get(kind, set()) == set()


@pytest.mark.parametrize("kind", OWN)
def test_its_own_people_find_it_where_they_did(world: worlds.World, kind: str) -> None:
    assert {"grants", "grant", "api-grants-list"} <= found_at(world, kind)


KNOWN: dict[str, set[str]] = {}
"""Where somebody else may read the title all the same, and why."""


def test_it_is_in_no_figure_until_it_is_shared(world: worlds.World) -> None:
    grant = Grant.objects.get(pk=world.grant.pk)
    assert grant.pk not in {int(each) for block in columns.current().blocks for each in block.ids[block.alive]}
    portfolio.hold_back(grant=grant, on=False, by=world.people[worlds.OFFICER], at=factories.NOW)
    assert grant.pk in {int(each) for block in columns.current().blocks for each in block.ids[block.alive]}
    assert JournalEntry.objects.filter(what="held back").count() == 2


def test_the_pages_about_coverage_say_that_some_are_held_back(world: worlds.World) -> None:
    client = client_of(world, worlds.OTHER_OFFICER)
    said = "Some grants are held back by their funders and are not counted here."
    for address in ("/coverage/by/", "/results/", "/"):
        assert said in client.get(address, follow=True).content.decode(), address
    portfolio.hold_back(grant=world.grant, on=False, by=world.people[worlds.OFFICER], at=factories.NOW)
    assert said not in client.get("/coverage/by/").content.decode()


def test_only_its_funders_officers_hold_it_back_or_share_it(world: worlds.World) -> None:
    address = f"/grants/{world.grant.pk}/hold-back/"
    assert client_of(world, worlds.SECRETARIAT).post(address, {"held_back": "no"}).status_code == 403
    assert client_of(world, worlds.OTHER_OFFICER).post(address, {"held_back": "no"}).status_code == 404
    client = client_of(world, worlds.OFFICER)
    assert client.post(address, {"held_back": "perhaps"}).status_code == 400
    assert client.post(address, {"held_back": "no"}).status_code == 302
    assert not Grant.objects.get(pk=world.grant.pk).held_back
