"""Many grants from a spreadsheet: looked over first, then all or none."""

import pytest
from django.urls import reverse

from counting.money import WHOLE
from priorities import linking, pasting
from priorities.models import Link
from tests.factories import GrantFactory, officer, secretariat

pytestmark = pytest.mark.django_db


@pytest.fixture
def grants():
    return [GrantFactory(grant_id="360G-a"), GrantFactory(grant_id="360G-b")]


def problems(text: str) -> list[tuple[int, str, str]]:
    paste = pasting.read(text, by=secretariat())
    return [(row.number, each.column, each.words) for row in paste.rows for each in row.problems]


def test_rows_are_shown_first_and_sorted_when_asked(sign_in, grants):
    client = sign_in(secretariat())
    rows = "360G-a\tVictim services 80; Legal representation 20\tLondon\n360G-b\tresearch\tUK-wide\n"
    shown = client.post(reverse("sort_paste"), {"rows": rows})
    assert shown.status_code == 200
    assert "nothing is saved yet" in shown.content.decode()
    assert not Link.objects.exists()
    assert client.post(reverse("sort_paste"), {"rows": rows, "apply": "1"}).status_code == 302
    assert linking.sorting_of(grants[0]) == {
        "priority": {"victim_services": 8000, "legal_representation": 2000},
        "region": {"LON": WHOLE},
    }
    assert linking.sorting_of(grants[1]) == {"priority": {"research": WHOLE}, "region": {"UK": WHOLE}}


def test_headings_name_other_lists_and_an_empty_place_stays_as_it_is(grants):
    text = "Grant\tService area\tPlace\n360G-a\tHousing and accommodation 50%; Clothing 50%\t\n"
    paste = pasting.read(text, by=secretariat())
    assert paste.sound
    assert paste.answers == {grants[0].pk: {"service": {"housing": 5000, "clothing": 5000}}}


def test_each_problem_is_named_by_row_and_column(grants):
    text = "\n".join(
        [
            "360G-a\tVictim services 80; Research 10\tLondon",
            "360G-z\tResearch\tLondon",
            "360G-b\tTourism\tLondon 50; Wales",
            "360G-a\tResearch\tLondon",
            "360G-b",
            "\tResearch",
        ]
    )
    assert problems(text) == [
        (
            1,
            "priority area",
            "These shares come to 90 %; 10 % is missing. Say where it goes, or put it under “Not yet sorted”.",
        ),
        (
            2,
            "grant identifier",
            "No grant that you may sort has the identifier “360G-z”. Copy it from the list of grants.",
        ),
        (3, "priority area", "“Tourism” is no entry of the list “priority area”. Write it as the list does."),
        (3, "place", "Say how many per cent go to “Wales”."),
        (4, "grant identifier", "Row 1 names the same grant. Leave one of the two out."),
        (5, "grant identifier", "Row 3 names the same grant. Leave one of the two out."),
        (5, "", "This row says nothing of the grant. Name an area or a place."),
        (6, "grant identifier", "The grant's identifier is missing."),
    ]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("Research 60; Research 40", "“Research” is named twice. Add its shares up."),
        ("Research 33.333; Awareness 66.667", "33.333 % is finer than a hundredth. Write two digits after the point."),
        ("Research 120", "120 % is more than the whole. Write 100 or less."),
        ("; ; x", "“x” is no entry of the list “priority area”. Write it as the list does."),
    ],
)
def test_odd_shares_are_refused_in_words(grants, cell, words):
    assert problems(f"360G-a\t{cell}") == [(1, "priority area", words)]


def test_one_wrong_row_keeps_all_of_them_out_and_what_was_pasted_stays(sign_in, grants):
    rows = "360G-a\tResearch\tLondon\n360G-b\tTourism\tLondon"
    response = sign_in(secretariat()).post(reverse("sort_paste"), {"rows": rows, "apply": "1"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Row 2, priority area: “Tourism” is no entry" in page
    assert rows in page
    assert not Link.objects.exists()


def test_an_officer_pastes_for_her_own_funder_only(grants):
    paste = pasting.read("360G-a\tResearch\n360G-b\tResearch", by=officer(grants[0].funder))
    assert [bool(row.problems) for row in paste.rows] == [False, True]


@pytest.mark.parametrize("rows", ["", "  \n ", "\x00", "grant\tarea", "grant\tarea\tarea\n1\t2\t3", "grant\n360G-a"])
def test_pastes_without_usable_rows_are_answered_with_a_sentence(sign_in, rows):
    response = sign_in(secretariat()).post(reverse("sort_paste"), {"rows": rows})
    assert response.status_code == 422
    assert "There is something to mend" in response.content.decode()


def test_too_many_rows_are_refused_before_they_are_read(monkeypatch):
    monkeypatch.setattr(pasting, "MOST_ROWS", 2)
    assert pasting.read("a\tb\n" * 3, by=secretariat()).problem == "These are more than 2 rows. Paste them in parts."
