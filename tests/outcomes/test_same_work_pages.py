"""The page on which those concerned say whether grants pay for the same work, join them and part them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Person
from grants import joining
from grants.models import Grant, Joining, Location
from tests import factories
from tests.outcomes.world import World

pytestmark = pytest.mark.django_db
PAGE = "/grants/same-work/"


@pytest.fixture
def world() -> World:
    return World(apart=True)


@pytest.fixture
def proposal(world: World) -> Joining:
    return joining.propose(
        [each.pk for each in world.grants.values()], recipient=world.charity.pk, because="title",
        days=(date(2026, 1, 1), date(2026, 12, 31)), at=world.now,
    )  # fmt: skip


def say(client: Client, proposal: Joining, same: str) -> str:
    answer = client.post(reverse("same_work_answer", args=[proposal.pk]), {"same": same}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def part(client: Client, proposal: Joining) -> str:
    return client.post(reverse("same_work_part", args=[proposal.pk]), follow=True).content.decode()


def projects() -> int:
    return Grant.objects.values("project").distinct().count()


def test_the_grants_stand_side_by_side_with_the_reason(world: World, proposal: Joining, sign_in: Any) -> None:
    factories.link(world.grants["B"], "priority", "victim_services")
    page = sign_in(world.officers["A"]).get(PAGE).content.decode()
    for grant in world.grants.values():
        assert grant.title in page
        assert grant.funder.name in page
    assert "run at the same time, 1 January to 31 December 2026. Their titles are alike." in page
    assert "Victim services" in page
    assert "Same work: one report for all" in page
    assert "Not the same work" in page


def test_no_more_of_anothers_grant_is_shown_than_members_may_see(world: World, proposal: Joining, sign_in: Any) -> None:
    """Funder, charity, title, amount, dates, area and region; a protected place not even within the title."""
    hidden = world.grants["B"]
    Grant.objects.filter(pk=hidden.pk).update(
        title="The house at 12 Elm Street, LS1 4AP", description="SECRET-DESCRIPTION", programme="SECRET-PROGRAMME"
    )
    Location.objects.create(grant=hidden, name="SECRET-PLACE", region="YH", country_code="GB")
    for person in (world.officers["A"], world.lead):
        page = sign_in(person).get(PAGE).content.decode()
        assert "Yorkshire and the Humber" in page
        for secret in ("SECRET", "LS1 4AP"):
            assert secret not in page


def test_it_is_joined_when_every_funder_has_said_so(world: World, proposal: Joining, sign_in: Any) -> None:
    assert "Kept. They are joined when the others" in say(sign_in(world.officers["A"]), proposal, "yes")
    page = sign_in(world.officers["B"]).get(PAGE).content.decode()
    assert "Funder A says it is the same work" in page
    assert "Still to say so: Funder B, Funder C, or the charity for all of them." in page
    say(sign_in(world.officers["B"]), proposal, "yes")
    assert "Joined. One report for all of these grants" in say(sign_in(world.officers["C"]), proposal, "yes")
    assert projects() == 1


def test_the_charity_joins_parts_and_joins_again(world: World, proposal: Joining, sign_in: Any) -> None:
    client = sign_in(world.lead)
    assert "Joined." in say(client, proposal, "yes")
    assert "Parted. Every grant has its own project, reports and drafts again." in part(client, proposal)
    assert projects() == 3
    assert "Joined." in say(client, proposal, "yes")
    assert projects() == 1


def test_one_click_of_any_officer_parts_it(world: World, proposal: Joining, sign_in: Any) -> None:
    say(sign_in(world.lead), proposal, "yes")
    part(sign_in(world.officers["C"]), proposal)
    assert projects() == 3


def test_the_second_of_two_at_once_is_told(world: World, proposal: Joining, sign_in: Any) -> None:
    say(sign_in(world.lead), proposal, "no")
    page = say(sign_in(world.officers["B"]), proposal, "no")
    assert "Somebody else concerned answered this on" in page
    assert projects() == 3


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's tests run in memory, where two cannot write")
@pytest.mark.django_db(transaction=True)
def test_two_officers_at_the_same_moment_join_once_and_neither_fails() -> None:
    world = World(apart=True)
    made = joining.propose(
        [world.grants[name].pk for name in "AB"], recipient=world.charity.pk, because="title",
        days=(date(2026, 1, 1), date(2026, 12, 31)), at=world.now,
    )  # fmt: skip
    together = Barrier(3)

    def click(person: Person) -> int:
        client = Client()
        client.force_login(person)
        together.wait()
        try:
            return client.post(reverse("same_work_answer", args=[made.pk]), {"same": "yes"}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=3) as clicks:
        answers = list(clicks.map(click, [world.officers["A"], world.officers["B"], world.lead]))
    assert answers == [302] * 3
    assert world.grants["B"].revisions.count() == 1
    assert Grant.objects.values("project").distinct().count() == 2


def test_what_cannot_be_joined_is_said_in_words(world: World, proposal: Joining, sign_in: Any) -> None:
    world.grants["B"].recipient_rows.update(organisation=factories.GranteeFactory())
    assert "goes to another charity now" in say(sign_in(world.lead), proposal, "yes")
    assert "Choose one of the two" in say(sign_in(world.lead), proposal, "perhaps")
    assert projects() == 3


def test_others_find_nothing_and_readers_cannot_write(world: World, proposal: Joining, sign_in: Any) -> None:
    for other in (factories.officer(), factories.lead()):
        client = sign_in(other)
        assert world.grants["A"].title not in client.get(PAGE).content.decode()
        for name in ("same_work_answer", "same_work_part"):
            assert client.post(reverse(name, args=[proposal.pk]), {"same": "yes"}).status_code == 404
    for reader in (factories.viewer(world.grants["A"].funder), world.colleague):
        client = sign_in(reader)
        page = client.get(PAGE).content.decode()
        assert world.grants["A"].title in page
        assert "Not the same work" not in page
        assert client.post(reverse("same_work_answer", args=[proposal.pk]), {"same": "yes"}).status_code == 403
    assert projects() == 3


def test_home_and_the_grants_page_lead_there_while_a_word_is_missing(
    world: World, proposal: Joining, sign_in: Any
) -> None:
    grant = reverse("grant", args=[world.grants["A"].pk])
    for person in (world.officers["A"], world.lead):
        client = sign_in(person)
        assert PAGE in client.get("/").content.decode()
        assert f"{PAGE}#joining-{proposal.pk}" in client.get(grant).content.decode()
    client = sign_in(world.officers["A"])
    say(client, proposal, "yes")
    assert f'href="{PAGE}">Say whether' not in client.get("/").content.decode()
    assert "another grant may pay for the same work" in client.get(grant).content.decode().lower()
