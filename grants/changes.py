"""The change log: writers touch, readers tail."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from grants.models import Change, ChangeCounter

MANY = 1_000
"""A change of more grants than this is one row of the log, and readers read everything anew."""
FOLLOWED = 5_000
"""So many changed grants at most are followed one by one; whoever is further behind reads everything anew."""


@dataclass(frozen=True, slots=True)
class Since:
    """What changed after a number: the head now, and the grants, or None where a reader must read everything."""

    seq: int
    grant_ids: frozenset[int] | None


def touch(grant_ids: Collection[int]) -> int:
    """Note that these grants or their links changed; the LAST call of the transaction that changed them.

    Taking the counter's row lock last makes order of numbers order of commits (a sequence would not).
    Returns the new number. Raises RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A change is noted in the transaction that makes it.")
    if not grant_ids:
        return head()
    if not ChangeCounter.objects.filter(id=1).update(seq=F("seq") + 1):
        ChangeCounter.objects.create(id=1, seq=1)
    seq = ChangeCounter.objects.values_list("seq", flat=True).get(id=1)
    if len(grant_ids) > MANY:
        Change.objects.create(seq=seq, grant=None)
    else:
        Change.objects.bulk_create([Change(seq=seq, grant_id=grant_id) for grant_id in sorted(set(grant_ids))])
    return seq


def head() -> int:
    """The number of the newest change, 0 before the first."""
    return ChangeCounter.objects.filter(id=1).values_list("seq", flat=True).first() or 0


def since(seq: int) -> Since:
    """What changed after `seq`. Call it inside one transaction with the reading that follows it."""
    now = head()
    if now == seq:
        return Since(now, frozenset())
    changed = list(Change.objects.filter(seq__gt=seq, seq__lte=now).values_list("grant", flat=True)[: FOLLOWED + 1])
    if len(changed) > FOLLOWED or None in changed:
        return Since(now, None)
    return Since(now, frozenset(int(grant) for grant in changed))
