"""One funder beside the group on a day: its part in every area and place, what ends, and what it alone holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from counting import periods
from counting.tables import Line
from priorities import sentences
from priorities.cells import Cell
from priorities.columns import Portfolio
from priorities.coverage import EPOCH, day_number
from priorities.memory.blocks import Block, Flags, Ints, sums
from priorities.running import Running
from priorities.shortfall import watching
from priorities.shortfall.tallies import AREAS

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


Rows = tuple[Block, Ints]
"""A block and some of its rows."""
Held = tuple[Ints, ...]
"""By area (first) and code (second), nought where it is not alone: its running grants, pence, and last day."""


class Look:
    """One look at a funder (id) and at the group on a day."""

    def __init__(self, funder: int, *, on: date, portfolio: Portfolio) -> None:
        self.funder, self.on, self.portfolio = funder, on, portfolio
        self.own, self.group = Running(portfolio, [on], [funder]), Running(portfolio, [on])
        now = portfolio.running_on(day_number(on))
        running = [(block, np.flatnonzero(now.counted(block))) for block in now.blocks]
        self.theirs = [(block, rows[block.funder[rows] == funder]) for block, rows in running]
        self.others = [(block, rows[block.funder[rows] != funder]) for block, rows in running]

    @property
    def own_grants(self) -> int:
        """How many of its grants run on the day, of every currency."""
        return sum(len(rows) for _block, rows in self.theirs)

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
        ends, ids, pence = [], [], 0
        for block, rows in self.theirs:
            rows = rows[block.runs_to[rows] <= last]
            ends.append(block.runs_to[rows])
            ids.append(block.ids[rows])
            pence += int(block.pence[rows[block.currency[rows] == 0]].sum())
        grants = np.concatenate(ids)
        return Ending(grants[np.lexsort((grants, np.concatenate(ends)))].tolist(), pence)

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
            at = vocabulary.at(AREAS, cell.area.code)
            code = vocabulary.at(cell.dimension, cell.code) if cell.code else 0
            grants, pence, until = (int(each[at, code]) for each in held[cell.dimension])
            if grants:
                found.append(Alone(cell, grants, pence, date.fromordinal(until + EPOCH)))
        return found

    def _held(self, dimension: str) -> Held:
        """What it alone holds in the cells of the areas with a list's codes, or (no dimension) in the areas alone."""
        shown = (AREAS, dimension) if dimension else (AREAS,)
        shape = (len(self.portfolio.vocabulary[AREAS]), len(self.portfolio.vocabulary[dimension]) if dimension else 1)
        grants, pence, until = (np.zeros(shape[0] * shape[1], np.int64) for _ in range(3))
        alone = self._of(self.theirs, dimension, np.ones(shape, bool))
        alone &= ~self._of(self.others, dimension, alone)
        for block, rows in self.theirs if alone.any() else ():
            for crossing in block.crossings(shown, rows, {}, block.whole):
                cell = crossing.codes[0].astype(np.int64) * shape[1] + (crossing.codes[1] if dimension else 0)
                here = np.flatnonzero(alone.ravel().take(cell))
                cell, grant = cell[here], crossing.grant[here]
                grants += np.bincount(cell, minlength=len(grants))
                sterling = block.currency[grant] == 0
                pence += sums(cell[sterling], crossing.parts()[here][sterling], len(pence)).astype(np.int64)
                np.maximum.at(until, cell, block.runs_to[grant])
        return tuple(each.reshape(shape) for each in (grants, pence, until))

    def _of(self, grants: Sequence[Rows], dimension: str, cells: Flags) -> Flags:
        """In which of these areas with a list's codes any of these grants has a share."""
        found = np.zeros(cells.shape, bool)
        for block, rows in grants:
            found |= watching.touched(block, rows, dimension, cells & ~found)
        return found
