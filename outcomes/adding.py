"""How figures of several windows and several projects go together: the arithmetic of results, without a database.

New people add up over windows. Different people in a window do not: of one project it is known that they were at least
as many as in its fullest window, and at most all together. What stands at an end, and what is counted so far, is the
last one. Two projects may share people; how many is declared, or it is a range.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.integer]
FLOW, ACTIVE, STOCK, TO_DATE = "flow", "active", "stock", "to_date"
SMALLER = 2**62
"""All of the smaller of two projects."""


@dataclass(frozen=True, slots=True)
class PerProject:
    """One line a project: the most it can come to, the least, and out of how many (0 where that is not asked)."""

    project: Ints
    most: Ints
    least: Ints
    whole: Ints

    @property
    def size(self) -> int:
        return len(self.project)

    def joined(self, other: PerProject) -> PerProject:
        """Both, by project; no project may be in both."""
        project = np.concatenate([self.project, other.project])
        order = np.argsort(project, kind="stable")
        pairs = ((self.most, other.most), (self.least, other.least), (self.whole, other.whole))
        return PerProject(project[order], *(np.concatenate(pair)[order] for pair in pairs))

    def taken(self, places: Ints) -> PerProject:
        return PerProject(self.project[places], self.most[places], self.least[places], self.whole[places])


def per_project(over_time: str, project: Ints, start: Ints, end: Ints, value: Ints, whole: Ints) -> PerProject:
    """The windows of each project put together."""
    if over_time == ACTIVE:
        kept = _outermost(project, start, end)
        project, start, end, value, whole = (each[kept] for each in (project, start, end, value, whole))
    order = _ordered(project, end, start)
    project, value, whole = project[order], value[order].astype(np.int64), whole[order].astype(np.int64)
    if not len(project):
        return PerProject(project, value, value, whole)
    first = _new(project)
    starts = np.flatnonzero(first)
    if over_time in (STOCK, TO_DATE):
        last = np.append(starts[1:], len(project)) - 1
        return PerProject(project[starts], value[last], value[last], whole[last])
    most, out_of = np.add.reduceat(value, starts), np.add.reduceat(whole, starts)
    least = np.maximum.reduceat(value, starts) if over_time == ACTIVE else most
    return PerProject(project[starts], most, least, out_of)


def begun_inside(project: Ints, start: Ints, first: int) -> Ints:
    """Which windows to take of those that end in a time: of a project that has any, those that also begin in it."""
    inside = start >= first
    return np.flatnonzero(inside | ~np.isin(project, project[inside]))


def _outermost(project: Ints, start: Ints, end: Ints) -> Ints:
    """The windows that lie in no other of the same project: who was counted for a half-year is not counted again for
    its quarters."""
    if not len(project):
        return np.empty(0, np.int64)
    order = _ordered(project, start, -end.astype(np.int64))
    project, end = project[order], end[order].astype(np.int64)
    # The latest end so far of the same project: projects are kept apart by a step that no day reaches.
    apart = np.cumsum(_new(project)).astype(np.int64) << 32
    latest = np.maximum.accumulate(apart + end)
    inside = np.zeros(len(project), bool)
    inside[1:] = apart[1:] + end[1:] <= latest[:-1]
    return np.sort(order[~inside])


def _ordered(first: Ints, second: Ints, third: Ints) -> Ints:
    """The order by three numbers; what is nearly in order already takes next to no time."""
    order = np.argsort(third, kind="stable")
    order = order[np.argsort(second[order], kind="stable")]
    return np.asarray(order[np.argsort(first[order], kind="stable")])


def _new(project: Ints) -> NDArray[np.bool_]:
    """Where another project begins, of projects in order."""
    found = np.ones(len(project), bool)
    found[1:] = project[1:] != project[:-1]
    return found


@dataclass(frozen=True, slots=True)
class Shared:
    """How many people two projects share, as far as it was declared: at least, and at most (SMALLER: who knows)."""

    one: int
    other: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Range:
    """How many different people: at least, and at most."""

    least: int
    most: int


def together(figures: PerProject, shared: Sequence[Shared]) -> Range:
    """How many different people several projects reach. Where nothing was declared: the largest of them, to the sum.

    The most is the sum less what is known to be shared, along pairs that make no circle (Hunter's bound). The least is
    the largest project and those of which it is known how many they share with it and each other (Bonferroni's).
    """
    if not figures.size:
        return Range(0, 0)
    place = {int(project): n for n, project in enumerate(figures.project)} if shared else {}
    pairs = [each for each in shared if each.one in place and each.other in place]
    return Range(_least(figures, pairs, place), _most(figures, pairs, place))


def _most(figures: PerProject, pairs: Sequence[Shared], place: dict[int, int]) -> int:
    sure = [(_at_least(each, figures, place), each) for each in pairs]
    of = {int(project): int(project) for project in place}

    def root(project: int) -> int:
        while of[project] != project:
            project = of[project]
        return project

    less = 0
    for people, each in sorted(sure, key=lambda pair: (-pair[0], pair[1].one, pair[1].other)):
        one, other = root(each.one), root(each.other)
        if one != other:
            of[one] = other
            less += people
    return int(figures.most.sum()) - less


def _at_least(each: Shared, figures: PerProject, place: dict[int, int]) -> int:
    """How many people two projects surely share."""
    return min(each.least, int(figures.least[place[each.one]]), int(figures.least[place[each.other]]))


def _least(figures: PerProject, pairs: Sequence[Shared], place: dict[int, int]) -> int:
    largest = int(figures.least.max())
    declared = {frozenset((each.one, each.other)): each for each in pairs}
    if not declared:
        return largest
    known = {project for pair in declared for project in pair}
    order = sorted(known, key=lambda project: (-int(figures.least[place[project]]), project))
    return max(largest, *(_grown(first, order, declared, figures, place) for first in order[:10]))


def _grown(
    first: int, order: list[int], declared: dict[frozenset[int], Shared], figures: PerProject, place: dict[int, int]
) -> int:
    """How many people at least: this project and, one after the other, all that surely add some to it."""
    taken, found = [first], int(figures.least[place[first]])
    for project in order:
        pairs = [declared.get(frozenset((project, other))) for other in taken]
        if project in taken or None in pairs:
            continue
        more = int(figures.least[place[project]]) - sum(_at_most(each, figures, place) for each in pairs if each)
        if more > 0:
            taken.append(project)
            found += more
    return found


def _at_most(each: Shared, figures: PerProject, place: dict[int, int]) -> int:
    return min(each.most, int(figures.most[place[each.one]]), int(figures.most[place[each.other]]))
