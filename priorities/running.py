"""What runs on one day or several, by one list: whole awards in pounds, and how many grants touch each entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from priorities.columns import Portfolio
from priorities.coverage import day_number
from priorities.memory.blocks import Block, Flags, Ints, sums
from priorities.memory.layouts import AT_ONCE, laid_out

KEPT, KEPT_DAYS = "amounts", 6
"""Where a block keeps what was counted, and of how many questions."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """By the positions of a list's codes (first) and days (second): pence, and how many grants; and each day's grants.

    A grant that touches two codes counts in both, and once in the day's grants.
    """

    pence: Any
    grants: Ints
    grants_together: Sequence[int]

    @property
    def pence_together(self) -> list[int]:
        return [int(each) for each in self.pence.sum(axis=0)]


@dataclass(frozen=True, slots=True)
class Sums:
    """What a block's counted grants come to, by code and by the first and past of the days on which they run: pence,
    how many grants touch the code, and how many grants there are (of the days alone)."""

    counted: Flags
    pence: Any
    grants: Ints
    together: Ints

    def changed(self, counted: Flags, come: Sums, gone: Sums) -> Sums:
        return Sums(
            counted,
            self.pence + come.pence - gone.pence,
            self.grants + come.grants - gone.grants,
            self.together + come.together - gone.together,
        )


class Running:
    """The grants of some funders (of all where none is named) that run on any of these days, earliest first."""

    def __init__(self, portfolio: Portfolio, days: Sequence[date], funders: Sequence[int] = ()) -> None:
        self.width, self.funders = len(days) + 1, tuple(funders)
        self.days = tuple(day_number(day) for day in days)
        self.portfolio = portfolio.running_on(self.days[0]) if len(days) == 1 else portfolio

    def by(self, dimension: str) -> Amounts:
        """The running money and grants by this list's codes."""
        found = [self._sums(block, dimension) for block in self.portfolio.blocks]
        pence, grants, together = (
            sum(getattr(each, name) for each in found) for name in ("pence", "grants", "together")
        )
        return Amounts(self._by_day(pence), self._by_day(grants), self._by_day(together)[0].tolist())

    def _sums(self, block: Block, dimension: str) -> Sums:
        """Of all funders' grants they are kept by the block, so that only what changed since is counted again."""
        counted = self.portfolio.counted(block)
        if self.funders:
            return self._counted(block, counted & np.isin(block.funder, self.funders), dimension)
        key = (self.days, dimension)
        held: Sums | None = block.kept.peek(KEPT, key)
        if held is None:
            found = self._counted(block, counted, dimension)
        else:
            come, gone = counted & ~held.counted, held.counted & ~counted
            found = held.changed(counted, *(self._counted(block, each, dimension) for each in (come, gone)))
        return block.kept.put(KEPT, key, found, most=KEPT_DAYS)

    def _counted(self, block: Block, counted: Flags, dimension: str) -> Sums:
        size, spans = len(self.portfolio.vocabulary[dimension]), self.width**2
        pence: Any = np.zeros(size * spans, np.int64)
        grants = np.zeros(size * spans, np.int64)
        rows = np.flatnonzero(counted)
        rows = rows[block.currency[rows] == 0]
        span = self._span(block, rows)
        runs = np.flatnonzero(span)
        rows, span = rows[runs], span[runs]
        for first in range(0, len(rows), AT_ONCE):
            some, on = rows[first : first + AT_ONCE], span[first : first + AT_ONCE]
            cut = laid_out(block, dimension, "", 1, some)
            place = cut.cell.astype(np.intp) * spans + np.repeat(on, _entries(block, dimension, some))
            pence = pence + sums(place, cut.pence, size * spans)
            grants += np.bincount(place, minlength=size * spans)
        return Sums(counted, pence, grants, np.bincount(span, minlength=spans))

    def _span(self, block: Block, rows: Ints) -> Ints:
        """On which of the days each of these grants runs, [first, past), as one number; 0: on none of them."""
        starts, ends = block.runs_from[rows], block.runs_to[rows]
        first, past = np.zeros(len(rows), np.int16), np.zeros(len(rows), np.int16)
        for day in self.days:
            first += starts > day
            past += ends >= day
        return np.where(past > first, first * self.width + past, 0)

    def _by_day(self, spans: Any) -> Any:
        """From sums by code, first and past: what runs on each day, by code."""
        spans = spans.reshape(-1, self.width, self.width)
        days = [spans[:, : day + 1, day + 1 :].sum(axis=(1, 2)) for day in range(self.width - 1)]
        return np.stack(days, axis=1)


def _entries(block: Block, dimension: str, rows: Ints) -> Ints:
    """How many entries each of these grants has."""
    starts = block.shares[dimension].starts
    return starts[rows + 1] - starts[rows]
