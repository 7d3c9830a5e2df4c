"""What came of it: figures of all projects put together, each once, by area, place, people, quarter or breakdown.

For the funders of the projects: exact, of every report handed in. For everybody else: of reports that a funder
accepted, and figures of people only through counting.disclosure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from counting import disclosure, periods
from counting.disclosure import PART, PEOPLE, WHOLE, Behind, Given
from counting.tables import NUMBER, PENCE, Line, Table
from outcomes import adding, figures, projects
from outcomes.adding import PerProject, Shared
from outcomes.figures import OVER_TIME, Figures, Rows
from outcomes.models import Cell, Indicator, IndicatorVersion, Overlap
from outcomes.moments import NEVER
from outcomes.projects import Works

Ints = NDArray[np.integer]
WHOLE_OF_IT, QUARTER = "all", "quarter"
LISTS = ("priority", "region", "group")
"""Lists of the grants: a project stands in each entry in which any of its grants has a share."""
BREAKDOWNS = (Cell.AGE, Cell.GENDER, Cell.EXPLOITATION)
"""Breakdowns that charities report themselves; nobody stands in two categories."""
BY = (*LISTS, QUARTER, *BREAKDOWNS, WHOLE_OF_IT)
LEAST = "least"
"""The column beside `people` where a figure is a range."""
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Question:
    """Which indicator, in which days, along which list, for whom.

    A figure stands where its window ends. own: only the projects that these funders pay for, exact; None: all, as
    everybody may see them. known_on: as it was known at the end of that day (own alone; None is now).
    """

    indicator: Indicator
    first: date
    last: date
    on: date
    by: str = "priority"
    own: tuple[int, ...] | None = None
    known_on: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The Table, and what stands beside it.

    charities and projects: how many told something. no_figure: rows of which nobody told anything or all told nought.
    overlaps: whether a project may stand in several rows.
    """

    question: Question
    version: IndicatorVersion
    table: Table
    charities: int = 0
    projects: int = 0
    no_figure: Sequence[Line] = ()
    overlaps: bool = False

    @property
    def is_ratio(self) -> bool:
        """Whether it is so many out of so many, of which no targets are agreed."""
        return self.version.kind == IndicatorVersion.RATIO


@dataclass(frozen=True, slots=True)
class _Part:
    """One row before it is shown: its line, and each project's figure in it."""

    line: Line
    figures: PerProject
    shared: Sequence[Shared] = ()
    places: Ints | None = None
    """Where its projects stand in the whole, as far as that is known already."""


class Known(NamedTuple):
    """The figures and the projects that questions of one moment are answered from."""

    held: Figures
    works: Works


def current() -> Known:
    """As committed this moment."""
    return Known(figures.current(), projects.current())


def indicators(known: Known) -> list[Indicator]:
    """Those of the library of which any figure was given that can be added up, in the library's order."""
    return list(Indicator.objects.filter(id__in=known.held.indicators))


def version_of(indicator: Indicator) -> IndicatorVersion:
    """The definition that counts: the newest."""
    newest = indicator.versions.order_by("-number").first()
    assert newest is not None
    return newest


def year(of: int, *, on: date) -> tuple[date, date] | None:
    """A year's closed quarters on a day: from 1 January to the end of the last one; None where none is closed yet."""
    first, last = date(of, 1, 1), min(date(of, 12, 31), periods.last_closed(on))
    return (first, last) if first < last else None


def has_own(known: Known, funders: Collection[int]) -> bool:
    """Whether anything was reported on a project that these funders pay for."""
    return known.held.has_any_of(known.works.of_funders(funders))


def make_ready() -> None:
    """Read before the first question what every question needs."""
    figures.make_ready()
    works = projects.current()
    works.stands()
    works.charity()
    for each in LISTS:
        works.bits(each)


def look(question: Question, *, known: Known | None = None) -> Found:
    """The figures that a question asks for, as whoever asks may see them. Raises disclosure.NotToBeShown."""
    asked = _Asked(question, version_of(question.indicator), *(known or current()), _everybody())
    whole = asked.part(Line("", ""), question.first, question.last)
    charities, number = _numbered(_charities(asked.works, whole.figures))
    held_back = asked.works.portfolio.held_back
    return _Counted(question, asked.version, asked.parts(whole), whole, held_back).found(charities, number)


