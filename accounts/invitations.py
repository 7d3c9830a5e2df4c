"""Invitations: somebody who may asks an address to act for an organisation; who reads that mailbox accepts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import journal, kinds, letters, people, tasks
from accounts.journal import Did
from accounts.mailboxes import Contact
from accounts.models import Group, Invitation, Letter, Mail, Membership, Organisation, Person, Task
from accounts.organisations import Refused

INVITATION, INVITED = "invitation", "invited"
"""The kinds of letter: to the one who is invited, and to the leads of the charity."""
UNSENT = "letter-not-sent:"
"""How the key of the task begins where the letter was given up; the invitation's number follows."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one is invited to: for which organisation, as what, from whom, over which grant (if over one).

    `site` is the portal's own address as letters give it. `grant` is its title as it may be shown.
    """

    organisation: Organisation
    role: str
    sender: Organisation | None
    site: str
    about: str = ""
    grant: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter as it will go."""

    to: str
    subject: str
    body: str
    person: Person | None = None


# --- letters ------------------------------------------------------------------------------------------------------
def drafts(contacts: Iterable[Contact], asked: Asked, *, by: Person) -> list[Draft]:
    """Every letter that goes when these are invited: one to each, and one to each lead who did not do it herself."""
    contacts = list(contacts)
    to_them = [draft(each, asked, by=by) for each in contacts]
    return to_them + [notice(each, contacts, asked, by=by) for each in leads_to_tell(asked, by=by)]


def draft(contact: Contact, asked: Asked, *, by: Person) -> Draft:
    """The letter that invites."""
    said = {
        "by": by,
        "sender": asked.sender or Group.current(),
        "organisation": asked.organisation,
        "group": Group.current(),
        "grant": asked.grant,
        "address": contact.address,
        "name": contact.name,
    }
    lines = [
        _("Dear %(name)s,") % said if contact.name else _("Hello,"),
        _("%(by)s of %(sender)s invites you to the portal of %(group)s, to act for %(organisation)s there.") % said,
        _("It is about the grant “%(grant)s”.") % said if asked.grant else "",
        what_one_may(asked.role) % said,
        _("Open this page and sign in with this address, %(address)s:") % said,
        asked.site + reverse("invitations"),
        _("There is no password: you type the address, and a code comes to this mailbox."),
        _("Whoever opens this mailbox and accepts is asked for a first name.") if contact.is_role else "",
        _("The invitation does not run out. If it is not meant for you, you need do nothing."),
        _("Questions: %(mail)s") % {"mail": by.email},
    ]
    subject = _("%(sender)s invites you to act for %(organisation)s") % said
    if asked.sender == asked.organisation:
        subject = _("%(by)s invites you to act for %(organisation)s") % said
    return Draft(contact.address, subject, "\n\n".join(filter(None, lines)), Person.objects.at(contact.address).first())


def what_one_may(role: str) -> str:
    return {
        Membership.LEAD: _("As lead you write and hand in its reports, and you add and remove your own colleagues."),
        Membership.CONTRIBUTOR: _("You write and hand in its reports, together with your colleagues."),
        Membership.OFFICER: _("As officer you read and write for %(organisation)s."),
        Membership.VIEWER: _("As viewer you read what the group's funders share."),
    }[role]


def leads_to_tell(asked: Asked, *, by: Person) -> list[Person]:
    """A charity's leads hear of whom a funder invites to act for it; they can withdraw it."""
    leading = Membership.objects.filter(organisation=asked.organisation, role=Membership.LEAD).exclude(person=by)
    if asked.sender == asked.organisation:
        return []
    return list(Person.objects.active().filter(id__in=leading.values("person")))


def notice(lead: Person, contacts: list[Contact], asked: Asked, *, by: Person) -> Draft:
    """The letter that tells a lead."""
    said = {"by": by, "sender": asked.sender or Group.current(), "organisation": asked.organisation}
    lines = [
        _("Dear %(name)s,") % {"name": lead.name} if lead.name else _("Hello,"),
        _("%(by)s of %(sender)s has invited these to act for %(organisation)s:") % said,
        "\n".join(f"{each.name}, {each.address}" if each.name else each.address for each in contacts),
        _("If one of them does not belong to you, withdraw the invitation on this page, after signing in:"),
        asked.site + reverse("our_charity"),
    ]
    subject = _("%(sender)s has invited somebody to act for %(organisation)s") % said
    return Draft(lead.email, subject, "\n\n".join(lines), lead)


