"""What the portal writes to people: each letter once for its reason, tried again where mail fails."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Letter, Person

PAUSES = tuple(timedelta(minutes=each) for each in (5, 15, 60, 240, 720, 1440, 1440))
"""After each failed try; after the last one the letter is dropped: three days in all."""
LEASE = timedelta(minutes=30)
"""So long a letter belongs to the one who sends it; longer than MOST letters take, each at its longest."""
MOST = 60
"""How many one knock sends, so that no sender outlives its lease."""
NEVER = range(550, 555)
"""What a mail server answers where trying again is of no use."""

log = logging.getLogger(__name__)


def write(
    *, key: str, to: str, subject: str, body: str, about: str, at: datetime, person: Person | None = None
) -> Letter:
    """Leave a letter to be sent; once ever for a key, whatever is written the second time. Call it in the deed's
    own transaction, so that nothing is sent of what did not happen."""
    said = {"subject": " ".join(subject.split())[:300], "body": body, "about": about, "made_at": at, "not_before": at}
    return Letter.objects.get_or_create(key=key, defaults={"to": to, "person": person, **said})[0]


@transaction.atomic
def drop(*, key: str, because: str) -> bool:
    """See to it that a letter not sent yet never is; False where it is gone already."""
    unsent = Letter.objects.filter(key=key, send_state__in=[Letter.WAITING, Letter.FAILED])
    return bool(unsent.update(send_state=Letter.DROPPED, problem=because))


def deliver_waiting(*, at: datetime) -> int:
    """Send what waits, and say how many went. Where the mail server does not answer, the rest waits for another time.

    A letter is claimed in a short transaction of its own and sent outside of it. A sender that dies over a letter
    leaves it to be sent again after LEASE, with the same Message-ID: late or, at worst, twice, but never lost.
    """
    sent = 0
    connection = get_connection()
    try:
        for _number in range(MOST):
            letter = _claim(at)
            if letter is None:
                break
            problem = _problem_in_sending(letter, connection)
            _mark(letter, problem, at)
            sent += problem is None
            if isinstance(problem, OSError) and not isinstance(problem, SMTPRecipientsRefused):
                break
    finally:
        connection.close()
    return sent


@transaction.atomic
def _claim(at: datetime) -> Letter | None:
    """The next letter, made this process's own."""
    letter = Letter.objects.to_send(at).select_for_update(skip_locked=True).order_by("not_before", "id").first()
    if letter:
        letter.tries += 1
        letter.not_before = at + LEASE
        letter.save(update_fields=["tries", "not_before"])
    return letter


def _problem_in_sending(letter: Letter, connection: BaseEmailBackend) -> Exception | None:
    """Send it; what went wrong, if anything did."""
    try:
        mail(letter, connection).send()
    except (OSError, SMTPException, ValueError) as problem:
        log.warning("Letter %s could not be sent: %s", letter.pk, type(problem).__name__)
        return problem
    return None


def mail(letter: Letter, connection: BaseEmailBackend | None = None) -> EmailMessage:
    """As it goes over the wire; the same Message-ID at every try."""
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    name = hashlib.sha256(letter.key.encode()).hexdigest()[:32]
    headers = {"Message-ID": f"<{name}@{host}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(letter.subject, letter.body, to=[letter.to], headers=headers, connection=connection)


def _mark(letter: Letter, problem: Exception | None, at: datetime) -> None:
    """Say what became of this try, unless the letter was dropped or taken for left behind meanwhile."""
    mine = Letter.objects.filter(pk=letter.pk, tries=letter.tries).exclude(send_state=Letter.SENT)
    if problem is None:
        # What went over the wire went, even where it was to be dropped at that very moment.
        mine.update(send_state=Letter.SENT, sent_at=at, problem="")
        return
    mine = mine.exclude(send_state=Letter.DROPPED)
    if letter.tries > len(PAUSES) or _is_for_good(problem):
        mine.update(send_state=Letter.DROPPED, problem=_in_words(problem))
    else:
        pause = PAUSES[letter.tries - 1]
        mine.update(send_state=Letter.FAILED, problem=_in_words(problem), not_before=at + pause)


def _is_for_good(problem: Exception) -> bool:
    """Whether the address itself was refused, or the letter cannot be put on the wire at all."""
    if isinstance(problem, SMTPRecipientsRefused):
        return all(code in NEVER for code, _said in problem.recipients.values())
    return isinstance(problem, ValueError)


def _in_words(problem: Exception) -> str:
    if isinstance(problem, SMTPRecipientsRefused):
        return str(_("The mail server does not take this address."))
    if isinstance(problem, ValueError):
        return str(_("This letter cannot be sent to this address as it is."))
    return str(_("The mail server did not take the letter (%(kind)s).") % {"kind": type(problem).__name__})
