"""What is known of projects through their grants: area, place and people, charity, funders. Never joined to figures:
each project is looked up by its number, so that a figure counts once however many grants pay for the work."""

from __future__ import annotations

import threading
from collections.abc import Collection
from typing import Any

import numpy as np
from django.db.models import BigIntegerField, F
from django.db.models.functions import Cast
from numpy.typing import NDArray

from accounts import bulk
from grants.models import Grant
from outcomes.figures import chunks
from priorities import columns
from priorities.columns import Portfolio
from priorities.memory.blocks import Block

Ints = NDArray[np.integer]
Flags = NDArray[np.bool_]
FEW = 5_000
_BITS = 31
_NOT_HERE = 2**31 - 1


class Works:
    """Projects of one portfolio; every answer is an array with a place for each project's number."""

    def __init__(self, portfolio: Portfolio) -> None:
        self.portfolio = portfolio
        self.blocks = [(block, _Projects.of(block)) for block in portfolio.blocks]
        self.size = 1 + max((int(each.numbers.max(initial=0)) for _block, each in self.blocks), default=0)
        self._known: dict[str, Any] = {}

    def stands(self) -> Flags:
        """Which projects a living grant pays for."""
        return np.asarray(self._once("stands", lambda: self._flags(lambda block: block.alive)))

    def of_funders(self, funders: Collection[int]) -> Flags:
        """Which projects a living grant of these funders pays for."""
        wanted = np.fromiter(funders, np.int64, len(funders))
        return self._flags(lambda block: block.alive & np.isin(block.funder, wanted))

    def bits(self, dimension: str) -> Ints:
        """Each project's codes in a list, a bit each: those in which any of its living grants has a share."""
        return np.asarray(self._once(f"bits {dimension}", lambda: self._bits(dimension)))

    def charity(self) -> Ints:
        """Each project's charity, by its number; all of whom it is not known count as one."""
        return np.asarray(self._once("charity", self._charity))

    def _once(self, name: str, make: Any) -> Any:
        if name not in self._known:
            self._known[name] = make()
        return self._known[name]

    def _flags(self, of: Any) -> Flags:
        found = np.zeros(self.size, bool)
        for block, projects in self.blocks:
            found[projects.numbers[of(block)]] = True
        return found

    def _bits(self, dimension: str) -> Ints:
        kind = self.blocks[0][0].shares[dimension].bits.dtype
        found = np.zeros(self.size, kind)
        for block, projects in self.blocks:
            part = projects.reduced(f"bits {dimension}", np.bitwise_or, block.shares[dimension].bits, block, 0)
            found[: len(part)] |= part
        return found

    def _charity(self) -> Ints:
        found = np.full(self.size, _NOT_HERE, np.int32)
        for block, projects in self.blocks:
            part = projects.reduced("charity", np.minimum, block.recipient, block, _NOT_HERE)
            np.minimum(found[: len(part)], part, out=found[: len(part)])
        return found


class _Projects:
    """The project of each grant of a block, and what it takes to put grants of one project together."""

    def __init__(self, numbers: Ints) -> None:
        self.numbers = numbers
        in_order = bool((numbers[1:] >= numbers[:-1]).all())
        self.order = None if in_order else np.argsort(numbers, kind="stable").astype(np.int32)
        ordered = numbers if self.order is None else numbers[self.order]
        new = np.ones(len(ordered), bool)
        new[1:] = ordered[1:] != ordered[:-1]
        self.starts = np.flatnonzero(new)
        self.different = ordered[self.starts]

    @classmethod
    def of(cls, block: Block) -> _Projects:
        found: _Projects = block.kept.get("projects", 0, lambda: cls(_read(block)), most=1)
        return found

    def reduced(self, name: str, by: Any, values: Ints, block: Block, otherwise: int) -> Ints:
        """Put together, project by project, the values of a block's living grants. Kept for all rows of the block;
        projects with a dead one are put together anew."""
        kept: Ints = block.kept.get(f"projects' {name}", 0, lambda: self._all(by, values, otherwise), most=1)
        dead = np.flatnonzero(~block.alive)
        if not len(dead):
            return kept
        found, touched = kept.copy(), np.unique(self.numbers[dead])
        again = np.flatnonzero(np.isin(self.numbers, touched) & block.alive)
        found[touched] = otherwise
        by.at(found, self.numbers[again], values[again])
        return found

    def _all(self, by: Any, values: Ints, otherwise: int) -> Ints:
        found = np.full(1 + int(self.numbers.max(initial=0)), otherwise, values.dtype)
        if len(self.starts):
            ordered = values if self.order is None else values[self.order]
            found[self.different] = by.reduceat(ordered, self.starts)
        return found


def _read(block: Block) -> Ints:
    """The project of each of a block's grants, read as one number with the grant's own."""
    if not block.size:
        return np.empty(0, np.int32)
    grants = Grant.objects.order_by()
    if block.size <= FEW:
        grants = bulk.among(grants, "id", block.ids.tolist())
    packed = grants.annotate(packed=Cast(F("id") * 2**_BITS + F("project_id"), BigIntegerField())).values_list("packed")
    found = np.sort(np.array([row[0] for chunk in chunks(packed) for row in chunk], np.int64))
    place = np.minimum(np.searchsorted(found >> _BITS, block.ids), max(len(found) - 1, 0))
    mine = (found[place] >> _BITS) == block.ids
    return np.where(mine, found[place] & (2**_BITS - 1), 0).astype(np.int32)


_lock = threading.Lock()
_held: Works | None = None


def current() -> Works:
    """The projects of the portfolio as it stands."""
    global _held
    portfolio = columns.current()
    with _lock:
        if _held is None or _held.portfolio is not portfolio:
            _held = Works(portfolio)
        return _held
