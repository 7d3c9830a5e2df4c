"""When the money of running grants runs out: month by month and area by area, two years ahead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from counting import periods
from counting.tables import PENCE, Line, Table
from priorities import columns, coverage
from priorities.columns import Portfolio
from priorities.coverage import Asked, Question, day_number
from priorities.memory.blocks import NEVER, Block, Flags, Ints, sums
from priorities.models import Dimension

MONTHS = 24
ENDING = "ending"
"""The measure of whole awards by the month in which their grants end."""
AREAS, PLACES = Dimension.PRIORITY.value, Dimension.REGION.value


@dataclass(frozen=True, slots=True)
class Month:
    """One month ahead. code: 2025-03. first, last: its days, the earliest month's first being the question's own day.

    running: pence in grants running on `first`; ending: pence in the `grants` grants that end from `first` to `last`.
    """

    code: str
    first: date
    last: date
    running: int
    ending: int
    grants: int


@dataclass(frozen=True, slots=True)
class RunningOut:
    """running: whole awards of grants by the day on which they run (the first of each month; the question's own day,
    and the day after the last month) and area. ending: by the month in which they end, and area. Grants that are
    awarded already and start later are in both.

    fall: the month in which most pence end (the earlier of two), None where nothing ends.
    """

    running: Table
    ending: Table
    months: Sequence[Month]

    @property
    def fall(self) -> Month | None:
        largest = max(self.months, key=lambda month: (month.ending, -month.first.toordinal()))
        return largest if largest.ending > 0 else None

    @property
    def after(self) -> date:
        """The day after the last month."""
        return self.months[-1].last + timedelta(days=1)

    def as_dict(self) -> dict[str, Any]:
        """As the API prints it; money in pence."""
        return {
            "on": self.running.on.isoformat(),
            "months": [
                {"month": each.code, "running": each.running, "ending": each.ending, "grants": each.grants}
                for each in self.months
            ],
            "largest_fall": self.fall and self.fall.code,
            "undated": self.running.undated,
            "running": self.running.as_dict(),
            "ending": self.ending.as_dict(),
        }

    def month(self, code: str) -> Month:
        """The month of a code (2025-03); raises KeyError where it is none of these."""
        for month in self.months:
            if month.code == code:
                return month
        raise KeyError(code)


def look(question: Question, *, portfolio: Portfolio | None = None) -> RunningOut:
    """What runs and what ends in the months from the question's day on; pounds sterling alone, as in coverage."""
    portfolio = portfolio or columns.current()
    asked, days = _of_any_time(question, portfolio), first_days(question.on)
    areas = asked.lines(AREAS)
    size = (len(days) + 1, len(areas))
    starts: Any = np.zeros(size[0] * size[1], np.int64)
    ends, grants = starts, np.zeros(len(days) + 1, np.int64)
    for block, chosen in _dated(asked, question.on):
        rows = np.flatnonzero(chosen)
        begun, over = _periods(block, rows, days)
        for grant, area, _place, pence in asked.pieces(block, chosen):
            starts = starts + sums(begun.take(grant) * size[1] + area, pence, size[0] * size[1])
            ends = ends + sums(over.take(grant) * size[1] + area, pence, size[0] * size[1])
        grants += np.bincount(over[rows], minlength=len(days) + 1)
    running = np.cumsum((starts - ends).reshape(size), axis=0)[:-1]
    ending = ends.reshape(size)[1:-1]
    both = _Frame(asked, question.on, areas)
    return RunningOut(
        both.table(coverage.LIVE, [Line(day.isoformat(), day.isoformat()) for day in days], running),
        both.table(ENDING, [Line(day.isoformat()[:7], day.isoformat()[:7]) for day in days[:-1]], ending),
        [
            Month(day.isoformat()[:7], day, after - timedelta(days=1), int(runs.sum()), int(gone.sum()), int(number))
            for day, after, runs, gone, number in zip(days, days[1:], running, ending, grants[1:-1], strict=False)
        ],
    )


