"""Faults that a proof must find: each makes the ledger's code worse inside the proof's own processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from time import monotonic
from typing import Any

from django.db import connection, transaction

from accounts import doubts, owners, sending, wire
from accounts.models import Letter, Mail

AFTER, KEYLESS, UNCHECKED = "claim after send", "no unique key", "re-check removed"
EVERYWHERE = (AFTER, KEYLESS, UNCHECKED)
UNASKED, UNMARKED, CUT_IS_NO = "doubt goes again unasked", "resent unmarked", "cut line taken for a no"
DEAF = "kinds not asked"


def apply(name: str) -> None:
    """Put the fault into this process; the keys are taken from the database instead (without_keys)."""
    if name and name != KEYLESS:
        FAULTS[name]()


def _claim_after_send() -> None:
    """What goes is marked in the transaction that claims it, once it went: nothing says so before the wire."""

    def deliver(owner: owners.Owner, line: wire.Wire, now: Callable[[], datetime], until: float) -> int:
        sent = 0
        while monotonic() < until:
            with transaction.atomic():
                claimed = sending._claim(owner, now())
                if not claimed:
                    break
                tried = [(each, line.send(each)) for each in claimed]
                sending._mark(tried, owner, now())
            sent += len(tried)
        return sent

    sending._deliver_as = deliver


def _no_recheck() -> None:
    sending._unwanted = lambda letters, at: {}


def _deaf() -> None:
    """Whether somebody is there to read is asked; whether her report is still owed is not."""
    unwanted = sending._unwanted

    def only_of_the_gone(letters: Sequence[Letter], at: datetime) -> dict[int, str]:
        return unwanted([each for each in letters if each.person and not each.person.is_active], at)

    sending._unwanted = only_of_the_gone


def _unasked() -> None:
    wire.has_arrived = lambda mail: False


def _unmarked() -> None:
    def once_more(mail: Mail, reason: str, at: datetime) -> None:
        mail.state, mail.not_before, mail.reason = Mail.RETRY, at, reason

    doubts._once_more = once_more


def _cut_is_no() -> None:
    send = wire.Wire.send

    def without_doubt(self: wire.Wire, mail: Mail) -> wire.Outcome:
        outcome = send(self, mail)
        return wire.Outcome(Mail.RETRY, outcome.reason) if outcome.state == Mail.DOUBT else outcome

    wire.Wire.send = without_doubt


FAULTS: dict[str, Callable[[], Any]] = {
    AFTER: _claim_after_send,
    UNCHECKED: _no_recheck,
    DEAF: _deaf,
    UNASKED: _unasked,
    UNMARKED: _unmarked,
    CUT_IS_NO: _cut_is_no,
}


def without_keys() -> None:
    """Take away the keys by which a letter, and a person's mail of a day, are made once."""
    with connection.cursor() as cursor:
        for name in ("letter_to_a_person_once", "letter_to_an_address_once", "one_digest_a_day"):
            cursor.execute(f"DROP INDEX {name}")
