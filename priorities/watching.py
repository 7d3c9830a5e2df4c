"""The facts about every watched cell on a day: what runs in it, until when, what came before, what was agreed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from priorities.blocks import AT_ONCE, NEVER, Block, Flags, Ints, sums
from priorities.columns import Portfolio
from priorities.coverage import EPOCH, day_number
from priorities.models import Dimension, Target, Watch
from priorities.reading import Entry

AREAS = Dimension.PRIORITY.value
KEPT_LOOKS = 8
"""How many crossings of grants that run on a day a block keeps; 4 MB each for a million grants."""


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


class Parts(NamedTuple):
    """A block's parts of grants in cells: rows of the block, cells (area by code as one number), minor units."""

    block: Block
    grant: Ints
    cell: Ints
    pence: Ints


class Running:
    """Which grants run on a day and which run, or are to start, beyond `until`: the same for every dimension."""

    def __init__(self, portfolio: Portfolio, day: date, until: date) -> None:
        self.portfolio, self.day, self.until = portfolio, day_number(day), day_number(until)
        self.counted = [portfolio.counted(block) for block in portfolio.blocks]
        self.lasting = [
            np.flatnonzero(counted & (block.runs_to > self.until))
            for block, counted in zip(portfolio.blocks, self.counted, strict=True)
        ]

    def look(self, block: Block, dimension: str) -> Parts:
        """The grants of a block that run on the day, dead ones too, crossed by areas and a dimension, in parts of
        their whole awards. Kept by the block for the days looked at last."""
        key = (self.day, dimension)
        found = block.looks.pop(key, None) or self._looked(block, dimension)
        block.looks[key] = found
        while len(block.looks) > KEPT_LOOKS:
            block.looks.popitem(last=False)
        return found

    def _looked(self, block: Block, dimension: str) -> Parts:
        return crossed(block, np.flatnonzero(block.running_on(self.day)), self.portfolio, dimension)


def crossed(block: Block, grants: Ints, portfolio: Portfolio, dimension: str) -> Parts:
    """Some grants (rows) crossed by areas and a dimension ("": areas alone), with the parts of their whole awards."""
    across = len(portfolio.vocabulary[dimension]) if dimension else 1
    none = np.empty(0, np.int32)
    found: list[tuple[Ints, Ints, Ints]] = [(none, none, none.astype(np.int64))]
    for crossing in block.crossings((AREAS, dimension) if dimension else (AREAS,), grants, {}, block.whole):
        cell: Ints = crossing.codes[0].astype(np.int32)
        if dimension:
            cell = cell * across + crossing.codes[1]
        found.append((crossing.grant.astype(np.int32), cell, crossing.parts()))
    grant, cell, pence = (np.concatenate(each) for each in zip(*found, strict=True))
    return Parts(block, grant, cell, pence)


class Standing:
    """One dimension's cells over all areas on a day, from the crossing of areas with it.

    running: how many grants run in each cell; lasting: whether any runs, or is to start, beyond `until`; pence: what
    the running ones are worth there (whole awards in pounds sterling). All by the positions of area and code. Only
    grants that run are crossed; of the rest a cell's history asks for its own alone.
    """

    def __init__(self, running: Running, dimension: str) -> None:
        self.portfolio, self.dimension, self.day = running.portfolio, dimension, running.day
        self.counted = running.counted
        vocabulary = self.portfolio.vocabulary
        self.shape = (len(vocabulary[AREAS]), len(vocabulary[dimension]) if dimension else 1)
        size = self.shape[0] * self.shape[1]
        runs, pence = np.zeros(size, int), np.zeros(size, np.int64)
        self.now: list[Parts] = []
        for block, counted in self._blocks():
            here = self._counted(running.look(block, dimension), block, counted)
            runs += np.bincount(here.cell, minlength=size)
            sterling = self._sterling(here)
            pence = pence + sums(here.cell[sterling], here.pence[sterling], size)
            self.now.append(here)
        self.running, self.pence = runs.reshape(self.shape), pence.reshape(self.shape)
        self.lasting = self._lasting(running)

    @staticmethod
    def _counted(parts: Parts, block: Block, counted: Flags) -> Parts:
        keep = counted.take(parts.grant)
        if keep.all():
            return Parts(block, parts.grant, parts.cell, parts.pence)
        return Parts(block, parts.grant[keep], parts.cell[keep], parts.pence[keep])

    def _lasting(self, running: Running) -> Flags:
        """Told by the grants' bits, since nothing has to be counted."""
        found = np.zeros(self.shape, bool)
        for (block, _), rows in zip(self._blocks(), running.lasting, strict=True):
            areas = block.shares[AREAS].bits.take(rows)
            codes = block.shares[self.dimension].bits.take(rows) if self.dimension else np.ones(len(rows), np.uint32)
            for area in range(self.shape[0]):
                here = int(np.bitwise_or.reduce(codes[(areas >> areas.dtype.type(area)) & 1 == 1]))
                found[area] |= [bool(here >> code & 1) for code in range(self.shape[1])]
        return found

    def _sterling(self, parts: Parts) -> Any:
        if len(self.portfolio.names.currencies) > 1:
            return np.flatnonzero(parts.block.currency[parts.grant] == 0)
        return slice(None)

    @cached_property
    def by_area(self) -> Ints:
        """Pence running in each area."""
        return np.asarray(self.pence.sum(axis=1))

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

    def running_parts(self) -> Iterator[Parts]:
        """Each block's parts of grants running on the day."""
        yield from self.now

    def ids(self, area: int, codes: Flags) -> list[int]:
        """The grants that run on the day in any of an area's cells."""
        found: set[int] = set()
        for block, grant, cell, _ in self.now:
            mine, code = np.divmod(cell, self.shape[1])
            found |= set(block.ids[grant[(mine == area) & codes[code]]].tolist())
        return sorted(found)

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


def _stands(entry: Entry, on: date) -> bool:
    return entry.valid_to is None or entry.valid_to >= on


def _day(number: int) -> date:
    # A day beyond what Python can hold is as far as it can.
    return date(1970, 1, 1) + timedelta(days=min(number, date.max.toordinal() - EPOCH))
