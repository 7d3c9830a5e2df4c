"""What comes back: a report that a mail never arrived, or a complaint; believed only where we signed its address."""

from __future__ import annotations

import email
import hashlib
import hmac
import logging
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from email.message import Message

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import journal
from accounts.journal import Did
from accounts.models import Mail, Person, StoppedAddress

OUR_ADDRESS = re.compile(r"bounces\+(\d+)\.([0-9a-f]{24})@", re.IGNORECASE)
log = logging.getLogger(__name__)


class NotBelieved(Exception):
    """It is no report about a mail of ours, or nobody can show that it is."""


def return_address(mail: Mail) -> str:
    """Where a mail comes back to: signed where there is a mailbox for it, else the sender's."""
    if not settings.MAIL_BOUNCES:
        return str(settings.DEFAULT_FROM_EMAIL).rpartition("<")[2].rstrip(">")
    return f"bounces+{mail.pk}.{_signature(mail.pk)}@{settings.MAIL_BOUNCES}"


def _signature(number: int) -> str:
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, f"bounce:{number}".encode(), hashlib.sha256).hexdigest()[:24]


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
def receive(content: bytes, *, to: str, at: datetime) -> Mail:
    """Take a report as a mail server hands it over, addressed `to`. Raises NotBelieved.

    A permanent failure (5.x.x, RFC 3464) or a complaint (RFC 5965) stops the address; a delay is only noted.
    """
    mail = _mail_of(to)
    told = email.message_from_bytes(content)
    because, words = _read(told)
    if because is None:
        log.info("Mail %s is delayed: %s", mail.pk, words)
        return mail
    stop(mail, because=because, words=words, at=at)
    return mail


def _mail_of(to: str) -> Mail:
    found = OUR_ADDRESS.search(to)
    if not found or not hmac.compare_digest(found[2].lower(), _signature(int(found[1]))):
        log.warning("A bounce that is not signed by us was not believed")
        raise NotBelieved("The address it came to is not one that we gave out.")
    mail = Mail.objects.filter(pk=found[1]).first()
    if mail is None:
        raise NotBelieved("There is no such mail.")
    return mail


def _read(told: Message) -> tuple[str | None, str]:
    """What a report says: why to stop (None: only a delay), and in which words."""
    for part in told.walk():
        kind = part.get_content_type()
        if kind == "message/feedback-report":
            return StoppedAddress.COMPLAINED, ""
        if kind == "message/delivery-status":
            for block in part.get_payload():
                if isinstance(block, Message) and (status := str(block.get("Status", "")).strip()):
                    words = " ".join(str(block.get("Diagnostic-Code", status)).split())[:300]
                    return (StoppedAddress.BOUNCED if status.startswith("5") else None), words
    raise NotBelieved("It holds no delivery status and no feedback report.")


@transaction.atomic
def stop(mail: Mail, *, because: str, words: str, at: datetime) -> None:
    """Write to the address of a mail no more; said twice, the first stands."""
    mail = Mail.objects.select_for_update(of=("self",)).get(pk=mail.pk)
    if mail.state == Mail.SENT and mail.bounced_at is None:
        Mail.objects.filter(pk=mail.pk).update(bounced_at=at)
    said = {"because": because, "words": words, "at": at, "mail": mail}
    row, is_new = StoppedAddress.objects.get_or_create(address=mail.to.lower(), defaults=said)
    if is_new:
        journal.record(what=Did.STOPPED_ADDRESS, about=row, by=None, at=at, because=because)


@transaction.atomic
def use_again(row: StoppedAddress, *, by: Person, at: datetime) -> None:
    """Let letters go there again."""
    journal.record(what=Did.USED_ADDRESS_AGAIN, about=row, by=by, at=at, because=row.because)
    row.delete()
