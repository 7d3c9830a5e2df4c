"""Who holds a cell's running money, and how narrowly its grants are cut: facts about cells, from the columns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from counting.money import WHOLE
from grants.models import RelatedGrant
from priorities.blocks import NOBODY, Block, Ints, sums
from priorities.columns import Portfolio
from priorities.coverage import EPOCH
from priorities.kinds import CHARITY, FUNDER, GRANT
from priorities.models import UNDIVIDED, Dimension
from priorities.watching import Parts, Standing

SERVICE = Dimension.SERVICE.value
BUCKETS = 64
"""Charities are added up in so many heaps first; only where a heap is large enough is each looked at by itself."""
SEVERAL = 2
"""One grant alone is narrow without the funders having divided anything."""
_NONE, _NARROW, _BROAD, _WHOLE = 0, 1, 2, 3


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

    narrow and whole in grants and pence (pounds sterling); of all `grants` those that say nothing of services are none.
    """

    narrow: int
    whole: int
    grants: int
    narrow_pence: int
    whole_pence: int


class Traits(NamedTuple):
    """What is asked of each running grant of a block, by its row.

    funder: its place among the funders here from 1, 0 where several share one award. heap: of its charity, BUCKETS
    where there is none. breadth: one service, several, whole-person, or nothing said.
    """

    funder: Ints
    heap: Ints
    breadth: Ints


class Holding:
    """Looks over the grants of a portfolio that all run on one day, dimension by dimension."""

    def __init__(self, portfolio: Portfolio) -> None:
        self.portfolio = portfolio
        self.traits = {id(block): self._traits(block) for block in portfolio.blocks}

    def held(self, standing: Standing, least: int) -> dict[int, Held]:
        """Cells (area * width + code) of which one holds `least` basis points or more of the running pounds."""
        total, width = standing.pence.ravel(), len(self.portfolio.funders) + 1
        parts = standing.sterling
        funders = [self.traits[id(block)].funder.take(grant) for block, grant, _, _ in parts]
        by_funder = _added(parts, funders, len(total), width)[:, 1:]
        if not by_funder.size:
            return {}
        top, most = by_funder.argmax(axis=1), by_funder.max(axis=1)
        rests = (total > 0) & (most * WHOLE >= total * least)
        charities = self._charities(parts, total, least)
        found = {}
        for cell, through in _through(parts, funders, np.where(rests, top + 1, -1)):
            on = GRANT if standing.running.ravel()[cell] == 1 else FUNDER
            funder = int(self.portfolio.funders[top[cell]])
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
        size, kinds, parts = standing.running.size, 4, standing.now
        places = [cell * kinds + self.traits[id(block)].breadth.take(grant) for block, grant, cell, _ in parts]
        number = np.sum([np.bincount(place, minlength=size * kinds) for place in places], axis=0).reshape(size, kinds)
        says = number[:, 1:].sum(axis=1)
        narrow = (number[:, _NARROW] >= SEVERAL) & (number[:, _NARROW] * WHOLE >= says * least)
        if not narrow.any():
            return {}
        money: Any = np.zeros(size * kinds, np.int64)
        for (block, grant, _, pence), place in zip(parts, places, strict=True):
            keep = np.flatnonzero(narrow.take(place // kinds) & (block.currency.take(grant) == 0))
            money = money + sums(place[keep], pence[keep], size * kinds)
        worth = money.reshape(size, kinds)
        return {
            cell: Cut(
                int(number[cell, _NARROW]),
                int(number[cell, _WHOLE]),
                int(says[cell]),
                int(worth[cell, _NARROW]),
                int(worth[cell, _WHOLE]),
            )
            for cell in np.flatnonzero(narrow).tolist()
        }

    def narrow_ids(self, standing: Standing, cell: int) -> list[int]:
        """The cell's running grants that pay for one service alone."""
        found: list[int] = []
        for block, grant, cells, _ in standing.now:
            here = grant[cells == cell]
            found += block.ids[here[self.traits[id(block)].breadth.take(here) == _NARROW]].tolist()
        return sorted(found)

    def _traits(self, block: Block) -> Traits:
        heap = np.where(block.recipient == NOBODY, BUCKETS, block.recipient & (BUCKETS - 1))
        return Traits(self._funders(block), heap.astype(np.int8), self._breadth(block))

    def _breadth(self, block: Block) -> Ints:
        shares, services = block.shares[SERVICE], self.portfolio.vocabulary[SERVICE]
        kind = np.array([_NONE if entry.residual else _NARROW for entry in services])
        kind[self.portfolio.vocabulary.at(SERVICE, UNDIVIDED)] = _WHOLE
        first = shares.starts[:-1]
        return np.where(np.diff(shares.starts) == 1, kind.take(shares.code.take(first)), _BROAD).astype(np.int8)

    def _funders(self, block: Block) -> Ints:
        places = np.zeros(int(self.portfolio.funders.max(initial=0)) + 2, np.int64)
        places[self.portfolio.funders] = np.arange(len(self.portfolio.funders)) + 1
        funders = places.take(np.minimum(block.funder, len(places) - 1)).astype(np.int32)
        if len(self._shared):
            funders[np.isin(block.ids, self._shared)] = 0
        return funders

    @cached_property
    def _shared(self) -> Ints:
        """Grants of which other funders here have joint shares: how much is whose, nobody says."""
        if not any(bool(block.joint.any()) for block in self.portfolio.blocks):
            return np.empty(0, np.int64)
        parents = RelatedGrant.objects.filter(grant__joint_share=True, grant__removed_at=None, other__isnull=False)
        return np.fromiter(parents.values_list("other", flat=True), np.int64)

    def _charities(self, parts: list[Parts], total: Any, least: int) -> dict[int, tuple[int, int]]:
        """Cell to the charity that gets `least` basis points or more of it, and its pence there."""
        heaps = [self.traits[id(block)].heap.take(grant) for block, grant, _, _ in parts]
        largest = _added(parts, heaps, len(total), BUCKETS + 1)[:, :BUCKETS].max(axis=1)
        likely = (total > 0) & (largest * WHOLE >= total * least)
        sums_of: dict[tuple[int, int], int] = {}
        for block, grant, cell, pence in parts if likely.any() else ():
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


def _added(parts: list[Parts], of: list[Ints], cells: int, width: int) -> Any:
    """Pence by cell and by what each part is `of` (0 to width - 1)."""
    found: Any = np.zeros(cells * width, np.int64)
    for (_, _, cell, pence), each in zip(parts, of, strict=True):
        found = found + sums(cell * width + each, pence, cells * width)
    return found.reshape(cells, width)


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
