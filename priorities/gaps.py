"""Where coverage falls short of what the group watches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from accounts.models import Organisation
from counting import periods
from counting.money import WHOLE
from counting.places import INTERNATIONAL
from grants.models import Grant
from priorities import columns, coverage, sentences, watching
from priorities.blocks import Flags
from priorities.columns import Portfolio
from priorities.coverage import Question, day_number
from priorities.freshness import quiet_funders
from priorities.models import UNDIVIDED, Dimension, Target
from priorities.watching import AREAS, Cell, Part, Running, Standing

EMPTY, UNDER_TARGET, ENDING = "empty", "under_target", "ending"
KINDS = (EMPTY, UNDER_TARGET, ENDING)
"""Strongest first: a cell that is several of them is shown as the first."""
ENDING_WITHIN = 12
"""Money that runs out within so many months is a gap."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One watched cell that falls short, with the sentence that says so.

    row: an area's code; dimension and column: the place, people, service or audience, or "" and None for the area as
    a whole. pence: what is short of the target (under_target), what runs out (ending), or what runs for all of the
    UK or for several together and may reach the cell (empty). grants: ids of the grants that its sentence speaks of.
    place: the cell in words, Victim services in Wales.
    until: the day on which the money runs out (ending). out_of_date: names of funders who have funded here before
    and have added nothing for 12 months.
    """

    kind: str
    row: str
    dimension: str
    column: str | None
    pence: int
    grants: tuple[int, ...]
    sentence: str
    place: str
    until: date | None = None
    out_of_date: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Names the cell in an address: victim_services.region.WAL, or research for an area as a whole."""
        return ".".join(part for part in (self.row, self.dimension, self.column) if part)

    def as_dict(self, grants: list[str]) -> dict[str, Any]:
        """The gap as printed, `grants` being its grants' identifiers."""
        return {
            "kind": self.kind,
            "row": self.row,
            "dimension": self.dimension or None,
            "column": self.column,
            "pence": self.pence,
            "grants": grants,
            "sentence": self.sentence,
            "until": self.until and self.until.isoformat(),
            "out_of_date": list(self.out_of_date),
        }


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of the page's list: the sentence for one cell, or for several of one area and kind."""

    kind: str
    text: str
    gaps: Sequence[Gap]

    @property
    def grants(self) -> list[int]:
        return sorted({each for gap in self.gaps for each in gap.grants})

    @property
    def out_of_date(self) -> list[str]:
        return sorted({each for gap in self.gaps for each in gap.out_of_date})


@dataclass(frozen=True, slots=True)
class Gaps:
    """Every gap on a day in the order of the list, and the list's lines."""

    on: date
    gaps: Sequence[Gap]
    lines: Sequence[Sentence]

    def gap(self, key: str) -> Gap:
        """One cell's gap; raises KeyError where nothing is short there."""
        for gap in self.gaps:
            if gap.key == key:
                return gap
        raise KeyError(key)

    def only(self, *, kind: str = "", row: str = "") -> Gaps:
        """The gaps and lines of one kind, of one area, or of both."""

        def wanted(gap: Gap) -> bool:
            return kind in ("", gap.kind) and row in ("", gap.row)

        lines = [line for line in self.lines if all(map(wanted, line.gaps))]
        return Gaps(self.on, [gap for gap in self.gaps if wanted(gap)], lines)

    def as_dict(self) -> dict[str, Any]:
        """The list as the command and the API print it; money in pence, grants by their identifiers."""
        wanted = {grant for gap in self.gaps for grant in gap.grants}
        names = dict(Grant.objects.filter(id__in=wanted).values_list("id", "grant_id")) if wanted else {}
        return {
            "on": self.on.isoformat(),
            "gaps": [gap.as_dict([names[grant] for grant in gap.grants]) for gap in self.gaps],
            "lines": [
                {"kind": line.kind, "sentence": line.text, "cells": [gap.key for gap in line.gaps]}
                for line in self.lines
            ],
        }


def table(*, on: date, portfolio: Portfolio | None = None) -> Gaps:
    """What falls short on a day of all that the group watches, in the order that the page prints.

    Short of an agreed target comes first, by pounds; then no grant where the funders' own list names one; then money
    running out, by date; then the rest, the area with the most running money first. A target makes its cell watched.
    """
    return _Look(portfolio or columns.current(), on).gaps()


