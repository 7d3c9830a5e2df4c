"""Who funds what: running money by funder, area and place, and where funders meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, overload

import numpy as np
from django.utils.translation import gettext as _

from accounts.models import Organisation
from counting.tables import Line, Table
from priorities import columns, coverage
from priorities.columns import Portfolio
from priorities.coverage import Asked, Question
from priorities.memory.blocks import NOBODY, Block, Flags, Ints, sums
from priorities.models import Dimension

MOST_PAIRS = 1_000
"""So many pairs of funders the API gives, those with most charities in common."""
AREAS, PLACES = Dimension.PRIORITY.value, Dimension.REGION.value


@dataclass(frozen=True, slots=True)
class Meeting:
    """An area and place in which several funders have running grants, those with most money there first.

    charities: how many charities have running grants there of two or more of them. pence: of all of them together.
    """

    area: Line
    place: Line
    pence: int
    funders: Sequence[Line]
    charities: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two funders with running grants to the same charities, and in how many areas and places both have some."""

    first: Line
    second: Line
    charities: int
    places: int


@dataclass(frozen=True, slots=True)
class Part:
    """Pence of one funder in one area and place."""

    funder: Line
    area: Line
    place: Line
    pence: int


@dataclass(frozen=True, slots=True)
class Most:
    """The fewest funders that together pay half of an area or more: how many, and what they pay of its pence.

    largest: who pays most of it.
    """

    area: Line
    funders: int
    pence: int
    of: int
    largest: Line


@dataclass(frozen=True, slots=True)
class WhoFunds:
    """table: whole awards of running grants by funder (code: the organisation's id) and area, the largest funder first.

    grants: how many each row has, in its order. cells: funders by areas by places, in the order of `table` and
    `places`. meetings: the areas and places with several funders, the largest first; alone: how many have only one.
    pairs: funders with charities in common, most first. unnamed: running grants that go to several organisations or
    to none that is named, and so count in no charities in common.
    """

    table: Table
    places: Sequence[Line]
    grants: Sequence[int]
    cells: Any
    meetings: Sequence[Meeting]
    alone: int
    pairs: Sequence[Pair]
    unnamed: int

    def parts(self, cells: Any = None, funders: Sequence[Line] | None = None) -> list[Part]:
        """What is not nought, the most pence first; of these cells and funders, else of all."""
        cells = self.cells if cells is None else cells
        funders = self.table.rows if funders is None else funders
        found = [
            Part(funders[funder], self.table.columns[area], self.places[place], int(cells[funder, area, place]))
            for funder, area, place in zip(*np.nonzero(cells), strict=True)
        ]
        return sorted(found, key=lambda part: -part.pence)

    def _parts_as_dicts(self) -> list[dict[str, Any]]:
        """The parts as the API prints them, without an object for each, since funders may be many."""
        funder, area, place = np.nonzero(self.cells)
        pence = self.cells[funder, area, place]
        order = np.argsort(-pence, kind="stable")
        names = [line.as_dict() for line in self.table.rows]
        areas, places = ([line.code for line in lines] for lines in (self.table.columns, self.places))
        columns = (each[order].tolist() for each in (funder, area, place, pence))
        return [
            {"funder": names[one], "area": areas[at], "place": places[where], "pence": worth}
            for one, at, where, worth in zip(*columns, strict=True)
        ]

    def as_dict(self) -> dict[str, Any]:
        """As the API prints it; money in pence."""
        return {
            "on": self.table.on.isoformat(),
            "table": self.table.as_dict(),
            "parts": self._parts_as_dicts(),
            "meetings": [
                {
                    "area": each.area.code,
                    "place": each.place.code,
                    "pence": each.pence,
                    "funders": [line.as_dict() for line in each.funders],
                    "charities": each.charities,
                }
                for each in self.meetings
            ],
            "alone": self.alone,
            "pairs": [
                {
                    "funders": [each.first.as_dict(), each.second.as_dict()],
                    "charities": each.charities,
                    "places": each.places,
                }
                for each in self.pairs[:MOST_PAIRS]
            ],
        }

    def largest(self, count: int) -> list[Part]:
        """The same with only so many of the largest funders, the others together as one."""
        if len(self.table.rows) <= count + 1:
            return self.parts()
        rest = len(self.table.rows) - count
        others = Line("others", _("%(n)s others") % {"n": rest}, residual=True)
        cells = np.concatenate([self.cells[:count], self.cells[count:].sum(axis=0, keepdims=True)])
        return self.parts(cells, [*self.table.rows[:count], others])

    def most(self) -> list[Most]:
        """For each area with money the fewest funders that pay half of it, the area with most money first."""
        return sorted(self._most(), key=lambda each: -each.of)

    def _most(self) -> Iterator[Most]:
        for area, total, figures in zip(
            self.table.columns, self.table.column_totals, zip(*self.table.cells, strict=True), strict=False
        ):
            paid = np.cumsum(np.array(sorted(figures, reverse=True), object))
            enough = np.flatnonzero(paid * 2 >= total)
            if total > 0 and not area.residual:
                largest = self.table.rows[figures.index(max(figures))]
                yield Most(area, int(enough[0]) + 1, int(paid[enough[0]]), total, largest)


