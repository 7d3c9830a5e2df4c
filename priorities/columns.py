"""The portfolio in memory, re-reading only what changed."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Organisation
from grants import changes
from grants.changes import Stamp
from grants.models import Grant
from priorities.memory import keeping, saved, totals
from priorities.memory.blocks import Block, Flags, Ints
from priorities.memory.reading import Names, Vocabulary, read_block

FEW = 2_000
"""Up to so many changed grants stand beside the others before all are read as one again."""
SMALL = 20_000
"""Up to so many grants are read whole within a request; more by another process, beside it."""
KEEPER = keeping.Keeper("grants", form=saved.FORM, log=changes.GRANTS)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Every shared grant with its shares as of one moment; never changed, only replaced.

    base holds nearly all, edits those that changed since base was laid out; no grant is alive in both.
    base_seq: the number of the change that base is of. funders: ids of the organisations that fund here. held_back:
    whether grants are left out because their funders hold them back; every change of it is in the log. behind: a large
    change is not in it yet.
    """

    stamp: Stamp
    base_seq: int
    vocabulary: Vocabulary
    names: Names
    funders: Ints
    base: Block
    edits: Block
    held_back: bool = False
    behind: bool = False

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

    def running_on(self, day: int) -> Portfolio:
        """The same portfolio with only the grants that run on a day (counted from 1970).

        Today's are kept whatever other days are asked for, since most questions are of today.
        """
        kind = "today" if day == (timezone.localdate() - date(1970, 1, 1)).days else "another day"
        base, edits = (block.running_alone(day, kind=kind) for block in (self.base, self.edits))
        return replace(self, base=base, edits=edits)

    def undated(self) -> Portfolio:
        """The same with only the grants of which nobody knows when they end."""
        return replace(self, base=self.base.undated_alone(), edits=self.edits.undated_alone())

    def passed_on(self, block: Block) -> Flags:
        """Which of a block's living grants are regranted money on its way to another funder here."""
        found = np.zeros(block.size, bool)
        regranted = np.flatnonzero(block.regrants & block.alive)
        found[regranted] = np.isin(block.recipient[regranted], self.funders)
        return found

    def with_changed(self, ids: Collection[int], stamp: Stamp) -> Portfolio:
        """The same portfolio with these grants as they are now; removed and held back ones fall out."""
        gone = np.fromiter(ids, np.int64, len(ids))
        base = self.base.without(gone)
        edits = self.edits.without(gone).joined(read_block(self.vocabulary, self.names, ids))
        return replace(self, stamp=stamp, base=base, edits=edits, held_back=_some_held_back(), behind=False)


_lock = threading.RLock()
_held: Portfolio | None = None


def current() -> Portfolio:
    """The portfolio as committed this moment (inside a transaction: as that transaction sees it).

    After a change of very many grants of a large portfolio it is the one from before, and `behind` says so, until
    another process has read everything anew.
    """
    global _held
    with _lock:
        if connection.in_atomic_block:
            # What may yet be rolled back is nobody else's to see, so it is not held.
            return _brought_up(_held, whole=True) or _all(*_read())
        with one_view():
            found = _brought_up(_held)
        if found is None and KEEPER.wait():
            with one_view():
                found = _brought_up(_held)
        if found is None:
            with one_view():
                found = _all(*_read())
        _held = found
        return found


def forget() -> None:
    """Read everything anew at the next question; for tests and for a database that was replaced."""
    global _held
    with _lock:
        _held = None


def is_behind() -> bool:
    """Whether the portfolio that this process asked last is from before a very large change; asks no database."""
    return _held is not None and _held.behind


def keep(*, after: int = 0) -> bool:
    """Read everything and save it for all processes of this machine, unless what is saved is of change `after` or
    later. Returns whether it was read. Raises OSError where it cannot be saved."""
    with KEEPER.alone():
        stamp, vocabulary, _funders = _read()
        if KEEPER.has(stamp, of=_codes(vocabulary), after=after):
            return False
        with one_view():
            portfolio = _all(*_read())
        base, names, vocabulary = portfolio.base, portfolio.names, portfolio.vocabulary
        totals.work_out(base, portfolio.counted(base) & (base.currency == 0), vocabulary)
        told = {"currencies": list(names.currencies), "programmes": list(names.programmes)}
        KEEPER.save(saved.arrays(base), portfolio.stamp, of=_codes(vocabulary), **told)
    return True


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


def _brought_up(held: Portfolio | None, *, whole: bool = False) -> Portfolio | None:
    """The portfolio of this view of the database, begun from `held` or from what is saved; None where a large one
    would have to be read whole; with `whole` it is read."""
    stamp, vocabulary, funders = _read()
    if held is None or held.vocabulary != vocabulary or not changes.GRANTS.continues(held.stamp, stamp):
        held = _saved(stamp, vocabulary, funders)
    elif held.behind or held.edits.size > FEW:
        # Where all can be followed, changes came while it was saved, and are read on from there.
        after = held.stamp.seq if held.behind else held.base_seq
        held = _saved(stamp, vocabulary, funders, after=after + 1) or held
    if held is None:
        return None if not whole and _is_large() else _all(stamp, vocabulary, funders)
    if not np.array_equal(held.funders, funders):
        held = replace(held, funders=funders)
    return held if held.stamp == stamp else _tailed(held, stamp, whole)


def _tailed(held: Portfolio, stamp: Stamp, whole: bool) -> Portfolio:
    changed = changes.since(held.stamp.seq).grant_ids
    found = held.with_changed(changed, stamp) if changed is not None else None
    if found and found.edits.size <= FEW:
        return found
    if whole or not _is_large():
        return _all(*_read())
    KEEPER.ask(after=stamp.seq)
    return found or replace(held, behind=True)


def _all(stamp: Stamp, vocabulary: Vocabulary, funders: Ints) -> Portfolio:
    names = Names()
    whole, none = read_block(vocabulary, names), read_block(vocabulary, names, ())
    return Portfolio(stamp, stamp.seq, vocabulary, names, funders, whole, none, _some_held_back())


def _saved(stamp: Stamp, vocabulary: Vocabulary, funders: Ints, *, after: int = 0) -> Portfolio | None:
    """What was saved, if it is of this database, of this vocabulary, and of change `after` or later."""
    found = KEEPER.load(stamp, of=_codes(vocabulary), after=after)
    if found is None:
        return None
    names = Names.of(found.about["currencies"], found.about["programmes"])
    base, none = saved.block(found.arrays), read_block(vocabulary, names, ())
    return Portfolio(found.stamp, found.stamp.seq, vocabulary, names, funders, base, none, _some_held_back())


def _some_held_back() -> bool:
    return Grant.objects.current().filter(held_back=True).exists()


def _codes(vocabulary: Vocabulary) -> list[list[Any]]:
    """What a saved position stands for."""
    return [[entry.dimension, entry.id, entry.code] for entries in vocabulary.values() for entry in entries]


def _is_large() -> bool:
    """Whether reading everything takes longer than a person should wait."""
    return keeping.possible() and Grant.objects.current().order_by()[SMALL:].exists()


def _read() -> tuple[Stamp, Vocabulary, Ints]:
    # In the order of their index, since in that of ids every organisation would be looked at.
    funders = Organisation.objects.funders().order_by("name", "id").values_list("id", flat=True)
    return changes.GRANTS.stamp(), Vocabulary.read(), np.sort(np.fromiter(funders, np.int64))
