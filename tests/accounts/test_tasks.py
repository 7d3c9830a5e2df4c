"""Tasks: left once for a reason, seen by whom they are for, done once, and taken over when an officer goes."""

from __future__ import annotations

from typing import Any

import pytest

from accounts import invitations, people, successors, tasks
from accounts.invitations import Asked
from accounts.journal import Did
from accounts.mailboxes import Contact
from accounts.models import Invitation, JournalEntry, Organisation, Person, Task
from accounts.organisations import Refused
from tests import factories
from tests.accounts.constraints import refused
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def funder() -> Organisation:
    return factories.FunderFactory(name="Quillfeather")


@pytest.fixture
def officer(funder: Organisation) -> Person:
    return factories.officer(funder, name="Jo Goes")


@pytest.fixture
def colleague(funder: Organisation) -> Person:
    return factories.officer(funder, name="Kit Stays")


def task(funder: Organisation, key: str = "a", person: Person | None = None) -> Task:
    said = {"about": "accounts.organisation:1", "kind": "ring", "words": f"Ring them ({key})"}
    tasks.add(key=key, organisation=funder, person=person, at=NOW, **said)
    return Task.objects.get(key=key)


def seen(person: Person) -> set[str]:
    return set(Task.objects.visible_to(Person.objects.get(pk=person.pk)).open().values_list("key", flat=True))


def leaves(person: Person) -> None:
    people.part(membership=person.memberships.get(), by=None, at=NOW)


def invitation(funder: Organisation, by: Person) -> Invitation:
    asked = Asked(factories.GranteeFactory(), "lead", funder, "http://testserver")
    return invitations.send(contacts=[Contact("ali@kestrel.example")], asked=asked, by=by, at=NOW)[0]


def test_a_key_makes_one_task_ever(funder: Organisation, officer: Person) -> None:
    first = task(funder)
    assert not tasks.add(key="a", organisation=funder, about="b", kind="c", words="d", at=NOW)
    tasks.done(task=first, by=officer, at=NOW)
    assert not tasks.add(key="a", organisation=funder, about="b", kind="c", words="d", at=NOW)
    assert Task.objects.get().words == "Ring them (a)"


def test_a_task_is_seen_by_whom_it_is_for(funder: Organisation, officer: Person, colleague: Person) -> None:
    task(funder, "hers", officer)
    task(funder, "any officer's")
    assert (seen(officer), seen(colleague)) == ({"hers", "any officer's"}, {"any officer's"})
    for stranger in (factories.officer(), factories.viewer(funder), factories.lead(), factories.secretariat()):
        assert seen(stranger) == set()


@pytest.mark.parametrize("how", ["leaves", "becomes viewer", "is shut out"])
def test_what_one_who_left_has_held_is_seen_by_every_officer(
    funder: Organisation, officer: Person, colleague: Person, how: str
) -> None:
    task(funder, "hers", officer)
    assert seen(colleague) == set()
    if how == "leaves":
        leaves(officer)
    elif how == "becomes viewer":
        people.join(person=officer, organisation=funder, role="viewer", by=None, at=NOW)
    else:
        people.change(person=officer, details=people.details_of(officer, is_active=False), by=None, at=NOW)
    assert seen(colleague) == {"hers"}


def test_a_task_stands_on_the_officers_first_page_until_it_is_done(
    sign_in: Any, funder: Organisation, officer: Person
) -> None:
    factories.GrantFactory(funder=funder)
    waiting = task(funder, "hers", officer)
    client = sign_in(officer)
    assert "Ring them (hers)" in client.get("/").content.decode()
    assert client.post(f"/tasks/{waiting.pk}/done/").url == "/"
    assert "Done: Ring them (hers)" in client.get("/").content.decode()
    assert "Ring them (hers)" not in client.get("/").content.decode()
    assert client.post(f"/tasks/{waiting.pk}/done/").status_code == 302
    waiting.refresh_from_db()
    assert waiting.done_by == officer
    assert [each.what for each in JournalEntry.objects.all()] == [Did.DID_TASK]


