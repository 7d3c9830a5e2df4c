"""The log of changed figures: writers touch, the figures in memory tail. See grants.changes, its elder brother."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Subquery

from outcomes.models import FigureChange, FigureCounter

MANY = 1_000
"""A change of more projects than this is one row of the log, and readers read everything anew."""
FOLLOWED = 5_000
"""So many changed projects at most are followed one by one; whoever is further behind reads everything anew."""


class Stamp(NamedTuple):
    """The head of the log as it was read: its number, and the newest line's id, which knows a log replaced."""

    seq: int
    change: int | None


def touch(projects: Collection[int]) -> int:
    """Note that figures of these projects changed, or who accepted them; the LAST call of the transaction that did it.

    Returns the new number. Raises RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A change is noted in the transaction that makes it.")
    if not FigureCounter.objects.filter(id=1).update(seq=F("seq") + 1):
        FigureCounter.objects.create(id=1, seq=1)
    seq = FigureCounter.objects.values_list("seq", flat=True).get(id=1)
    named: list[int | None] = [None] if len(projects) > MANY else [*sorted(set(projects))]
    FigureChange.objects.bulk_create(FigureChange(seq=seq, project_id=each) for each in named)
    return seq


def head() -> Stamp:
    newest = FigureChange.objects.order_by("-id").values("id")[:1]
    row = FigureCounter.objects.filter(id=1).values_list("seq", Subquery(newest)).first()
    return Stamp(*row) if row else Stamp(0, None)


def since(then: Stamp, now: Stamp) -> frozenset[int] | None:
    """The projects that changed between two heads; None where a reader must read everything anew."""
    if not _continues(then, now):
        return None
    lines = FigureChange.objects.filter(seq__gt=then.seq, seq__lte=now.seq)
    changed = list(lines.values_list("project", flat=True)[: FOLLOWED + 1])
    if len(changed) > FOLLOWED or None in changed:
        return None
    return frozenset(int(project) for project in changed if project is not None)


def _continues(then: Stamp, now: Stamp) -> bool:
    """Whether `now` is the same log further on, rather than another one (a database restored or emptied)."""
    if now.seq <= then.seq:
        return now == then
    return then.change is None or FigureChange.objects.filter(id=then.change, seq=then.seq).exists()
