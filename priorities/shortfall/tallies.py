"""The grants that run on a day, added up by cell in each way in which a cell may rest on one or be cut narrowly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from grants.models import RelatedGrant
from priorities.columns import Portfolio
from priorities.memory.blocks import NOBODY, Block, Flags, Ints, sums
from priorities.memory.layouts import Layout, laid_out
from priorities.models import UNDIVIDED, Dimension

AREAS, SERVICE = Dimension.PRIORITY.value, Dimension.SERVICE.value
BUCKETS = 64
"""Charities are added up in so many heaps; only where a heap is large enough is each looked at by itself."""
NONE, NARROW, BROAD, WHOLE_PERSON = range(4)
"""What a grant says of services: nothing, one alone, several, or that it is for all that a person needs."""
BREADTHS = 4
KIND, KEPT = "tally", 16
"""Where a block keeps its tallies, and how many."""
FEWER = 8
"""A tally serves as long as fewer than an eighth of its grants differ."""


class Traits(NamedTuple):
    """What is asked of each grant of a block, by its row.

    funder: its place among the funders here from 1, 0 where several share one award. heap: of its charity, BUCKETS
    where there is none. breadth: one service, several, whole-person, or nothing said.
    """

    funder: Ints
    heap: Ints
    breadth: Ints


@dataclass(frozen=True, slots=True)
class Tally:
    """What the counted grants of a block come to in each cell (first index: area * width + code).

    by_funder and by_heap: pence (pounds sterling) by place of Traits; breadth: grants of every currency by what they
    say of services.
    """

    counted: Flags
    by_funder: Any
    by_heap: Any
    breadth: Any

    def plus(self, come: Tally, gone: Tally | None = None) -> Tally:
        """Both together, less a third; the flags are the first's."""
        names = [each.name for each in fields(self)][1:]
        added = [getattr(self, name) + getattr(come, name) for name in names]
        less = [0] * len(names) if gone is None else [getattr(gone, name) for name in names]
        return Tally(self.counted, *(one - other for one, other in zip(added, less, strict=True)))

    @property
    def running(self) -> Ints:
        """How many grants run in each cell."""
        return np.asarray(self.breadth.sum(axis=1))

    @property
    def pence(self) -> Any:
        return self.by_funder.sum(axis=1)


