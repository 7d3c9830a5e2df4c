"""Where coverage falls short of what the group watches: the list that the page, the API and the command show.

One line a cell: the strongest kind that it is (kinds.KINDS says which is stronger), with the weaker ones named beside
it; asked for by one kind, the list shows every cell that is it. What was set aside stands at the end; then the next
kind of its cell, if any, stands in the list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from accounts.models import Person
from counting.tables import Line
from priorities import columns
from priorities.columns import Portfolio
from priorities.kinds import KINDS, NEGLECTED
from priorities.models import Dimension, GapRules, Looking
from priorities.shortfall import asides, tasks
from priorities.shortfall.finding import Found, Look
from priorities.shortfall.shortfalls import Gap, Gaps, Seen, Sentence
from priorities.shortfall.tallies import AREAS

__all__ = ["KINDS", "Gap", "Gaps", "Sentence", "table"]


def table(
    *, on: date, portfolio: Portfolio | None = None, person: Person | None = None, today: date | None = None
) -> Gaps:
    """What falls short on a day of all that the group watches, in the order that the page prints.

    Short of an agreed target comes first, by pounds; then no grant where the funders' own list names one; then what is
    small beside the need; then money running out, by date; then other cells without a grant, the area with the most
    running money first; then what rests on one, pays for one service only, or has no recent report. A target makes its
    cell watched. `person`: who looks; nobody (None) is told which grants owe a report or which funder looks at what.
    Reports are told only where the day is `today` (None: as the clock has it).
    """
    portfolio, rules = portfolio or columns.current(), GapRules.current()
    look = Look(portfolio, on, rules, person, today or timezone.localdate())
    return _List(look, asides.Said(look.standing, portfolio, on=on, person=person)).gaps(look)


class _List:
    """The list made of what was found: what was set aside taken out, each cell once, lines joined.

    It outlives the look, whose columns are large, so it keeps none of it.
    """

    def __init__(self, look: Look, said: asides.Said) -> None:
        self.said, self.words, self.cells = said, look.words, look.cells
        self.empty = {look.key(each) for each in look.cells if not look.standing[each.dimension].running[look.at(each)]}
        found = look.found()
        self.aside = sorted((each for each in found if said.aside(each.gap)), key=_place)
        hidden = [(each, said.hidden_by(each.gap)) for each in found]
        self.left_out = [replace(each.gap, set_aside=row) for each, row in hidden if row]
        self.standing = self._with_weaker_ones(each for each, row in hidden if not row)
        self.by_gap = {id(each.gap): each for each in self.standing}

    def gaps(self, look: Look) -> Gaps:
        strongest: dict[str, Found] = {}
        for each in self.standing:
            strongest.setdefault(each.gap.key, each)
        first, everyone = sorted(strongest.values(), key=_place), sorted(self.standing, key=_place)
        looked = look.reports
        return Gaps(
            on=look.on,
            rules=look.rules,
            gaps=[each.gap for each in first],
            lines=self.lines(first),
            every=[each.gap for each in everyone],
            aside=[self.line([each], aside=self.said.aside(each.gap)) for each in self.aside],
            tasks=tasks.of(look),
            left_out=self.left_out,
            reports_recorded=looked.recorded,
            reports_told=looked.today,
            reports_owed_elsewhere=looked.owed_elsewhere(),
            not_looked_at=self.not_looked_at(look),
            looking=self.said.looking,
            tell=lambda gaps: self.lines([self.by_gap[id(gap)] for gap in gaps]),
        )

    @staticmethod
    def _with_weaker_ones(found: Any) -> list[Found]:
        """Each cell's kinds, strongest first, each naming the weaker ones that the cell is as well."""
        cells: dict[str, list[Found]] = defaultdict(list)
        for each in found:
            cells[each.gap.key].append(each)
        return [
            each._replace(gap=replace(each.gap, also=tuple(weaker.gap.word for weaker in group[place + 1 :])))
            for group in cells.values()
            for place, each in enumerate(group)
        ]

    def lines(self, found: Sequence[Found]) -> list[Sentence]:
        """One sentence a cell, those of empty cells of one area and dimension joined at the place of their first."""
        groups: dict[Any, list[Found]] = defaultdict(list)
        for each in found:
            gap = each.gap
            groups[(gap.kind, gap.row, gap.dimension) if each.joins else (gap.kind, gap.key)].append(each)
        return [self.line(group) for group in groups.values()]

    def line(self, group: Sequence[Found], aside: Any = None) -> Sentence:
        gaps = [each.gap for each in group]
        return Sentence(gaps[0].kind, self.joined(group), gaps, aside=aside, looking=self.looking(gaps))

    def looking(self, gaps: Sequence[Gap]) -> list[Seen]:
        """Who says to be looking at these; what was said of several at once stands once."""
        told: dict[tuple[int, datetime], list[tuple[Gap, Looking]]] = defaultdict(list)
        for gap in gaps:
            for row in self.said.looking(gap):
                told[row.funder_id, row.at].append((gap, row))
        return [Seen(of[0][1], () if len(of) == len(gaps) else [gap.place for gap, _row in of]) for of in told.values()]

    def joined(self, group: Sequence[Found]) -> str:
        if len(group) == 1:
            return group[0].gap.sentence
        cells = [each.cell for each in group if each.cell]
        first = cells[0]
        alike = [each for each in self.cells if (each.area, each.dimension) == (first.area, first.dimension)]
        if group[0].gap.kind == NEGLECTED:
            return self.words.unreached_joined(cells, sum(each.named for each in alike))
        empty = sum(Look.key(each) in self.empty for each in alike)
        return self.words.joined(cells, empty, len(alike), group[0].gap.may_reach)

    def not_looked_at(self, look: Look) -> list[str]:
        """The areas that are not watched at all, then the lists by which none is."""
        cells, vocabulary = look.cells, look.portfolio.vocabulary
        areas, lists = {each.area.code for each in cells}, {each.dimension for each in cells}
        entries = [Line(each.code, each.label, each.residual) for each in vocabulary[AREAS] if each.valid_to is None]
        unwatched = [each.label for each in entries if not each.residual and each.code not in areas]
        return unwatched + [str(each.label) for each in Dimension if each.value not in lists and each.value != AREAS]


def _place(found: Found) -> tuple[int, int, int, int]:
    return found.order
