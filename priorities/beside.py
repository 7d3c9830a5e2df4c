"""One funder beside the group on a day: its part in every area and place, what ends, and what it alone holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from counting import periods
from counting.tables import Line
from priorities import sentences, watching
from priorities.blocks import Block, Crossing, Flags, Ints, sums
from priorities.columns import Portfolio
from priorities.coverage import EPOCH, day_number
from priorities.models import Dimension
from priorities.running import Running
from priorities.watching import Cell

ENDING_WITHIN = 12
"""Own money that runs out within so many months is listed."""
A_LOOK = 5_000
"""So many grants of others are looked at together."""


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
"""By area (first) and code (second), nought where it is not alone: its running grants, pence, and last day."""


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
            grants, pence, until = (int(each[at, code]) for each in held[cell.dimension])
            if grants:
                found.append(Alone(cell, grants, pence, date.fromordinal(until + EPOCH)))
        return found

    def _held(self, dimension: str) -> Held:
        """What it alone holds in the cells of the areas with a list, or (no dimension) in the areas alone."""
        shown = tuple(each for each in (Dimension.PRIORITY.value, dimension) if each)
        shape = (
            len(self.portfolio.vocabulary[shown[0]]),
            len(self.portfolio.vocabulary[dimension]) if dimension else 1,
        )
        grants, pence, until = (np.zeros(shape[0] * shape[1], np.int64) for _ in range(3))
        for block, rows in self.running:
            crossing, cell = _cells(block, rows[block.funder[rows] == self.funder], shown, shape[1])
            sterling = (block.currency == 0).take(crossing.grant)
            grants += np.bincount(cell, minlength=len(grants))
            pence += sums(cell[sterling], crossing.parts(block.pence)[sterling], len(pence)).astype(np.int64)
            np.maximum.at(until, cell, block.runs_to.take(crossing.grant))
        alone = self._without_others(grants > 0, shown, shape[1])
        return tuple((each * alone).reshape(shape) for each in (grants, pence, until))

    def _without_others(self, cells: Flags, shown: Sequence[str], across: int) -> Flags:
        """Those of these cells that no grant of another funder touches."""
        alone = cells.copy()
        for block, rows in self.running:
            others = rows[block.funder[rows] != self.funder]
            # In a large portfolio the first few thousand have been everywhere, and the others need no look.
            for start in range(0, len(others), A_LOOK):
                if not alone.any():
                    return alone
                alone[_cells(block, others[start : start + A_LOOK], shown, across)[1]] = False
        return alone


def _cells(block: Block, rows: Ints, dimensions: Sequence[str], across: int) -> tuple[Crossing, Ints]:
    """These grants crossed by one list or two, and the number of each entry's cell, `across` of them an area."""
    crossing = block.crossing(dimensions, rows, {})
    second = crossing.codes[1] if len(dimensions) > 1 else 0
    return crossing, crossing.codes[0].astype(np.int64) * across + second
