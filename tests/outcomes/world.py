"""A project that three funders pay for, its dues, and short ways to write, hand in and answer its reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.models import Organisation, Person
from grants.models import Grant, Project
from outcomes import asking, drafts, reports, schedule
from outcomes.models import Cell, Delivery, Expected, Indicator, Measurement, Question, Report
from tests import factories

AT = datetime(2026, 10, 5, 14, 2, tzinfo=UTC)
QUARTERS = [
    (date(2026, 1, 1), date(2026, 3, 31)),
    (date(2026, 4, 1), date(2026, 6, 30)),
    (date(2026, 7, 1), date(2026, 9, 30)),
]


@dataclass
class World:
    """Funder A wants a report each quarter, B and C one about April to September.

    apart: each grant has a project of its own.
    """

    charity: Organisation = field(default_factory=factories.GranteeFactory)
    project: Project = field(default_factory=factories.ProjectFactory)
    grants: dict[str, Grant] = field(default_factory=dict)
    officers: dict[str, Person] = field(default_factory=dict)
    now: datetime = AT
    apart: bool = False

    def __post_init__(self) -> None:
        self.lead = factories.lead(self.charity)
        self.colleague = factories.contributor(self.charity)
        for name in "ABC":
            funder = factories.FunderFactory(name=f"Funder {name}")
            self.officers[name] = factories.officer(funder)
            project = self.project if not self.apart or name == "A" else factories.ProjectFactory()
            self.grants[name] = factories.GrantFactory(funder=funder, project=project, recipient=self.charity)
        self.plan("A", *QUARTERS)
        for name in "BC":
            self.plan(name, (date(2026, 4, 1), date(2026, 9, 30)))

    def plan(self, name: str, *windows: tuple[date, date]) -> None:
        planned = [schedule.Planned(start, end, end + timedelta(days=30)) for start, end in windows]
        schedule.keep(self.grants[name], planned, form="full", by=self.officers[name], at=self.later())

    def later(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def expect(self, code: str, *breakdowns: str, project: Project | None = None) -> Expected:
        indicator = Indicator.objects.get(code=code)
        version = indicator.versions.get()
        return Expected.objects.create(
            project=project or self.project, indicator=indicator, version=version, breakdowns=list(breakdowns)
        )

    def report(self, start: date, project: Project | None = None) -> Report:
        return Report.objects.get(project=project or self.project, start=start)

    def write(self, report: Report, *, by: Person | None = None, **words: str) -> None:
        """Answers to questions by code with "_" for "-", beside what must be answered."""
        given = {"what_done": "We ran the house.", "what_changed": "People stay longer.", **words}
        texts = {f"q{Question.objects.get(code=code.replace('_', '-')).pk}": text for code, text in given.items()}
        self.type(report, texts, by=by)

    def type(self, report: Report, texts: dict[str, str], *, by: Person | None = None) -> drafts.Saved:
        report.refresh_from_db()
        changes = {
            name: drafts.Change(text, report.draft.get(name, {"version": 0})["version"]) for name, text in texts.items()
        }
        names = set(asking.sheet(report).names())
        saved = drafts.save(report, changes, names=names, by=by or self.lead, at=self.later())
        report.refresh_from_db()
        return saved

    def count(
        self, report: Report, expected: Expected, number: object, *, window: tuple[date, date] | None = None
    ) -> None:
        """Type the total of an indicator, in the window of the report or another that the report asks for."""
        figures = [each for each in asking.sheet(report).figures if each.expected == expected]
        start, end = window or (report.start, report.end)
        [figure] = [each for each in figures if (each.window.start, each.window.end) == (start, end)]
        self.type(report, {figure.total.name: str(number)})

    def hand_in(self, report: Report, *, by: Person | None = None, reason: str = "") -> Report:
        return reports.hand_in(report, reason=reason, by=by or self.lead, at=self.later())

    def copies(self, name: str) -> list[Delivery]:
        return list(Delivery.objects.filter(due__grant=self.grants[name]).order_by("report__start"))

    def accept(self, name: str, number: int = -1, feedback: str = "We learned that rooms matter.") -> Delivery:
        return reports.accept(self.copies(name)[number], feedback=feedback, by=self.officers[name], at=self.later())

    def seen_by(self, name: str, code: str) -> int:
        """What a funder's own copies come to, of a flow."""
        figures = Measurement.objects.filter(
            pk__in=[each.figure_id for copy in self.copies(name) for each in copy.delivered_figures.all()],
            indicator__code=code, cell=everybody(),
        )  # fmt: skip
        return sum(each.value or 0 for each in figures)

    def portfolio(self, code: str, **asked: Any) -> int:
        current = Measurement.objects.filter(**asked) if asked else Measurement.objects.counted()
        rows = current.filter(indicator__code=code, cell=everybody())
        return sum(each.value or 0 for each in rows)


def everybody() -> Cell:
    return Cell.objects.get(breakdown="")
