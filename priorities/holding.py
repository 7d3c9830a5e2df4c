"""Who holds a cell's running money, and how narrowly its grants are cut: facts about cells, from the columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from counting.money import WHOLE
from grants.models import RelatedGrant
from priorities.blocks import NOBODY, Block, Flags, Ints, sums
from priorities.columns import Portfolio
from priorities.coverage import EPOCH
from priorities.kinds import CHARITY, FUNDER, GRANT
from priorities.models import UNDIVIDED, Dimension
from priorities.watching import Standing

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


class Holding:
    """Looks over one portfolio's running grants, dimension by dimension."""

    def __init__(self, portfolio: Portfolio, day: int) -> None:
        self.portfolio, self.day = portfolio, day

    def held(self, standing: Standing, least: int) -> dict[int, Held]:
        """Cells (area * width + code) of which one holds `least` basis points or more of the running pounds."""
        total = standing.pence.ravel()
        parts = [_sterling(*each) for each in standing.running_parts()]
        funders = [self._funders(block, grant) for block, grant, _, _ in parts]
        by_funder = _added(parts, funders, len(total), len(self.portfolio.funders) + 1)[:, 1:]
        if not by_funder.size:
            return {}
        top, most = by_funder.argmax(axis=1), by_funder.max(axis=1)
        rests = (total > 0) & (most * WHOLE >= total * least)
        charities = _charities(parts, total, least)
        found = {}
        for cell, through in _through(parts, funders, np.where(rests, top + 1, -1)):
            on = GRANT if standing.running.ravel()[cell] == 1 else FUNDER
            funder = int(self.portfolio.funders[top[cell]])
            found[cell] = Held(on, funder, int(most[cell]), int(total[cell]), *through, cell in charities)
        getting = np.full(len(total), -1)
        getting[list(charities)] = [charity for charity, _ in charities.values()]
        getting[list(found)] = -1
        for cell, through in _through(parts, [block.recipient.take(grant) for block, grant, _, _ in parts], getting):
            charity, pence = charities[cell]
            found[cell] = Held(CHARITY, charity, pence, int(total[cell]), *through, True)
        return found

    def cut(self, standing: Standing) -> Mapping[int, Cut]:
        """Every cell in which a running grant says for what services it pays."""
        size, kinds = standing.running.size, 4
        counts: Ints = np.zeros(size * kinds, np.int64)
        pence: Any = np.zeros(size * kinds, np.int64)
        for block, grant, cell, part in standing.running_parts():
            place = cell * kinds + self.breadth(block).take(grant)
            counts = counts + np.bincount(place, minlength=size * kinds)
            sterling = block.currency[grant] == 0
            pence = pence + sums(place[sterling], part[sterling], size * kinds)
        number, money = counts.reshape(size, kinds), pence.reshape(size, kinds)
        says = number[:, 1:].sum(axis=1)
        return {
            cell: Cut(
                int(number[cell, _NARROW]),
                int(number[cell, _WHOLE]),
                int(says[cell]),
                int(money[cell, _NARROW]),
                int(money[cell, _WHOLE]),
            )
            for cell in np.flatnonzero(says).tolist()
        }

    def narrow_ids(self, standing: Standing, cell: int) -> list[int]:
        """The cell's running grants that pay for one service alone."""
        found: list[int] = []
        for block, grant, cells, _ in standing.running_parts():
            here = grant[cells == cell]
            found += block.ids[here[self.breadth(block).take(here) == _NARROW]].tolist()
        return sorted(found)

    def breadth(self, block: Block) -> Ints:
        """For each running grant of a block: one service, several, whole-person, or nothing said."""
        if id(block) not in self._breadths:
            rows = np.flatnonzero(block.alive & block.running_on(self.day))
            shares = block.shares[SERVICE]
            first = shares.starts.take(rows)
            one = shares.starts.take(rows + 1) - first == 1
            code = shares.code.take(first)
            alone = np.where(self._ordinary.take(code), _NARROW, np.where(code == self._undivided, _WHOLE, _NONE))
            found = np.zeros(block.size, np.int8)
            found[rows] = np.where(one, alone, _BROAD)
            self._breadths[id(block)] = found
        return self._breadths[id(block)]

    @cached_property
    def _breadths(self) -> dict[int, Ints]:
        return {}

    @cached_property
    def _ordinary(self) -> Flags:
        return np.array([not entry.residual for entry in self.portfolio.vocabulary[SERVICE]])

    @cached_property
    def _undivided(self) -> int:
        return self.portfolio.vocabulary.at(SERVICE, UNDIVIDED)

    def _funders(self, block: Block, grant: Ints) -> Ints:
        """Each part's funder as its place among the funders here, from 1; 0 where several share one award."""
        funders = self._places.take(np.minimum(block.funder.take(grant), len(self._places) - 1))
        if len(self._shared):
            funders = np.where(np.isin(block.ids.take(grant), self._shared), 0, funders)
        return funders

    @cached_property
    def _places(self) -> Ints:
        places = np.zeros(int(self.portfolio.funders.max(initial=0)) + 2, np.int64)
        places[self.portfolio.funders] = np.arange(len(self.portfolio.funders)) + 1
        return places

    @cached_property
    def _shared(self) -> Ints:
        """Grants of which other funders here have joint shares: how much is whose, nobody says."""
        if not any(bool(block.joint.any()) for block in self.portfolio.blocks):
            return np.empty(0, np.int64)
        parents = RelatedGrant.objects.filter(grant__joint_share=True, grant__removed_at=None, other__isnull=False)
        return np.fromiter(parents.values_list("other", flat=True), np.int64)


