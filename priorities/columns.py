"""The portfolio in memory, re-reading only what changed."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from django.db import connection, transaction
from django.db.models import Subquery

from accounts.models import Organisation
from grants import changes
from grants.models import Change, ChangeCounter
from priorities.blocks import Block, Flags, Ints
from priorities.reading import Names, Vocabulary, read_block

FEW = 2_000
"""Up to so many changed grants stand beside the others before both are laid out as one again."""


class Stamp(NamedTuple):
    """The head of the change log as it was read: its number, and the newest line's id, which knows a log replaced."""

    seq: int
    change: int | None


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Every current grant with its shares as of one moment; never changed, only replaced.

    base holds nearly all, edits those that changed since base was laid out; no grant is alive in both.
    funders: ids of the organisations that fund here.
    """

    stamp: Stamp
    vocabulary: Vocabulary
    names: Names
    funders: Ints
    base: Block
    edits: Block

    @property
    def blocks(self) -> tuple[Block, ...]:
        return (self.base, self.edits) if self.edits.size else (self.base,)

    @property
    def size(self) -> int:
        """How many grants are in it."""
        return sum(int(block.alive.sum()) for block in self.blocks)

    def counted(self, block: Block) -> Flags:
        """Which of a block's grants stand in figures.

        A joint share's money stands in its parent. Money that is marked as regranted and goes to a funder here stands
        in the grants which that funder makes of it, so that it counts once.
        """
        return block.alive & ~block.joint & ~self.passed_on(block)

    def passed_on(self, block: Block) -> Flags:
        """Which of a block's living grants are regranted money on its way to another funder here."""
        found = np.zeros(block.size, bool)
        regranted = np.flatnonzero(block.regrants & block.alive)
        found[regranted] = np.isin(block.recipient[regranted], self.funders)
        return found

    def with_changed(self, ids: Collection[int], stamp: Stamp) -> Portfolio:
        """The same portfolio with these grants as they are now; removed ones fall out."""
        gone = np.fromiter(ids, np.int64, len(ids))
        base = self.base.without(gone)
        edits = self.edits.without(gone).joined(read_block(self.vocabulary, self.names, ids))
        if edits.size > FEW:
            base, edits = base.joined(edits), read_block(self.vocabulary, self.names, ())
        return Portfolio(stamp, self.vocabulary, self.names, self.funders, base, edits)


_lock = threading.RLock()
_held: Portfolio | None = None


def current() -> Portfolio:
    """The portfolio as committed this moment (inside a transaction: as that transaction sees it)."""
    global _held
    with _lock:
        if connection.in_atomic_block:
            # What may yet be rolled back is nobody else's to see, so it is not held.
            return _brought_up(_held)
        with one_view():
            _held = _brought_up(_held)
        return _held


def forget() -> None:
    """Read everything anew at the next question; for tests and for a database that was replaced."""
    global _held
    with _lock:
        _held = None


@contextmanager
def one_view() -> Iterator[None]:
    """Everything read inside is of one moment, and no writer waits for it."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            # The connection's own transactions take the write lock at once; a reader must not.
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield


def _brought_up(held: Portfolio | None) -> Portfolio:
    stamp, vocabulary = _head(), Vocabulary.read()
    funders = np.fromiter(Organisation.objects.funders().order_by("id").values_list("id", flat=True), np.int64)
    if held is not None and not np.array_equal(held.funders, funders):
        held = replace(held, funders=funders)
    if held is None or held.vocabulary != vocabulary or not _continues(held.stamp, stamp):
        return _all(stamp, vocabulary, funders)
    if held.stamp == stamp:
        return held
    changed = changes.since(held.stamp.seq).grant_ids
    return _all(stamp, vocabulary, funders) if changed is None else held.with_changed(changed, stamp)


def _all(stamp: Stamp, vocabulary: Vocabulary, funders: Ints) -> Portfolio:
    names = Names()
    whole, none = read_block(vocabulary, names), read_block(vocabulary, names, ())
    return Portfolio(stamp, vocabulary, names, funders, whole, none)


def _head() -> Stamp:
    newest = Change.objects.order_by("-id").values("id")[:1]
    row = ChangeCounter.objects.filter(id=1).values_list("seq", Subquery(newest)).first()
    return Stamp(*row) if row else Stamp(0, None)


def _continues(held: Stamp, now: Stamp) -> bool:
    """Whether `now` is the same log further on, rather than another one (a database restored or emptied)."""
    if now.seq <= held.seq:
        return now == held
    return held.change is None or Change.objects.filter(id=held.change, seq=held.seq).exists()