class Tallies:
    """Of a portfolio whose grants all run on one day."""

    def __init__(self, now: Portfolio) -> None:
        self.now = now
        self.counted = [now.counted(block) for block in now.blocks]

    def of(self, dimension: str, areas: Sequence[int] | None = None) -> Tally:
        """All blocks together, by areas with this dimension ("": areas alone); in the cells of these areas (positions)
        alone, where they are given."""
        first, *rest = (
            self._of(block, counted, dimension, areas)
            for block, counted in zip(self.now.blocks, self.counted, strict=True)
        )
        for each in rest:
            first = first.plus(each)
        return first

    def traits(self, block: Block) -> Traits:
        return block.kept.get("traits", self._key, lambda: self._traits(block), most=1)

    def anywhere(self, dimension: str) -> Flags:
        """Which codes of a dimension any of the grants has a share in, whatever its areas."""
        found = 0
        for block, counted in zip(self.now.blocks, self.counted, strict=True):
            found |= int(np.bitwise_or.reduce(block.shares[dimension].bits[counted]))
        return np.array([bool(found >> code & 1) for code in range(len(self.now.vocabulary[dimension]))])

    def _of(self, block: Block, counted: Flags, dimension: str, areas: Sequence[int] | None) -> Tally:
        """Kept by the block, so that only what changed since is counted again."""
        across = len(self.now.vocabulary[dimension]) if dimension else 1
        key = (dimension, None if areas is None else tuple(areas), self._key)
        wanted = np.full(len(self.now.vocabulary[AREAS]), areas is None)
        if areas is not None:
            wanted[list(areas)] = True
            counted = counted & block.touching(AREAS, wanted)
        held: Tally | None = block.kept.peek(KIND, key)
        if held is not None:
            differ = held.counted != counted
            if int(differ.sum()) * FEWER <= block.size:
                come, gone = (
                    self._added(
                        block, laid_out(block, AREAS, dimension, across, np.flatnonzero(differ & each)), each, wanted
                    )
                    for each in (counted, held.counted)
                )
                return block.kept.put(KIND, key, replace(held, counted=counted).plus(come, gone), most=KEPT)
        if areas is None:
            layout = block.layout(AREAS, dimension, across)
        else:
            layout = laid_out(block, AREAS, dimension, across, np.flatnonzero(counted))
        found = self._added(block, layout, counted, wanted)
        return block.kept.put(KIND, key, found, most=KEPT)

    def _added(self, block: Block, layout: Layout, counted: Flags, areas: Flags) -> Tally:
        # As the processor adds them up, so that nothing is turned into another kind on the way.
        grant, cell, pence = layout.grant, layout.cell.astype(np.intp), layout.pence
        keep = None if counted.all() else counted.take(grant)
        if not areas.all():
            here = areas.repeat(layout.across).take(cell)
            keep = here if keep is None else keep & here
        if keep is not None:
            kept: Ints = np.flatnonzero(keep)
            grant, cell, pence = grant.take(kept), cell.take(kept), pence.take(kept)
        if block.currency.any():
            pence = pence * (block.currency == 0).take(grant)
        traits, size = self.traits(block), layout.across * len(self.now.vocabulary[AREAS])
        breadth = cell * BREADTHS + traits.breadth.take(grant)

        def by(place: Ints, width: int) -> Any:
            return sums(place, pence, size * width).reshape(size, width)

        return Tally(
            counted,
            by(cell * (len(self.now.funders) + 1) + traits.funder.take(grant), len(self.now.funders) + 1),
            by(cell * (BUCKETS + 1) + traits.heap.take(grant), BUCKETS + 1),
            np.bincount(breadth, minlength=size * BREADTHS).reshape(size, BREADTHS),
        )

    @cached_property
    def _key(self) -> tuple[bytes, bytes]:
        return self.now.funders.tobytes(), self._shared.tobytes()

    @cached_property
    def _shared(self) -> Ints:
        """Grants of which other funders here have joint shares: how much is whose, nobody says."""
        if not any(bool(block.joint.any()) for block in self.now.blocks):
            return np.empty(0, np.int64)
        parents = RelatedGrant.objects.filter(grant__joint_share=True, grant__removed_at=None, other__isnull=False)
        return np.fromiter(parents.order_by("other").values_list("other", flat=True).distinct(), np.int64)

    def _traits(self, block: Block) -> Traits:
        heap = np.where(block.recipient == NOBODY, BUCKETS, block.recipient & (BUCKETS - 1))
        return Traits(self._funders(block), heap.astype(np.int8), self._breadth(block))

    def _breadth(self, block: Block) -> Ints:
        shares, services = block.shares[SERVICE], self.now.vocabulary[SERVICE]
        kind = np.array([NONE if entry.residual else NARROW for entry in services])
        kind[self.now.vocabulary.at(SERVICE, UNDIVIDED)] = WHOLE_PERSON
        if not block.size:
            return np.empty(0, np.int8)
        return np.where(np.diff(shares.starts) == 1, kind.take(shares.code.take(shares.starts[:-1])), BROAD).astype(
            np.int8
        )

    def _funders(self, block: Block) -> Ints:
        places = np.zeros(int(self.now.funders.max(initial=0)) + 2, np.int64)
        places[self.now.funders] = np.arange(len(self.now.funders)) + 1
        funders = places.take(np.minimum(block.funder, len(places) - 1)).astype(np.int32)
        if len(self._shared):
            funders[np.isin(block.ids, self._shared)] = 0
        return funders
