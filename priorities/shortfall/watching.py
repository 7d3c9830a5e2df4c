"""The facts about every watched cell on a day: what runs in it, until when, what came before, what was agreed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

import numpy as np

from priorities.cells import Cell, Part
from priorities.columns import Portfolio
from priorities.coverage import EPOCH, day_number
from priorities.memory.blocks import NEVER, Block, Flags, Ints
from priorities.memory.layouts import AT_ONCE, laid_out
from priorities.memory.reading import Entry
from priorities.models import Target, Watch
from priorities.shortfall.tallies import AREAS, Tallies

FIRST_LOOK = 1 << 10
"""So many grants are looked at first; where none of them is in a cell, four times as many more, and so on."""


class Parts(NamedTuple):
    """A block's parts of grants in cells: rows of the block, cells (area by code as one number), minor units."""

    block: Block
    grant: Ints
    cell: Ints
    pence: Ints

    def only(self, cells: Flags) -> Parts:
        """Those in the flagged cells."""
        keep = np.flatnonzero(cells.take(self.cell))
        return Parts(self.block, self.grant.take(keep), self.cell.take(keep), self.pence.take(keep))


class Running:
    """Which grants run on a day and which run, or are to start, beyond `until`: the same for every dimension."""

    def __init__(self, portfolio: Portfolio, day: date, until: date) -> None:
        self.portfolio, self.day, self.until = portfolio, day_number(day), day_number(until)
        self.counted = [portfolio.counted(block) for block in portfolio.blocks]
        self.lasting = [
            np.flatnonzero(counted & (block.runs_to > self.until))
            for block, counted in zip(portfolio.blocks, self.counted, strict=True)
        ]
        self.now = portfolio.running_on(self.day)
        self.tallies = Tallies(self.now)


def crossed(block: Block, grants: Ints | None, portfolio: Portfolio, dimension: str) -> Parts:
    """Some grants (rows; None: all, which is kept) crossed by areas and a dimension ("": areas alone), with the parts
    of their whole awards."""
    across = len(portfolio.vocabulary[dimension]) if dimension else 1
    if grants is None:
        found = block.layout(AREAS, dimension, across)
    else:
        found = laid_out(block, AREAS, dimension, across, grants)
    return Parts(block, found.grant, found.cell, found.pence)


