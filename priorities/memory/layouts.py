"""Whole awards crossed by two dimensions at once: the quickest way to cut many grants, and laid out to be kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from counting.money import WHOLE

if TYPE_CHECKING:
    from priorities.memory.blocks import Block, Flags, Ints, Shares

AT_ONCE = 1 << 15
"""So many grants are crossed at a time, so that what is in hand stays in the processor's own memory."""
KEPT_UP_TO = AT_ONCE * 8
"""A block of so many grants or fewer (what runs on a day, of a million) keeps what is laid out of it; that of a larger
one would take 30 MB and more for each pair."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Grants crossed by two dimensions, with the parts of their whole awards; one entry for each pair of codes.

    grant: rows of the block, in no order. cell: both codes as one number, the second dimension having `across` codes.
    """

    grant: Ints
    cell: Ints
    pence: Ints
    across: int

    def codes(self, entries: Ints | slice) -> tuple[Ints, Ints]:
        """The codes of some entries in both dimensions."""
        first, second = np.divmod(self.cell[entries], self.across)
        return first, second


class Cuts(NamedTuple):
    """Grants cut by one dimension, with which every crossing begins: an entry for each share.

    grant: rows of the block. upto: the award up to the share's end, rounded down; pence: the share's part of it.
    follows: whether it comes after another share of its grant.
    """

    grant: Ints
    code: Ints
    upto: Ints
    pence: Ints
    follows: Flags

    def some(self, first: int, past: int) -> Cuts:
        here = slice(first, past)
        return Cuts(self.grant[here], self.code[here], self.upto[here], self.pence[here], self.follows[here])


def laid_out(block: Block, first: str, second: str, across: int, grants: Ints | None = None) -> Layout:
    """Some grants (rows; None: all) crossed by two dimensions in the order of cuts; second "": by the first alone.

    across: how many codes the second has.
    """
    rows = np.arange(block.size, dtype=np.int32) if grants is None else grants.astype(np.int32)
    one, other = block.shares[first], block.shares[second] if second else None
    size = int(np.dot(_counts(one, rows)[1].astype(np.int64), _counts(other, rows)[1]))
    found = Layout(np.empty(size, np.int32), np.empty(size, np.uint16), np.empty(size, np.int64), across)
    # All pairs with the same first dimension begin alike; of very many grants that would be too much to keep.
    begun = None
    if grants is None and block.size <= KEPT_UP_TO:
        begun = block.kept.get("cuts", first, lambda: _cuts(block, one, rows), most=1)
    place = 0
    for at in range(0, len(rows), AT_ONCE):
        some = rows[at : at + AT_ONCE]
        cut = begun.some(one.starts[at], one.starts[at + len(some)]) if begun else _cuts(block, one, some)
        for grant, cell, pence in _crossed(cut, other, across):
            here = slice(place, place := place + len(grant))
            found.grant[here], found.cell[here], found.pence[here] = grant, cell, pence
    return found


def _counts(shares: Shares | None, rows: Ints) -> tuple[Ints, Ints]:
    """Where each grant's shares begin, and how many they are."""
    if shares is None:
        return np.zeros(len(rows), np.int32), np.ones(len(rows), np.int32)
    first = shares.starts.take(rows)
    return first, shares.starts.take(rows + 1) - first


def _cuts(block: Block, shares: Shares, rows: Ints) -> Cuts:
    """Cut up to each running share and rounded down; a part is the difference of neighbours."""
    run, entry, begins = _entries(*_counts(shares, rows))
    upto = block.pence.take(rows).take(run) * shares.high.take(entry) // WHOLE
    follows = np.ones(len(run), bool)
    follows[begins] = False
    return Cuts(rows.take(run), shares.code.take(entry), upto, _steps(upto, begins), follows)


def _crossed(cut: Cuts, shares: Shares | None, across: int) -> Iterator[tuple[Ints, Ints, Ints]]:
    """By a second dimension: grants with one code in it, which it does not cut; then the others."""
    cell = cut.code * np.uint16(across)
    if shares is None:
        yield cut.grant, cell, cut.pence
        return
    first, count = _counts(shares, cut.grant)
    alone = count == 1
    single, several = np.flatnonzero(alone), np.flatnonzero(~alone)
    yield cut.grant.take(single), cell.take(single) + shares.code.take(first.take(single)), cut.pence.take(single)
    count = count.take(several)
    run, entry, begins = _entries(first.take(several), count)
    parts = _steps(cut.upto.take(several).take(run) * shares.high.take(entry) // WHOLE, begins)
    # Less the same of the share before, whose entries stand as many back as there are codes.
    later = np.flatnonzero(cut.follows.take(several).take(run))
    parts[later] -= parts.take(later - count.take(run.take(later)))
    yield cut.grant.take(several).take(run), cell.take(several).take(run) + shares.code.take(entry), parts


def _entries(first: Ints, count: Ints) -> tuple[Ints, Ints, Ints]:
    """For runs of entries, each from `first` on: the run of each entry, its place, and where each run begins."""
    ends = np.cumsum(count, dtype=np.int32)
    begins = ends - count
    run = np.repeat(np.arange(len(count), dtype=np.int32), count)
    return run, np.arange(len(run), dtype=np.int32) + (first - begins).take(run), begins


def _steps(cuts: Ints, begins: Ints) -> Ints:
    """What each cut adds to the one before it in its run."""
    found = cuts.copy()
    found[1:] -= cuts[:-1]
    found[begins] = cuts[begins]
    return found
