"""Drafts, answers and files end when they have had their time; what must stay stays, and nobody typing is cut off."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.journal import Did
from accounts.models import JournalEntry
from grants.models import Grant
from outcomes import drafts, files, life, reports
from outcomes.models import Answer, Measurement, Question, Report, ReportDue
from tests.outcomes.world import AT, QUARTERS, World

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LAST_END = date(2027, 12, 31)


@pytest.fixture
def world() -> World:
    world = World()
    Grant.objects.filter(project=world.project).update(planned_end=LAST_END, planned_end_precision="day")
    return world


@pytest.fixture
def report(world: World) -> Report:
    """The last quarter's, due to all three funders on 30 October 2026; begun on 5 October."""
    report = world.report(QUARTERS[2][0])
    world.write(report)
    return report


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def due_on(report: Report) -> date:
    return max(ReportDue.objects.filter(grant__project=report.project_id).values_list("due_on", flat=True))


def test_a_draft_ends_90_days_after_it_was_due(world: World, report: Report):
    ends = due_on(report) + life.DRAFT
    assert life.end(at=noon(ends - DAY)) == 0
    assert life.end(at=noon(ends)) == 1
    report.refresh_from_db()
    assert (report.draft, report.draft_by, report.draft_at is None) == ({}, world.lead, False)
    assert life.end(at=noon(ends)) == 0
    [line] = JournalEntry.objects.filter(what=Did.ENDED_DRAFT)
    assert line.by is None


def test_who_still_types_is_not_cut_off(world: World, report: Report):
    late = noon(due_on(report) + 200 * DAY)
    name = f"q{Question.objects.get(code='what-next').pk}"
    drafts.save(report, {name: drafts.Change("More", 0)}, names={name}, by=world.lead, at=late)
    assert life.end(at=late + 89 * DAY) == 0
    assert life.end(at=late + 90 * DAY) == 1


def test_that_it_was_begun_is_still_shown(world: World, report: Report, sign_in: Any):
    life.end(at=noon(due_on(report) + life.DRAFT))
    page = sign_in(world.lead).get(reverse("report", args=[report.pk])).content.decode()
    assert "This report was begun, last on 5 October 2026." in page
    assert "We ran the house." not in page


def test_an_old_tab_is_told_and_brings_nothing_back_unseen(world: World, report: Report):
    name = f"q{Question.objects.get(code='what-done').pk}"
    life.end(at=noon(due_on(report) + life.DRAFT))
    change = {name: drafts.Change("We ran the house. More.", 1)}
    saved = drafts.save(report, change, names={name}, by=world.lead, at=world.later())
    assert saved.unlike[name]["value"] == ""


def test_a_correction_left_lying_is_as_it_was_handed_in(world: World, report: Report):
    world.hand_in(report)
    reports.reopen(report, by=world.lead, at=world.later())
    world.write(report, what_done="Quite another house.")
    life.end(at=noon(due_on(report) + life.DRAFT))
    report.refresh_from_db()
    assert (drafts.is_open(report), report.draft_at) == (False, None)
    assert Answer.objects.get(report=report, question__code="what-done").text == "We ran the house."


def test_a_report_that_a_funder_waits_for_stays_open(world: World, report: Report):
    world.hand_in(report)
    copy = world.copies("A")[-1]
    reports.send_back(copy, notes={None: "Which house?"}, by=world.officers["A"], at=world.later())
    world.write(report, what_done="Quite another house.")
    ends = noon(due_on(report) + life.DRAFT)
    assert (life.end(at=ends), life.end(at=ends)) == (1, 0)
    report.refresh_from_db()
    name = f"q{Question.objects.get(code='what-done').pk}"
    assert (drafts.is_open(report), drafts.values(report)[name]) == (True, "We ran the house.")


def test_answers_and_files_end_six_years_after_the_last_grant(
    world: World, report: Report, django_capture_on_commit_callbacks: Any
):
    expected = world.expect("people-new")
    world.count(report, expected, 12)
    kept = files.add(
        report, content=b"Said in general.", name="a.txt", grant=world.grants["A"], by=world.lead, at=world.later()
    )
    world.hand_in(report)
    reports.reopen(report, by=world.lead, at=world.later())
    world.write(report, what_done="A larger house.", what_changed="Much")
    world.hand_in(report, reason="It was larger")
    figures = list(Measurement.objects.values())
    assert life.end(at=noon(date(2033, 12, 30))) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert life.end(at=noon(date(2033, 12, 31))) == 1
    assert set(Answer.objects.values_list("text", "reason")) == {("█████", ""), ("█████", "█████")}
    kept.evidence.refresh_from_db()
    assert (kept.evidence.name, kept.evidence.path.exists()) == ("█████", False)
    assert list(Measurement.objects.values()) == figures
    assert life.end(at=noon(date(2034, 1, 31))) == 0
    [line] = JournalEntry.objects.filter(what=Did.ENDED_REPORT)
    assert (line.by, line.details) == (None, {"answers": 4, "files": 1})


def test_a_file_that_a_later_work_holds_stays(world: World, report: Report):
    kept = files.add(
        report, content=b"Said in general.", name="a.txt", grant=world.grants["A"], by=world.lead, at=world.later()
    )
    other = World(charity=world.charity)
    Grant.objects.filter(project=other.project).update(planned_end=date(2030, 1, 1), planned_end_precision="day")
    later = other.report(QUARTERS[2][0])
    files.add(
        later, content=b"Said in general.", name="b.txt", grant=other.grants["A"], by=other.lead, at=other.later()
    )
    life.end(at=noon(date(2034, 6, 1)))
    kept.evidence.refresh_from_db()
    assert kept.evidence.blacked_out_at is None
    life.end(at=noon(date(2036, 6, 1)))
    kept.evidence.refresh_from_db()
    assert kept.evidence.blacked_out_at


def test_a_leap_day_has_its_day_six_years_before():
    assert life._years_before(date(2032, 2, 29)) == date(2026, 2, 28)


@pytest.mark.django_db(transaction=True)
def test_work_once_ends_it(world: World, report: Report):
    long_ago = {"draft_at": AT - 2_000 * DAY, "start": date(2020, 1, 1), "end": date(2020, 3, 31)}
    Report.objects.filter(pk=report.pk).update(**long_ago)
    call_command("work", "--once")
    report.refresh_from_db()
    assert report.draft == {}
