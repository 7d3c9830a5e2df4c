"""What the portal writes to people: each letter once for its reason, and stopped where the reason falls away.

Letters become mails in accounts.gathering and go over the wire in accounts.sending.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Model, Q

from accounts import kinds
from accounts.models import Letter, Mail, Person

KEPT = timedelta(days=90)
"""So long the words of a letter are kept after it went or was stopped; that it went stays."""


@dataclass(frozen=True, slots=True)
class To:
    """One recipient: a person or, where there is none yet, an address."""

    person: Person | None = None
    address: str = ""


def named(about: Model) -> str:
    """As journal, letters and tasks call a thing."""
    return f"{about._meta.label_lower}:{about.pk}"


def write(
    *, kind: str, about: str, to: To, words: kinds.Words, at: datetime, version: int = 0, step: str = ""
) -> Letter:
    """Leave a letter with its words, to go now or in today's digest; once ever for a reason, whatever is written the
    second time. Call it in the deed's own transaction, so that nothing is sent of what did not happen."""
    said = {
        "at_once": kinds.of(kind).at_once,
        "due_at": at,
        "subject": " ".join(words.subject.split())[:300],
        "body": words.body,
        "made_at": at,
        "changed_at": at,
    }
    reason = {"kind": kind, "about": about, "version": version, "step": step}
    recipient = {"person": to.person, "address": "" if to.person else to.address.strip().lower()}
    return Letter.objects.get_or_create(**reason, **recipient, defaults=said)[0]


@dataclass(frozen=True, slots=True)
class Plan:
    """A letter of a later day, whose words its kind writes then."""

    kind: str
    about: str
    version: int
    step: str
    person_id: int
    due_at: datetime


def plan(planned: Iterable[Plan], *, at: datetime) -> None:
    """Leave letters for later. What is planned already stays as it is, so it may be said as often as one likes."""
    rows = [
        Letter(
            kind=each.kind, about=each.about, version=each.version, step=each.step, person_id=each.person_id,
            due_at=each.due_at, at_once=kinds.of(each.kind).at_once, made_at=at, changed_at=at,
        )
        for each in planned
    ]  # fmt: skip
    Letter.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)


@transaction.atomic
def cancel(which: Q, *, because: str, at: datetime) -> int:
    """See to it that letters which have not gone never do; how many that were. Those on the wire cannot be stopped.

    It waits for a sender that claims one at this moment, so afterwards each either goes or is cancelled.
    """
    held = Letter.objects.open().filter(which).select_for_update(of=("self",)).order_by("id")
    ids = list(held.values_list("pk", flat=True))
    still = Letter.objects.open().filter(pk__in=ids)
    return Letter.objects.filter(pk__in=list(still.values_list("pk", flat=True))).update(
        state=Letter.CANCELLED, reason=because[:300], changed_at=at
    )


@transaction.atomic
def forget_words(*, at: datetime) -> int:
    """Empty the words of what went, or was stopped, so long ago; how many letters and mails that were."""
    last = at - KEPT
    ended = Mail.objects.filter(changed_at__lte=last).exclude(text="")
    gone = ended.filter(state__in=[Mail.SENT, Mail.REFUSED, Mail.DROPPED]).update(text="")
    old = Letter.objects.filter(changed_at__lte=last).exclude(body="")
    stopped = Q(state__in=[Letter.CANCELLED, Letter.SUPERSEDED])
    done = Q(mail__state__in=[Mail.SENT, Mail.REFUSED, Mail.DROPPED], mail__changed_at__lte=last)
    kept = old.filter(stopped | done).values_list("pk", flat=True)
    return gone + Letter.objects.filter(pk__in=list(kept)).update(body="")
