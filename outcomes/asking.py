"""What one report asks, box by box: every question and figure with its limit, its reason, its last answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from accounts.models import Organisation
from outcomes import schedule, windows, works
from outcomes.models import Answer, Cell, Expected, IndicatorVersion, Measurement, Question, Report, ReportDue
from outcomes.models.due import DOCUMENT, SHORT
from outcomes.windows import Window

WHAT_WAS_DONE = "what-done"
"""The code of the first question of the shared core."""
WHICH_DOCUMENT = "what-document"
"""The code of the one question that is asked where a document takes the place of a report."""
NONE = "-none"
"""Ends the name of the box beside another in which nothing may stand that tells who a person is."""
MOST_OWN_QUESTIONS = 3
"""So many questions of each co-funder beside the shared core."""


@dataclass(frozen=True, slots=True)
class Words:
    """A question, the name of its box, and what was answered last time."""

    question: Question
    last: str = ""
    last_end: date | None = None

    @property
    def name(self) -> str:
        return f"q{self.question.pk}"

    @property
    def reader_name(self) -> str:
        """The name of the choice of who may read it."""
        return f"{self.name}-reader"

    @property
    def none_name(self) -> str:
        """The name of what was found in it and is none, as somebody said: a find a line."""
        return f"{self.name}{NONE}"


@dataclass(frozen=True, slots=True)
class Box:
    """One figure of one cell and window."""

    expected: Expected
    cell: Cell
    window: Window
    last: Measurement | None = None

    @property
    def name(self) -> str:
        return f"f{self.expected.pk}-{self.cell.pk}-{self.window.start:%Y%m%d}-{self.window.end:%Y%m%d}"

    @property
    def key(self) -> tuple[int, int, date, date]:
        """What a measurement of it has: indicator, cell, first and last day."""
        return (self.expected.indicator_id, self.cell.pk, self.window.start, self.window.end)

    @property
    def status_name(self) -> str:
        """The name of the choice between a figure and a reason why there is none."""
        return f"{self.name}-status"

    @property
    def of_name(self) -> str:
        """The name of a ratio's second box: out of how many."""
        return f"{self.name}-of"


@dataclass(frozen=True, slots=True)
class Part:
    """One breakdown of a figure: its boxes, and the name of the reason why some of them are empty."""

    breakdown: str
    name: str
    boxes: list[Box]


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator over one window: the total, then each breakdown."""

    expected: Expected
    window: Window
    total: Box
    parts: list[Part]
    reported_before: int | None = None
    """Of a flow: all that was reported new before this window, so that a running total can be typed."""

    @property
    def version(self) -> IndicatorVersion:
        return self.expected.version

    @property
    def so_far_name(self) -> str:
        """The name of the choice whether the numbers are new in the period or everybody so far."""
        return f"{self.total.name}-so-far"

    @property
    def boxes(self) -> list[Box]:
        return [self.total, *(box for part in self.parts for box in part.boxes)]


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that one report asks: the core, each co-funder's own questions, the figures."""

    report: Report
    core: list[Words]
    own: dict[Organisation, list[Words]]
    figures: list[Figure]
    funders: list[Organisation]
    earlier: Before

    @property
    def is_document(self) -> bool:
        """Whether a document that the charity has anyway takes the place of answers, and figures may be left out."""
        return self.report.form == DOCUMENT

    @property
    def words(self) -> list[Words]:
        return [*self.core, *(each for questions in self.own.values() for each in questions)]

    def names(self) -> Iterator[str]:
        """The name of every box that the form has."""
        for each in self.words:
            yield from (each.name, each.none_name)
            if each.question.chooses_reader:
                yield each.reader_name
        for figure in self.figures:
            yield figure.so_far_name
            for box in figure.boxes:
                yield from (box.name, box.of_name, box.status_name)
            yield from (part.name for part in figure.parts)


def sheet(report: Report) -> Sheet:
    """What this report asks, for all dues that it meets."""
    everything = _dues_of(report)
    dues = _met(report, everything)
    projects = works.projects_of(report.project_id)
    funders = {due.grant.funder for due in dues}
    ending = {due.grant.funder_id for due in dues if due.end == report.end}
    questions = [each for each in Question.objects.filter(retired_at=None) if _is_asked(each, report.form)]
    last = _last_answers(report, projects)
    own: dict[Organisation, list[Words]] = {}
    for funder in sorted(funders, key=lambda each: (each.name, each.pk)):
        asked = [each for each in questions if each.funder_id == funder.pk and funder.pk in ending]
        if asked:
            own[funder] = [_words(each, last) for each in asked[:MOST_OWN_QUESTIONS]]
    core = [_words(each, last) for each in questions if each.funder_id is None]
    windows_due = [Window(each.start, each.end) for each in everything]
    earlier = before(report, projects)
    figures = _figures(report, dues, windows_due, earlier)
    return Sheet(report, core, own, figures, sorted(funders, key=lambda each: (each.name, each.pk)), earlier)


def core() -> QuerySet[Question]:
    """The shared core, as a full report asks it."""
    return Question.objects.filter(funder=None, retired_at=None).exclude(code=WHICH_DOCUMENT)


