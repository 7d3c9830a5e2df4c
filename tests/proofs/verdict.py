"""What became of every letter: held against what the mail server took, letter by letter."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db.models import Count, Q

from accounts.models import Letter, Mail, MailChange
from tests.proofs import post
from tests.proofs.post import Post, Taken

OVER = [Mail.SENT, Mail.REFUSED, Mail.DROPPED]
SOON = ["doubled", "wrong", "unmarked", "altered"]
"""What can be seen while letters are still under way."""
STOPPED = [Letter.CANCELLED, Letter.SUPERSEDED]


def waiting(at: datetime) -> int:
    """Letters due that are not yet sent, refused or stopped, and mails of which that is not known."""
    due = Q(state=Letter.PLANNED, due_at__lte=at)
    letters = Letter.objects.filter(due | Q(state=Letter.GATHERED) & ~Q(mail__state__in=OVER))
    return letters.count() + Mail.objects.exclude(state__in=OVER).count()


@dataclass
class Verdict:
    """Counts of letters unless it says otherwise; `faults` names those that must be nought."""

    due: int
    sent: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    """Went although they were stopped, or to somebody else."""
    extra: int = 0
    """Letters or mails in the ledger beyond those planned, and letters that do not stand there as they arrived."""
    waiting: int = 0
    unmarked: int = 0
    """Mails that came twice or were stopped in doubt, and do not say so."""
    altered: int = 0
    """Mails that came twice, and not the same to the byte."""
    stopped: int = 0
    refused: int = 0
    doubts: int = 0
    """Mails that were in doubt."""
    seconds: float = 0.0
    """From the first mail that arrived to the last."""
    twice: list[list[Taken]] = field(default_factory=list)
    """Mails that came more than once."""
    is_early: bool = False
    """Judged before all was settled, since a fault showed."""

    @property
    def unexplained(self) -> int:
        """Letters that came twice otherwise than in a mail that came twice."""
        return self.doubled - len({number for same in self.twice for number in same[0].letters})

    @property
    def rate(self) -> float:
        return self.sent / self.seconds if self.seconds else 0.0

    def faults(self, *allowed: str) -> list[str]:
        """In words, what is not as it must be."""
        names = SOON if self.is_early else [*SOON, "lost", "extra", "waiting"]
        return [f"{getattr(self, each)} {each}" for each in names if getattr(self, each) and each not in allowed]


def judge(planned: Post, taken: Path, *, at: datetime, refused: Collection[str] = ()) -> Verdict:
    """refused: addresses to which the mail server said no for good; a letter to another that was refused is lost."""
    arrived = list(post.taken(taken))
    deliveries: Counter[int] = Counter(number for each in arrived for number in each.letters)
    rows = Letter.objects.filter(about__startswith="proof:").values_list("about", "state", "mail__state", "mail__to")
    found: dict[int, tuple[str, str, str]] = {}
    one = Verdict(due=planned.count, waiting=waiting(at))
    for about, state, mail, to in rows.iterator(20_000):
        number = int(about.partition(":")[2])
        one.extra += number in found
        found[number] = (state, mail, to)
    may_stop = planned.gone | planned.called_off
    resent = set(Mail.objects.filter(resent__gt=0).values_list("letters__about", flat=True))
    for number in range(planned.count):
        state, mail, to = found.get(number, ("", "", ""))
        came = deliveries[number]
        in_doubt = f"proof:{number}" in resent
        one.doubled += came > 1
        if state in STOPPED or mail == Mail.DROPPED:
            one.stopped += 1
            one.lost += number not in may_stop
            one.wrong += bool(came) and not in_doubt
        elif mail == Mail.REFUSED:
            one.refused += 1
            one.lost += to not in refused
            one.wrong += bool(came)
        else:
            one.sent += came > 0
            one.lost += came == 0
            one.extra += bool(came) and mail != Mail.SENT
        one.wrong += bool(came) and number in planned.gone
    one.wrong += sum(planned.to(number) != each.to for each in arrived for number in each.letters)
    _by_mail(one, arrived)
    one.doubts = MailChange.objects.filter(state=Mail.DOUBT).aggregate(mails=Count("mail", distinct=True))["mails"]
    one.seconds = arrived[-1].at - arrived[0].at if arrived else 0.0
    return one


def _by_mail(one: Verdict, arrived: list[Taken]) -> None:
    """Each mail arrived as often as it says, and a person got one digest."""
    by_name: dict[str, list[Taken]] = defaultdict(list)
    for each in arrived:
        by_name[each.message_id].append(each)
    unknown = set(by_name)
    for message_id, state, resent in Mail.objects.values_list("message_id", "state", "resent").iterator(20_000):
        unknown.discard(message_id)
        came = len(by_name.get(message_id, []))
        one.unmarked += came > resent + 1
        one.extra += state == Mail.SENT and came == 0
    one.extra += len(unknown)
    one.twice = [each for each in by_name.values() if len(each) > 1]
    one.altered = sum(len({each.digest for each in same}) > 1 for same in one.twice)
    digests = Mail.objects.filter(day__isnull=False).values("person", "day").annotate(mails=Count("pk"))
    one.extra += digests.filter(mails__gt=1).count()
