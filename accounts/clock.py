"""Whether time knocks, and how letters go: for the secretariat's page, for monitors, and for the alarm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Knock, Letter, Mail, MailChange
from counting import working_days

SILENCE = timedelta(minutes=10)
"""So long without any knock, or so late with a letter that could go, and something is wrong."""
LATELY = timedelta(days=14)
MOST = 50
RUNNING_SINCE = timezone.now()
"""When this process began: a portal whose clock never knocked is silent since then."""


def note(job: str, *, began: datetime, ended: datetime, failure: str = "") -> None:
    """Keep that a job was done or, by its kind and the reference in the log, what went wrong."""
    told: dict[str, Any] = {"began_at": began, "ended_at": ended}
    if failure:
        told |= {"failed_at": ended, "failure": failure[:300]}
    Knock.objects.update_or_create(job=job, defaults=told)


def last_knock() -> datetime | None:
    """When any job was last done; None where none ever was."""
    last: datetime | None = Knock.objects.aggregate(last=Max("ended_at"))["last"]
    return last


@dataclass(frozen=True, slots=True)
class Health:
    """How the clock does, without a word about anybody. `problems` are short words for a monitor's log, `words` the
    same for people."""

    last_knock: datetime | None
    oldest_due: datetime | None
    doubt: int
    held: int
    problems: Sequence[str]
    words: Sequence[str]

    @property
    def is_well(self) -> bool:
        return not self.problems


def health(*, at: datetime, since: datetime = RUNNING_SINCE) -> Health:
    """Looked up in a few indexed reads. Where nothing ever knocked, its silence counts from `since`."""
    knocked, oldest = last_knock(), oldest_due(at)
    found = []
    if at - (knocked or since) > SILENCE:
        found.append(("nothing has knocked for 10 minutes", _("Nothing has knocked for ten minutes.")))
    if oldest and at - oldest > SILENCE:
        found.append(("a letter is more than 10 minutes late", _("A letter is more than ten minutes late.")))
    doubt, held = (Mail.objects.filter(state=each).count() for each in (Mail.DOUBT, Mail.HELD))
    return Health(knocked, oldest, doubt, held, [code for code, _words in found], [words for _code, words in found])


def oldest_due(at: datetime) -> datetime | None:
    """Since when the letter has waited that could have gone first; within hours where it goes in a digest."""
    waiting = Mail.objects.to_send(at).order_by("not_before").values_list("not_before", flat=True).first()
    due = Letter.objects.due(at).order_by("due_at")
    planned = due.filter(at_once=True).values_list("due_at", flat=True).first()
    since = [each for each in (waiting, planned) if each]
    if working_days.is_open(at):
        # Before this morning nobody could have sent it.
        opened = working_days.opening(working_days.local_day(at))
        digest = due.filter(at_once=False).values_list("due_at", flat=True).first()
        since += [max(digest, opened)] if digest else []
    return min(since, default=None)


def sent_since(moment: datetime) -> int:
    """How many mails went since then."""
    return Mail.objects.filter(state=Mail.SENT, sent_at__gte=moment).count()


def to_decide() -> QuerySet[Mail]:
    """Mails that a person must settle, the longest held first."""
    return Mail.objects.filter(state=Mail.HELD).order_by("changed_at", "id")


def in_doubt() -> QuerySet[Mail]:
    return Mail.objects.filter(state=Mail.DOUBT).order_by("changed_at", "id")


def not_arrived(*, at: datetime) -> QuerySet[Mail]:
    """Mails refused or come back lately, the newest first, with `why` and `when`."""
    lately = Mail.objects.filter(changed_at__gte=at - LATELY, state=Mail.REFUSED)
    told = MailChange.objects.filter(mail=OuterRef("pk")).order_by("-id").values("reason")[:1]
    when = Coalesce("bounced_at", "changed_at")
    found = lately | Mail.objects.filter(bounced_at__gte=at - LATELY)
    return found.annotate(why=Subquery(told), when=when).order_by("-when", "-id")
