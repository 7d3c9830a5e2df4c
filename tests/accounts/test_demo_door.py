"""The demo's door: open on a desk while the demo is loaded, shut otherwise, and never in production."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.checks import run_checks

from accounts.journal import Did
from accounts.models import Group, JournalEntry, Person
from tests.factories import PersonFactory, lead, officer, secretariat

pytestmark = pytest.mark.django_db

PEOPLE = {
    "officer": "officer@quillfeather.demo.invalid",
    "secretariat": "secretariat@demo.invalid",
    "grantee": "lead@kestrel.demo.invalid",
}
BUTTONS = [
    "Enter as an officer of Quillfeather Trust (demo)",
    "Enter as the secretariat (demo)",
    "Enter as a grantee: Kestrel Young People (demo)",
]


@pytest.fixture
def demo(settings) -> None:
    """A demo that is loaded, on an installation without mail."""
    settings.DEMO_DOOR = True
    Group.objects.create(id=1, name="Funders' group", demo_loaded_on=date(2026, 11, 21))
    officer(email=PEOPLE["officer"])
    secretariat(email=PEOPLE["secretariat"])
    lead(email=PEOPLE["grantee"])


@pytest.mark.parametrize("who", PEOPLE)
def test_each_button_enters_as_its_person_and_is_noted(client, demo, who):
    answer = client.post("/accounts/demo/", {"who": who})
    person = Person.objects.get(email=PEOPLE[who])
    assert answer.url == "/"
    assert client.session["_auth_user_id"] == str(person.pk)
    line = JournalEntry.objects.get()
    assert (line.what, line.by, line.about) == (Did.ENTERED_DEMO, person, f"accounts.person:{person.pk}")


def test_the_sign_in_page_offers_the_buttons(client, demo):
    page = client.get("/accounts/login/").content.decode()
    assert [each for each in BUTTONS if each in page] == BUTTONS


def test_the_door_leads_on_to_the_page_that_was_wanted_but_not_off_the_portal(client, demo):
    assert client.post("/accounts/demo/", {"who": "officer", "next": "/help/"}).url == "/help/"
    assert client.post("/accounts/demo/", {"who": "officer", "next": "https://evil.example/"}).url == "/"


def shut_by_setting(settings) -> None:
    settings.DEMO_DOOR = False


def shut_without_demo(settings) -> None:
    Group.objects.update(demo_loaded_on=None)


@pytest.mark.parametrize("shut", [shut_by_setting, shut_without_demo])
def test_a_shut_door_shows_no_buttons_and_is_no_page(client, demo, settings, shut):
    shut(settings)
    page = client.get("/accounts/login/").content.decode()
    assert [each for each in BUTTONS if each in page] == []
    assert client.post("/accounts/demo/", {"who": "officer"}).status_code == 404
    assert "_auth_user_id" not in client.session
    assert JournalEntry.objects.count() == 0


@pytest.mark.parametrize("who", ["", "administrator", "officer@quillfeather.demo.invalid", "\x00"])
def test_nobody_else_stands_behind_the_door(client, demo, who):
    PersonFactory(email="administrator@demo.invalid", is_administrator=True)
    assert client.post("/accounts/demo/", {"who": who}).status_code == 404


def test_a_demo_person_who_is_gone_or_switched_off_cannot_be_entered(client, demo):
    Person.objects.filter(email=PEOPLE["officer"]).delete()
    Person.objects.filter(email=PEOPLE["grantee"]).update(is_active=False)
    assert client.post("/accounts/demo/", {"who": "officer"}).status_code == 404
    assert client.post("/accounts/demo/", {"who": "grantee"}).status_code == 404


def test_the_door_opens_by_a_button_only(client, demo):
    assert client.get("/accounts/demo/?who=officer").status_code == 405


@pytest.mark.parametrize(("open_door", "found"), [(True, ["portal.E001"]), (False, [])])
def test_the_deploy_check_fails_where_the_door_could_open(settings, open_door, found):
    settings.DEMO_DOOR = open_door
    told = run_checks(include_deployment_checks=True)
    assert [each.id for each in told if each.id == "portal.E001"] == found
    assert "portal.E001" not in [each.id for each in run_checks()]


@pytest.mark.parametrize(("mail_set", "found"), [(False, ["portal.E002"]), (True, [])])
def test_the_deploy_check_fails_where_no_mail_is_set(settings, mail_set, found):
    settings.EMAIL_SET = mail_set
    told = run_checks(include_deployment_checks=True)
    assert [each.id for each in told if each.id == "portal.E002"] == found
