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
from priorities.blocks import Block, Flags, Ints, sums
from priorities.columns import Portfolio
from priorities.coverage import Asked, Question, day_number
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
    today = coverage.table(replace(question, rows=AREAS, columns=PLACES, measure=coverage.LIVE), portfolio=portfolio)
    days = first_days(question.on)
    size = (len(days) + 1, len(today.rows))
    starts: Any = np.zeros(size[0] * size[1], np.int64)
    ends, grants = starts, np.zeros(len(days) + 1, np.int64)
    for block, chosen, asked in _dated(question, portfolio):
        begun, over = _periods(block, chosen, days)
        grant, area, _place, pence = asked.parts(block, chosen)
        starts = starts + sums(begun[grant] * size[1] + area, pence, size[0] * size[1])
        ends = ends + sums(over[grant] * size[1] + area, pence, size[0] * size[1])
        grants += np.bincount(over[chosen], minlength=len(days) + 1)
    running = np.cumsum((starts - ends).reshape(size), axis=0)[:-1]
    ending = ends.reshape(size)[1:-1]
    return RunningOut(
        _table(today, coverage.LIVE, [Line(day.isoformat(), day.isoformat()) for day in days], running),
        _table(today, ENDING, [Line(day.isoformat()[:7], day.isoformat()[:7]) for day in days[:-1]], ending),
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
    for block, chosen, asked in _dated(only, portfolio):
        ending = chosen & (block.runs_to >= day_number(month.first)) & (block.runs_to <= day_number(month.last))
        grant, _area, _place, pence = asked.parts(block, ending)
        rows, at = np.unique(grant, return_inverse=True)
        found |= dict(zip(block.ids[rows].tolist(), sums(at, pence, len(rows)).tolist(), strict=True))
    return found


def first_days(on: date) -> list[date]:
    """The day itself, and the first of each of the MONTHS months that follow."""
    return [on, *(periods.add_months(on.replace(day=1), months) for months in range(1, MONTHS + 1))]


def _dated(question: Question, portfolio: Portfolio) -> Iterator[tuple[Block, Flags, Asked]]:
    """Grants in pounds that run on the question's day or start later, with the question that divides them by area."""
    # Whole awards of any time: what ends when is picked here.
    ever = replace(question, rows=AREAS, columns=PLACES, measure=coverage.AWARDED, first=None, last=None)
    asked = Asked(ever, portfolio)
    for block, chosen in asked.chosen():
        yield block, chosen & (block.runs_to >= day_number(question.on)) & (block.runs_from <= block.runs_to), asked


def _periods(block: Block, chosen: Flags, days: Sequence[date]) -> tuple[Ints, Ints]:
    """For each chosen grant the number of the first of these days on or after its start, and of the first after its
    end; 0 for the others."""
    numbers = np.array([day_number(day) for day in days], np.int32)
    begun, over = np.zeros(block.size, np.int64), np.zeros(block.size, np.int64)
    begun[chosen] = np.searchsorted(numbers, block.runs_from[chosen], "left")
    over[chosen] = np.searchsorted(numbers, block.runs_to[chosen], "right")
    return begun, over


def _table(today: Table, measure: str, rows: Sequence[Line], figures: Any) -> Table:
    return Table(
        measure=measure,
        unit=PENCE,
        on=today.on,
        rows=rows,
        columns=today.rows,
        cells=figures.tolist(),
        row_totals=figures.sum(axis=1).tolist(),
        column_totals=figures.sum(axis=0).tolist(),
        total=int(figures.sum()),
        grants=today.grants,
        other_currencies=today.other_currencies,
        undated=today.undated,
        columns_name=today.rows_name,
    )