# --- sending ------------------------------------------------------------------------------------------------------
def obstacle(contact: Contact, organisation: Organisation) -> str:
    """Why this address cannot be invited to this organisation, in words; "" where it can."""
    said = {"address": contact.address, "organisation": str(organisation)}
    person = Person.objects.at(contact.address).first()
    if person and not person.is_active:
        return _("%(address)s may no longer sign in. Ask the secretariat.") % said
    if person and person.memberships.filter(organisation=organisation).exists():
        return _("%(address)s acts for %(organisation)s already.") % said
    if there := Invitation.objects.open().filter(address=contact.address, organisation=organisation).first():
        said["day"] = date_format(timezone.localtime(there.invited_at), "j F Y")
        return _("%(address)s was invited on %(day)s; that invitation is still open.") % said
    return ""


@transaction.atomic
def send(*, contacts: Iterable[Contact], asked: Asked, by: Person, at: datetime) -> list[Invitation]:
    """Invite each of them, all or none. Raises Refused, worded, where one cannot be."""
    contacts = list(contacts)
    people.fitting(asked.organisation, asked.role)
    # One at a time for an organisation, so that two who invite the same address do not meet in the database.
    Organisation.objects.select_for_update().get(pk=asked.organisation.pk)
    told = leads_to_tell(asked, by=by)
    sent = [_send_one(each, asked, by=by, at=at) for each in contacts]
    for lead in told if sent else []:
        _post(INVITED, notice(lead, contacts, asked, by=by), sent[0], at=at)
    return sent


def _send_one(contact: Contact, asked: Asked, *, by: Person, at: datetime) -> Invitation:
    if why := obstacle(contact, asked.organisation):
        raise Refused(why)
    invitation = Invitation.objects.create(
        organisation=asked.organisation,
        role=asked.role,
        address=contact.address,
        name=contact.name,
        is_role_mailbox=contact.is_role,
        about=asked.about,
        sender=asked.sender,
        invited_by=by,
        invited_at=at,
        held_by=by,
    )
    _post(INVITATION, draft(contact, asked, by=by), invitation, at=at)
    said = {"organisation": asked.organisation.name, "role": asked.role, "address": contact.address}
    journal.record(what=Did.INVITED_PERSON, about=invitation, by=by, at=at, **said)
    return invitation


def _post(kind: str, draft: Draft, invitation: Invitation, *, at: datetime) -> None:
    to = letters.To(person=draft.person, address=draft.to)
    letters.write(kind=kind, about=named(invitation), to=to, words=kinds.Words(draft.subject, draft.body), at=at)


def named(invitation: Invitation) -> str:
    """As journal, letters and tasks call it."""
    return letters.named(invitation)


def _stop_letter(invitation: Invitation, because: str, at: datetime) -> None:
    letters.cancel(Q(kind=INVITATION, about=named(invitation)), because=because, at=at)


# --- answering ----------------------------------------------------------------------------------------------------
@transaction.atomic
def let_in(*, address: str, at: datetime) -> Person | None:
    """Make an invited address somebody who can sign in, when a code is asked for; None where nothing is to be made.

    Until then an invitation to a mistyped address leaves nobody behind.
    """
    waiting = Invitation.objects.open().filter(address=address.strip().lower()).order_by("invited_at", "id").first()
    if waiting is None or Person.objects.at(address).exists():
        return None
    try:
        return people.add(details=people.Details(email=waiting.address, name=waiting.name), by=None, at=at)
    except people.AddressTaken:
        return None


@transaction.atomic
def accept(*, invitation: Invitation, name: str, by: Person, at: datetime) -> Invitation:
    """Act for the organisation from now on. `name`: how she is called, where nobody said so yet, and at a mailbox of
    a role the first name of the one who reads it. Raises Refused where it is not open to her any more."""
    invitation = locked(invitation)
    if invitation.accepted_at:
        return invitation
    if not invitation.is_open or invitation.address != by.email.lower():
        raise Refused(_("This invitation was withdrawn meanwhile. Ask whoever invited you."))
    if wants_name(invitation, by) and not name:
        raise Refused(_("Say what you are called."))
    if invitation.is_role_mailbox:
        invitation.first_name = name
    elif name and not by.name:
        people.change(person=by, details=people.details_of(by, name=name), by=by, at=at)
    _join(invitation, by=by, at=at)
    invitation.accepted_at, invitation.accepted_by = at, by
    invitation.save(update_fields=["accepted_at", "accepted_by", "first_name"])
    _stop_letter(invitation, _("Accepted before it was sent."), at)
    said = {"organisation": invitation.organisation.name, "role": invitation.role, "first_name": invitation.first_name}
    journal.record(what=Did.ACCEPTED_INVITATION, about=invitation, by=by, at=at, **said)
    return invitation