def look(question: Question, *, portfolio: Portfolio | None = None) -> WhoFunds:
    """Who funds what on the question's day, in running grants; pounds sterling alone, as in coverage."""
    portfolio = portfolio or columns.current()
    question = replace(question, rows=AREAS, columns=PLACES, measure=coverage.LIVE)
    asked = Asked(question, portfolio)
    today, chosen = asked.table(), list(asked.chosen())
    ids = np.unique(np.concatenate([block.funder[flags] for block, flags in chosen]))
    counted = _Counted(ids, (len(today.rows), len(today.columns)))
    for block, flags in chosen:
        counted.add(block, flags, asked)
    return counted.told(today, _names(ids))


def _names(ids: Ints) -> list[Line]:
    names = dict(Organisation.objects.filter(id__in=ids.tolist()).values_list("id", "name"))
    return [Line(str(each), names.get(each, _("a funder"))) for each in ids.tolist()]


class _Counted:
    """Running grants counted block by block.

    pence, by funder, area and place; grants by funder; met: funder, area and place, and charity of each part.
    """

    def __init__(self, ids: Ints, shape: tuple[int, int]) -> None:
        self.ids, self.shape = ids, (len(ids), *shape)
        self.pence: Any = np.zeros(len(ids) * shape[0] * shape[1], np.int64)
        self.present = np.zeros(self.pence.shape, bool)
        self.grants = np.zeros(len(ids), np.int64)
        self.number = np.zeros(int(ids.max(initial=0)) + 1, np.int64)
        self.number[ids] = np.arange(len(ids))
        self.met: list[tuple[Ints, Ints, Ints]] = []
        self.unnamed = 0

    def add(self, block: Block, flags: Flags, asked: Asked) -> None:
        grant, area, place, pence = asked.parts(block, flags)
        funder = self.number[block.funder[grant]]
        where = area * self.shape[2] + place
        at = funder * self.shape[1] * self.shape[2] + where
        self.pence = self.pence + sums(at, pence, len(self.pence))
        self.present[at] = True
        self.grants += np.bincount(self.number[block.funder[flags]], minlength=len(self.ids))
        self.unnamed += int((flags & (block.recipient == NOBODY)).sum())
        named = np.flatnonzero(block.recipient[grant] != NOBODY)
        self.met.append((funder[named], where[named], block.recipient[grant[named]]))

    def told(self, today: Table, names: Sequence[Line]) -> WhoFunds:
        cells, present = self.pence.reshape(self.shape), self.present.reshape(self.shape)
        by_area = cells.sum(axis=2)
        totals = by_area.sum(axis=1).tolist()
        order = sorted(range(len(names)), key=lambda each: (-totals[each], names[each].label))
        funders = [names[each] for each in order]
        rank = np.argsort(np.array(order, int)) if order else np.zeros(0, int)
        funder, where, charity = (np.concatenate(each) for each in zip(*self.met, strict=True))
        met = rank[funder], where, charity
        cells, present, by_area = cells[order], present[order], by_area[order]
        lone, meetings = _meetings(today, funders, cells, present, met)
        return WhoFunds(
            table=replace(
                today,
                rows=funders,
                columns=today.rows,
                cells=by_area.tolist(),
                row_totals=by_area.sum(axis=1).tolist(),
                column_totals=by_area.sum(axis=0).tolist(),
                rows_name=_("funder"),
                columns_name=today.rows_name,
            ),
            places=today.columns,
            grants=self.grants[order].tolist(),
            cells=cells,
            meetings=meetings,
            alone=lone,
            pairs=Pairs(funders, met, _proper(today, present)),
            unnamed=self.unnamed,
        )


def _proper(today: Table, present: Flags) -> Flags:
    """Where each funder has a part, of areas and places that carry a share: funders by areas by places."""
    shares = [np.array([not line.residual for line in lines], bool) for lines in (today.rows, today.columns)]
    return np.asarray(present & shares[0][:, None] & shares[1][None, :])


