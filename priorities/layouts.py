"""Whole awards crossed by two dimensions at once: the quickest way to cut many grants, and laid out to be kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from counting.money import WHOLE

if TYPE_CHECKING:
    from priorities.blocks import Block, Ints, Shares

AT_ONCE = 1 << 15
"""So many grants are crossed at a time, so that what is in hand stays in the processor's own memory."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Grants crossed by two dimensions, with the parts of their whole awards; one entry for each pair of codes.

    grant: rows of the block, in no order. cell: both codes as one number, the second dimension having `across` codes.
    """

    grant: Ints
    cell: Ints
    pence: Ints
    across: int

    def codes(self, entries: Ints) -> tuple[Ints, Ints]:
        """The codes of some entries in both dimensions."""
        first, second = np.divmod(self.cell[entries], self.across)
        return first, second


def laid_out(block: Block, first: str, second: str, across: int, grants: Ints | None = None) -> Layout:
    """Some grants (rows; None: all) crossed by two dimensions in the order of cuts; second "": by the first alone.

    across: how many codes the second has.
    """
    rows = np.arange(block.size, dtype=np.int32) if grants is None else grants.astype(np.int32)
    one, other = block.shares[first], block.shares[second] if second else None
    size = int(np.dot(_counts(one, rows)[1].astype(np.int64), _counts(other, rows)[1]))
    found = Layout(np.empty(size, np.int32), np.empty(size, np.uint16), np.empty(size, np.int64), across)
    place = 0
    for at in range(0, len(rows), AT_ONCE):
        for grant, cell, pence in _crossed(block, one, other, across, rows[at : at + AT_ONCE]):
            here = slice(place, place := place + len(grant))
            found.grant[here], found.cell[here], found.pence[here] = grant, cell, pence
    return found


def _counts(shares: Shares | None, rows: Ints) -> tuple[Ints, Ints]:
    """Where each grant's shares begin, and how many they are."""
    if shares is None:
        return np.zeros(len(rows), np.int32), np.ones(len(rows), np.int32)
    first = shares.starts.take(rows)
    return first, shares.starts.take(rows + 1) - first


def _crossed(
    block: Block, one: Shares, other: Shares | None, across: int, rows: Ints
) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Grants with one code in both dimensions, which nothing cuts; then the others."""
    firsts, counts = zip(_counts(one, rows), _counts(other, rows), strict=True)
    alone = (counts[0] == 1) & (counts[1] == 1)
    single, several = np.flatnonzero(alone), np.flatnonzero(~alone)
    grant = rows.take(single)
    cell = one.code.take(firsts[0].take(single)) * np.uint16(across)
    if other is not None:
        cell = cell + other.code.take(firsts[1].take(single))
    yield grant, cell, block.pence.take(grant)
    if len(several):
        yield _cut(block, one, other, across, rows.take(several), [each.take(several) for each in (*firsts, *counts)])


def _cut(
    block: Block, one: Shares, other: Shares | None, across: int, rows: Ints, told: list[Ints]
) -> tuple[Ints, Ints, Ints]:
    """Cut up to each running share and rounded down; a part is the difference of neighbours in both directions."""
    first, second, count, across_count = told
    again, entry, begins = _entries(first, count)
    upto = block.pence.take(rows).take(again) * one.high.take(entry) // WHOLE
    code = one.code.take(entry) * np.uint16(across)
    grant = rows.take(again)
    if other is None:
        return grant, code, _steps(upto, begins)
    step = across_count.take(again)
    inner, place, rows_begin = _entries(second.take(again), step)
    cuts = upto.take(inner) * other.high.take(place) // WHOLE
    parts = _steps(cuts, rows_begin)
    # The same of the row of cuts before, which stands as many entries back as the second dimension has codes.
    follows = np.ones(len(again), bool)
    follows[begins] = False
    later = np.flatnonzero(follows.take(inner))
    less = parts.take(later - step.take(inner.take(later)))
    parts[later] -= less
    return grant.take(inner), code.take(inner) + other.code.take(place), parts


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
