"""What is known of projects through their grants: area, place and people, charity, funders. Never joined to figures:
each project is looked up by its number, so that a figure counts once however many grants pay for the work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Hashable
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
        self.sides = [_Side(block) for block in portfolio.blocks]
        self.size = 1 + max(each.projects.largest for each in self.sides)
        self._known = Kept()

    def stands(self) -> Flags:
        """Which projects a living grant pays for."""
        return self._by_project("stands", 0, np.logical_or, lambda block: np.ones(block.size, bool), bool, False)

    def of_funders(self, funders: Collection[int]) -> Flags:
        """Which projects a living grant of these funders pays for."""
        wanted = tuple(sorted(funders))

        def paid(block: Block) -> Flags:
            known = np.zeros(1 + max([int(block.funder.max(initial=0)), *wanted]), bool)
            known[list(wanted)] = True
            return np.asarray(known[block.funder])

        return self._by_project("of funders", wanted, np.logical_or, paid, bool, False)

    def bits(self, dimension: str) -> Ints:
        """Each project's codes in a list, a bit each: those in which any of its living grants has a share."""
        kind = self.portfolio.base.shares[dimension].bits.dtype
        return self._by_project("bits", dimension, np.bitwise_or, lambda block: block.shares[dimension].bits, kind, 0)

    def charity(self) -> Ints:
        """Each project's charity, by its number; all of whom it is not known count as one."""
        return self._by_project("charity", 0, np.minimum, lambda block: block.recipient, np.int32, _NOT_HERE)

    def _by_project(
        self, name: str, key: Hashable, by: Any, of: Callable[[Block], Any], kind: Any, none: Any
    ) -> NDArray[Any]:
        """What `of` says of all living grants, put together project by project; kept by name and key."""

        def make() -> NDArray[Any]:
            found = np.full(self.size, none, kind)
            for each in self.sides:
                part = each.by_project(f"projects' {name}", key, by, of, none)
                by(found[: len(part)], part, out=found[: len(part)])
            return found

        return self._known.get(name, key, make, most=KEPT)


class _Projects:
    """The project of each grant of a block, and what it takes to put grants of one project together."""

    def __init__(self, numbers: Ints) -> None:
        self.numbers = numbers
        self.largest = int(numbers.max(initial=0))
        in_order = bool((numbers[1:] >= numbers[:-1]).all())
        self.order = None if in_order else np.argsort(numbers, kind="stable").astype(np.int32)
        ordered = self.ordered(numbers)
        new = np.ones(len(ordered), bool)
        new[1:] = ordered[1:] != ordered[:-1]
        starts = np.flatnonzero(new)
        self.different = ordered[starts]
        # Where each one's grants begin, and where the last one's end.
        self.bounds = np.append(starts, len(ordered)).astype(np.int32)

    def ordered(self, values: Any) -> Any:
        return values if self.order is None else values[self.order]

    def together(self, by: Any, values: Any, none: Any) -> Any:
        """The values of all grants of the block, living and dead; `none` where there is no grant."""
        found = np.full(1 + self.largest, none, values.dtype)
        if len(self.different):
            found[self.different] = by.reduceat(self.ordered(values), self.bounds[:-1])
        return found

    def rows(self, projects: Ints) -> Ints:
        """The rows of these projects' grants, of projects that are in the block."""
        place = np.searchsorted(self.different, projects)
        first, count = self.bounds[place], self.bounds[place + 1] - self.bounds[place]
        found = np.arange(int(count.sum())) + np.repeat(first - np.append(0, np.cumsum(count))[:-1], count)
        return found if self.order is None else np.asarray(self.order[found])


class _Side:
    """A block with its projects, those of dead grants, and the rows of the latter's living grants."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.projects: _Projects = block.kept.get("projects", 0, lambda: _Projects(block.project), most=1)
        self.touched = np.unique(block.project[np.flatnonzero(~block.alive)])
        rows = self.projects.rows(self.touched)
        self.again = rows[block.alive[rows]]

    def by_project(self, name: str, key: Hashable, by: Any, of: Callable[[Block], Any], none: Any) -> Any:
        """Kept for all rows of the block; projects with a dead grant are put together anew."""
        block, projects = self.block, self.projects
        kept = block.kept.get(name, key, lambda: projects.together(by, of(block), none), most=KEPT)
        if not len(self.touched):
            return kept
        found = kept.copy()
        found[self.touched] = none
        by.at(found, block.project[self.again], of(block)[self.again])
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