class Standing:
    """One dimension's cells over all areas on a day, from the crossing of areas with it.

    running: how many grants run in each cell; lasting: whether any runs, or is to start, beyond `until`; pence: what
    the running ones are worth there (whole awards in pounds sterling). All by the positions of area and code. Only
    grants that run are crossed; of the rest a cell's history asks for its own alone. areas: positions of the areas that
    are looked at, where not all are; of the others' cells nothing is then counted.
    """

    def __init__(self, running: Running, dimension: str, areas: Sequence[int] | None = None) -> None:
        self.portfolio, self.dimension, self.day = running.portfolio, dimension, running.day
        self.counted = running.counted
        vocabulary = self.portfolio.vocabulary
        self.shape = (len(vocabulary[AREAS]), len(vocabulary[dimension]) if dimension else 1)
        self.tally, self.tallies = running.tallies.of(dimension, areas), running.tallies
        self.running, self.pence = self.tally.running.reshape(self.shape), self.tally.pence.reshape(self.shape)
        self.lasting = self._lasting(running)

    @cached_property
    def now(self) -> list[Parts]:
        """The running grants in parts, block by block."""
        blocks = zip(self.tallies.now.blocks, self.tallies.counted, strict=True)
        return [_of(crossed(block, None, self.portfolio, self.dimension), counted) for block, counted in blocks]

    @cached_property
    def sterling(self) -> list[Parts]:
        """Those of them that are in pounds sterling."""
        return [_of(each, each.block.currency == 0) for each in self.now]

    def _lasting(self, running: Running) -> Flags:
        """Told by the grants' bits, since nothing has to be counted."""
        found = np.zeros(self.shape, bool)
        for (block, _), rows in zip(self._blocks(), running.lasting, strict=True):
            found |= touched(block, rows, self.dimension, (self.running > 0) & ~found)
        return found

    @cached_property
    def by_area(self) -> Ints:
        """Pence running in each area."""
        return np.asarray(self.pence.sum(axis=1))

    @cached_property
    def anywhere(self) -> Flags:
        """Which codes any running grant has a share in, of whatever area."""
        return self.tallies.anywhere(self.dimension)

    def parts(self, area: int, code: int) -> list[Part]:
        """The grants with a part in the cell that run, are to start, or do not say when they end; of those that are
        over, the last to end."""
        currencies = {number: name for name, number in self.portfolio.names.currencies.items()}
        found = []
        for parts in self._told(area, code):
            block = parts.block
            for row, pence in zip(parts.grant.tolist(), parts.pence.tolist(), strict=True):
                ends = int(block.runs_to[row])
                found.append(
                    Part(
                        int(block.ids[row]),
                        int(block.funder[row]),
                        pence,
                        currencies[int(block.currency[row])],
                        _day(int(block.runs_from[row])),
                        None if ends == NEVER else _day(ends),
                    )
                )
        return found

    def _told(self, area: int, code: int) -> Iterator[Parts]:
        """Each block's parts in one cell that a sentence may speak of."""
        touching = [(block, self._touching(block, counted, area, code)) for block, counted in self._blocks()]
        last = max((self._last_over(block, rows) for block, rows in touching), default=(NEVER, 0))[1]
        for block, rows in touching:
            told = rows[~self._is_over(block, rows) | (block.ids[rows] == last)]
            parts = crossed(block, told, self.portfolio, self.dimension)
            here = np.flatnonzero(parts.cell == area * self.shape[1] + code)
            yield Parts(block, parts.grant[here], parts.cell[here], parts.pence[here])

    def _blocks(self) -> Iterator[tuple[Block, Flags]]:
        return zip(self.portfolio.blocks, self.counted, strict=True)

    def _touching(self, block: Block, counted: Flags, area: int, code: int) -> Ints:
        touching = counted & block.touching(AREAS, np.arange(self.shape[0]) == area)
        if self.dimension:
            touching &= block.touching(self.dimension, np.arange(self.shape[1]) == code)
        return np.flatnonzero(touching)

    def _is_over(self, block: Block, rows: Ints) -> Flags:
        ends = block.runs_to[rows]
        return np.asarray((ends != NEVER) & (ends < self.day))

    def _last_over(self, block: Block, rows: Ints) -> tuple[int, int]:
        """The day on which the last of these grants to end ended, and that grant's id, the later added of several."""
        over = rows[self._is_over(block, rows)]
        if not len(over):
            return NEVER, 0
        last = np.lexsort((block.ids[over], block.runs_to[over]))[-1]
        return int(block.runs_to[over[last]]), int(block.ids[over[last]])

    def ids(self, area: int, codes: Flags) -> list[int]:
        """The grants that run on the day in any of an area's cells."""
        wanted = np.zeros(self.shape, bool)
        wanted[area] = codes
        return self.in_cells(wanted)

    def in_cells(self, wanted: Flags) -> list[int]:
        """The grants that run on the day in any of these cells."""
        found = [
            block.ids[np.flatnonzero(flags(block.size, grant[wanted.ravel().take(cell)]))]
            for block, grant, cell, _ in self.now
        ]
        ids: list[int] = np.sort(np.concatenate(found)).tolist()
        return ids

    def funded_by(self, funders: Ints) -> dict[tuple[int, int], set[int]]:
        """Which of these funders (ids) ever had a part in each cell, by area and position."""
        found: dict[tuple[int, int], set[int]] = {}
        for block, counted in self._blocks():
            theirs = np.flatnonzero(counted & np.isin(block.funder, funders))
            for first in range(0, len(theirs), AT_ONCE):
                some = theirs[first : first + AT_ONCE]
                parts = crossed(block, some, self.portfolio, self.dimension)
                pairs = np.unique(np.stack([parts.cell, block.funder[parts.grant]]), axis=1)
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


def touched(block: Block, rows: Ints, dimension: str, cells: Flags) -> Flags:
    """In which of the flagged cells (area by code) any of these grants (rows) has a share; most by the first few."""
    found, first, many = np.zeros(cells.shape, bool), 0, FIRST_LOOK
    while first < len(rows) and len(missing := np.argwhere(cells & ~found)):
        some = rows[first : first + many]
        areas = block.shares[AREAS].bits.take(some)
        codes = block.shares[dimension].bits.take(some) if dimension else np.ones(len(some), np.uint32)
        for area, code in missing.tolist():
            found[area, code] = bool((_with(areas, area) & _with(codes, code)).any())
        first, many = first + many, many * 4
    return found


def flags(size: int, rows: Ints) -> Flags:
    """A flag for each of these rows, of so many."""
    found = np.zeros(size, bool)
    found[rows] = True
    return found


def _of(parts: Parts, wanted: Flags) -> Parts:
    """The parts of the flagged grants; the same ones where that is all of them."""
    if wanted.all():
        return parts
    keep = np.flatnonzero(wanted.take(parts.grant))
    return Parts(parts.block, parts.grant.take(keep), parts.cell.take(keep), parts.pence.take(keep))


def _with(bits: Ints, code: int) -> Flags:
    return np.asarray((bits & bits.dtype.type(1 << code)) != 0)


def _stands(entry: Entry, on: date) -> bool:
    return entry.valid_to is None or entry.valid_to >= on


def _day(number: int) -> date:
    # A day beyond what Python can hold is as far as it can.
    return date(1970, 1, 1) + timedelta(days=min(number, date.max.toordinal() - EPOCH))
