"""The change log: writers touch, readers tail. A room above keeps one of its own by the same Log."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, Subquery

from grants.models import Change, ChangeCounter

MANY = 1_000
"""A change of more than this is one row of the log, and readers read everything anew."""
FOLLOWED = 5_000
"""So many changes at most are followed one by one; whoever is further behind reads everything anew."""


class Stamp(NamedTuple):
    """The head of a log as it was read: its number, and the newest line's id, which knows a log replaced."""

    seq: int
    change: int | None


@dataclass(frozen=True, slots=True)
class Log:
    """A counter of one row, and lines that each name what changed (`about`, a key that is empty where it is many)."""

    counter: Any
    line: Any
    about: str

    def touch(self, ids: Collection[int]) -> int:
        """Note a change. Taking the counter's row lock last makes order of numbers order of commits (a sequence would
        not). Returns the new number; the newest one where nothing changed. Raises RuntimeError outside a transaction.
        """
        if not transaction.get_connection().in_atomic_block:
            raise RuntimeError("A change is noted in the transaction that makes it.")
        if not ids:
            return self.head()
        counter = self.counter.objects.filter(id=1)
        if not counter.update(seq=F("seq") + 1):
            # The very first. Where another transaction is as early, this one waits for it here and counts on from it.
            self.counter.objects.bulk_create([self.counter(id=1, seq=0)], ignore_conflicts=True)
            counter.update(seq=F("seq") + 1)
        seq = self.head()
        named: list[int | None] = [None] if len(ids) > MANY else [*sorted(set(ids))]
        self.line.objects.bulk_create(self.line(seq=seq, **{f"{self.about}_id": each}) for each in named)
        return seq

    def head(self) -> int:
        """The number of the newest change, 0 before the first."""
        return self.counter.objects.filter(id=1).values_list("seq", flat=True).first() or 0

    def stamp(self) -> Stamp:
        newest = self.line.objects.order_by("-id").values("id")[:1]
        row = self.counter.objects.filter(id=1).values_list("seq", Subquery(newest)).first()
        return Stamp(*row) if row else Stamp(0, None)

    def between(self, then: int, now: int) -> frozenset[int] | None:
        """What changed after one number up to another; None where a reader must read everything anew."""
        lines = self.line.objects.filter(seq__gt=then, seq__lte=now)
        changed = list(lines.values_list(self.about, flat=True)[: FOLLOWED + 1])
        if len(changed) > FOLLOWED or None in changed:
            return None
        return frozenset(int(each) for each in changed)

    def continues(self, then: Stamp, now: Stamp) -> bool:
        """Whether `now` is the same log further on, rather than another one (a database restored or emptied)."""
        if now.seq <= then.seq:
            return now == then
        return then.change is None or self.line.objects.filter(id=then.change, seq=then.seq).exists()


GRANTS = Log(ChangeCounter, Change, "grant")


@dataclass(frozen=True, slots=True)
class Since:
    """What changed after a number: the head now, and the grants, or None where a reader must read everything."""

    seq: int
    grant_ids: frozenset[int] | None


def touch(grant_ids: Collection[int]) -> int:
    """Note that these grants or their links changed; the LAST call of the transaction that changed them. See Log."""
    return GRANTS.touch(grant_ids)


def head() -> int:
    """The number of the newest change, 0 before the first."""
    return GRANTS.head()


def since(seq: int) -> Since:
    """What changed after `seq`. Call it inside one transaction with the reading that follows it."""
    now = head()
    return Since(now, frozenset() if now == seq else GRANTS.between(seq, now))
