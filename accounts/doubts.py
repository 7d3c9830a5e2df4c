"""Mails in doubt: what a dead sender left, or where the line broke after the text; settled, never guessed at."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import changing, journal, kinds, owners, wire
from accounts.journal import Did
from accounts.models import Letter, Mail, Person

TELLS_WITHIN = timedelta(minutes=10)
"""So long a provider that tells of deliveries by itself may take to do so."""


def patience() -> timedelta:
    """So long a mail stays in doubt before anybody acts on it: longer than a sender that lost its lock could still be
    sending, and than a provider needs to know what it took, or to tell it where it tells by itself."""
    waits = settings.MAIL_PROVIDER and not wire.can_ask()
    return timedelta(seconds=settings.EMAIL_TIMEOUT) + (
        TELLS_WITHIN if waits else timedelta(seconds=settings.MAIL_ASK_AFTER)
    )


def clear_up(*, at: datetime) -> int:
    """Put what dead senders left in doubt, and resolve what is in doubt; how many mails that changed."""
    return _doubt_the_dead(at) + sum(_resolve(each, at) for each in _doubtful(at))


@transaction.atomic
def _doubt_the_dead(at: datetime) -> int:
    dead = owners.dead()
    rows = Mail.objects.filter(state=Mail.SENDING, sender__in=dead)
    left = list(rows.select_for_update(skip_locked=True, of=("self",)))
    for mail in left:
        mail.state, mail.reason = Mail.DOUBT, _("Its sender died over it.")
    changing.save(left, at)
    return len(left)


def _doubtful(at: datetime) -> list[int]:
    old = Mail.objects.filter(Q(changed_at__lte=at - patience()) | Q(delivered_at__isnull=False), state=Mail.DOUBT)
    return list(old.order_by("changed_at", "id").values_list("pk", flat=True)[:1000])


def _resolve(number: int, at: datetime) -> bool:
    """Settle one mail in doubt: as the provider says or, where none can be asked, as its letters' kinds want it."""
    asked = Mail.objects.get(pk=number)
    arrived = True if asked.delivered_at else wire.has_arrived(asked) if wire.can_ask() else None
    if arrived is None and wire.can_ask():
        return False
    with transaction.atomic():
        locked = Mail.objects.filter(pk=number, state=Mail.DOUBT).select_for_update(skip_locked=True, of=("self",))
        mail = locked.first()
        if mail is None:
            return False
        if arrived:
            _arrived(mail, _("The mail provider has it."), at)
        elif arrived is False:
            mail.state, mail.not_before, mail.reason = Mail.RETRY, at, _("The mail provider does not have it.")
        elif mail.resent or _is_to_be_held(mail):
            mail.state, mail.reason = Mail.HELD, _("Nobody can say whether it went.")
        else:
            _once_more(mail, _("Nobody can say whether it went, so the same goes once more."), at)
        changing.save([mail], at)
    return True


def _arrived(mail: Mail, reason: str, at: datetime) -> None:
    """It went after all, and with it the letters that were cancelled while nobody knew."""
    mail.letters.filter(state=Letter.CANCELLED, changed_at__gte=mail.changed_at).update(
        state=Letter.GATHERED, reason="", changed_at=at
    )
    mail.state, mail.sent_at, mail.reason = Mail.SENT, at, reason


def delivered(mail: Mail, *, at: datetime) -> None:
    """The provider tells that a mail, locked, reached the mail server of its reader. Where its sender is still thought
    to live, that is remembered and settles the doubt when there is one."""
    if mail.delivered_at is None and mail.tries:
        Mail.objects.filter(pk=mail.pk).update(delivered_at=at)
    went(mail, at=at)


def went(mail: Mail, *, at: datetime) -> bool:
    """Whether a mail, locked, went, now that somebody tells what became of it; if that was in doubt, it is settled."""
    if mail.tries and mail.state in (Mail.DOUBT, Mail.HELD, Mail.RETRY):
        _arrived(mail, _("The mail provider tells of it, so it went."), at)
        changing.save([mail], at)
    return mail.state == Mail.SENT


def _once_more(mail: Mail, reason: str, at: datetime) -> None:
    mail.state, mail.not_before, mail.resent, mail.reason = Mail.RETRY, at, mail.resent + 1, reason


@transaction.atomic
def decide(mail: Mail, *, arrived: bool, by: Person, at: datetime) -> bool:
    """What a person says of a mail that is held: it came, or it goes once more; False where it is held no longer."""
    held = Mail.objects.filter(pk=mail.pk, state=Mail.HELD).select_for_update(of=("self",)).first()
    if held is None:
        return False
    if arrived and held.tries:
        _arrived(held, _("%(person)s says that it came.") % {"person": by}, at)
    else:
        _once_more(held, _("%(person)s sends it once more.") % {"person": by}, at)
    changing.save([held], at)
    journal.record(what=Did.DECIDED_HELD_MAIL, about=held, by=by, at=at, arrived=arrived)
    return True


def _is_to_be_held(mail: Mail) -> bool:
    codes = mail.letters.filter(state=Letter.GATHERED).values_list("kind", flat=True)
    return any(kinds.of(each).doubt == kinds.HOLD for each in codes)
