"""The group's own pages: settings, the journal, and a person's API token."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.authtoken.models import Token

from accounts import chronicle, journal
from accounts.journal import Did
from accounts.models import Group, JournalEntry
from tests.factories import (
    NOW,
    FunderFactory,
    GrantFactory,
    OrganisationFactory,
    PersonFactory,
    administrator,
    lead,
    officer,
    secretariat,
    viewer,
)

pytestmark = pytest.mark.django_db


def note(*, what: Did, about: object, by=None, at=NOW, **details) -> None:
    with transaction.atomic():
        journal.record(what=what, about=about, by=by, at=at, **details)


def test_the_group_is_renamed_and_that_is_noted(sign_in):
    by = secretariat()
    assert sign_in(by).post("/group/", {"name": " Funders against trafficking "}).url == "/group/"
    assert Group.current().name == "Funders against trafficking"
    line = JournalEntry.objects.get()
    assert (line.what, line.by) == (Did.CHANGED_GROUP, by)
    assert line.details == {"name": ["Funders' group", "Funders against trafficking"]}
    sign_in(by).post("/group/", {"name": "Funders against trafficking"})
    assert JournalEntry.objects.count() == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_a_group_without_a_fitting_name_is_refused(sign_in, name):
    assert sign_in(administrator()).post("/group/", {"name": name}).status_code == 422
    assert Group.current().name == "Funders' group"


@pytest.mark.parametrize("make", [officer, viewer])
def test_funders_look_at_the_settings_but_do_not_rename_the_group(sign_in, make):
    client = sign_in(make())
    page = client.get("/group/").content.decode()
    assert "Organisations" in page
    assert "Name of the group" not in page
    assert client.post("/group/", {"name": "Other"}).status_code == 403


@pytest.mark.parametrize("make", [lead, PersonFactory])
def test_others_do_not_see_the_settings(sign_in, make):
    assert sign_in(make()).get("/group/").status_code == 403


def test_the_settings_lead_to_each_of_the_groups_pages(sign_in):
    page = sign_in(secretariat()).get("/group/").content.decode()
    links = set(re.findall(r'<li><a href="(/[^"]+)"', page))
    assert {"/organisations/", "/people/", "/group/journal/"} <= links


def test_the_journal_tells_who_did_what_to_whom_newest_first(sign_in):
    ines, trust = PersonFactory(name="Ines"), OrganisationFactory(name="Trust")
    note(what=Did.ADDED_ORGANISATION, about=trust, by=ines, name="Trust")
    note(
        what=Did.CHANGED_PERSON,
        about=ines,
        at=NOW + timedelta(hours=1),
        is_secretariat=[False, True],
        identifiers=[[], ["a", "b"]],
        secret=["x", "y"],
    )
    lines = sign_in(secretariat()).get("/group/journal/").context["lines"]
    assert [(line.by, line.did, line.about, line.url) for line in lines] == [
        ("the portal", "changed a person", "Ines", f"/people/{ines.pk}/"),
        ("Ines", "added an organisation", "Trust", f"/organisations/{trust.pk}/"),
    ]
    assert [line.details for line in lines] == [
        ("secretariat: no → yes", "identifiers: none → a, b"),
        ("name: Trust",),
    ]


def test_the_journal_names_no_grant_to_an_administrator_who_sees_none():
    grant = GrantFactory(title="Refuge in Exampleton")
    note(what=Did.ADDED_GRANT, about=grant, title="Refuge in Exampleton")
    (line,) = chronicle.told(JournalEntry.objects.all())
    assert (line.about, line.details) == (f"grant {grant.pk}", ())


def test_the_journal_stands_what_is_gone_or_was_never_a_row(sign_in):
    note(what=Did.ADDED_ORGANISATION, about="accounts.organisation:999")
    note(what=Did.LOADED_DEMO, about="demo")
    JournalEntry.objects.create(what="something old", about="nowhere.thing:x", at=NOW)
    lines = sign_in(secretariat()).get("/group/journal/").context["lines"]
    assert sorted((line.did, line.about, line.url) for line in lines) == [
        ("added an organisation", "organisation 999", ""),
        ("loaded the demo", "demo", ""),
        ("something old", "nowhere.thing:x", ""),
    ]


def test_the_journal_is_narrowed_to_one_deed_or_one_thing(sign_in):
    one, two = PersonFactory(), PersonFactory()
    note(what=Did.ADDED_PERSON, about=one)
    note(what=Did.CHANGED_PERSON, about=one)
    note(what=Did.ADDED_PERSON, about=two)
    client = sign_in(secretariat())

    def about(**asked: str) -> list[str]:
        return sorted(line.about for line in client.get("/group/journal/", asked).context["lines"])

    assert about(what="added person") == sorted([one.name, two.name])
    assert about(about=f"accounts.person:{one.pk}") == [one.name, one.name]


@pytest.mark.parametrize("asked", ["what=flew", "who=me"])
def test_an_unknown_filter_is_refused(sign_in, asked):
    assert sign_in(secretariat()).get(f"/group/journal/?{asked}").status_code == 400


@pytest.mark.parametrize("make", [officer, viewer, lead, PersonFactory])
def test_others_do_not_read_the_journal(sign_in, make):
    person = make()
    assert sign_in(person).get("/group/journal/").status_code == 403
    note(what=Did.ADDED_PERSON, about=person)
    assert JournalEntry.objects.visible_to(person).count() == 0


def test_the_journal_costs_the_same_however_long_it_is(sign_in):
    client = sign_in(secretariat())
    Group.current()

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/group/journal/")
        return len(asked)

    note(what=Did.ADDED_ORGANISATION, about=FunderFactory(), by=PersonFactory())
    note(what=Did.ADDED_PERSON, about=PersonFactory(), by=PersonFactory())
    few = queries()
    for _ in range(30):
        note(what=Did.ADDED_ORGANISATION, about=FunderFactory(), by=PersonFactory())
        note(what=Did.ADDED_PERSON, about=PersonFactory(), by=PersonFactory())
    assert queries() == few <= 8


def test_a_line_belongs_in_the_transaction_of_its_deed(transactional_db):
    with pytest.raises(RuntimeError, match="belongs in the transaction"):
        journal.record(what=Did.LOADED_DEMO, about="demo", by=None, at=NOW)


def test_a_token_is_made_and_shown_once(sign_in):
    person = officer()
    client = sign_in(person)
    assert "You have no token." in client.get("/tokens/").content.decode()
    assert client.post("/tokens/", {"do": "make"}).url == "/tokens/"
    key = Token.objects.get(user=person).key
    shown = client.get("/tokens/")
    assert key in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert key not in client.get("/tokens/").content.decode()
    line = JournalEntry.objects.get()
    assert (line.what, line.by) == (Did.MADE_TOKEN, person)
    assert key not in str(line.details)


def answer_to(key: str) -> int:
    return Client().get("/api/organisations/", headers={"Authorization": f"Token {key}"}).status_code


def test_a_new_token_takes_the_place_of_the_old_and_can_be_taken_back(sign_in):
    person = officer()
    client = sign_in(person)
    keys = []
    for _ in range(2):
        client.post("/tokens/", {"do": "make"})
        keys.append(Token.objects.get(user=person).key)
    assert [answer_to(key) for key in keys] == [401, 200]
    client.post("/tokens/", {"do": "revoke"})
    assert answer_to(keys[1]) == 401
    client.post("/tokens/", {"do": "revoke"})
    assert [line.what for line in JournalEntry.objects.order_by("id")] == [
        Did.MADE_TOKEN,
        Did.MADE_TOKEN,
        Did.REVOKED_TOKEN,
    ]


def test_a_token_is_ones_own(sign_in):
    mine, other = officer(), officer()
    Token.objects.create(user=other)
    sign_in(mine).post("/tokens/", {"do": "revoke"})
    assert Token.objects.filter(user=other).exists()
