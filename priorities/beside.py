"""One funder beside the group on a day: its part in every area and place, what ends, and what it alone holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from counting import periods
from counting.tables import Line
from priorities import sentences, watching
from priorities.blocks import Block, Ints, sums
from priorities.columns import Portfolio
from priorities.coverage import EPOCH, day_number
from priorities.models import Dimension
from priorities.running import Running
from priorities.watching import Cell

ENDING_WITHIN = 12
"""Own money that runs out within so many months is listed."""


@dataclass(frozen=True, slots=True)
class Part:
    """One area or place, or all of them together: running money (pence) and grants of the funder, and of the group."""

    line: Line
    own: int
    group: int
    own_grants: int
    group_grants: int


@dataclass(frozen=True, slots=True)
class Beside:
    """A list's entries with both figures, and the same of everything, each grant once."""

    parts: Sequence[Part]
    together: Part


@dataclass(frozen=True, slots=True)
class Alone:
    """A watched cell that this funder alone pays for: how many grants, their part there (pence), and until when."""

    cell: Cell
    grants: int
    pence: int
    until: date

    @property
    def place(self) -> str:
        return sentences.place(self.cell)


@dataclass(frozen=True, slots=True)
class Ending:
    """The funder's running grants (ids) that end within ENDING_WITHIN months, soonest first; and their pence."""

    grants: Sequence[int]
    pence: int


Held = tuple[Ints, ...]
"""By area (first) and code (second): own running grants, the group's, own pence, and the last day of an own grant."""


class Look:
    """One look at a funder (id) and at the group on a day."""

    def __init__(self, funder: int, *, on: date, portfolio: Portfolio) -> None:
        self.funder, self.on, self.portfolio = funder, on, portfolio
        self.own, self.group = Running(portfolio, [on], [funder]), Running(portfolio, [on])
        self.running = [
            (block, np.flatnonzero(portfolio.counted(block) & block.running_on(day_number(on))))
            for block in portfolio.blocks
        ]

    def by(self, dimension: str) -> Beside:
        """Both by this list's codes."""
        own, group, entries = self.own.by(dimension), self.group.by(dimension), self.portfolio.vocabulary[dimension]
        figures = [each.ravel().tolist() for each in (own.pence, group.pence, own.grants, group.grants)]
        parts = [
            Part(Line(entry.code, entry.label, entry.residual), *four)
            for entry, *four in zip(entries, *figures, strict=True)
        ]
        together = (own.pence_together, group.pence_together, own.grants_together, group.grants_together)
        return Beside(parts, Part(Line("", ""), *(each[0] for each in together)))

    def ending(self) -> Ending:
        """What of its own runs out first."""
        last = day_number(periods.add_months(self.on, ENDING_WITHIN))
        ends: list[tuple[int, int]] = []
        pence = 0
        for block, rows in self.running:
            rows = rows[(block.funder[rows] == self.funder) & (block.runs_to[rows] <= last)]
            ends += zip(block.runs_to[rows].tolist(), block.ids[rows].tolist(), strict=True)
            pence += int(block.pence[rows][block.currency[rows] == 0].sum())
        return Ending([grant for _day, grant in sorted(ends)], pence)

    def mine(self, grants: Sequence[int]) -> set[int]:
        """Which of these grants (ids) are the funder's."""
        wanted = np.array(grants, np.int64)
        found = [block.ids[block.alive & (block.funder == self.funder)] for block in self.portfolio.blocks]
        return set(wanted[np.isin(wanted, np.concatenate(found))].tolist())

    def alone(self) -> list[Alone]:
        """The watched cells in which nobody else here has a running grant, in the order of what is watched."""
        cells = list(watching.cells(self.portfolio, self.on))
        held = {dimension: self._held(dimension) for dimension in {cell.dimension for cell in cells}}
        found = []
        for cell in cells:
            vocabulary = self.portfolio.vocabulary
            at = vocabulary.at(Dimension.PRIORITY, cell.area.code)
            code = vocabulary.at(cell.dimension, cell.code) if cell.code else 0
            own, group, pence, until = (each[at, code] for each in held[cell.dimension])
            if own and own == group:
                found.append(Alone(cell, int(own), int(pence), date.fromordinal(int(until) + EPOCH)))
        return found

    def _held(self, dimension: str) -> Held:
        """What stands in the cells of the areas with a list's codes, or (no dimension) in the areas alone."""
        shown = tuple(each for each in (Dimension.PRIORITY.value, dimension) if each)
        sizes = [len(self.portfolio.vocabulary[each]) for each in shown]
        shape = (sizes[0], sizes[1] if dimension else 1)
        own, group, pence, until = (np.zeros(shape[0] * shape[1], np.int64) for _ in range(4))
        for block, rows in self.running:
            theirs = rows[block.funder[rows] == self.funder]
            group += _touching(block, rows, shown, sizes)
            own += _touching(block, theirs, shown, sizes)
            for crossing in block.crossings(shown, theirs, {}, block.whole):
                cell = crossing.codes[0].astype(np.int64) * shape[1] + (crossing.codes[1] if dimension else 0)
                sterling = (block.currency == 0).take(crossing.grant)
                pence += sums(cell[sterling], crossing.parts()[sterling], len(pence)).astype(np.int64)
                np.maximum.at(until, cell, block.runs_to.take(crossing.grant))
        return tuple(each.reshape(shape) for each in (own, group, pence, until))


def _touching(block: Block, rows: Ints, dimensions: Sequence[str], sizes: Sequence[int]) -> Ints:
    """How many of these grants touch each code of one list, or each pair of codes of two."""
    flags = [_flags(block, rows, each, size) for each, size in zip(dimensions, sizes, strict=True)]
    # Whole numbers this small are exact as floats, and these are multiplied many times faster.
    across = flags[1] if len(flags) > 1 else np.ones((len(rows), 1), np.float32)
    found: Ints = np.rint(flags[0].T @ across).astype(np.int64).ravel()
    return found


def _flags(block: Block, rows: Ints, dimension: str, size: int) -> NDArray[np.float32]:
    """One row a grant, one column a code: 1 where the grant has a share in it."""
    shares = block.shares[dimension]
    place, entry, _low = shares.of(rows)
    flags = np.zeros((len(rows), size), np.float32)
    flags[place, shares.code[entry]] = 1
    return flags
