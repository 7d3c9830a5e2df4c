"""A charity's own people: a lead adds, changes and removes them, hands over, leaves; one lead is always left."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from accounts import colleagues
from accounts.models import Invitation, JournalEntry, Membership, Organisation, Person
from accounts.organisations import Refused
from tests import factories
from tests.accounts.posting import post
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def charity() -> Organisation:
    return factories.GranteeFactory(name="Kestrel")


@pytest.fixture
def lead(charity: Organisation) -> Person:
    return factories.lead(charity, name="Ali Lead")


@pytest.fixture
def helper(charity: Organisation) -> Person:
    return factories.contributor(charity, name="Max Helper")


def role(person: Person) -> str:
    return person.memberships.get().role if person.memberships.exists() else ""


def does(client: Any, person: Person, what: str, **data: str) -> str:
    """Press a button on the page at somebody's row; what the next page says, or the status where there is none."""
    pk = person.memberships.get().pk
    answer = client.post(f"/our-charity/people/{pk}/{what}/", data, follow=True)
    said = [str(each) for each in answer.context["messages"]] if answer.status_code == 200 else []
    return said[0] if said else str(answer.status_code)


def test_everybody_sees_the_people_the_open_invitations_and_what_was_sent(
    sign_in: Any, charity: Organisation, lead: Person, helper: Person
):
    factories.lead(factories.GranteeFactory(), name="Eve Elsewhere")
    client = sign_in(lead)
    url = f"/our-charity/{charity.pk}/invite/"
    typed = {"people": "Sam, sam@kestrel.example", "role": "contributor"}
    shown = client.post(url, typed)
    hidden = dict(re.findall(r'name="(once|seen)" value="([^"]+)"', shown.content.decode()))
    assert client.post(url, {**typed, **hidden, "send": "yes"}).url == "/our-charity/"
    post(NOW.replace(year=2100))
    assert [each.to for each in mail.outbox] == [["sam@kestrel.example"]]
    for person in (lead, helper):
        page = sign_in(person).get("/our-charity/").content.decode()
        for words in ("Ali Lead", "Max Helper", "sam@kestrel.example", "Ali Lead invites you to act for Kestrel"):
            assert words in page
        assert "Eve Elsewhere" not in page
        assert ("Add a colleague" in page) == (person == lead)
    assert Invitation.objects.get().sender == charity


def test_the_only_lead_cannot_leave_before_she_hands_over(sign_in: Any, lead: Person, helper: Person):
    client = sign_in(lead)
    said = "Ali Lead is the only lead of Kestrel. Make a colleague lead first, or hand over to one."
    assert does(client, lead, "remove") == said
    assert does(client, lead, "role", role="contributor") == said
    assert role(lead) == "lead"
    assert does(client, helper, "hand-over") == "Max Helper is lead now; you stay as contributor."
    assert (role(lead), role(helper)) == ("contributor", "lead")
    assert does(client, lead, "remove") == "You have left Kestrel."
    assert role(lead) == ""
    assert "You do not belong to an organisation yet" in client.get("/").content.decode()


def test_a_lead_who_may_no_longer_sign_in_does_not_count(sign_in: Any, charity: Organisation, lead: Person):
    factories.lead(charity, is_active=False)
    assert "is the only lead" in does(sign_in(lead), lead, "remove")


def test_a_lead_makes_another_lead_and_then_may_leave(sign_in: Any, lead: Person, helper: Person):
    client = sign_in(lead)
    assert does(client, helper, "role", role="lead") == "The changes are saved."
    assert (role(lead), role(helper)) == ("lead", "lead")
    assert does(client, lead, "remove") == "You have left Kestrel."


def test_a_lead_removes_a_colleague_and_the_journal_says_so(sign_in: Any, lead: Person, helper: Person):
    assert does(sign_in(lead), helper, "remove") == "Max Helper no longer acts for Kestrel."
    line = JournalEntry.objects.get()
    assert (line.by, line.about, line.details["role"]) == (lead, f"accounts.person:{helper.pk}", ["contributor", ""])


def test_a_contributor_only_leaves(sign_in: Any, charity: Organisation, lead: Person, helper: Person):
    client = sign_in(helper)
    assert does(client, lead, "remove") == "404"
    assert does(client, lead, "role", role="contributor") == "403"
    assert does(client, helper, "hand-over") == "403"
    assert client.get(f"/our-charity/{charity.pk}/invite/").status_code == 403
    assert does(client, helper, "remove") == "You have left Kestrel."


def test_a_lead_touches_nobody_elsewhere(sign_in: Any, lead: Person):
    other = factories.contributor(factories.GranteeFactory())
    both = factories.GranteeFactory(is_funder=True)
    factories.member(both, "lead")
    client = sign_in(lead)
    assert [does(client, other, what) for what in ("remove", "role", "hand-over")] == ["404"] * 3
    assert client.get(f"/our-charity/{both.pk}/invite/").status_code == 404


def test_a_lead_of_a_charity_that_is_a_funder_too_does_not_touch_its_officers(sign_in: Any):
    both = factories.GranteeFactory(is_funder=True)
    lead, officer = factories.lead(both), factories.officer(both)
    client = sign_in(lead)
    assert [does(client, officer, what) for what in ("remove", "role", "hand-over")] == ["404"] * 3
    assert officer.email not in client.get("/our-charity/").content.decode()


@pytest.mark.parametrize("unknown", ["officer", "boss", "", "\0"])
def test_there_are_only_two_roles_to_give(sign_in: Any, lead: Person, helper: Person, unknown: str):
    assert does(sign_in(lead), helper, "role", role=unknown).endswith("is no role here.")
    assert role(helper) == "contributor"


def test_nothing_is_handed_to_oneself_elsewhere_or_to_who_cannot_sign_in(charity: Organisation, lead: Person):
    mine = lead.memberships.get()
    elsewhere = factories.contributor(factories.GranteeFactory()).memberships.get()
    closed = factories.contributor(charity, is_active=False).memberships.get()
    for to in (mine, elsewhere, closed):
        with pytest.raises(Refused):
            colleagues.hand_over(mine=mine, to=to, by=lead, at=NOW)
    assert role(lead) == "lead"


def test_one_who_has_left_meanwhile_is_said_to_have_left(lead: Person, helper: Person):
    there = helper.memberships.get()
    colleagues.remove(membership=there, by=lead, at=NOW)
    with pytest.raises(Refused, match="has left already"):
        colleagues.remove(membership=there, by=lead, at=NOW)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads share the test's one SQLite connection in memory")
def test_two_leads_who_leave_at_the_same_moment_leave_one(charity: Organisation):
    leads = [factories.lead(charity) for _each in range(3)]

    def leave(person: Person) -> None:
        try:
            colleagues.remove(membership=Membership.objects.get(person=person), by=person, at=NOW)
        except Refused:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=[each]) for each in leads]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert Membership.objects.filter(organisation=charity, role="lead").count() == 1
