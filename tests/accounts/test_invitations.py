"""Invitations: seen before they go, accepted by whoever reads the mailbox, never run out, withdrawn by who may."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts import gathering, invitations
from accounts.invitations import Asked
from accounts.journal import Did
from accounts.mailboxes import Contact
from accounts.models import Invitation, JournalEntry, Letter, Mail, Membership, Organisation, Person, Task
from accounts.organisations import Refused
from tests import factories
from tests.accounts.constraints import refused
from tests.accounts.posting import post
from tests.factories import NOW

pytestmark = pytest.mark.django_db
ALI = "ali@kestrel.example"


@pytest.fixture
def charity() -> Organisation:
    return factories.GranteeFactory(name="Kestrel")


@pytest.fixture
def officer() -> Person:
    return factories.officer(factories.FunderFactory(name="Quillfeather"), name="Jo Officer")


def invite(charity: Organisation, by: Person, address: str = ALI, **fields: Any) -> Invitation:
    sender = Organisation.objects.filter(pk__in=by.organisation_ids).first()
    asked = {"role": "lead", "sender": sender, "site": "http://testserver"} | fields
    contact = Contact(address, asked.pop("name", ""))
    return invitations.send(contacts=[contact], asked=Asked(charity, **asked), by=by, at=NOW)[0]


def person_at(address: str = ALI, name: str = "Ali") -> Person:
    return factories.PersonFactory(email=address, name=name)


def again(person: Person) -> Person:
    """As the next request finds her."""
    return Person.objects.get(pk=person.pk)


def deeds() -> list[str]:
    return list(JournalEntry.objects.order_by("id").values_list("what", flat=True))


def grant_page(officer: Person, charity: Organisation) -> str:
    grant = factories.GrantFactory(funder_id=officer.officer_ids[0], recipient=charity, title="Guardianship")
    return f"/grants/{grant.pk}/invite/"


def said(response: Any) -> list[str]:
    return [each for lines in response.context["form"].errors.values() for each in lines]


def shown_and_sent(client: Client, url: str, **typed: str) -> Any:
    """Fill the form in, look at the letters, press Send."""
    shown = client.post(url, {"role": "lead"} | typed)
    assert shown.status_code == 200, said(shown)
    hidden = dict(re.findall(r'<input type="hidden" name="(once|seen)" value="([^"]+)"', shown.content.decode()))
    return client.post(url, {"role": "lead", "send": "yes"} | hidden | typed)


# --- an officer invites -------------------------------------------------------------------------------------------
def test_nothing_goes_before_the_letter_was_shown_and_send_pressed(
    sign_in: Any, officer: Person, charity: Organisation
):
    url, client = grant_page(officer, charity), sign_in(officer)
    page = client.post(url, {"people": f"Ali Wexcombe, {ALI}", "role": "lead"}).content.decode()
    for words in ("Nothing was sent yet.", "Dear Ali Wexcombe,", "Guardianship", "http://testserver/invitations/", ALI):
        assert words in page
    assert not Invitation.objects.exists()
    assert not Letter.objects.exists()
    # Send without having seen exactly these letters only shows them.
    assert (
        "Nothing was sent yet."
        in client.post(url, {"people": ALI, "role": "lead", "send": "yes", "seen": "x"}).content.decode()
    )
    assert not Invitation.objects.exists()
    # Changing her mind leads back to what she typed.
    assert f"{ALI}</textarea>" in client.post(url, {"people": ALI, "role": "lead", "change": "yes"}).content.decode()


def test_the_letter_goes_as_it_was_shown_and_once_however_often_send_is_pressed(
    sign_in: Any, officer: Person, charity: Organisation
):
    url, client = grant_page(officer, charity), sign_in(officer)
    typed = {"people": f"Ali, {ALI}", "role": "lead"}
    shown = client.post(url, typed)
    [draft] = shown.context["form"].letters
    hidden = dict(re.findall(r'name="(once|seen)" value="([^"]+)"', shown.content.decode()))
    answers = [client.post(url, {**typed, **hidden, "send": "yes"}) for _each in range(2)]
    assert [each.status_code for each in answers] == [302, 302]
    post(NOW + timedelta(days=9999))
    [sent] = mail.outbox
    assert (sent.to, sent.subject, sent.body) == ([ALI], draft.subject, draft.body)
    [invitation] = Invitation.objects.all()
    assert (invitation.organisation, invitation.role, invitation.name) == (charity, "lead", "Ali")
    assert (invitation.sender_id, invitation.invited_by, invitation.held_by) == (
        officer.officer_ids[0],
        officer,
        officer,
    )
    assert invitation.about.startswith("grants.grant:")
    assert deeds() == [Did.INVITED_PERSON]


def test_a_list_is_pasted_and_each_wrong_line_gets_its_sentence(sign_in: Any, officer: Person, charity: Organisation):
    url, client = grant_page(officer, charity), sign_in(officer)
    pasted = f"Ali, {ALI}\n\nMax, max@gmial.com\nnobody\n{ALI}"
    answer = client.post(url, {"people": pasted, "role": "lead", "send": "yes"})
    assert answer.status_code == 422
    assert said(answer) == [
        "Line 3: “max@gmial.com”: did you mean max@gmail.com?",
        "Line 4: There is no address here; one looks like name@example.org.",
        f"Line 5: “{ALI}” stands here twice.",
    ]
    assert "Max, max@gmial.com" in answer.content.decode()
    shown_and_sent(client, url, people=f"Ali, {ALI}\nMax, max@gmail.com")
    assert set(Invitation.objects.values_list("address", "name")) == {(ALI, "Ali"), ("max@gmail.com", "Max")}


def test_whom_nobody_can_invite_gets_a_sentence(sign_in: Any, officer: Person, charity: Organisation):
    url, client = grant_page(officer, charity), sign_in(officer)
    invite(charity, officer)
    there = factories.contributor(charity)
    closed = factories.PersonFactory(is_active=False)
    answer = client.post(url, {"people": f"{ALI}\n{there.email}\n{closed.email}", "role": "lead"})
    assert said(answer) == [
        f"{ALI} was invited on 21 November 2026; that invitation is still open.",
        f"{there.email} acts for Kestrel already.",
        f"{closed.email} may no longer sign in. Ask the secretariat.",
    ]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"people": ""}, "Type at least one address."),
        ({"people": "\n".join(f"p{n}@example.org" for n in range(51))}, "Invite at most 50 at a time."),
        ({"people": ALI, "role": ""}, "Say what they may do."),
        ({"people": ALI, "role": "officer"}, "Select a valid choice. officer is not one of the available choices."),
        ({"people": "a\0b@example.org"}, "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_read_is_said(sign_in: Any, officer: Person, charity: Organisation, typed: Any, words: str):
    answer = sign_in(officer).post(grant_page(officer, charity), {"role": "lead"} | typed)
    assert (answer.status_code, said(answer)) == (422, [words])


def test_of_several_recipients_one_is_chosen(sign_in: Any, officer: Person, charity: Organisation):
    url = grant_page(officer, charity)
    grant = factories.Grant.objects.get(funder_id=officer.officer_ids[0])
    other = factories.GranteeFactory(name="Merlin")
    factories.Recipient.objects.create(grant=grant, organisation=other)
    client = sign_in(officer)
    assert said(client.post(url, {"people": ALI, "role": "lead"})) == ["This field is required."]
    shown_and_sent(client, url, people=ALI, organisation=str(other.pk))
    assert Invitation.objects.get().organisation == other
    stranger = factories.GranteeFactory()
    assert client.post(url, {"people": "x@y.org", "role": "lead", "organisation": stranger.pk}).status_code == 422


def test_nobody_is_invited_to_a_grant_that_goes_to_no_charity(sign_in: Any, officer: Person):
    grant = factories.GrantFactory(funder_id=officer.officer_ids[0], to_individual=True)
    assert sign_in(officer).get(f"/grants/{grant.pk}/invite/").url == grant.get_absolute_url()
    assert "/invite/" not in sign_in(officer).get(grant.get_absolute_url()).content.decode()


def test_a_protected_place_is_not_in_the_letter(sign_in: Any, officer: Person, charity: Organisation):
    url = grant_page(officer, charity)
    grant = factories.Grant.objects.get(funder_id=officer.officer_ids[0])
    grant.title = "Refuge at 12 Marker Street, LS1 4AP"
    grant.save()
    page = sign_in(officer).post(url, {"people": ALI, "role": "lead"}).content.decode()
    assert "Nothing was sent yet." in page
    assert "LS1 4AP" not in page


def test_a_charitys_leads_hear_of_whom_a_funder_invites_and_can_withdraw_it(
    sign_in: Any, officer: Person, charity: Organisation
):
    lead = factories.lead(charity, name="Dee Lead")
    factories.lead(charity, is_active=False)
    client = sign_in(officer)
    shown = client.post(grant_page(officer, charity), {"people": ALI, "role": "lead"}).context["form"].letters
    assert [each.to for each in shown] == [ALI, lead.email]
    assert ALI in shown[1].body
    assert "http://testserver/our-charity/" in shown[1].body
    invitation = invite(charity, officer)
    assert {each.to for each in Letter.objects.all()} == {ALI, lead.email}
    sign_in(lead).post(f"/invitations/{invitation.pk}/withdraw/")
    invitation.refresh_from_db()
    assert invitation.withdrawn_by == lead


# --- accepting ----------------------------------------------------------------------------------------------------
def sign_in_by_mail(client: Client, address: str) -> None:
    client.post("/accounts/login/", {"email": address})
    code = re.search(r"\b\d{8}\b", str(mail.outbox[-1].body))
    assert code, mail.outbox[-1].body
    client.post("/accounts/login/code/", {"code": code[0]})


def test_who_was_invited_just_signs_in_with_that_address_and_accepts(
    client: Client, officer: Person, charity: Organisation
):
    invitation = invite(charity, officer, name="Ali Wexcombe")
    assert not Person.objects.filter(email=ALI).exists()
    sign_in_by_mail(client, " Ali@Kestrel.example ")
    home = client.get("/").content.decode()
    assert "You are invited to act for Kestrel: look and accept" in home
    assert "Accept" in client.get("/invitations/").content.decode()
    assert client.post(f"/invitations/{invitation.pk}/accept/").url == "/"
    ali = Person.objects.get(email=ALI)
    assert (ali.name, ali.lead_ids) == ("Ali Wexcombe", [charity.pk])
    assert deeds() == [Did.INVITED_PERSON, Did.ADDED_PERSON, Did.CHANGED_PERSON, Did.ACCEPTED_INVITATION]
    assert "Kestrel" in client.get("/our-charity/").content.decode()


def test_the_link_in_the_letter_leads_there_over_the_sign_in_page(
    client: Client, officer: Person, charity: Organisation
):
    invite(charity, officer)
    assert client.get("/invitations/").url == "/accounts/login/?next=/invitations/"


def test_an_invitation_does_not_die(officer: Person, charity: Organisation):
    invitation, ali = invite(charity, officer), person_at()
    years = NOW + timedelta(days=3650)
    assert invitations.let_in(address="other@kestrel.example", at=years) is None
    invitations.accept(invitation=invitation, name="", by=ali, at=years)
    assert again(ali).lead_ids == [charity.pk]


def test_a_withdrawn_invitation_lets_nobody_in(client: Client, officer: Person, charity: Organisation):
    invitation = invite(charity, officer)
    invitations.withdraw(invitation=invitation, by=officer, at=NOW)
    client.post("/accounts/login/", {"email": ALI})
    assert not Person.objects.filter(email=ALI).exists()
    assert "sign-in code" not in mail.outbox[-1].subject
    ali = person_at()
    with pytest.raises(Refused, match="withdrawn"):
        invitations.accept(invitation=invitation, name="", by=ali, at=NOW)
    assert again(ali).lead_ids == []
    invite(charity, officer)


def test_nobody_else_accepts_it(sign_in: Any, officer: Person, charity: Organisation):
    invitation = invite(charity, officer)
    eve = factories.PersonFactory()
    assert sign_in(eve).post(f"/invitations/{invitation.pk}/accept/").status_code == 404
    with pytest.raises(Refused):
        invitations.accept(invitation=invitation, name="", by=eve, at=NOW)
    assert "No invitation waits for" in sign_in(eve).get("/invitations/").content.decode()


def test_a_role_mailbox_may_be_a_person_and_says_a_first_name_for_the_journal(
    sign_in: Any, officer: Person, charity: Organisation
):
    invitation = invite(charity, officer, "reports@kestrel.example")
    office = person_at("reports@kestrel.example", "Kestrel office")
    client = sign_in(office)
    answer = client.post(f"/invitations/{invitation.pk}/accept/", {"name": "  "})
    assert (answer.status_code, answer.context["sent"].errors["name"]) == (422, ["Say what you are called."])
    assert client.post(f"/invitations/{invitation.pk}/accept/", {"name": " Max "}).status_code == 302
    line = JournalEntry.objects.get(what=Did.ACCEPTED_INVITATION)
    assert (line.by, line.details["first_name"]) == (office, "Max")
    assert again(office).name == "Kestrel office"


def test_who_has_no_name_yet_is_asked_for_it(sign_in: Any, officer: Person, charity: Organisation):
    invitation, ali = invite(charity, officer), person_at(name="")
    client = sign_in(ali)
    assert client.post(f"/invitations/{invitation.pk}/accept/").status_code == 422
    client.post(f"/invitations/{invitation.pk}/accept/", {"name": "Ali  Wexcombe"})
    assert (again(ali).name, again(ali).lead_ids) == ("Ali Wexcombe", [charity.pk])


def test_accepting_takes_no_role_away_and_twice_is_once(officer: Person, charity: Organisation):
    ali = person_at()
    invitation = invite(charity, officer, role="contributor")
    Membership.objects.create(person=ali, organisation=charity, role="lead")
    for _each in range(2):
        invitations.accept(invitation=invitation, name="", by=ali, at=NOW)
    assert ali.memberships.get().role == "lead"
    assert deeds().count(Did.ACCEPTED_INVITATION) == 1


# --- withdrawing, and letters that do not arrive ------------------------------------------------------------------
def test_withdrawn_before_it_went_the_letter_is_not_sent(sign_in: Any, officer: Person, charity: Organisation):
    invitation = invite(charity, officer)
    sign_in(officer).post(f"/invitations/{invitation.pk}/withdraw/")
    post(NOW + timedelta(days=9999))
    assert mail.outbox == []
    assert Letter.objects.get().reason == "The invitation was withdrawn."
    assert deeds() == [Did.INVITED_PERSON, Did.WITHDREW_INVITATION]


def test_what_was_accepted_cannot_be_withdrawn(officer: Person, charity: Organisation):
    invitation = invite(charity, officer)
    invitations.accept(invitation=invitation, name="", by=person_at(), at=NOW)
    with pytest.raises(Refused, match="has accepted meanwhile"):
        invitations.withdraw(invitation=invitation, by=officer, at=NOW)


def test_an_invitation_whose_letter_was_given_up_is_a_task_once(officer: Person, charity: Organisation):
    invitation = invite(charity, officer)
    assert invitations.tell_of_unsent(at=NOW) == 0
    gathering.gather(at=invitation.invited_at)
    Mail.objects.update(state="refused", reason="550 no such user")
    assert [invitations.tell_of_unsent(at=NOW) for _each in range(2)] == [1, 0]
    task = Task.objects.visible_to(officer).get()
    assert (task.person, task.words) == (officer, f"The invitation to {ALI} could not be delivered")
    invitations.withdraw(invitation=invitation, by=officer, at=NOW)
    assert not Task.objects.open().exists()


# --- what is true in the database ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "change",
    [
        *[
            {name: None}
            for name in ("organisation", "role", "address", "name", "is_role_mailbox", "first_name", "about")
        ],
        *[{name: None} for name in ("invited_by", "invited_at", "held_by")],
        {"address": ""},
        {"address": "Ali@kestrel.example"},
        {"role": "boss"},
        {"accepted_at": NOW},
        {"accepted_by": "somebody"},
        {"withdrawn_at": NOW},
        {"withdrawn_by": "somebody"},
        {"accepted_at": NOW, "accepted_by": "somebody", "withdrawn_at": NOW, "withdrawn_by": "somebody"},
        {"accepted_at": NOW, "accepted_by": "somebody", "is_role_mailbox": True},
    ],
    ids=str,
)
def test_the_database_refuses(officer: Person, charity: Organisation, change: dict[str, Any]):
    somebody = {name: officer if value == "somebody" else value for name, value in change.items()}
    assert refused(invite(charity, officer), **somebody)


def test_the_database_takes_what_is_true(officer: Person, charity: Organisation):
    invitation = invite(charity, officer)
    accepted = {"accepted_at": NOW, "accepted_by": officer}
    assert not refused(invitation, **accepted)
    assert not refused(invitation, **accepted, is_role_mailbox=True, first_name="Max")
    assert not refused(invitation, withdrawn_at=NOW, withdrawn_by=officer, sender=None)


def test_an_address_has_one_open_invitation_to_an_organisation(officer: Person, charity: Organisation):
    first = invite(charity, officer)
    row = {"organisation": charity, "role": "lead", "address": ALI, "invited_by": officer, "held_by": officer}
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(**row, invited_at=NOW)
    with pytest.raises(Refused, match="still open"):
        invite(charity, officer)
    invite(factories.GranteeFactory(), officer)
    invitations.withdraw(invitation=first, by=officer, at=NOW)
    Invitation.objects.create(**row, invited_at=NOW)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads share the test's one SQLite connection in memory")
def test_two_officers_who_invite_the_same_address_at_once_make_one_invitation(charity: Organisation):
    officers = [factories.officer() for _each in range(4)]
    told: list[str] = []

    def ask(officer: Person) -> None:
        try:
            invite(charity, officer)
        except Refused as refused:
            told.append(str(refused))
        connection.close()

    threads = [threading.Thread(target=ask, args=[each]) for each in officers]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert Invitation.objects.count() == 1
    assert len(told) == 3
    assert all("still open" in each for each in told)


# --- who sees what ------------------------------------------------------------------------------------------------
def test_only_the_charity_and_the_one_that_invited_see_an_invitation(officer: Person, charity: Organisation):
    invitation = invite(charity, officer)
    colleague = factories.viewer(Organisation.objects.get(pk=officer.officer_ids[0]))
    for person in (
        officer,
        colleague,
        factories.lead(charity),
        factories.contributor(charity),
        factories.secretariat(),
    ):
        assert list(Invitation.objects.visible_to(person)) == [invitation]
    for person in (factories.officer(), factories.lead(), factories.PersonFactory(), factories.administrator()):
        assert list(Invitation.objects.visible_to(person)) == []
        assert list(Invitation.objects.kept_by(person)) == []
