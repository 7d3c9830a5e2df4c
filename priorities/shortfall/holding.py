"""Who holds a cell's running money, and how narrowly its grants are cut: facts about cells, from the columns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from counting.money import WHOLE
from priorities.columns import Portfolio
from priorities.coverage import EPOCH
from priorities.kinds import CHARITY, FUNDER, GRANT
from priorities.memory.blocks import NOBODY, Ints, sums
from priorities.shortfall.tallies import BREADTHS, BUCKETS, NARROW, WHOLE_PERSON, Tallies
from priorities.shortfall.watching import Parts, Standing, crossed

SEVERAL = 2
"""One grant alone is narrow without the funders having divided anything."""


class Held(NamedTuple):
    """A cell whose running money (`total` pence) rests on one grant, funder or charity, `id`, with `pence` of it.

    grants: the ids of the grants through which it does; until: the last day of the last of them. also_charity:
    whether one charity gets that much as well.
    """

    on: str
    id: int
    pence: int
    total: int
    grants: tuple[int, ...]
    until: date
    also_charity: bool


class Cut(NamedTuple):
    """How a cell's running grants pay for services: each for one alone, for several, or whole-person.

    narrow and whole in grants and pence (pounds sterling); of all `grants` some are `silent`, saying nothing of
    services.
    """

    narrow: int
    whole: int
    grants: int
    silent: int
    narrow_pence: int
    whole_pence: int


class Holding:
    """Looks over the grants that run on one day, dimension by dimension."""

    def __init__(self, tallies: Tallies) -> None:
        self.tallies, self.funders = tallies, tallies.now.funders

    def held(self, standing: Standing, least: int) -> dict[int, Held]:
        """Cells (area * width + code) of which one holds `least` basis points or more of the running pounds."""
        total, by_funder = standing.pence.ravel(), standing.tally.by_funder[:, 1:]
        if not by_funder.size:
            return {}
        top, most = by_funder.argmax(axis=1), by_funder.max(axis=1)
        rests = (total > 0) & (most * WHOLE >= total * least)
        charities = self._charities(standing, total, least)
        parts = standing.sterling if rests.any() or charities else []
        funders = [self.tallies.traits(block).funder.take(grant) for block, grant, _, _ in parts]
        found = {}
        for cell, through in _through(parts, funders, np.where(rests, top + 1, -1)):
            on = GRANT if standing.running.ravel()[cell] == 1 else FUNDER
            funder = int(self.funders[top[cell]])
            found[cell] = Held(on, funder, int(most[cell]), int(total[cell]), *through, cell in charities)
        getting = np.full(len(total), -1)
        for cell in charities.keys() - found.keys():
            getting[cell] = charities[cell][0]
        for cell, through in _through(parts, [block.recipient.take(grant) for block, grant, _, _ in parts], getting):
            charity, pence = charities[cell]
            found[cell] = Held(CHARITY, charity, pence, int(total[cell]), *through, True)
        return found

    def cut(self, standing: Standing, least: int) -> dict[int, Cut]:
        """Cells where `least` basis points or more of the running grants that name a service, two at least, name one
        alone."""
        number = standing.tally.breadth
        says = number[:, NARROW:].sum(axis=1)
        narrow = (number[:, NARROW] >= SEVERAL) & (number[:, NARROW] * WHOLE >= says * least)
        if not narrow.any():
            return {}
        worth = self._by_breadth(standing, narrow)
        return {
            cell: Cut(
                int(number[cell, NARROW]),
                int(number[cell, WHOLE_PERSON]),
                int(number[cell].sum()),
                int(number[cell].sum() - says[cell]),
                int(worth[cell, NARROW]),
                int(worth[cell, WHOLE_PERSON]),
            )
            for cell in np.flatnonzero(narrow).tolist()
        }

    def _by_breadth(self, standing: Standing, cells: Any) -> Any:
        """Pence in the flagged cells by what their grants say of services."""
        found: Any = np.zeros(len(cells) * BREADTHS, np.int64)
        for parts in standing.sterling:
            here = parts.only(cells)
            says = self.tallies.traits(here.block).breadth.take(here.grant)
            found = found + sums(here.cell.astype(np.intp) * BREADTHS + says, here.pence, len(found))
        return found.reshape(len(cells), BREADTHS)

    def _charities(self, standing: Standing, total: Any, least: int) -> dict[int, tuple[int, int]]:
        """Cell to the charity that gets `least` basis points or more of it, and its pence there."""
        largest = standing.tally.by_heap[:, :BUCKETS].max(axis=1)
        likely = (total > 0) & (largest * WHOLE >= total * least)
        sums_of: dict[tuple[int, int], int] = {}
        for block, grant, cell, pence in standing.sterling if likely.any() else ():
            here = np.flatnonzero(likely.take(cell))
            here = here[block.recipient.take(grant[here]) != NOBODY]
            pairs, place = np.unique(
                np.stack([cell[here], block.recipient.take(grant[here])]), axis=1, return_inverse=True
            )
            added = sums(place.ravel(), pence[here], pairs.shape[1])
            for (where, charity), amount in zip(pairs.T.tolist(), added.tolist(), strict=True):
                sums_of[where, charity] = sums_of.get((where, charity), 0) + amount
        return {
            cell: (charity, amount)
            for (cell, charity), amount in sorted(sums_of.items(), key=lambda each: each[1])
            if amount * WHOLE >= int(total[cell]) * least
        }


def narrow_ids(portfolio: Portfolio, day: int, dimension: str, cell: int) -> list[int]:
    """The running grants of a cell that pay for one service alone."""
    tallies, found = Tallies(portfolio.running_on(day)), list[int]()
    for block, counted in zip(tallies.now.blocks, tallies.counted, strict=True):
        parts = crossed(block, None, portfolio, dimension)
        here = parts.grant[parts.cell == cell]
        found += block.ids[here[counted.take(here) & (tallies.traits(block).breadth.take(here) == NARROW)]].tolist()
    return sorted(found)


def _through(parts: list[Parts], of: list[Ints], owner: Ints) -> Iterator[tuple[int, tuple[tuple[int, ...], date]]]:
    """Each cell that has an owner (not -1), with the grants in it that are the owner's, and their last day."""
    found = []
    for (block, grant, cell, _), each in zip(parts if (owner >= 0).any() else (), of, strict=False):
        owned = owner.take(cell)
        mine = np.flatnonzero((owned == each) & (owned >= 0))
        rows = grant[mine]
        found.append((cell[mine], block.ids.take(rows), block.runs_to.take(rows)))
    if not found:
        return
    cells, ids, ends = (np.concatenate([each[n] for each in found]) for n in range(3))
    order = np.lexsort((ids, cells))
    cells, first = np.unique(cells[order], return_index=True)
    if not len(cells):
        return
    groups = np.split(ids[order], first[1:]), np.split(ends[order], first[1:])
    for cell, grants, days in zip(cells.tolist(), *groups, strict=True):
        yield cell, (tuple(grants.tolist()), day_of(int(days.max())))


def day_of(number: int) -> date:
    """The day that a column holds; one beyond what Python can hold is as far as it can."""
    return date.fromordinal(min(number + EPOCH, date.max.toordinal()))