class _Found(NamedTuple):
    """A gap and what places it in the list: its rank, the day its money runs out, pounds, the cell's own place."""

    order: tuple[int, int, int, int]
    gap: Gap
    cell: Cell
    unreached: bool = False


class _Missed(NamedTuple):
    """A target that is not met: what there is and what is short, in what the target counts."""

    target: Target
    have: int
    short: int

    @property
    def pence(self) -> int:
        return 0 if self.target.kind == Target.NUMBER else self.short


class _Look:
    """One look at all watched cells on a day."""

    def __init__(self, portfolio: Portfolio, on: date) -> None:
        self.portfolio, self.on = portfolio, on
        self.funders = dict(Organisation.objects.funders().values_list("id", "name"))
        self.quiet = [each.funder for each in quiet_funders(self.funders, on=on, portfolio=portfolio)]
        self.words = sentences.Empty(funders=self.funders, members=len(self.funders))
        self.cells = list(watching.cells(portfolio, on))
        running = Running(portfolio, on, periods.add_months(on, ENDING_WITHIN))
        self.standing = {name: Standing(running, name) for name in {cell.dimension for cell in self.cells}}

    def gaps(self) -> Gaps:
        looked = (self.look(cell, place) for place, cell in enumerate(self.cells))
        found = sorted(each for each in looked if each)
        return Gaps(self.on, [each.gap for each in found], self.lines(found))

    def look(self, cell: Cell, place: int) -> _Found | None:
        """The strongest thing to say of a cell, or None where nothing is short."""
        standing, at = self.standing[cell.dimension], self.at(cell)
        missed = self.missed(cell)
        if not standing.running[at]:
            return self.empty(cell, missed, place)
        if missed:
            gap = self.gap(
                cell,
                UNDER_TARGET,
                pence=missed.pence,
                grants=self.counted(cell, missed.target),
                sentence=sentences.under_target(cell, missed.target, missed.have, missed.short, self.on),
            )
            return _Found((1, 0, -missed.pence, place), gap, cell)
        return None if standing.lasting[at] else self.ending(cell, place)

    def empty(self, cell: Cell, missed: _Missed | None, place: int) -> _Found:
        standing, at = self.standing[cell.dimension], self.at(cell)
        parts = standing.parts(*at)
        unreached = cell.dimension == Dimension.GROUP and cell.named and not standing.running[:, at[1]].any()
        reach, reaching = (0, []) if unreached else self.reach(cell)
        sentence = (
            self.words.unreached(cell, parts, self.on) if unreached else self.words.one(cell, parts, self.on, reach)
        )
        if missed:
            sentence += " " + sentences.agreed(missed.target, missed.have, missed.short, self.on)
        gap = self.gap(
            cell,
            EMPTY,
            pence=missed.pence if missed else reach,
            grants=[*sentences.spoken_of(parts, self.on), *reaching],
            sentence=sentence,
        )
        if missed:
            return _Found((1, 0, -missed.pence, place), gap, cell)
        return _Found((2 if cell.named else 4, 0, -int(standing.by_area[at[0]]), place), gap, cell, unreached)

    def ending(self, cell: Cell, place: int) -> _Found:
        all_parts = self.standing[cell.dimension].parts(*self.at(cell))
        parts = [part for part in all_parts if self.lasts(part)]
        undated = sum(part.ends is None for part in all_parts)
        last = max(part.ends for part in parts if part.ends)
        gap = self.gap(
            cell,
            ENDING,
            pence=sum(part.pence for part in parts if part.currency == "GBP"),
            grants=[part.grant for part in parts],
            sentence=sentences.ending(cell, parts, last, undated, self.funders),
            until=last,
        )
        return _Found((3, day_number(last), -gap.pence, place), gap, cell)

    def lasts(self, part: Part) -> bool:
        return part.ends is not None and part.ends >= self.on

    def gap(self, cell: Cell, kind: str, *, grants: Sequence[int], **told: Any) -> Gap:
        out_of_date = self.quiet_in[cell.dimension].get(self.at(cell), set())
        return Gap(
            kind=kind,
            row=cell.area.code,
            dimension=cell.dimension,
            column=cell.code,
            grants=tuple(dict.fromkeys(grants)),
            place=sentences.place(cell),
            out_of_date=tuple(sorted(self.funders[each] for each in out_of_date)),
            **told,
        )

    def at(self, cell: Cell) -> tuple[int, int]:
        """The cell's place in Standing: the positions of its area and code."""
        vocabulary = self.portfolio.vocabulary
        return vocabulary.at(AREAS, cell.area.code), vocabulary.at(cell.dimension, cell.code) if cell.code else 0

    @cached_property
    def quiet_in(self) -> dict[str, dict[tuple[int, int], set[int]]]:
        """The funders that may be out of date and have funded in each cell before."""
        return {
            name: standing.funded_by(np.array(self.quiet)) if self.quiet else {}
            for name, standing in self.standing.items()
        }

    def reach(self, cell: Cell) -> tuple[int, list[int]]:
        """Pence, and the grants, running in the area for all of the UK or for several together."""
        if not cell.entry:
            return 0, []
        key = (cell.area.code, cell.dimension)
        if key not in self._reached:
            standing, area, codes = self.standing[cell.dimension], self.at(cell)[0], self.wider(cell.dimension)
            self._reached[key] = int(standing.pence[area, codes].sum()), standing.ids(area, codes)
        return self._reached[key]

    @cached_property
    def _reached(self) -> dict[tuple[str, str], tuple[int, list[int]]]:
        return {}

    def wider(self, dimension: str) -> Flags:
        """The codes of a dimension whose work may reach any other of its cells."""
        return np.array(
            [
                (not entry.watchable and not entry.residual and entry.code != INTERNATIONAL)
                or (entry.code == UNDIVIDED and dimension != Dimension.REGION)
                for entry in self.portfolio.vocabulary[dimension]
            ]
        )

    def missed(self, cell: Cell) -> _Missed | None:
        """The cell's target that is furthest from being met, by pounds."""
        missed = [each for target in cell.targets if (each := self.against(cell, target)).short > 0]
        return max(missed, key=lambda each: (each.pence, each.short), default=None)

    def against(self, cell: Cell, target: Target) -> _Missed:
        standing, at = self.standing[cell.dimension], self.at(cell)
        if target.kind == Target.AMOUNT:
            have, wanted = coverage.table(self.year(cell), portfolio=self.portfolio).total, target.value
        elif target.kind == Target.NUMBER:
            have, wanted = int(standing.running[at]), target.value
        else:
            # A share of an area is of all that the area has; one for an area as a whole is of everything.
            whole = int(standing.by_area[at[0]] if cell.code else standing.pence.sum())
            have, wanted = int(standing.pence[at]), whole * target.value // WHOLE
        return _Missed(target, have, wanted - have)

    def counted(self, cell: Cell, target: Target) -> list[int]:
        """The grants that a target counts as being there."""
        if target.kind == Target.AMOUNT:
            return coverage.grant_ids(self.year(cell), portfolio=self.portfolio)
        standing, (area, code) = self.standing[cell.dimension], self.at(cell)
        return standing.ids(area, np.arange(standing.shape[1]) == code)

    def year(self, cell: Cell) -> Question:
        """The cell's share of the day's calendar year, each award shared out evenly by day."""
        codes = {AREAS: (cell.area.code,)} | ({cell.dimension: (cell.code,)} if cell.code else {})
        return Question(
            columns=cell.dimension or Question.columns,
            measure=coverage.SPREAD,
            on=self.on,
            first=date(self.on.year, 1, 1),
            last=date(self.on.year, 12, 31),
            codes=codes,
        )

    def lines(self, found: Sequence[_Found]) -> list[Sentence]:
        """One sentence a cell, those of empty cells of one area and dimension joined at the place of their first."""
        groups: dict[Any, list[_Found]] = defaultdict(list)
        for each in found:
            joins = each.gap.kind == EMPTY and each.order[0] != 1 and each.gap.column
            groups[(each.gap.row, each.gap.dimension, each.unreached) if joins else each.gap.key].append(each)
        return [
            Sentence(group[0].gap.kind, self.joined(group), [each.gap for each in group]) for group in groups.values()
        ]

    def joined(self, group: Sequence[_Found]) -> str:
        if len(group) == 1:
            return group[0].gap.sentence
        first, cells = group[0], [each.cell for each in group]
        alike = [each for each in self.cells if (each.area, each.dimension) == (first.cell.area, first.cell.dimension)]
        if first.unreached:
            return self.words.unreached_joined(cells, sum(each.named for each in alike))
        empty = sum(not self.standing[each.dimension].running[self.at(each)] for each in alike)
        return self.words.joined(cells, empty, len(alike), first.gap.pence)