def wants_name(invitation: Invitation, person: Person) -> bool:
    """Whether it asks how the one who accepts is called."""
    return invitation.is_role_mailbox or not person.name


def _join(invitation: Invitation, *, by: Person, at: datetime) -> None:
    """Give her the role, but take none away: a lead who is invited as contributor stays lead."""
    held = Membership.objects.filter(person=by, organisation=invitation.organisation).first()
    if held and held.role in (Membership.LEAD, Membership.OFFICER):
        return
    people.join(person=by, organisation=invitation.organisation, role=invitation.role, by=by, at=at)


@transaction.atomic
def withdraw(*, invitation: Invitation, by: Person, at: datetime) -> Invitation:
    """Take it back; a letter still waiting is not sent. Raises Refused where it was answered meanwhile."""
    invitation = locked(invitation)
    if invitation.withdrawn_at:
        return invitation
    if invitation.accepted_at:
        raise Refused(_("%(address)s has accepted meanwhile.") % {"address": invitation.address})
    invitation.withdrawn_at, invitation.withdrawn_by = at, by
    invitation.save(update_fields=["withdrawn_at", "withdrawn_by"])
    _stop_letter(invitation, _("The invitation was withdrawn."), at)
    tasks.settle(key=unsent_key(invitation), at=at)
    said = {"organisation": invitation.organisation.name, "role": invitation.role, "address": invitation.address}
    journal.record(what=Did.WITHDREW_INVITATION, about=invitation, by=by, at=at, **said)
    return invitation


def locked(invitation: Invitation) -> Invitation:
    """As it stands now, nobody else's until the transaction ends."""
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("organisation")
    return rows.get(pk=invitation.pk)


# --- what came of the letters -------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Posted:
    """An invitation and its letter."""

    invitation: Invitation
    letter: Letter | None


def posted(found: Iterable[Invitation]) -> list[Posted]:
    """Each with its letter; one query for all of them."""
    found = list(found)
    to_them = Letter.objects.filter(kind=INVITATION, about__in=[named(each) for each in found])
    about = {each.about: each for each in to_them.select_related("mail", "person")}
    return [Posted(each, about.get(named(each))) for each in found]


def written_about(found: Iterable[Invitation]) -> list[Letter]:
    """Every letter about them, those to leads too, the newest first."""
    return list(Letter.objects.filter(about__in=[named(each) for each in found]).select_related("mail", "person"))


def unsent_key(invitation: Invitation) -> str:
    return f"{UNSENT}{invitation.pk}"


@transaction.atomic
def tell_of_unsent(*, at: datetime) -> int:
    """A task for who looks after an open invitation whose letter was given up or came back; it tells once."""
    key = {"number": Cast("pk", CharField())}
    asked = Invitation.objects.open().filter(sender__is_funder=True).annotate(**key)
    given_up = Letter.objects.filter(
        Q(mail__state__in=[Mail.REFUSED, Mail.HELD]) | Q(mail__bounced_at__isnull=False),
        kind=INVITATION,
        about=Concat(Value(f"{Invitation._meta.label_lower}:"), OuterRef("number")),
    )
    known = Task.objects.filter(key=Concat(Value(UNSENT), OuterRef("number")))
    told = 0
    for invitation in asked.filter(Exists(given_up), ~Exists(known)).select_related("sender", "held_by"):
        assert invitation.sender
        told += tasks.add(
            key=unsent_key(invitation),
            organisation=invitation.sender,
            person=invitation.held_by,
            about=named(invitation),
            kind="letter-not-sent",
            words=_("The invitation to %(address)s could not be delivered") % {"address": invitation.address},
            at=at,
        )
    return told


kinds.know(
    kinds.Kind(INVITATION, gettext_lazy("an invitation")),
    kinds.Kind(INVITED, gettext_lazy("somebody was invited to your charity")),
)