def test_the_first_page_shows_the_five_oldest_and_says_how_many_more(
    sign_in: Any, funder: Organisation, officer: Person
) -> None:
    factories.GrantFactory(funder=funder)
    for number in range(7):
        task(funder, str(number))
    page = sign_in(officer).get("/").content.decode()
    assert [f"Ring them ({number})" in page for number in range(7)] == [True] * 5 + [False] * 2
    assert "and 2 more things, shown once some of these are done" in page


def test_another_funders_officer_does_not_do_it(sign_in: Any, funder: Organisation, officer: Person) -> None:
    waiting = task(funder)
    assert sign_in(factories.officer()).post(f"/tasks/{waiting.pk}/done/").status_code == 404
    assert Task.objects.open().exists()


def test_a_successor_takes_over_tasks_and_invitations(
    sign_in: Any, funder: Organisation, officer: Person, colleague: Person
) -> None:
    task(funder, "open", officer)
    done = task(funder, "done", officer)
    tasks.done(task=done, by=officer, at=NOW)
    asked = invitation(funder, officer)
    leaves(officer)
    client = sign_in(colleague)
    page = client.get("/our-funder/").content.decode()
    assert "Jo Goes" in page
    assert "has left" in page
    client.post(f"/our-funder/{funder.pk}/take-over/", {"leaver": officer.pk, "successor": colleague.pk})
    assert "Kit Stays took over 2 things." in client.get("/our-funder/").content.decode()
    asked.refresh_from_db()
    done.refresh_from_db()
    assert (asked.held_by, asked.invited_by, done.person) == (colleague, officer, officer)
    assert Task.objects.get(key="open").person == colleague
    assert "Jo Goes" not in client.get("/our-funder/").content.decode()
    assert JournalEntry.objects.get(what=Did.TOOK_OVER).details["colleague"] == "Jo Goes"


@pytest.mark.parametrize("who", ["the same", "a viewer", "an officer elsewhere", "nobody"])
def test_only_an_officer_of_the_funder_takes_over(
    sign_in: Any, funder: Organisation, officer: Person, colleague: Person, who: str
) -> None:
    task(funder, "open", officer)
    other = {"the same": officer, "a viewer": factories.viewer(funder), "an officer elsewhere": factories.officer()}
    sent = {"leaver": officer.pk, "successor": other[who].pk if who in other else "\0"}
    answer = sign_in(colleague).post(f"/our-funder/{funder.pk}/take-over/", sent, follow=True)
    assert "two different people" in answer.content.decode()
    assert Task.objects.get().person == officer


def test_the_work_itself_refuses_who_is_no_officer_there(funder: Organisation, officer: Person) -> None:
    with pytest.raises(Refused, match="is no officer of Quillfeather"):
        successors.take_over(funder=funder, leaver=officer, successor=factories.officer(name="Eve"), by=officer, at=NOW)


def test_one_funders_tasks_do_not_move_with_anothers(funder: Organisation, officer: Person, colleague: Person) -> None:
    elsewhere = task(factories.FunderFactory(), "elsewhere", officer)
    assert successors.take_over(funder=funder, leaver=officer, successor=colleague, by=colleague, at=NOW) == (0, 0)
    elsewhere.refresh_from_db()
    assert elsewhere.person == officer
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        *[{name: ""} for name in ("key", "about", "kind", "words")],
        *[{name: None} for name in ("key", "organisation", "about", "kind", "words", "made_at")],
        {"done_by": "somebody"},
    ],
    ids=str,
)
def test_the_database_refuses(funder: Organisation, officer: Person, change: dict[str, Any]) -> None:
    somebody = {name: officer if value == "somebody" else value for name, value in change.items()}
    assert refused(task(funder), **somebody)


def test_the_database_takes_what_is_true_and_each_key_once(funder: Organisation, officer: Person) -> None:
    other = task(funder, "b")
    assert not refused(other, done_at=NOW, done_by=officer)
    assert not refused(other, done_at=NOW)
    task(funder, "a")
    assert refused(other, key="a")