def _is_asked(question: Question, form: str) -> bool:
    if form == DOCUMENT or question.code == WHICH_DOCUMENT:
        return form == DOCUMENT and question.code == WHICH_DOCUMENT
    return form != SHORT or question.in_short or question.funder_id is not None


def met_by(report: Report) -> list[ReportDue]:
    """The open dues that this report meets, alone or with others."""
    return _met(report, _dues_of(report))


def _met(report: Report, dues: Collection[ReportDue]) -> list[ReportDue]:
    needed = windows.not_put_together(Window(each.start, each.end) for each in dues)
    return [due for due in dues if schedule.meets(report, due, needed)]


def met_by_each(reports: Collection[Report]) -> dict[int, list[ReportDue]]:
    """The open dues that each of these reports meets, by report; asked for all of them together."""
    about = ReportDue.objects.open().about({each.project_id for each in reports}).filter(grant__removed_at=None)
    by_project: dict[int, list[ReportDue]] = defaultdict(list)
    for due in about.select_related("grant__funder").prefetch_related("deliveries__report").order_by("end", "id"):
        by_project[due.project_id].append(due)
    needed = {
        project: windows.not_put_together(Window(each.start, each.end) for each in dues)
        for project, dues in by_project.items()
    }
    return {
        report.pk: [
            due
            for due in by_project[report.project_id]
            if schedule.meets(report, due, needed.get(report.project_id, []))
        ]
        for report in reports
    }


def _dues_of(report: Report) -> list[ReportDue]:
    dues = ReportDue.objects.open().about([report.project_id]).filter(grant__removed_at=None)
    return list(dues.select_related("grant__funder").prefetch_related("deliveries").order_by("end", "id"))


def _words(question: Question, last: dict[int, tuple[str, date]]) -> Words:
    return Words(question, *last.get(question.pk, ("", None)))


def _last_answers(report: Report, projects: Collection[int]) -> dict[int, tuple[str, date]]:
    before = Answer.objects.filter(report__project__in=projects, report__end__lt=report.end, superseded_at=None)
    rows = before.order_by("report__end").values_list("question", "text", "report__end")
    return {question: (text, end) for question, text, end in rows}


def _figures(
    report: Report, dues: Collection[ReportDue], everything: Collection[Window], earlier: Before
) -> list[Figure]:
    own = Window(report.start, report.end)
    told = _told_elsewhere(report)
    cells: dict[str, list[Cell]] = defaultdict(list)
    for cell in Cell.objects.all():
        cells[cell.breakdown].append(cell)
    found = []
    asked = Expected.objects.filter(project=report.project_id, ended_at=None).select_related("version", "indicator")
    for expected in asked:
        flow = expected.version.over_time == IndicatorVersion.FLOW
        if flow:
            mine = told[expected.indicator_id]
            wanted = [each for each in windows.pieces(own, everything) if not any(map(each.touches, mine))]
        elif expected.version.over_time == IndicatorVersion.ACTIVE:
            # Different people do not add up, so a funder whose period is longer needs a number of its own.
            wanted = sorted(
                {own, *(Window(due.start, due.end) for due in dues if due.end == report.end)}, key=_shortest
            )
        else:
            wanted = [own]
        for window in wanted:
            parts = [
                Part(
                    name,
                    f"f{expected.pk}-{name}-{window.start:%Y%m%d}-because",
                    [Box(expected, cell, window, earlier.last(expected, cell)) for cell in cells[name]],
                )
                for name in expected.breakdowns
            ]
            total = Box(expected, cells[""][0], window, earlier.last(expected, cells[""][0]))
            found.append(Figure(expected, window, total, parts, earlier.sum(expected, cells[""][0]) if flow else None))
    return found


def _shortest(window: Window) -> tuple[timedelta, date]:
    return window.end - window.start, window.start


def _told_elsewhere(report: Report) -> dict[int, set[Window]]:
    """By indicator the windows of the current flows that other reports of the project hold: nobody is counted twice."""
    rows = Measurement.objects.current().filter(project=report.project_id, over_time=IndicatorVersion.FLOW)
    named = rows.exclude(report=report).values_list("indicator", "start", "end").distinct()
    found: dict[int, set[Window]] = defaultdict(set)
    for indicator, start, end in named:
        found[indicator].add(Window(start, end))
    return found


@dataclass(frozen=True, slots=True)
class Before:
    """The project's current figures of earlier windows, by indicator and cell, oldest first."""

    by_cell: dict[tuple[int, int], list[Measurement]]

    def last(self, expected: Expected, cell: Cell) -> Measurement | None:
        return next(reversed(self.by_cell.get((expected.indicator_id, cell.pk), [])), None)

    def sum(self, expected: Expected, cell: Cell) -> int:
        return sum(each.value or 0 for each in self.by_cell.get((expected.indicator_id, cell.pk), []))


def before(report: Report, projects: Collection[int]) -> Before:
    """The work's current figures, of all its projects, of windows that ended before this report begins."""
    rows = Measurement.objects.counted().filter(project__in=projects, end__lt=report.start)
    rows = rows.select_related("version")
    found: dict[tuple[int, int], list[Measurement]] = defaultdict(list)
    for row in rows.order_by("end", "start"):
        found[row.indicator_id, row.cell_id].append(row)
    return Before(dict(found))
