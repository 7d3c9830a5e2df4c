"""Whole awards of nearly all grants by two dimensions, kept as sums: only what changed since is counted again."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import combinations
from typing import Any

import numpy as np

from priorities.memory.blocks import Block, Flags, Ints, sums
from priorities.memory.layouts import Layout, laid_out
from priorities.memory.reading import Vocabulary
from priorities.models import Dimension

KIND = "totals"
PAIRS = tuple(combinations(Dimension.values, 2))
"""Every two dimensions, in the order of cuts."""
MOST, FEWER = 2, 8
"""From half of a block's grants on their sums are kept; they serve as long as fewer than an eighth differ."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What the counted grants come to, by all codes of two dimensions: pence and grants by both, and the grants that
    touch each code of the first and of the second."""

    counted: Flags
    pence: Any
    grants: Ints
    first: Ints
    second: Ints

    def changed(self, counted: Flags, come: Totals, gone: Totals) -> Totals:
        """The same with some grants more and some fewer."""
        names = [each.name for each in fields(self)][1:]
        return Totals(counted, *(getattr(self, n) + getattr(come, n) - getattr(gone, n) for n in names))


def of(block: Block, pair: tuple[str, str], counted: Flags, vocabulary: Vocabulary) -> Totals | None:
    """The totals of these grants (flags), None where they are too few to be worth it."""
    held: Totals | None = block.kept.peek(KIND, pair)
    across = len(vocabulary[pair[1]])
    if held is not None:
        differ = held.counted != counted
        if int(differ.sum()) * FEWER < block.size:
            both = [_few(block, pair, np.flatnonzero(differ & each), vocabulary) for each in (counted, held.counted)]
            return held.changed(counted, *both)
    if int(counted.sum()) * MOST < block.size:
        return None
    layout = block.layout(*pair, across)
    found = _added(block, pair, layout, counted, np.flatnonzero(counted), vocabulary)
    return block.kept.put(KIND, pair, found, most=len(PAIRS))


def work_out(block: Block, counted: Flags, vocabulary: Vocabulary) -> None:
    """Count every two dimensions, so that they are saved with the block."""
    for pair in PAIRS:
        of(block, pair, counted, vocabulary)


def _few(block: Block, pair: tuple[str, str], rows: Ints, vocabulary: Vocabulary) -> Totals:
    return _added(block, pair, laid_out(block, *pair, len(vocabulary[pair[1]]), rows), None, rows, vocabulary)


def _added(
    block: Block, pair: tuple[str, str], layout: Layout, counted: Flags | None, rows: Ints, vocabulary: Vocabulary
) -> Totals:
    """Of a layout the counted grants (None: all of it); `rows`: which they are."""
    shape = (len(vocabulary[pair[0]]), len(vocabulary[pair[1]]))
    size, cell, pence = shape[0] * shape[1], layout.cell, layout.pence
    if counted is not None and not counted.all():
        keep = np.flatnonzero(counted.take(layout.grant))
        cell, pence = cell.take(keep), pence.take(keep)
    return Totals(
        np.empty(0, bool) if counted is None else counted,
        sums(cell, pence, size).reshape(shape),
        np.bincount(cell, minlength=size).reshape(shape),
        *(block.shares[each].touching_each(rows, len(vocabulary[each])) for each in pair),
    )