def parts(
    question: Question, month: Month, *, area: str | None = None, portfolio: Portfolio | None = None
) -> dict[int, int]:
    """Grant (id) to its pence of the grants that end in a month, in one area or in all.

    Raises KeyError where there is no such area.
    """
    portfolio = portfolio or columns.current()
    only = question if area is None else replace(question, codes={**question.codes, AREAS: (area,)})
    if area is not None:
        portfolio.vocabulary.at(AREAS, area)
    found: dict[int, int] = {}
    asked = _of_any_time(only, portfolio)
    for block, chosen in _dated(asked, question.on):
        ending = chosen & (block.runs_to >= day_number(month.first)) & (block.runs_to <= day_number(month.last))
        grant, _area, _place, pence = asked.parts(block, ending)
        rows, at = np.unique(grant, return_inverse=True)
        found |= dict(zip(block.ids[rows].tolist(), sums(at, pence, len(rows)).tolist(), strict=True))
    return found


def first_days(on: date) -> list[date]:
    """The day itself, and the first of each of the MONTHS months that follow."""
    return [on, *(periods.add_months(on.replace(day=1), months) for months in range(1, MONTHS + 1))]


def _of_any_time(question: Question, portfolio: Portfolio) -> Asked:
    """The same question of grants of any time and currency: what runs and ends when is picked here."""
    ever = replace(question, rows=AREAS, columns=PLACES, measure=coverage.GRANTS, first=date.min, last=None)
    return Asked(ever, portfolio)


def _dated(asked: Asked, on: date) -> Iterator[tuple[Block, Flags]]:
    """Grants in pounds that run on a day or start later."""
    for block, chosen in asked.chosen():
        lasting = (block.runs_to >= day_number(on)) & (block.runs_from <= block.runs_to)
        yield block, chosen & lasting & (block.currency == 0)


def _periods(block: Block, rows: Ints, days: Sequence[date]) -> tuple[Ints, Ints]:
    """For each of these grants (rows) the number of the first of these days on or after its start, and of the first
    after its end; 0 for the others of the block."""
    numbers = np.array([day_number(day) for day in days], np.int32)
    begun, over = np.zeros(block.size, np.int16), np.zeros(block.size, np.int16)
    begun[rows] = np.searchsorted(numbers, block.runs_from[rows], "left")
    over[rows] = np.searchsorted(numbers, block.runs_to[rows], "right")
    return begun, over


class _Frame:
    """What both tables have in common: the areas, how many grants run on the day, and what is in no figure."""

    def __init__(self, asked: Asked, on: date, areas: Sequence[Line]) -> None:
        self.on, self.areas, self.held_back = on, areas, asked.portfolio.held_back
        self.grants = self.undated = 0
        self.others: dict[str, int] = {}
        for block, chosen in asked.chosen():
            running = chosen & block.running_on(day_number(on))
            self.grants += int((running & (block.currency == 0)).sum())
            self.undated += int((chosen & (block.runs_to == NEVER)).sum())
            for name, number in asked.portfolio.names.currencies.items():
                theirs = running & (block.currency == number)
                if number and theirs.any():
                    *_places, pence = asked.parts(block, theirs)
                    self.others[name] = self.others.get(name, 0) + int(sums(0 * pence, pence, 1)[0])

    def table(self, measure: str, rows: Sequence[Line], figures: Any) -> Table:
        return Table(
            measure=measure,
            unit=PENCE,
            on=self.on,
            rows=rows,
            columns=self.areas,
            cells=figures.tolist(),
            row_totals=figures.sum(axis=1).tolist(),
            column_totals=figures.sum(axis=0).tolist(),
            total=int(figures.sum()),
            grants=self.grants,
            other_currencies=self.others,
            held_back=self.held_back,
            undated=self.undated,
            columns_name=str(Dimension.PRIORITY.label),
        )
