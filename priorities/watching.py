"""The facts about every watched cell on a day: what runs in it, until when, what came before, what was agreed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

import numpy as np

from priorities.blocks import NEVER, Block, Flags, Ints, sums
from priorities.columns import Portfolio
from priorities.coverage import EPOCH, day_number
from priorities.models import Dimension, Target, Watch
from priorities.reading import Entry

AREAS = Dimension.PRIORITY.value


class Part(NamedTuple):
    """One grant's part in a cell: id, funder's id, pence of its currency, and its first and last day."""

    grant: int
    funder: int
    pence: int
    currency: str
    starts: date
    ends: date | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A watched cell: an area with one code of a dimension, or (dimension "", no entry) as a whole."""

    area: Entry
    dimension: str
    entry: Entry | None
    targets: Sequence[Target]

    @property
    def code(self) -> str | None:
        return self.entry.code if self.entry else None

    @property
    def named(self) -> bool:
        """The funders' own list names it as neglected."""
        return bool(self.entry and self.entry.neglected)


class Running:
    """Which grants run on a day and which run, or are to start, beyond `until`: the same for every dimension.

    states: for each block one number a grant, RUNS and LASTS added, since gathering is what takes the time.
    """

    RUNS, LASTS = np.uint8(1), np.uint8(2)

    def __init__(self, portfolio: Portfolio, day: date, until: date) -> None:
        self.portfolio, self.day = portfolio, day_number(day)
        self.states = [self._state(block, day_number(until)) for block in portfolio.blocks]

    def _state(self, block: Block, until: int) -> Ints:
        counted = self.portfolio.counted(block)
        runs, lasts = counted & block.running_on(self.day), counted & (block.runs_to > until)
        return runs * self.RUNS + lasts * self.LASTS


class Standing:
    """One dimension's cells over all areas on a day, from the crossing of areas with it.

    running: how many grants run in each cell; lasting: how many run, or are to start, beyond `until`; pence: what the
    running ones are worth there (whole awards in pounds sterling). All by the positions of area and code.
    """

    def __init__(self, running: Running, dimension: str) -> None:
        self.portfolio, self.dimension, self.day = running.portfolio, dimension, running.day
        vocabulary = self.portfolio.vocabulary
        self.shape = (len(vocabulary[AREAS]), len(vocabulary[dimension]) if dimension else 1)
        size = self.shape[0] * self.shape[1]
        runs, lasting, pence = np.zeros(size, int), np.zeros(size, int), np.zeros(size, np.int64)
        self.blocks = [(block, *self._laid_out(block)) for block in self.portfolio.blocks]
        for (block, grant, cell, part), states in zip(self.blocks, running.states, strict=True):
            state = states.take(grant)
            now, later = np.flatnonzero((state & Running.RUNS).view(bool)), np.flatnonzero(state >= Running.LASTS)
            runs += np.bincount(cell[now], minlength=size)
            lasting += np.bincount(cell[later], minlength=size)
            if len(self.portfolio.names.currencies) > 1:
                now = now[block.currency[grant[now]] == 0]
            pence = pence + sums(cell[now], part[now], size)
        self.running, self.lasting, self.pence = (each.reshape(self.shape) for each in (runs, lasting, pence))

    def _laid_out(self, block: Block) -> tuple[Ints, Ints, Ints]:
        layout = block.layout(AREAS, self.dimension) if self.dimension else block.layout(AREAS)
        return layout.grant, layout.cells(self.shape[1]), layout.pence

    @cached_property
    def by_area(self) -> Ints:
        """Pence running in each area."""
        return np.asarray(self.pence.sum(axis=1))

    def parts(self, area: int, code: int) -> list[Part]:
        """Every grant with a part in the cell, whenever it runs or ran."""
        wanted, found = area * self.shape[1] + code, []
        currencies = {number: name for name, number in self.portfolio.names.currencies.items()}
        for block, grant, cell, pence in self.blocks:
            here = np.flatnonzero(cell == wanted)
            here = here[self.portfolio.counted(block)[grant[here]]]
            rows = grant[here]
            for row, part in zip(rows.tolist(), pence[here].tolist(), strict=True):
                ends = int(block.runs_to[row])
                found.append(
                    Part(
                        int(block.ids[row]),
                        int(block.funder[row]),
                        part,
                        currencies[int(block.currency[row])],
                        _day(int(block.runs_from[row])),
                        None if ends == NEVER else _day(ends),
                    )
                )
        return found

    def running_parts(self) -> Iterator[tuple[Block, Ints, Ints, Ints]]:
        """Each block's parts of grants running on the day: rows of the block, cells (area by code), minor units."""
        for block, grant, cell, pence in self.blocks:
            now = np.flatnonzero((self.portfolio.counted(block) & block.running_on(self.day)).take(grant))
            yield block, grant[now], cell[now], pence[now]

    def ids(self, area: int, codes: Flags) -> list[int]:
        """The grants that run on the day in any of an area's cells."""
        found: set[int] = set()
        for block, grant, cell, _ in self.blocks:
            mine, code = np.divmod(cell, self.shape[1])
            runs = self.portfolio.counted(block) & block.running_on(self.day)
            found |= set(block.ids[grant[(mine == area) & codes[code] & runs[grant]]].tolist())
        return sorted(found)

    def funded_by(self, funders: Ints) -> dict[tuple[int, int], set[int]]:
        """Which of these funders (ids) ever had a part in each cell, by area and position."""
        found: dict[tuple[int, int], set[int]] = {}
        for block, grant, cell, _ in self.blocks:
            theirs = (self.portfolio.counted(block) & np.isin(block.funder, funders))[grant]
            pairs = np.unique(np.stack([cell[theirs], block.funder[grant[theirs]]]), axis=1)
            for place, funder in pairs.T.tolist():
                found.setdefault(divmod(place, self.shape[1]), set()).add(funder)
        return found


