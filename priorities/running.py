"""What runs on one day or several, by one list: whole awards in pounds, and how many grants touch each entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from priorities.blocks import Block, Flags, Ints, sums
from priorities.columns import Portfolio
from priorities.coverage import day_number


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


class Running:
    """The grants of some funders (of all where none is named) that run on any of these days, earliest first."""

    def __init__(self, portfolio: Portfolio, days: Sequence[date], funders: Sequence[int] = ()) -> None:
        self.portfolio, self.width = portfolio, len(days) + 1
        numbers = [day_number(day) for day in days]
        self.spans = [(block, *self._span(block, numbers, funders)) for block in portfolio.blocks]

    def _span(self, block: Block, days: Sequence[int], funders: Sequence[int]) -> tuple[Flags, Ints]:
        """Which grants run on any of the days; and on which, [first, past), as one number."""
        first, past = np.zeros(block.size, np.uint8), np.zeros(block.size, np.uint8)
        for day in days:
            first += block.runs_from > day
            past += block.runs_to >= day
        runs = self.portfolio.counted(block) & (block.currency == 0) & (past > first)
        if funders:
            runs &= np.isin(block.funder, funders)
        return runs, first * np.uint8(self.width) + past

    def by(self, dimension: str) -> Amounts:
        """The running money and grants by this list's codes."""
        size, spans = len(self.portfolio.vocabulary[dimension]), self.width**2
        pence: Any = np.zeros(size * spans, np.int64)
        grants, together = np.zeros(size * spans, np.int64), np.zeros(spans, np.int64)
        for block, runs, span in self.spans:
            for crossing in block.crossings((dimension,), np.flatnonzero(runs), {}, block.whole):
                place = crossing.codes[0].astype(np.int64) * spans + span.take(crossing.grant)
                pence = pence + sums(place, crossing.parts(), size * spans)
                grants += np.bincount(place, minlength=size * spans)
            together += np.bincount(span[runs], minlength=spans)
        return Amounts(self._by_day(pence), self._by_day(grants), self._by_day(together)[0].tolist())

    def _by_day(self, spans: Any) -> Any:
        """From sums by code, first and past: what runs on each day, by code."""
        spans = spans.reshape(-1, self.width, self.width)
        days = [spans[:, : day + 1, day + 1 :].sum(axis=(1, 2)) for day in range(self.width - 1)]
        return np.stack(days, axis=1)
