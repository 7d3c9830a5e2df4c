"""What is told of a mail after it went: it arrived, is delayed, came back, or its reader complained.

Two doors lead here: reports as mail, believed only at an address that we signed, and what the mail provider tells
(accounts.provider_events). An address to which nothing arrives, or whose reader complained, is written to no more.
"""

from __future__ import annotations

import email
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import Message

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import changing, doubts, journal, return_addresses
from accounts.journal import Did
from accounts.models import Mail, Person, StoppedAddress

BOUNCED, COMPLAINED = StoppedAddress.BOUNCED, StoppedAddress.COMPLAINED
LOST, DELAYED, DELIVERED = "lost", "delayed", "delivered"
"""What else may be told: this one mail did not arrive though the address may be good; not yet; it did."""
COMPLAINTS = {"abuse", "fraud", "virus", "other", "opt-out"}
"""Kinds of feedback (RFC 5965) with which a reader says that she does not want our mail; "not-spam" is none."""
log = logging.getLogger(__name__)


class NotBelieved(Exception):
    """It is no report about a mail of ours, or nobody can show that it is."""


class NotYet(Exception):
    """The mail is on the wire at this moment, and what is told of it must be told again in a minute."""


@dataclass(frozen=True, slots=True)
class Told:
    """One of the words above, and what the other mail server said."""

    what: str
    words: str = ""


# --- reports as mail ----------------------------------------------------------------------------------------------
def receive(content: bytes, *, to: str, at: datetime) -> Mail:
    """Take a report as a mail server hands it over, addressed `to`. Raises NotBelieved, or NotYet."""
    try:
        mail = Mail.objects.filter(pk=return_addresses.number_in(to)).first()
    except return_addresses.NotOurs:
        log.warning("A report about a mail was not believed: the address it came to is not signed by us")
        raise NotBelieved("The address it came to is not one that we gave out.") from None
    if mail is None:
        log.warning("A report about a mail was not believed: there is no such mail")
        raise NotBelieved("There is no such mail.")
    take(mail, read(email.message_from_bytes(content)), at=at)
    return mail


def read(report: Message) -> Told:
    """What a delivery report (RFC 3464) or a complaint (RFC 5965) says. Raises NotBelieved where it is neither."""
    for part in report.walk():
        kind = part.get_content_type()
        if kind == "message/feedback-report":
            return _read_feedback(part)
        if kind == "message/delivery-status":
            for block in part.get_payload():
                if isinstance(block, Message) and (status := str(block.get("Status", "")).strip()):
                    return _read_status(block, status)
    log.warning("What came to an address for reports is none")
    raise NotBelieved("It holds no delivery status and no feedback report.")


def _read_status(block: Message, status: str) -> Told:
    """5.x.x is for good; 4.x.x is only a delay, unless the other server says that it gave up."""
    words = " ".join(str(block.get("Diagnostic-Code", status)).split()).removeprefix("smtp; ")[:200]
    action = str(block.get("Action", "")).strip().lower()
    if status.startswith("5"):
        return Told(BOUNCED, words)
    if status.startswith("2"):
        return Told(DELIVERED, words)
    return Told(LOST if action == "failed" else DELAYED, words)


def _read_feedback(part: Message) -> Told:
    """The fields stand in the part's text, or as a message of their own, as the parser takes it."""
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) else None
    fields = inner if isinstance(inner, Message) else email.message_from_string(str(payload))
    kind = str(fields.get("Feedback-Type", "")).strip().lower()
    if kind not in COMPLAINTS:
        raise NotBelieved(f"Feedback of the kind {kind!r} is no complaint.")
    return Told(COMPLAINED, kind)


# --- what follows from it -----------------------------------------------------------------------------------------
@transaction.atomic
def take(mail: Mail, told: Told, *, at: datetime) -> None:
    """Act on what is told of a mail by somebody whom the door believed. Told twice, the first stands. Raises NotYet."""
    mail = Mail.objects.select_for_update(of=("self",)).get(pk=mail.pk)
    if told.what == DELIVERED:
        doubts.delivered(mail, at=at)
    elif told.what == DELAYED:
        changing.note(mail, _("It is delayed: %(words)s") % {"words": told.words}, at)
    elif mail.state == Mail.SENDING:
        raise NotYet
    else:
        _came_back(mail, told, at)


def _came_back(mail: Mail, told: Told, at: datetime) -> None:
    if doubts.went(mail, at=at) and mail.bounced_at is None:
        Mail.objects.filter(pk=mail.pk).update(bounced_at=at)
        said = _("Its reader complained: %(words)s") if told.what == COMPLAINED else _("It came back: %(words)s")
        changing.note(mail, said % {"words": told.words or told.what}, at)
    if told.what in (BOUNCED, COMPLAINED):
        _stop(mail, told, at)


def _stop(mail: Mail, told: Told, at: datetime) -> None:
    said = {"because": told.what, "words": told.words, "at": at, "mail": mail}
    row, is_new = StoppedAddress.objects.get_or_create(address=mail.to.lower(), defaults=said)
    if is_new:
        journal.record(what=Did.STOPPED_ADDRESS, about=row, by=None, at=at, because=told.what)


def stopped(mails: Collection[Mail]) -> Mapping[int, str]:
    """Why nothing goes to the addresses of these mails, by mail."""
    to = {each.pk: (each.person.email if each.person else each.to).lower() for each in mails}
    rows = {each.address: each for each in StoppedAddress.objects.filter(address__in=to.values())}
    return {
        number: _("Nothing goes to this address: %(why)s.") % {"why": rows[address].get_because_display()}
        for number, address in to.items()
        if address in rows
    }


@transaction.atomic
def use_again(row: StoppedAddress, *, by: Person | None, at: datetime) -> None:
    """Let letters go there again: somebody says so, or the person whose it was has another one now."""
    journal.record(what=Did.USED_ADDRESS_AGAIN, about=row, by=by, at=at, because=row.because)
    row.delete()


def left_behind(address: str, *, by: Person | None, at: datetime) -> None:
    """Its person has another address now, so this one is free for whoever gets it next."""
    for row in StoppedAddress.objects.filter(address=address.lower()):
        use_again(row, by=by, at=at)