def cells(portfolio: Portfolio, on: date) -> Iterator[Cell]:
    """What the group watches on a day, in the order of its list, then cells that it only set a target for."""
    areas = {entry.id: entry for entry in portfolio.vocabulary[AREAS] if _stands(entry, on)}
    codes = {entry.id: entry for entries in portfolio.vocabulary.values() for entry in entries}
    targets = [each for each in standing_targets(on) if each.area_id in areas]
    watched = [
        (areas[watch.area_id], watch.dimension, entry)
        for watch in Watch.objects.order_by("area__order", "id")
        if watch.area_id in areas
        for entry in (_watchable(portfolio, watch.dimension, on) if watch.dimension else [None])
    ]
    for target in targets:
        if target.column_id is None:
            watched.append((areas[target.area_id], "", None))
        elif (column := codes.get(target.column_id)) and column.dimension != AREAS:
            watched.append((areas[target.area_id], column.dimension, column))
    for area, dimension, entry in dict.fromkeys(watched):
        mine = [each for each in targets if (each.area_id, each.column_id) == (area.id, entry and entry.id)]
        yield Cell(area, dimension, entry, mine)


def standing_targets(on: date) -> list[Target]:
    """Targets agreed by this day and not ended."""
    agreed = Target.objects.filter(agreed_on__lte=on).exclude(valid_to__lt=on)
    return list(agreed.order_by("area__order", "column__order", "id"))


def _watchable(portfolio: Portfolio, dimension: str, on: date) -> list[Entry]:
    entries = portfolio.vocabulary[dimension] if dimension != AREAS else ()
    return [entry for entry in entries if entry.watchable and not entry.residual and _stands(entry, on)]


def _stands(entry: Entry, on: date) -> bool:
    return entry.valid_to is None or entry.valid_to >= on


def _day(number: int) -> date:
    # A day beyond what Python can hold is as far as it can.
    return date(1970, 1, 1) + timedelta(days=min(number, date.max.toordinal() - EPOCH))
