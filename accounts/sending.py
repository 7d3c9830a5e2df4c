"""Mails over the wire: `sending` is committed before, `sent` after, and what a dead sender left is cleared up.

A mail is claimed in a short transaction in which its letters are asked once more whether they are still wanted. So
whatever was done before that transaction counts, and whatever is done later finds the mail on the wire.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import monotonic

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import bounces, bulk, changing, composing, doubts, kinds, owners, wire
from accounts.models import Letter, Mail

PAUSES = tuple(timedelta(minutes=each) for each in (5, 15, 60, 240, 720, 1440, 1440))
"""After each failed try; after the last one the mail is refused: three days in all."""
AT_A_TIME = 10
"""So many are claimed at once where the provider can be asked; else one, so that one at most is in doubt."""
LONGEST = 200
"""Seconds after which a knock claims no more, well within the job's limit."""


def deliver(*, now: Callable[[], datetime], seconds: float = LONGEST) -> int:
    """Send what waits, and say how many went. Where the mail server does not answer, the rest waits."""
    doubts.clear_up(at=now())
    if not Mail.objects.to_send(now()).exists():
        return 0
    until = monotonic() + seconds
    line = wire.Wire()
    try:
        with owners.Owner(at=now()) as owner:
            return _deliver_as(owner, line, now, until)
    finally:
        line.close()


def _deliver_as(owner: owners.Owner, line: wire.Wire, now: Callable[[], datetime], until: float) -> int:
    sent = 0
    tried: list[tuple[Mail, wire.Outcome]] = []
    left: list[Mail] = []
    has_line = True
    try:
        while True:
            owner.check()
            # One commit carries what came of the last ones and the claim of the next.
            with transaction.atomic():
                if tried:
                    _mark(tried, owner, now())
                claimed = _claim(owner, now()) if has_line and monotonic() < until else []
            sent += sum(outcome.state == Mail.SENT for _mail, outcome in tried)
            tried, left = [], claimed
            if not left:
                return sent
            while left and has_line:
                owner.check()
                outcome = line.send(left[0])
                tried.append((left.pop(0), outcome))
                has_line = not outcome.no_line
            if left:
                _put_back(left, owner, now())
    except owners.LockLost:
        raise  # Others take this sender for dead and clear up after it.
    except BaseException:
        interrupted = [(each, wire.Outcome(Mail.DOUBT, _("Its sender was interrupted."))) for each in left[:1]]
        _mark([*tried, *interrupted], owner, now())
        _put_back(left[1:], owner, now())
        raise


# --- claiming -----------------------------------------------------------------------------------------------------
def _claim(owner: owners.Owner, at: datetime) -> list[Mail]:
    """The next mails, made this sender's own, without the letters that nobody wants any more."""
    most = AT_A_TIME if wire.can_ask() else 1
    while True:
        waiting = Mail.objects.to_send(at).select_for_update(skip_locked=True, of=("self",))
        with bulk.by_index():
            mails = list(waiting.select_related("person").order_by("not_before", "id")[:most])
        if not mails:
            return []
        wanted = _wanted(mails, at)
        # All at once; where one cannot be written, each mail's are tried on their own below.
        composing.write([letter for each in wanted.values() for letter in each], at)
        stopped = bounces.stopped(mails)
        for mail in mails:
            if not wanted[mail.pk]:
                mail.state, mail.reason = Mail.DROPPED, _("Nothing in it was wanted any more.")
            elif because := stopped.get(mail.pk):
                mail.state, mail.reason = Mail.REFUSED, because
            elif composing.compose(mail, wanted[mail.pk], at):
                mail.state, mail.reason, mail.sender = Mail.SENDING, "", owner.sender
                mail.tries += 1
            else:
                mail.state, mail.reason = Mail.HELD, _("Its words could not be written; what went wrong is in the log.")
        changing.save(mails, at)
        if ready := [each for each in mails if each.state == Mail.SENDING]:
            return ready


def _wanted(mails: Sequence[Mail], at: datetime) -> dict[int, list[Letter]]:
    """The letters of each that are still wanted; the others are cancelled here, with the reason.

    Kinds are asked before the letters are locked: whoever changes what a letter is about holds that first and its
    letters second, as they do.
    """
    gathered = Letter.objects.filter(mail__in=mails, state=Letter.GATHERED)
    unwanted = _unwanted(list(gathered.select_related("person").order_by("id")), at)
    letters = list(gathered.select_for_update(of=("self",)).order_by("id"))
    stopped = [each for each in letters if each.pk in unwanted]
    for letter in stopped:
        letter.state, letter.reason, letter.changed_at = Letter.CANCELLED, unwanted[letter.pk][:300], at
    Letter.objects.bulk_update(stopped, ["state", "reason", "changed_at"], batch_size=500)
    left: dict[int, list[Letter]] = {each.pk: [] for each in mails}
    for letter in letters:
        if letter.pk not in unwanted and letter.mail_id:
            left[letter.mail_id].append(letter)
    return left


def _unwanted(letters: Sequence[Letter], at: datetime) -> dict[int, str]:
    """Why letters are not wanted any more, by letter: nobody is there to read them, or their kind says so."""
    gone = [each for each in letters if each.person and not each.person.is_active]
    reasons = {each.pk: str(_("The person may no longer sign in.")) for each in gone}
    by_kind: dict[str, list[Letter]] = defaultdict(list)
    for letter in letters:
        if letter.pk not in reasons:
            by_kind[letter.kind].append(letter)
    for code, of_it in sorted(by_kind.items()):
        if ask := kinds.of(code).unwanted:
            reasons.update(ask(of_it, at))
    return reasons


# --- what came of it ----------------------------------------------------------------------------------------------
@transaction.atomic
def _mark(tried: Sequence[tuple[Mail, wire.Outcome]], owner: owners.Owner, at: datetime) -> None:
    """Say what became of each, of those that are still this sender's."""
    ids = [mail.pk for mail, _outcome in tried]
    mine = set(
        Mail.objects.filter(pk__in=ids, state=Mail.SENDING, sender=owner.sender)
        .select_for_update(of=("self",))
        .values_list("pk", flat=True)
    )
    marked = []
    for mail, outcome in tried:
        if mail.pk in mine:
            mail.state, mail.reason = outcome.state, outcome.reason
            if outcome.state == Mail.SENT:
                mail.sent_at = at
            elif outcome.state == Mail.RETRY:
                _pause(mail, at)
            marked.append(mail)
    changing.save(marked, at)


def _pause(mail: Mail, at: datetime) -> None:
    if mail.tries > len(PAUSES):
        mail.state = Mail.REFUSED
    else:
        mail.not_before = at + PAUSES[mail.tries - 1]


@transaction.atomic
def _put_back(mails: Sequence[Mail], owner: owners.Owner, at: datetime) -> None:
    """Those that were claimed and never begun wait again, as if nobody had touched them."""
    ids = [each.pk for each in mails]
    mine = Mail.objects.filter(pk__in=ids, state=Mail.SENDING, sender=owner.sender).select_for_update(of=("self",))
    again = list(mine)
    for mail in again:
        mail.state, mail.reason, mail.tries = Mail.WAITING, "", mail.tries - 1
    changing.save(again, at)