def _meetings(
    today: Table, funders: Sequence[Line], cells: Any, present: Flags, met: tuple[Ints, Ints, Ints]
) -> tuple[int, list[Meeting]]:
    """How many areas and places have one funder alone, and those with several."""
    here = _proper(today, present)
    common = _in_common(met, here.shape[1] * here.shape[2]).reshape(here.shape[1:])
    number = here.sum(axis=0)
    found = []
    for area, place in np.argwhere(number > 1).tolist():
        theirs = np.flatnonzero(here[:, area, place])
        paid = cells[:, area, place]
        theirs = theirs[np.argsort(-paid[theirs], kind="stable")]
        found.append(
            Meeting(
                today.rows[area],
                today.columns[place],
                int(paid.sum()),
                [funders[each] for each in theirs.tolist()],
                int(common[area, place]),
            )
        )
    return int((number == 1).sum()), sorted(found, key=lambda each: -each.pence)


def _in_common(met: tuple[Ints, Ints, Ints], size: int) -> Ints:
    """For each area and place how many charities have grants there of two funders or more."""
    _funder, where, charity = _distinct(*met)
    # Sorted by place, charity and funder: a charity's funders there stand together.
    first = np.flatnonzero(np.concatenate([[True], (where[1:] != where[:-1]) | (charity[1:] != charity[:-1])]))
    number = np.diff(np.append(first, len(where)))
    first = first[: len(number)]
    return np.bincount(where[first[number > 1]], minlength=size)


def _distinct(funder: Ints, where: Ints, charity: Ints) -> tuple[Ints, Ints, Ints]:
    """Each funder, place and charity once, sorted by place, then charity, then funder."""
    if not len(funder):
        return funder, where, charity
    known, number = _numbered(charity)
    funders = int(funder.max()) + 1
    packed = np.sort((where.astype(np.int64) * len(known) + number) * funders + funder)
    packed = packed[np.concatenate([[True], packed[1:] != packed[:-1]])]
    rest, funder = np.divmod(packed, funders)
    where, number = np.divmod(rest, len(known))
    return funder, where, known[number]


def _numbered(ids: Ints) -> tuple[Ints, Ints]:
    """The different ids in order, and the place of each among them; without sorting, since ids are few and small."""
    there = np.zeros(int(ids.max()) + 1, bool)
    there[ids] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[ids]


class Pairs(Sequence[Pair]):
    """Every two funders with charities in common, those with most first; made one by one as they are asked for."""

    def __init__(self, funders: Sequence[Line], met: tuple[Ints, Ints, Ints], here: Flags) -> None:
        """met: funder, area and place, and charity of each part; here: funders by areas by places, where each has
        one."""
        self.funders = funders
        pairs, charities = _in_common_by_two(met, len(funders))
        order = np.argsort(-charities, kind="stable")
        self.pairs, self.charities = pairs[order], charities[order]
        self.here = here.reshape(len(here), here.shape[1] * here.shape[2])

    def __len__(self) -> int:
        return len(self.pairs)

    @overload
    def __getitem__(self, at: int) -> Pair: ...
    @overload
    def __getitem__(self, at: slice) -> list[Pair]: ...
    def __getitem__(self, at: int | slice) -> Pair | list[Pair]:
        if not isinstance(at, slice):
            return self[at : at + 1][0]
        one, other = np.divmod(self.pairs[at], len(self.funders))
        places = (self.here[one] & self.here[other]).sum(axis=1)
        told = (one.tolist(), other.tolist(), self.charities[at].tolist(), places.tolist())
        return [Pair(self.funders[a], self.funders[b], *rest) for a, b, *rest in zip(*told, strict=True)]


def _in_common_by_two(met: tuple[Ints, Ints, Ints], funders: int) -> tuple[Ints, Ints]:
    """Two funders as one number (the first times `funders` and the second), and their charities in common."""
    funder, _where, charity = _distinct(met[0], np.zeros_like(met[1]), met[2])
    first = np.flatnonzero(np.concatenate([[True], charity[1:] != charity[:-1]]))[: len(charity)]
    last = np.append(first[1:], len(charity)) if len(first) else first
    # Each entry is paired with those that stand after it among its charity's funders.
    following = np.repeat(last, last - first) - np.arange(len(charity)) - 1
    one = np.repeat(np.arange(len(charity)), following)
    step = np.arange(len(one)) - np.repeat(np.cumsum(following) - following, following)
    common = np.bincount(funder[one] * funders + funder[one + step + 1], minlength=1)
    pairs = np.flatnonzero(common)
    return pairs, common[pairs]
