"""What an administrator does at the terminal: the first person, and a way in when mail is down."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts import signin
from accounts.journal import Did
from accounts.models import JournalEntry, Person, SigninCode
from tests.factories import FunderFactory, GranteeFactory, PersonFactory, administrator

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def code_for(address: str) -> str:
    return re.search(r"\b\d{8}\b", run("signin_code", address)).group()


def come_in(client, address: str, code: str) -> bool:
    client.post("/accounts/login/", {"email": address})
    client.post("/accounts/login/code/", {"code": code})
    return "_auth_user_id" in client.session


def test_a_code_made_by_command_lets_its_person_in_without_mail(client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    person = PersonFactory(email="ada@example.org")
    assert come_in(client, "ada@example.org", code_for("Ada@Example.org"))
    (line,) = JournalEntry.objects.all()
    assert (line.what, line.by, line.about) == (Did.GAVE_SIGNIN_CODE, None, f"accounts.person:{person.pk}")


def test_such_a_code_works_once(client):
    PersonFactory(email="ada@example.org")
    code = code_for("ada@example.org")
    assert come_in(client, "ada@example.org", code)
    client.post("/accounts/logout/")
    assert not come_in(client, "ada@example.org", code)


def test_such_a_code_is_its_persons_only(client):
    PersonFactory(email="ada@example.org")
    PersonFactory(email="ben@example.org")
    assert not come_in(client, "ben@example.org", code_for("ada@example.org"))


def test_such_a_code_runs_out_after_fifteen_minutes(client):
    person = PersonFactory(email="ada@example.org")
    code = signin.make_code(address="ada@example.org", at=timezone.now() - timedelta(minutes=15, seconds=1))
    assert not come_in(client, "ada@example.org", code)
    assert signin.fits(person=person, code=code, at=timezone.now() - timedelta(minutes=2))


def test_a_second_code_voids_the_first(client):
    PersonFactory(email="ada@example.org")
    first, second = code_for("ada@example.org"), code_for("ada@example.org")
    assert not come_in(client, "ada@example.org", first)
    assert come_in(client, "ada@example.org", second)


def test_no_code_is_kept_as_it_is_typed():
    PersonFactory(email="ada@example.org")
    code = code_for("ada@example.org")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_signincode")
        assert code not in str(cursor.fetchall())


@pytest.mark.parametrize("address", ["nobody@example.org", "gone@example.org", "nonsense", ""])
def test_a_code_for_an_unknown_address_is_refused_in_words(address):
    PersonFactory(email="gone@example.org", is_active=False)
    with pytest.raises(CommandError, match=f"Nobody who may sign in has the address {address}"):
        run("signin_code", address)
    assert SigninCode.objects.count() == JournalEntry.objects.count() == 0


def test_the_first_person_of_all_becomes_administrator():
    assert run("add_person", "Ada@Example.org", "--name", "Ada") == "Added ada@example.org: administrator.\n"
    assert run("add_person", "ben@example.org") == "Added ben@example.org: belongs to no organisation yet.\n"
    assert list(Person.objects.order_by("email").values_list("email", "name", "is_administrator")) == [
        ("ada@example.org", "Ada", True),
        ("ben@example.org", "", False),
    ]
    assert [line.what for line in JournalEntry.objects.all()] == [Did.ADDED_PERSON] * 2
    assert not Person.objects.get(email="ada@example.org").has_usable_password()


def test_a_person_is_added_as_officer_of_several_funders():
    administrator()
    FunderFactory(name="Quillfeather Trust", identifier="GB-CHC-1234567")
    FunderFactory(name="Saltwicket")
    told = run("add_person", "ada@example.org", "--secretariat", "--officer-of", "GB-CHC-1234567", "saltwicket")
    assert told == "Added ada@example.org: secretariat, officer of Quillfeather Trust, officer of Saltwicket.\n"


def test_a_person_who_is_here_is_made_what_she_is_not_yet():
    administrator()
    PersonFactory(email="ada@example.org", name="Ada", is_active=False)
    assert run("add_person", "ADA@example.org", "--secretariat") == "Changed ada@example.org: secretariat.\n"
    ada = Person.objects.get(email="ada@example.org")
    assert (ada.name, ada.is_secretariat, ada.is_active) == ("Ada", True, True)
    with pytest.raises(CommandError, match=r"is here already: secretariat\. Nothing was changed\."):
        run("add_person", "ada@example.org", "--secretariat")


def test_what_cannot_be_so_is_refused_in_words_and_nothing_is_kept():
    administrator()
    GranteeFactory(name="Kestrel")
    refusals = {
        ("add_person", "no address"): "“no address” is not an e-mail address.",
        ("add_person", "a@example.org", "--officer-of", "Nowhere"): "No organisation here is called “Nowhere”",
        ("add_person", "a@example.org", "--officer-of", "Kestrel"): "Kestrel is not a funder",
    }
    for arguments, words in refusals.items():
        with pytest.raises(CommandError, match=words):
            run(*arguments)
    assert Person.objects.count() == 1
    assert JournalEntry.objects.count() == 0
