"""What is known of projects through their grants: area, place and people, charity, funders. Never joined to figures:
each project is looked up by its number, so that a figure counts once however many grants pay for the work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Hashable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from priorities import columns
from priorities.columns import Portfolio
from priorities.memory.blocks import Block
from priorities.memory.kept import Kept

Ints = NDArray[np.integer]
Flags = NDArray[np.bool_]
KEPT = 8
"""Of so many lists, and for so many groups of funders, what was put together is kept."""
_NOT_HERE = 2**31 - 1


class Works:
    """Projects of one portfolio; every answer is an array with a place for each project's number."""

    def __init__(self, portfolio: Portfolio) -> None:
        self.portfolio = portfolio
        self.blocks = [(block, _Projects.of(block)) for block in portfolio.blocks]
        self.size = 1 + max((int(each.numbers.max(initial=0)) for _block, each in self.blocks), default=0)
        self._known = Kept()

    def stands(self) -> Flags:
        """Which projects a living grant pays for."""
        return self._flags("stands", 0, lambda block: np.ones(block.size, bool))

    def of_funders(self, funders: Collection[int]) -> Flags:
        """Which projects a living grant of these funders pays for."""
        wanted = tuple(sorted(funders))

        def paid(block: Block) -> Flags:
            known = np.zeros(1 + max([int(block.funder.max(initial=0)), *wanted]), bool)
            known[list(wanted)] = True
            return np.asarray(known[block.funder])

        return self._flags("of funders", wanted, paid)

    def bits(self, dimension: str) -> Ints:
        """Each project's codes in a list, a bit each: those in which any of its living grants has a share."""
        kind = self.blocks[0][0].shares[dimension].bits.dtype
        return self._by_project("bits", dimension, np.bitwise_or, lambda block: block.shares[dimension].bits, kind, 0)

    def charity(self) -> Ints:
        """Each project's charity, by its number; all of whom it is not known count as one."""
        return self._by_project("charity", 0, np.minimum, lambda block: block.recipient, np.int32, _NOT_HERE)

    def _flags(self, name: str, key: Hashable, of: Callable[[Block], Flags]) -> Flags:
        return self._by_project(name, key, np.logical_or, of, bool, False)

    def _by_project(
        self, name: str, key: Hashable, by: Any, of: Callable[[Block], Any], kind: Any, none: Any
    ) -> NDArray[Any]:
        """The values of all grants put together by their projects; kept by name and key."""

        def make() -> NDArray[Any]:
            found = np.full(self.size, none, kind)
            for block, projects in self.blocks:
                part = projects.reduced(name, key, by, partial(of, block), block, none)
                by(found[: len(part)], part, out=found[: len(part)])
            return found

        return self._known.get(name, key, make, most=KEPT)


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
        found: _Projects = block.kept.get("projects", 0, lambda: cls(block.project), most=1)
        return found

    def reduced(self, name: str, key: Hashable, by: Any, values: Callable[[], Any], block: Block, none: Any) -> Ints:
        """Put together, project by project, the values of a block's living grants; `none` where there is no grant.

        Kept for all rows of the block, by name and key; projects with a dead one are put together anew.
        """
        kept: Ints = block.kept.get(f"projects' {name}", key, lambda: self._all(by, values(), none), most=KEPT)
        dead = np.flatnonzero(~block.alive)
        if not len(dead):
            return kept
        found, touched = kept.copy(), np.unique(self.numbers[dead])
        again = self._rows(touched)
        again = again[block.alive[again]]
        found[touched] = none
        by.at(found, self.numbers[again], values()[again])
        return found

    def _rows(self, projects: Ints) -> Ints:
        """The rows of these projects' grants, of projects that are in the block."""
        place = np.searchsorted(self.different, projects)
        ends = np.append(self.starts[1:], len(self.numbers))
        first, count = self.starts[place], ends[place] - self.starts[place]
        rows = np.arange(int(count.sum())) + np.repeat(first - np.append(0, np.cumsum(count)[:-1]), count)
        return rows if self.order is None else np.asarray(self.order[rows])

    def _all(self, by: Any, values: Ints, none: Any) -> Ints:
        found = np.full(1 + int(self.numbers.max(initial=0)), none, values.dtype)
        if len(self.starts):
            ordered = values if self.order is None else values[self.order]
            found[self.different] = by.reduceat(ordered, self.starts)
        return found


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