@dataclass(frozen=True, slots=True)
class _Counted:
    """A question's rows and its whole, and the Table that they make."""

    question: Question
    version: IndicatorVersion
    parts: list[_Part]
    whole: _Part
    held_back: bool

    @property
    def people(self) -> bool:
        return self.version.counts_people

    @property
    def adds_up(self) -> bool:
        """Whether the rows make up the whole, each person in one alone. Different people of one quarter may be those of
        the next, and what stands at an end is not the sum of ends."""
        if self.question.by == QUARTER:
            return self.version.over_time == IndicatorVersion.FLOW
        return self.question.by in (*BREAKDOWNS, WHOLE_OF_IT)

    def found(self, charities: int, number: Ints) -> Found:
        """number: the charity of each project of the whole, counted from nought."""
        told = [each for each in self.parts if each.figures.most.any() or each.figures.whole.any()]
        silent = [each.line for each in self.parts if each not in told]
        table = self.table(told)
        if self.people and self.question.own is None:
            table = disclosure.protect(table, self.behind(told, number, charities), adds_up=self.adds_up)
        overlaps = self.question.by in LISTS
        return Found(self.question, self.version, table, charities, self.whole.figures.size, silent, overlaps)

    def table(self, parts: Sequence[_Part]) -> Table:
        question = self.question
        cells, totals = [self.cells(each) for each in parts], self.cells(self.whole)
        columns = self.columns()
        if [each.code for each in columns] == [PEOPLE] and self.ranged([*cells, totals]):
            columns = [Line(LEAST, ""), *columns]
        width = len(columns)
        return Table(
            measure=question.indicator.code,
            unit=PENCE if self.version.kind == IndicatorVersion.MONEY else NUMBER,
            on=question.on,
            rows=[each.line for each in parts],
            columns=columns,
            cells=[each[-width:] for each in cells],
            row_totals=[each[-1] for each in cells],
            column_totals=totals[-width:],
            total=totals[-1],
            held_back=self.held_back,
            first=question.first,
            last=question.last,
            rows_name=question.by,
            people=self.people,
            own=question.own is not None,
            narrowed=() if question.own is None else ("funder",),
        )

    def columns(self) -> list[Line]:
        if self.version.kind == IndicatorVersion.RATIO:
            return [Line(PART, ""), Line(WHOLE, "")]
        return [Line(PEOPLE, "")]

    def cells(self, part: _Part) -> list[int]:
        """So many out of so many; else the least and the most."""
        each = part.figures
        if self.version.kind == IndicatorVersion.RATIO:
            return [int(each.most.sum()), int(each.whole.sum())]
        if not self.people:
            return [int(each.least.sum()), int(each.most.sum())]
        found = adding.together(each, part.shared)
        return [found.least, found.most]

    def ranged(self, cells: Sequence[Sequence[int]]) -> bool:
        """Whether the least is shown: of people, to their own funders alone, since it is one charity's figure."""
        return self.people and self.question.own is not None and any(least != most for least, most in cells)

    def behind(self, parts: Sequence[_Part], number: Ints, charities: int) -> Behind:
        """What each charity gave to every row and to the whole. number: each project's charity, from nought on."""
        ratio = self.version.kind == IndicatorVersion.RATIO
        columns: list[Callable[[PerProject], Ints]] = [lambda each: each.most]
        if ratio:
            columns.append(lambda each: each.whole)

        def of(part: _Part, column: Callable[[PerProject], Ints]) -> Given:
            place, here = self.places(part)
            sums = np.bincount(number[place], column(part.figures)[here].astype(float), charities)
            return sums.astype(np.int64)

        none = np.zeros((0, charities), np.int64)
        cells = [np.array([of(each, column) for each in parts]) if parts else none for column in columns]
        return Behind(cells, [of(self.whole, column) for column in columns])

    def places(self, part: _Part) -> tuple[Ints, Ints | slice]:
        """Where a part's projects stand in the whole, and which of them do; a charity may leave a total out."""
        if part.places is not None:
            return part.places, slice(None)
        whole, project = self.whole.figures.project, part.figures.project
        if not len(whole):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        place = np.minimum(np.searchsorted(whole, project), len(whole) - 1)
        here = np.flatnonzero(whole[place] == project)
        return place[here], here


