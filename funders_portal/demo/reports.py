"""The demo's reports: written once for three funders, late, returned, corrected, answered; every word invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, Person
from counting import periods
from funders_portal.demo.loading import Clock
from grants.models import Grant, Project
from outcomes import asking, drafts, evidence, reports, schedule
from outcomes.models import Baseline, Cell, Delivery, Expected, Indicator, Question, Report, ReportRule, Target
from outcomes.schedule import Planned

DAYS_AFTER = 31
PARTNERS = ("Which partners joined or left?", "We fund work done together and ask who is in it.")
VOLUNTEERS = ("What did volunteers do?", "Our donors are volunteers themselves and like to know.")
NORTH = ("What reached the North of England?", "We may only fund work in the North.")
OWN = [
    # funder, code, question and why
    ("Shared Harbour Collaborative (demo)", "sh-partners", PARTNERS),
    ("Saltwicket Community Fund (demo)", "sw-volunteers", VOLUNTEERS),
    ("Ottersmoor Charitable Trust (demo)", "oc-north", NORTH),
]
QUARTERS = [
    (date(2024, 1, 1), date(2024, 3, 31)),
    (date(2024, 4, 1), date(2024, 6, 30)),
    (date(2024, 7, 1), date(2024, 9, 30)),
    (date(2024, 10, 1), date(2024, 12, 31)),
]
RULES = [
    # funder, from pence, form, every so many months
    ("Saltwicket Community Fund (demo)", 0, "nothing", 0),
    ("Saltwicket Community Fund (demo)", 500_000, "conversation", 0),
    ("Saltwicket Community Fund (demo)", 2_000_000, "full", 6),
    ("Shared Harbour Collaborative (demo)", 0, "full", 3),
    ("Ottersmoor Charitable Trust (demo)", 0, "full", 6),
    ("Quillfeather Trust (demo)", 0, "short", 12),
    ("Marrowstone Foundation (demo)", 0, "full", 12),
]  # fmt: skip
WORDS = {
    "what-done": "Guardians met young people each week and went with them to lawyers, schools and doctors.",
    "what-changed": "More of them stay in contact, and fewer go missing in the first weeks.",
    "what-next": "A second guardian begins in spring.",
    "survivors": "A panel of young people decided how the rooms are furnished and who is employed.",
    "money": "Spent as planned; a small sum for travel is left and will be used by summer.",
    "hours-given": "About six hours a week to councils and the police.",
}
IN_WALES = {
    **WORDS,
    "what-done": "Two workers drove to people in four counties, and a third answered the telephone.",
    "what-changed": "People who had nobody nearby now have somebody to ring; waiting for a visit fell to nine days.",
    "what-next": "Without a further grant the visits end in spring.",
    "survivors": "Three people who were supported before now advise on how a first visit should go.",
}
OWN_WORDS = {
    "sh-partners": "None joined.",
    "sw-volunteers": "Eleven drove to appointments.",
    "oc-north": "Two of the houses.",
}


@transaction.atomic
def load(*, today: date, at: datetime) -> int:
    """Add reports to the demo that was loaded for `today`; returns how many."""
    for funder, code, (text, why) in OWN:
        Question.objects.create(
            code=code, funder=_funder(funder), text=text, why=why, limit=1_000, position=1_000, in_short=True
        )
    for funder, amount, form, every in RULES:
        ReportRule.objects.create(
            funder=_funder(funder), from_amount=amount, form=form, every=every, days_after=DAYS_AFTER
        )
    demo = Demo(Clock(today), at)
    demo.guardianship()
    demo.wales()
    demo.men_leaving_forced_labour()
    demo.late()
    evidence.refresh_all(on=today)
    return Report.objects.count()


def _funder(name: str) -> Any:
    return Grant.objects.filter(funder__name=name)[0].funder


@dataclass(frozen=True)
class Demo:
    """`clock` moves printed dates; `at` is now. Printed dates are those of 2024, with 1 January 2025 as today."""

    clock: Clock
    at: datetime

    def guardianship(self) -> None:
        """One project, three funders: a report each quarter to one, each half-year to the others."""
        project = Project.objects.get(title="Guardianship pilot")
        lead, helper = _people(project)
        halves = [(QUARTERS[0][0], QUARTERS[1][1]), (QUARTERS[2][0], QUARTERS[3][1])]
        for grant in project.grants.all():
            self.plan(grant, QUARTERS if grant.funder.name.startswith("Shared") else halves)
        new = self.expect(project, "people-new", "age", "gender")
        self.expect(project, "people-active")
        self.expect(project, "mscos-1")
        self.target(new, 40)
        for number, (start, end) in enumerate(QUARTERS[:3]):
            report = self.report(project, start)
            handed_in = self.moment(end, days=20 + 7 * number)
            self.write(report, {**WORDS, **OWN_WORDS}, by=helper, at=handed_in)
            self.count(report, by=helper, at=handed_in, total=10)
            reports.hand_in(report, by=lead, at=handed_in)
            for copy in Delivery.objects.filter(state=Delivery.HANDED_IN, report__project=project):
                self.accept(copy, at=handed_in + timedelta(days=9))
        self.correct(self.report(project, QUARTERS[0][0]), by=lead, at=self.moment(date(2024, 11, 4)))
        begun = self.report(project, QUARTERS[3][0])
        self.write(
            begun,
            {"what-done": WORDS["what-done"], "what-changed": "Less than before:"},
            by=helper,
            at=self.moment(date(2024, 12, 30)),
        )

    def wales(self) -> None:
        """Handed in twelve days ago, and the funder has not answered; before it, one accepted."""
        project = Project.objects.get(title="Support in Wales")
        [lead] = _people(project)
        [grant] = project.grants.all()
        self.plan(
            grant,
            [
                (date(2022, 4, 1), date(2023, 3, 31)),
                (date(2023, 4, 1), date(2024, 3, 31)),
                (date(2024, 4, 1), date(2025, 3, 31)),
            ],
        )
        self.expect(project, "people-new")
        for start, handed_in in (
            (date(2022, 4, 1), self.moment(date(2023, 4, 20))),
            (date(2023, 4, 1), self.moment(date(2024, 12, 20))),
        ):
            report = self.report(project, start)
            self.write(
                report,
                {**IN_WALES, "what-not-worked": "The bus stopped running, and so did half the visits."},
                by=lead,
                at=handed_in,
                reader="learning",
            )
            self.count(report, by=lead, at=handed_in, total=31)
            reports.hand_in(report, by=lead, at=handed_in)
            if start.year == 2022:
                self.accept(report.deliveries.get(), at=handed_in + timedelta(days=30))

    def men_leaving_forced_labour(self) -> None:
        """A waiting list and people turned away; returned for one figure."""
        project = Project.objects.get(title__startswith="Men leaving")
        grant = project.grants.get()
        lead = self.somebody(grant)
        start, end = date(2024, 7, 1), date(2024, 9, 30)
        self.plan(grant, [(start, end), (date(2024, 10, 1), date(2024, 12, 31))])
        for code in ("people-new", "waiting", "turned-away"):
            self.expect(project, code)
        report, handed_in = self.report(project, start), self.moment(date(2024, 11, 20))
        self.write(report, WORDS, by=lead, at=handed_in)
        self.count(report, by=lead, at=handed_in, total=14)
        reports.hand_in(report, by=lead, at=handed_in)
        note: dict[Question | Indicator | None, str] = {
            Indicator.objects.get(code="turned-away"): "Fourteen again? Is that the waiting list?"
        }
        reports.send_back(report.deliveries.get(), notes=note, by=_officer(grant), at=handed_in + timedelta(days=14))

    def late(self) -> None:
        """Due three weeks ago, and nothing written."""
        grant = Grant.objects.get(project__title="Second-stage housing")
        self.somebody(grant)
        self.plan(grant, [(date(2023, 9, 1), date(2024, 11, 10))])
        self.expect(grant.project, "nights")

    # --- how it is done ---
    def plan(self, grant: Grant, windows: list[tuple[date, date]]) -> None:
        planned = [
            Planned(self.clock.day(start), self.clock.day(end), self.clock.day(end) + timedelta(days=DAYS_AFTER))
            for start, end in windows
        ]
        at = self.moment(windows[0][0])
        schedule.keep(grant, planned, form="full", by=_officer(grant), at=at)

    def report(self, project: Project, start: date) -> Report:
        return Report.objects.get(project=project, start=self.clock.day(start))

    def expect(self, project: Project, code: str, *breakdowns: str) -> Expected:
        indicator = Indicator.objects.get(code=code)
        return Expected.objects.create(
            project=project, indicator=indicator, version=indicator.versions.get(), breakdowns=list(breakdowns),
            position=indicator.position,
        )  # fmt: skip

    def target(self, expected: Expected, people: int) -> None:
        everybody = Cell.objects.get(breakdown="")
        for grant in expected.project.grants.all():
            first = grant.planned_start or grant.award_date
            last = periods.end_after(first, 12)
            Target.objects.create(
                grant=grant, indicator=expected.indicator, cell=everybody, start=first, end=last, value=people
            )
        Baseline.objects.create(
            project=expected.project, indicator=expected.indicator, cell=everybody,
            as_at=self.clock.day(QUARTERS[0][0]), missing_because="Nobody counted before the pilot began.",
        )  # fmt: skip

    def write(self, report: Report, words: Mapping[str, str], *, by: Person, at: datetime, reader: str = "now") -> None:
        sheet = asking.sheet(report)
        texts: dict[str, str] = {}
        for asked in sheet.words:
            if text := words.get(asked.question.code):
                texts[asked.name] = text
                if asked.question.chooses_reader:
                    texts[asked.reader_name] = reader
        self.type(report, texts, by=by, at=at)

    def count(self, report: Report, *, total: int, by: Person, at: datetime) -> None:
        """The same total in every figure; ages small enough to point to somebody; no genders."""
        texts: dict[str, str] = {}
        for figure in asking.sheet(report).figures:
            texts[figure.total.name] = str(total)
            if figure.total.expected.version.kind == "ratio":
                texts[figure.total.name], texts[figure.total.of_name] = str(total - 3), str(total)
            for part in figure.parts:
                if part.breakdown == "age":
                    texts |= {
                        box.name: str(number)
                        for box, number in zip(part.boxes, (0, 3, total - 4, 1, 0, 0), strict=True)
                    }
                else:
                    texts[part.name] = "not_collected"
        self.type(report, texts, by=by, at=at)

    def type(self, report: Report, texts: Mapping[str, str], *, by: Person, at: datetime) -> None:
        changes = {
            name: drafts.Change(text, report.draft.get(name, {"version": 0})["version"]) for name, text in texts.items()
        }
        drafts.save(report, changes, names=set(texts), by=by, at=at)
        report.refresh_from_db()

    def accept(self, copy: Delivery, *, at: datetime) -> None:
        feedback = "Read with care. Your note on the first weeks changed what we ask of others."
        reports.accept(copy, feedback=feedback, by=_officer(copy.due.grant), at=at)

    def correct(self, report: Report, *, by: Person, at: datetime) -> None:
        """One person was counted twice: ten become nine."""
        report = reports.reopen(report, by=by, at=at)
        [figure] = [each for each in asking.sheet(report).figures if each.expected.indicator.code == "people-new"]
        ages = dict(zip([box.name for box in figure.parts[0].boxes], ("0", "3", "5", "1", "0", "0"), strict=True))
        self.type(report, {figure.total.name: "9", **ages}, by=by, at=at)
        reports.hand_in(report, reason="One person was counted twice.", by=by, at=at)

    def moment(self, printed: date, *, days: int = 0) -> datetime:
        """Two in the afternoon of a printed day, never later than now."""
        day = self.clock.day(printed) + timedelta(days=days)
        return min(self.at, timezone.make_aware(datetime.combine(day, time(14, 2))))

    def somebody(self, grant: Grant) -> Person:
        """Whoever writes for the charity of this grant; added where nobody does yet."""
        charity = grant.recipients.all()[0]
        kept = Membership.objects.filter(organisation=charity, role=Membership.LEAD).first()
        if kept:
            return kept.person
        word = charity.name.split()[0].lower()
        person = Person.objects.create_user(
            f"lead@{word}.demo.invalid", name=f"The {charity.name.split()[0]} office (demo)"
        )
        Membership.objects.create(person=person, organisation=charity, role=Membership.LEAD)
        return person


def _people(project: Project) -> list[Person]:
    """Those who write for the project's charity, its lead first."""
    charity = project.grants.all()[0].recipients.all()[0]
    members = Membership.objects.filter(organisation=charity).select_related("person")
    return [each.person for each in sorted(members, key=lambda each: (each.role != Membership.LEAD, each.pk))]


def _officer(grant: Grant) -> Person:
    return Membership.objects.filter(organisation=grant.funder, role=Membership.OFFICER)[0].person
