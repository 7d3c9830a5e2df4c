"""Grants joined and parted: reports follow, what was reported stays, no figure counts twice or is lost, no draft is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from grants import changes, joining, portfolio
from grants.models import Grant, Joining, Project
from outcomes import asking, drafts, reports, same_work, schedule, standing, windows
from outcomes.models import Delivery, Expected, Measurement, Question, Report, ReportDue, ToldTwice
from outcomes.windows import Window
from tests import factories
from tests.outcomes.world import QUARTERS, World

pytestmark = pytest.mark.django_db
JANUARY, APRIL, JULY = (start for start, _end in QUARTERS)
HALF = (date(2026, 4, 1), date(2026, 9, 30))


@pytest.fixture
def world() -> World:
    """Three grants of three projects."""
    return World(apart=True)


def project(world: World, name: str) -> Project:
    return Grant.objects.get(pk=world.grants[name].pk).project


def proposal(world: World) -> Joining:
    return joining.propose(
        [each.pk for each in world.grants.values()], recipient=world.charity.pk, because="days",
        days=(date(2026, 1, 1), date(2026, 12, 31)), at=world.later(),
    )  # fmt: skip


def join(world: World, names: str = "ABC") -> Joining:
    made = joining.propose(
        [world.grants[each].pk for each in names], recipient=world.charity.pk, because="days",
        days=(date(2026, 1, 1), date(2026, 12, 31)), at=world.later(),
    )  # fmt: skip
    return same_work.answer(made, same=True, by=world.lead, at=world.later())


def part(world: World, joined: Joining) -> None:
    same_work.part(joined, by=world.officers["B"], at=world.later())


def tell(world: World, report: Report, code: str, number: int, **more: Any) -> None:
    """Write a report with one figure, and hand it in."""
    world.write(report)
    world.count(report, Expected.objects.get(project=report.project, indicator__code=code), number, **more)
    world.hand_in(report)


def everything() -> list[tuple[Any, ...]]:
    """What a person could find of projects, reports and figures."""
    return [
        *Grant.objects.order_by("id").values_list("id", "project"),
        *Report.objects.order_by("project", "start").values_list("project", "start", "end", "form"),
        *Expected.objects.order_by("project", "id").values_list("project", "indicator"),
        *[(pk, drafts.values(each)) for pk, each in Report.objects.exclude(draft={}).order_by("id").in_bulk().items()],
        *Measurement.objects.counted().order_by("id").values_list("id"),
        *Delivery.objects.order_by("id").values_list("id", "report", "due", "state"),
    ]


# --- reports ------------------------------------------------------------------------------------------------------
def test_joined_grants_have_one_report_for_the_finest_periods(world: World) -> None:
    project_of_a = project(world, "A")
    join(world)
    found = Report.objects.filter(project=project_of_a)
    assert list(found.values_list("start", "end")) == QUARTERS
    assert [len(each.dues) for each in standing.of_charity(world.lead, today=date(2026, 10, 5))] == [1, 3, 3]


def test_one_report_reaches_every_funder_once_joined(world: World) -> None:
    new = world.expect("people-new")
    join(world)
    for start, _end in QUARTERS:
        report = world.report(start)
        world.write(report)
        world.count(report, new, 10)
        world.hand_in(report)
    assert [world.seen_by(name, "people-new") for name in "ABC"] == [30, 20, 20]
    assert world.portfolio("people-new") == 30


def test_parting_what_was_joined_by_mistake_leaves_everything_as_before(world: World) -> None:
    for name in "AB":
        world.expect("people-new", project=project(world, name))
    world.expect("people-active", project=project(world, "C"))
    tell(world, world.report(JANUARY), "people-new", 10)
    tell(world, world.report(APRIL), "people-new", 10)
    tell(world, world.report(APRIL, project(world, "B")), "people-new", 12)
    world.write(world.report(JULY), what_done="For A alone.")
    world.write(world.report(APRIL, project(world, "C")), what_done="For C alone.")
    before = everything()
    joined = join(world)
    assert everything() != before
    part(world, joined)
    assert everything() == before


def test_what_each_part_was_asked_is_asked_of_the_whole_until_they_are_parted(world: World) -> None:
    world.expect("people-new")
    world.expect("people-new", project=project(world, "B"))
    world.expect("waiting", "age", project=project(world, "B"))
    joined = join(world)
    asked = Expected.objects.filter(project=project(world, "B"))
    assert list(asked.order_by("id").values_list("indicator__code", "breakdowns")) == [
        ("people-new", []),
        ("waiting", ["age"]),
    ]
    part(world, joined)
    assert list(Expected.objects.filter(project=world.project).values_list("indicator__code", flat=True)) == [
        "people-new"
    ]


# --- what was reported --------------------------------------------------------------------------------------------
def test_what_was_reported_stays_with_its_project_and_is_not_asked_again(world: World) -> None:
    b = project(world, "B")
    world.expect("people-new", project=b)
    told = world.report(APRIL, b)
    tell(world, told, "people-new", 12)
    world.accept("B")
    join(world, "AB")
    told.refresh_from_db()
    assert (told.project, project(world, "B")) == (b, project(world, "A"))
    assert world.portfolio("people-new") == 12
    for start in (APRIL, JULY):
        assert [each.grant for each in asking.met_by(world.report(start))] == [world.grants["A"]]
        tell(world, world.report(start), "people-new", 10)
    assert world.seen_by("B", "people-new") == 12, "B has its half-year already"
    assert (world.seen_by("A", "people-new"), world.portfolio("people-new")) == (20, 20)


def test_the_project_stays_whose_reports_leave_room_for_what_is_owed(world: World) -> None:
    b, c = project(world, "B"), project(world, "C")
    world.expect("people-new", project=b)
    tell(world, world.report(APRIL, b), "people-new", 12)
    join(world, "BC")
    assert project(world, "C") == project(world, "B") == b != c, "the one about which something was handed in"


def test_days_that_were_told_of_are_not_asked_in_smaller_pieces(world: World) -> None:
    b = project(world, "B")
    world.expect("people-new", project=b)
    tell(world, world.report(APRIL, b), "people-new", 12)
    world.grants["C"].project = b
    world.grants["C"].save()
    world.plan("C", *QUARTERS[1:])
    quarter = Report.objects.get(project=b, start=APRIL, submitted_at=None)
    assert asking.sheet(quarter).figures == []
    world.write(quarter)
    assert world.hand_in(quarter).submitted_at
    assert world.portfolio("people-new") == 12


def test_a_report_that_was_returned_can_be_mended_after_joining(world: World) -> None:
    a, b = project(world, "A"), project(world, "B")
    for start in (JANUARY, APRIL):
        world.write(world.report(start))
        world.hand_in(world.report(start))
    told = world.report(APRIL, b)
    world.write(told)
    world.hand_in(told)
    question = Question.objects.get(code="what-done")
    reports.send_back(world.copies("B")[0], notes={question: "How many?"}, by=world.officers["B"], at=world.later())
    join(world)
    assert project(world, "B") == a
    assert told in [each.report for each in standing.of_charity(world.lead, today=date(2026, 10, 5))]
    world.write(told, what_done="Twelve.")
    world.hand_in(told, reason="You asked how many.")
    assert world.copies("B")[0].state == Delivery.HANDED_IN
    assert world.copies("B")[0].report == told


def test_a_report_written_while_joined_stays_with_its_funders_after_parting(world: World) -> None:
    joined = join(world)
    for start, _end in QUARTERS:
        world.write(world.report(start))
        world.hand_in(world.report(start))
    part(world, joined)
    assert [len(world.copies(name)) for name in "ABC"] == [3, 2, 2]
    assert world.accept("B").state == Delivery.ACCEPTED
    assert not Report.objects.filter(project=project(world, "B")).exists(), "nothing is asked of B twice"


# --- figures ------------------------------------------------------------------------------------------------------
def test_a_figure_that_two_projects_reported_counts_once_while_they_are_joined(world: World) -> None:
    for name in "BC":
        world.expect("people-new", project=project(world, name))
        tell(world, world.report(APRIL, project(world, name)), "people-new", 12)
    assert world.portfolio("people-new") == 24
    joined = join(world, "BC")
    assert world.portfolio("people-new") == 12
    assert (world.seen_by("B", "people-new"), world.seen_by("C", "people-new")) == (12, 12)
    part(world, joined)
    assert world.portfolio("people-new") == 24
    assert not ToldTwice.objects.exists()


def test_of_figures_about_the_same_days_those_count_that_tell_of_most(world: World) -> None:
    world.expect("people-new")
    b = project(world, "B")
    world.expect("people-new", project=b)
    tell(world, world.report(JANUARY), "people-new", 5)
    tell(world, world.report(APRIL), "people-new", 7)
    tell(world, world.report(APRIL, b), "people-new", 20)
    join(world, "AB")
    assert world.portfolio("people-new") == 5 + 20, "April is within B's half-year, January is not"
    tell(world, world.report(JULY), "people-new", 8)
    assert world.portfolio("people-new") == 5 + 7 + 8, "now the quarters tell of every day"


def test_a_running_total_after_joining_begins_from_all_that_counts(world: World) -> None:
    new = world.expect("people-new")
    b = project(world, "B")
    world.expect("people-new", project=b)
    tell(world, world.report(JANUARY), "people-new", 5)
    tell(world, world.report(APRIL), "people-new", 7)
    tell(world, world.report(APRIL, b), "people-new", 20)
    world.plan("A", *QUARTERS, (date(2026, 10, 1), date(2026, 12, 31)))
    join(world, "AB")
    [figure] = [each for each in asking.sheet(world.report(date(2026, 10, 1))).figures if each.expected == new]
    assert figure.reported_before == 25


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ([("A", 1, 3), ("B", 1, 3)], {0}),
        ([("B", 1, 3), ("A", 1, 3)], {1}),
        ([("A", 1, 3), ("B", 4, 6)], {0, 1}),
        ([("A", 1, 3), ("A", 4, 6), ("B", 1, 6)], {0, 1}),
        ([("A", 1, 6), ("B", 1, 3), ("B", 4, 6)], {0}),
        ([("A", 1, 3), ("B", 1, 6)], {1}),
        ([("A", 1, 3), ("A", 4, 6), ("A", 7, 9), ("A", 10, 12), ("B", 1, 12)], {0, 1, 2, 3}),
        ([("A", 4, 6), ("B", 1, 3), ("B", 4, 6), ("B", 7, 9)], {0, 1, 3}),
        ([("B", 2, 5), ("A", 1, 3), ("A", 4, 6)], {1, 2}),
        ([], set()),
    ],
)
def test_days_are_told_of_once_and_as_many_as_can_be(told: list[tuple[str, int, int]], kept: set[int]) -> None:
    days = [(Window(date(2026, 1, first), date(2026, 1, last)), whose == "A") for whose, first, last in told]
    assert windows.most_days(days) == kept


# --- drafts -------------------------------------------------------------------------------------------------------
def test_what_was_begun_in_either_is_in_the_one_report(world: World) -> None:
    a, b = project(world, "A"), project(world, "B")
    world.expect("people-new")
    world.expect("people-new", project=b)
    world.plan("B", (APRIL, QUARTERS[1][1]))
    for owner, text, number in ((a, "Said to A.", 7), (b, "Said to B.", 9)):
        report = world.report(APRIL, owner)
        world.write(report, what_done=text, **({"what_next": "More rooms."} if owner == b else {}))
        if owner == b:
            world.count(report, Expected.objects.get(project=b), number)
    joined = join(world, "AB")
    one = world.report(APRIL)
    typed = drafts.values(one)
    done, following = (f"q{Question.objects.get(code=code).pk}" for code in ("what-done", "what-next"))
    assert typed[done] == "Said to A.\n\nSaid to B."
    assert typed[following] == "More rooms."
    [figure] = asking.sheet(one).figures
    assert typed[figure.total.name] == "9"

    part(world, joined)
    typed = drafts.values(world.report(APRIL))
    assert (typed[done], following in typed, drafts.values(world.report(APRIL, b))[done]) == (
        "Said to A.",
        False,
        "Said to B.",
    )


def test_what_was_changed_since_stays_where_it_was_changed(world: World) -> None:
    world.plan("B", (APRIL, QUARTERS[1][1]))
    b = project(world, "B")
    world.write(world.report(APRIL, b), what_done="Said to B.")
    joined = join(world, "AB")
    host = project(world, "A")
    one = world.report(APRIL, host)
    world.write(one, what_done="Said to both, and more.")
    changes_of(world)
    done = f"q{Question.objects.get(code='what-done').pk}"
    assert drafts.values(world.report(APRIL, host))[done] == "Said to both, and more.", "it is not taken along again"
    part(world, joined)
    assert drafts.values(world.report(APRIL, host))[done] == "Said to both, and more."


def changes_of(world: World) -> None:
    """As though both grants had been changed, so that the clock lets their reports follow."""
    changes.touch([each.pk for each in world.grants.values()])
    same_work.look(at=world.later())


def test_a_tab_that_was_open_while_they_were_joined_loses_nothing(world: World, sign_in: Any) -> None:
    b = project(world, "B")
    old = world.report(APRIL, b)
    client = sign_in(world.lead)
    join(world)
    name = f"q{Question.objects.get(code='what-done').pk}"
    answer = client.post(
        reverse("report_draft", args=[old.pk]),
        {"boxes": {name: {"value": "Typed late.", "base": 0}}},
        "application/json",
    )
    assert answer.status_code == 200
    one = world.report(JULY)
    assert drafts.values(one)[name] == "Typed late."
    assert client.get(reverse("report", args=[old.pk])).url == reverse("report", args=[one.pk])
    sent = client.post(reverse("report", args=[old.pk]), {name: "Typed later.", f"{name}-version": 1})
    assert sent.url == reverse("report", args=[one.pk])
    assert drafts.values(world.report(JULY))[name] == "Typed later."


def test_two_reports_of_the_same_days_are_not_listed_beside_each_other(world: World) -> None:
    world.write(world.report(APRIL, project(world, "B")))
    join(world)
    listed = [each.report for each in standing.of_charity(world.lead, today=date(2026, 10, 5))]
    assert [each.project for each in listed] == [project(world, "A")] * 3


# --- other ways in which a grant moves ----------------------------------------------------------------------------
def test_reports_follow_a_grant_that_an_officer_moves_by_its_form(world: World) -> None:
    same_work.look(at=world.later())
    b = world.grants["B"]
    content = portfolio.content_of(b)
    portfolio.record_revision(grant=b, by=None, at=world.later(), reason="import")
    portfolio.put(grant=b, content={**content, "project": {"id": world.project.pk, "title": world.project.title}})
    portfolio.record_revision(grant=b, by=None, at=world.later(), reason="changed")
    changes.touch([b.pk])
    same_work.look(at=world.later())
    assert list(Report.objects.filter(project=world.project).values_list("start", "end")) == QUARTERS
    assert not Report.objects.filter(project=b.project_id).exclude(project=world.project).exists()


def test_many_changes_at_once_are_followed_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    Report.objects.all().delete()
    monkeypatch.setattr(changes, "MANY", 1)
    changes_of(world)
    assert Report.objects.filter(project=world.project).count() == 3
    assert schedule.make_reports(project(world, "C"), at=world.later())


def test_a_due_is_about_the_project_it_was_reported_for(world: World) -> None:
    join(world)
    assert set(ReportDue.objects.about([world.project.pk])) == set(ReportDue.objects.all())
    other = factories.ProjectFactory()
    assert not ReportDue.objects.about([other.pk])