# --- which figures ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Asked:
    """A question with what answers it."""

    question: Question
    version: IndicatorVersion
    held: Figures
    works: Works
    everybody: int

    def parts(self, whole: _Part) -> list[_Part]:
        question = self.question
        if question.by in LISTS:
            return list(self.by_list(whole))
        if question.by == QUARTER:
            quarters = periods.quarters(question.first, question.last)
            return [self.part(_quarter(first), first, last) for first, last in quarters]
        cells = Cell.objects.filter(breakdown=question.by).order_by("position", "id")
        wanted = cells if question.by in BREAKDOWNS else ()
        return [self.part(Line(each.code, each.name), question.first, question.last, each.pk) for each in wanted]

    def by_list(self, whole: _Part) -> Iterator[_Part]:
        bits, project = self.works.bits(self.question.by), whole.figures.project
        mine = bits[project]
        for place, entry in enumerate(self.works.portfolio.vocabulary[self.question.by]):
            here = np.flatnonzero(mine & mine.dtype.type(1 << place))
            line = Line(entry.code, entry.label, entry.residual)
            yield _Part(line, whole.figures.taken(here), whole.shared, here)

    def part(self, line: Line, first: date, last: date, cell: int | None = None) -> _Part:
        """The figures of everybody, or of one category, whose windows end in these days."""
        cell = self.everybody if cell is None else cell
        question = self.question
        wanted = partial(self.wanted, _day(first), _day(last))
        put = partial(self.put, _day(first))
        key = (first, last, question.known_on, question.own is None, self.version.pk, question.by == QUARTER)
        together = self.held.together(question.indicator.pk, cell, key, wanted, put)
        flags = self.works.stands() if question.own is None else self.works.of_funders(question.own)
        together = together.taken(np.flatnonzero(_of(flags, together.project)))
        overlaps = _overlaps(question, cell) if self.version.counts_people else []
        if not overlaps:
            return _Part(line, together)
        rows = self.held.of(question.indicator.pk, cell, wanted)
        return _Part(line, together, _shared(self.version, rows, overlaps))

    def wanted(self, first: int, last: int, rows: Rows) -> Any:
        """Which figures count: current or as known then, accepted where everybody asks, of this definition's kind."""
        question, version = self.question, self.version
        found = (rows.end >= first) & (rows.end <= last)
        found &= rows.over == OVER_TIME.index(version.over_time)
        found &= (rows.whole > 0) == (version.kind == IndicatorVersion.RATIO)
        if question.known_on is None:
            found &= rows.gone == NEVER
        else:
            moment = figures.minutes(_end_of(question.known_on))
            found &= (rows.at < moment) & (rows.gone >= moment)
        return found & (rows.accepted != NEVER) if question.own is None else found

    def put(self, first: int, rows: Rows) -> PerProject:
        if self.version.over_time == IndicatorVersion.ACTIVE and self.question.by == QUARTER:
            rows = rows.taken(adding.begun_inside(rows.project, rows.start, first))
        over_time = self.version.over_time
        return adding.per_project(over_time, rows.project, rows.start, rows.end, rows.value, rows.whole)


def _numbered(charity: Ints) -> tuple[int, Ints]:
    """How many different ones there are, and each one's number, counted from nought."""
    known, number = np.unique(charity, return_inverse=True)
    return len(known), number


def _of(flags: Any, project: Ints) -> Any:
    """The flags of these projects; projects beyond them have none."""
    return flags[np.minimum(project, len(flags) - 1)] & (project < len(flags))


def _charities(works: Works, whole: PerProject) -> Ints:
    found: Ints = works.charity()[np.minimum(whole.project, works.size - 1)]
    return found


def _quarter(first: date) -> Line:
    return Line(f"{first.year}-Q{(first.month + 2) // 3}", "")


def _everybody() -> int:
    return Cell.objects.values_list("id", flat=True).get(breakdown="")


def _day(day: date) -> int:
    return (day - EPOCH).days


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


# --- people whom two projects share -----------------------------------------------------------------------------------
def _overlaps(question: Question, cell: int) -> list[Overlap]:
    """What was declared of windows that touch these days."""
    known_on = question.known_on
    rows = Overlap.objects.as_known_at(_end_of(known_on)) if known_on else Overlap.objects.current()
    touching = rows.filter(indicator=question.indicator, cell=cell, start__lte=question.last, end__gte=question.first)
    return list(touching.order_by("start", "end"))


def _shared(version: IndicatorVersion, rows: Rows, overlaps: Sequence[Overlap]) -> list[Shared]:
    """What the declarations say of these very figures of two projects."""
    by_pair: dict[tuple[int, int], list[Overlap]] = {}
    for each in overlaps:
        by_pair.setdefault((each.one_id, each.other_id), []).append(each)
    found = []
    for pair, told in by_pair.items():
        theirs = rows.taken(np.isin(rows.project, np.array(pair)))
        if len(np.unique(theirs.project)) == 2:
            found.append(_of_pair(version, pair, told, int(theirs.start.min()), int(theirs.end.max())))
    return found


def _of_pair(
    version: IndicatorVersion, pair: tuple[int, int], told: Sequence[Overlap], first: int, last: int
) -> Shared:
    """How many people two projects share, whose figures reach from `first` to `last`."""
    least, most, inside = 0, adding.SMALLER, [0]
    for each in told:
        start, end = _day(each.start), _day(each.end)
        people = {Overlap.NONE: 0, Overlap.ALL: adding.SMALLER}.get(each.method, each.people or 0)
        if (start, end) == (first, last):
            return Shared(*pair, people, people)
        if start <= first and end >= last:  # Of a longer time, in which they share no fewer.
            most = min(most, people)
        elif first <= start and end <= last and each.method == Overlap.KNOWN:
            inside.append(people)
    least = sum(inside) if version.over_time == IndicatorVersion.FLOW else max(inside)
    return Shared(*pair, min(least, most), most)
