"""A report's life by chance: whatever is done in whatever order, nothing typed is lost, figures count once, and what a
funder accepted stays as it was."""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from accounts.models import Membership
from outcomes import asking, drafts, reports, schedule
from outcomes.models import Answer, Delivery, Measurement, Question, Report, ReportDue
from tests import factories
from tests.outcomes.world import QUARTERS, World, everybody

PROVE = bool(os.environ.get("PROVE"))
RUNS, STEPS = (1_000 if PROVE else 100), 30
LOOKS = 1 if PROVE else 3
"""After every so many steps all that must hold is looked at; the last look is at the end of each run."""
NUMBERS = st.integers(0, 40)
TEXTS = st.sampled_from(["We ran the house.", "Less than we hoped.", "", "Two houses, one line.", "x" * 3_001])
WHICH, FUNDER = st.integers(0, len(QUARTERS) - 1), st.sampled_from("ABC")
done: Counter[str] = Counter()
"""How often each step was taken, over all runs."""


class Life(RuleBasedStateMachine):
    """Three funders, three quarters, one charity; `typed` and `told` are what the report's own tables must say."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.world = World()
        self.new = self.world.expect("people-new")
        self.code = Question.objects.get(code="what-done").pk
        self.reports = [self.world.report(start) for start, _end in QUARTERS]
        self.typed: list[dict[str, str]] = [{} for _ in QUARTERS]
        self.told: dict[int, int] = {}
        self.kept: dict[int, tuple[Any, ...]] = {}
        self.colleagues = [self.world.lead, self.world.colleague]
        self.steps = 0

    def teardown(self) -> None:
        try:
            self.everything_holds()
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    def box(self, number: int) -> str:
        report = self.reports[number]
        return f"f{self.new.pk}-{everybody().pk}-{report.start:%Y%m%d}-{report.end:%Y%m%d}"

    def open(self, number: int) -> bool:
        self.reports[number].refresh_from_db()
        return drafts.is_open(self.reports[number])

    def type(self, number: int, name: str, text: str) -> None:
        """Into an open report it is kept; into one handed in it is refused."""
        if self.open(number):
            self.world.type(self.reports[number], {name: text}, by=self.colleagues[0])
            self.typed[number][name] = text
        else:
            with pytest.raises(drafts.AlreadyHandedIn):
                self.world.type(self.reports[number], {name: text}, by=self.colleagues[0])

    @rule(number=WHICH, text=TEXTS)
    def draft(self, number: int, text: str) -> None:
        done["draft"] += 1
        self.type(number, f"q{self.code}", text)

    @rule(number=WHICH, people=NUMBERS)
    def count(self, number: int, people: int) -> None:
        done["count"] += 1
        self.type(number, self.box(number), str(people))

    @rule(number=WHICH, text=TEXTS)
    def save_late(self, number: int, text: str) -> None:
        """From a tab that knows nothing of what stands there."""
        done["save late"] += 1
        if not self.open(number):
            return
        name, report = f"q{self.code}", self.reports[number]
        version = report.draft.get(name, {"version": 0})["version"]
        drafts.save(
            report, {name: drafts.Change(text, -1)}, names={name}, by=self.colleagues[-1], at=self.world.later()
        )
        report.refresh_from_db()
        assert report.draft.get(name, {"version": 0})["version"] == version

    @rule(number=WHICH, people=NUMBERS)
    def submit(self, number: int, people: int) -> None:
        done["submit"] += 1
        report = self.reports[number]
        again = report.submitted_at is not None
        if not self.open(number):
            with pytest.raises(drafts.AlreadyHandedIn):
                self.world.hand_in(report)
            return
        self.world.write(report, what_changed="People stay.")
        self.world.type(report, {self.box(number): str(people)})
        if not asking.met_by(report):
            with pytest.raises(reports.NotReady):
                self.world.hand_in(report, reason="again" if again else "")
            self.typed[number] = dict(drafts.values(report))
            return
        self.world.hand_in(report, reason="Counted again." if again else "")
        self.typed[number], self.told[number] = {}, people

    @rule(number=WHICH)
    def submit_unready(self, number: int) -> None:
        done["submit unready"] += 1
        if not self.open(number):
            return
        self.world.type(self.reports[number], {f"q{self.code}": "x" * 3_001})
        before = (Answer.objects.count(), Measurement.objects.count(), Delivery.objects.count())
        with pytest.raises(reports.NotReady):
            self.world.hand_in(self.reports[number], reason="again")
        assert (Answer.objects.count(), Measurement.objects.count(), Delivery.objects.count()) == before
        self.typed[number][f"q{self.code}"] = "x" * 3_001

    def waiting(self, funder: str) -> list[Delivery]:
        return [each for each in self.world.copies(funder) if each.state == Delivery.HANDED_IN]

    @precondition(lambda self: Delivery.objects.filter(state="handed_in").exists())
    @rule(funder=FUNDER)
    def send_back(self, funder: str) -> None:
        for copy in self.waiting(funder)[:1]:
            done["return"] += 1
            was_open = drafts.is_open(copy.report)
            reports.send_back(
                copy, notes={None: "More, please."}, by=self.world.officers[funder], at=self.world.later()
            )
            number = [each.pk for each in self.reports].index(copy.report_id)
            self.reports[number].refresh_from_db()
            if not was_open:
                self.typed[number] = dict(drafts.values(self.reports[number]))

    @precondition(lambda self: Delivery.objects.filter(state="handed_in").exists())
    @rule(funder=FUNDER)
    def accept(self, funder: str) -> None:
        for copy in self.waiting(funder)[:1]:
            done["accept"] += 1
            reports.accept(copy, feedback="Learned.", by=self.world.officers[funder], at=self.world.later())
            self.kept[copy.pk] = self.held(copy)

    def held(self, copy: Delivery) -> tuple[Any, ...]:
        return (
            tuple(copy.delivered_figures.order_by("figure").values_list("figure", "figure__value")),
            tuple(copy.delivered_answers.order_by("answer").values_list("answer", "answer__text")),
        )

    @precondition(lambda self: bool(self.told))
    @rule(number=WHICH)
    def correct(self, number: int) -> None:
        if number in self.told and not self.open(number):
            done["correct"] += 1
            report = reports.reopen(self.reports[number], by=self.colleagues[0], at=self.world.later())
            self.reports[number] = report
            self.typed[number] = dict(drafts.values(report))

    @rule(days=st.integers(1, 60), number=st.integers(0, 4))
    def extend(self, days: int, number: int) -> None:
        done["extend"] += 1
        dues = list(ReportDue.objects.open().order_by("pk"))
        if dues:
            due = dues[number % len(dues)]
            to = due.due_on + timedelta(days=days)
            schedule.move(due, due_on=to, by=self.world.officers["A"], at=self.world.later())
            assert ReportDue.objects.get(pk=due.pk).version == due.version + 1

    @rule(number=st.integers(0, 9))
    def waive(self, number: int) -> None:
        """Rarely, and never the last one of a quarter, so that there is always something to write."""
        dues = list(ReportDue.objects.open().filter(grant__in=[self.world.grants["B"], self.world.grants["C"]]))
        if number == 0 and dues:
            done["waive"] += 1
            try:
                schedule.waive(dues[0], because="We talked.", by=self.world.officers["B"], at=self.world.later())
            except schedule.CannotPlan:
                assert dues[0].deliveries.exists()

    @rule()
    def change_people(self) -> None:
        """A colleague comes and another leaves; what she typed stays."""
        done["change people"] += 1
        self.colleagues.insert(0, factories.contributor(self.world.charity))
        left = self.colleagues.pop()
        Membership.objects.filter(person=left).delete()
        if left == self.world.lead:
            self.world.lead = self.colleagues[0]

    @invariant()
    def it_holds(self) -> None:
        self.steps += 1
        if self.steps % LOOKS == 0:
            self.everything_holds()

    def everything_holds(self) -> None:
        self.what_was_typed_stands()
        self.the_portfolio_counts_each_report_once()
        self.what_was_accepted_stays()
        self.a_report_handed_in_is_with_the_funder_that_is_owed_it()

    def what_was_typed_stands(self) -> None:
        for report, typed in zip(self.reports, self.typed, strict=True):
            report.refresh_from_db()
            kept = drafts.values(report)
            assert {name: text for name, text in typed.items() if text} == {
                name: kept[name] for name, text in typed.items() if text
            }

    def the_portfolio_counts_each_report_once(self) -> None:
        assert self.world.portfolio("people-new") == sum(self.told.values())

    def what_was_accepted_stays(self) -> None:
        for copy in Delivery.objects.filter(pk__in=self.kept):
            assert copy.state == Delivery.ACCEPTED
            assert self.held(copy) == self.kept[copy.pk]

    def a_report_handed_in_is_with_the_funder_that_is_owed_it(self) -> None:
        for number in self.told:
            for due in asking.met_by(self.reports[number]):
                parts = Report.objects.filter(project=self.world.project, start__gte=due.start, end__lte=due.end)
                if all(each.submitted_at for each in parts):
                    assert Delivery.objects.filter(report=self.reports[number], due=due).count() == 1


@pytest.mark.django_db
@pytest.mark.thorough
def test_a_reports_life_in_any_order(capsys: pytest.CaptureFixture[str]) -> None:
    done.clear()
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS + 10,
            deadline=None,
            derandomize=not PROVE,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
        _min_steps=STEPS,
    )
    with capsys.disabled():
        print(f"\nA report's life, {RUNS} runs: {dict(sorted(done.items()))}")
    assert min(done[name] for name in STEP_NAMES) > 0


STEP_NAMES = (
    "draft", "count", "save late", "submit", "submit unready", "return", "accept", "correct", "extend", "waive",
    "change people",
)  # fmt: skip
