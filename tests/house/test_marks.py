"""Every private word is where its owner finds it; that nobody else does is asked by the walk (test_doors.py)."""

from __future__ import annotations

import pytest

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