Parts = tuple[Block, Ints, Ints, Ints]


def _sterling(block: Block, grant: Ints, cell: Ints, pence: Ints) -> Parts:
    keep = block.currency.take(grant) == 0
    return (block, grant, cell, pence) if keep.all() else (block, grant[keep], cell[keep], pence[keep])


def _added(parts: list[Parts], of: list[Ints], cells: int, width: int) -> Any:
    """Pence by cell and by what each part is `of` (0 to width - 1)."""
    found: Any = np.zeros(cells * width, np.int64)
    for (_, _, cell, pence), each in zip(parts, of, strict=True):
        found = found + sums(cell.astype(np.int64) * width + each, pence, cells * width)
    return found.reshape(cells, width)


def _through(parts: list[Parts], of: list[Ints], owner: Ints) -> Iterator[tuple[int, tuple[tuple[int, ...], date]]]:
    """Each cell that has an owner (not -1), with the grants in it that are the owner's, and their last day."""
    found = []
    for (block, grant, cell, _), each in zip(parts, of, strict=True):
        mine = np.flatnonzero((owner.take(cell) == each) & (owner.take(cell) >= 0))
        rows = grant[mine]
        found.append((cell[mine], block.ids.take(rows), block.runs_to.take(rows)))
    cells, ids, ends = (np.concatenate([each[n] for each in found]) for n in range(3))
    order = np.lexsort((ids, cells))
    cells, first = np.unique(cells[order], return_index=True)
    if not len(cells):
        return
    groups = np.split(ids[order], first[1:]), np.split(ends[order], first[1:])
    for cell, grants, days in zip(cells.tolist(), *groups, strict=True):
        yield cell, (tuple(grants.tolist()), day_of(int(days.max())))


def _charities(parts: list[Parts], total: Any, least: int) -> dict[int, tuple[int, int]]:
    """Cell to the charity that gets `least` basis points or more of it, and its pence there."""
    known = [block.recipient.take(grant) for block, grant, _, _ in parts]
    heaps = [np.where(each == NOBODY, BUCKETS, each % BUCKETS) for each in known]
    largest = _added(parts, heaps, len(total), BUCKETS + 1)[:, :BUCKETS].max(axis=1)
    likely = (total > 0) & (largest * WHOLE >= total * least)
    sums_of: dict[tuple[int, int], int] = {}
    for (_, _, cell, pence), recipient in zip(parts, known, strict=True):
        here = np.flatnonzero(likely.take(cell) & (recipient != NOBODY))
        pairs, place = np.unique(np.stack([cell[here], recipient[here]]), axis=1, return_inverse=True)
        added = sums(place.ravel(), pence[here], pairs.shape[1])
        for (where, charity), amount in zip(pairs.T.tolist(), added.tolist(), strict=True):
            sums_of[where, charity] = sums_of.get((where, charity), 0) + amount
    return {
        cell: (charity, amount)
        for (cell, charity), amount in sorted(sums_of.items(), key=lambda each: each[1])
        if amount * WHOLE >= int(total[cell]) * least
    }


def day_of(number: int) -> date:
    """The day that a column holds; one beyond what Python can hold is as far as it can."""
    return date.fromordinal(min(number + EPOCH, date.max.toordinal()))
