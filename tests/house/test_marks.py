"""Every private word is where its owner finds it; that nobody else does is asked by the walk (test_doors.py)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from outcomes.models import Delivery
from tests.house import doors, marks
from tests.house import world as worlds
from tests.house.test_doors import client_of, send


def test_every_column_of_texts_is_marked_or_called_public() -> None:
    marked = {each for mark in marks.MARKS for each in mark.columns}
    public = {each for named in marks.PUBLIC.values() for each in named.split()}
    assert marked & public == set()
    assert set(marks.columns()) == marked | public


@pytest.mark.django_db
def test_its_owner_finds_each_word() -> None:
    world = worlds.build()
    marks.put(world)
    missing = []
    for mark in marks.MARKS:
        if mark.door:
            name, kind = mark.door
            answer = send(client_of(world, kind), "get", doors.address(name, world), {})
            if mark.word.casefold() not in answer.content.decode().casefold():
                missing.append(f"{mark.word} at {name} as {kind}, answered {answer.status_code}")
    assert missing == []


def test_a_word_in_the_wrong_hands_is_noticed() -> None:
    page = b"<p>What did not work: QUOKKAKEPT.</p>"
    assert marks.shown_to(worlds.OFFICER, page) == ["Quokkakept"]
    assert marks.shown_to(worlds.LEAD, page) == []


@pytest.mark.django_db
def test_two_funders_of_one_report_read_each_others_words_nowhere() -> None:
    world = worlds.build()
    marks.put(world)
    copy = Delivery.objects.get(feedback="Wombatfeedback")
    client = Client(raise_request_exception=False)
    client.force_login(Membership.objects.get(organisation=copy.due.grant.funder).person)
    own = "".join(
        read(client, page) for page in (reverse("copy", args=[copy.pk]), reverse("home"), reverse("what_we_ask"))
    )
    beside = {each.word for each in marks.MARKS if each.word.startswith("Wombat")}
    assert {word for word in beside if word not in own} == set()
    told = {name: read(client, doors.address(name, world), doors.DOORS[name].query) for name in doors.DOORS}
    # Reminders and receipts are about the one report that both have, so both see that they went.
    theirs = [each.word for each in marks.MARKS if each.word not in beside | {"Quokkaletter"}]
    found = {(word, name) for name, text in told.items() for word in theirs if word.casefold() in text.casefold()}
    assert found == set()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [worlds.OTHER_OFFICER, worlds.VIEWER, worlds.SECRETARIAT])
def test_what_is_withheld_is_not_found_by_searching_for_it(kind: str) -> None:
    world = worlds.build()
    marks.put(world)
    client = client_of(world, kind)
    for word in ("EC1A 1BB", "EC1A", "W1A 0AX", "SW1A 2AA", "Quokkaplace", "Quokkaraw"):
        for page in ("api-grants-list", "api-projects-list"):
            answer = client.get(reverse(page), {"search": word})
            # A whole postcode is refused with a sentence; all else finds nothing.
            assert answer.status_code == 400 or answer.json()["results"] == [], (word, page)


def read(client: Client, address: str, query: dict[str, str] | None = None) -> str:
    answer = send(client, "get", address, query or {})
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode(errors="replace")
