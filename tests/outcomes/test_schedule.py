"""A grant's reports are planned at award, moved and waived with a reason, and never silently lost."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.models import JournalEntry
from grants.models import Grant
from outcomes import schedule
from outcomes.models import Report, ReportDue, ReportRule
from tests import factories
from tests.outcomes.world import AT, QUARTERS, World

pytestmark = pytest.mark.django_db


def rule(grant: Grant, **more: object) -> ReportRule:
    return ReportRule.objects.create(funder=grant.funder, **more)


def test_of_several_rules_that_fit_the_largest_counts() -> None:
    grant = factories.GrantFactory(amount_awarded=2_000_000)
    rule(grant, form="nothing")
    short = rule(grant, from_amount=500_000, form="short")
    rule(grant, from_amount=2_000_000, from_months=24)
    rule(grant, from_amount=5_000_000)
    assert schedule.rule_for(grant) == short


def test_a_small_grant_of_a_year_owes_nothing() -> None:
    grant = factories.GrantFactory(amount_awarded=499_999)
    rule(grant, form="nothing")
    rule(grant, from_amount=500_000)
    found = schedule.rule_for(grant)
    assert found is not None
    assert found.form == "nothing"


def test_due_dates_count_from_the_first_and_the_last_is_due_by_its_own_end() -> None:
    grant = factories.GrantFactory(planned_start=date(2026, 1, 1), planned_end=date(2026, 4, 30))
    planned = schedule.plan(grant, every=1, days_after=0, first_end=date(2026, 1, 31))
    assert [each.due_on for each in planned] == [
        date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30),
    ]  # fmt: skip


def test_a_grant_without_an_end_is_told_what_to_do() -> None:
    grant = factories.GrantFactory(planned_end=None)
    with pytest.raises(schedule.CannotPlan, match="no end yet"):
        schedule.plan(grant, every=12, days_after=30)


def test_planning_twice_keeps_what_is_the_same_and_its_version() -> None:
    world = World()
    before = dict(ReportDue.objects.values_list("id", "version"))
    world.plan("A", *QUARTERS)
    assert dict(ReportDue.objects.values_list("id", "version")) == before


def test_planning_anew_leaves_what_was_handed_in() -> None:
    world = World()
    report = world.report(QUARTERS[0][0])
    world.write(report)
    world.hand_in(report)
    with pytest.raises(schedule.CannotPlan, match="overlaps"):
        world.plan("A", (date(2026, 1, 1), date(2026, 12, 31)))
    world.plan("A", (date(2026, 4, 1), date(2026, 12, 31)))
    windows = ReportDue.objects.filter(grant=world.grants["A"]).values_list("start", "end")
    assert list(windows) == [QUARTERS[0], (date(2026, 4, 1), date(2026, 12, 31))]


def test_what_was_typed_goes_along_when_the_period_grows() -> None:
    world = World()
    for name in "BC":
        world.plan(name)
    report = world.report(QUARTERS[2][0])
    world.write(report)
    world.plan("A", *QUARTERS[:2], (date(2026, 7, 1), date(2026, 12, 31)))
    report.refresh_from_db()
    assert (report.end, report.draft != {}) == (date(2026, 12, 31), True)
    assert Report.objects.filter(project=world.project).count() == 3


def test_a_date_moves_with_a_new_version_and_a_line_in_the_journal() -> None:
    world = World()
    due = ReportDue.objects.filter(grant=world.grants["A"]).first()
    assert due
    schedule.move(due, due_on=date(2026, 6, 1), by=world.officers["A"], at=AT)
    due.refresh_from_db()
    assert (due.due_on, due.version) == (date(2026, 6, 1), 2)
    assert JournalEntry.objects.filter(what="moved due date").get().details == {
        "was": "2026-04-30",
        "now": "2026-06-01",
    }


def test_a_waived_report_says_why_and_is_asked_no_longer() -> None:
    world = World()
    for due in ReportDue.objects.filter(start=QUARTERS[0][0]):
        with pytest.raises(schedule.CannotPlan, match="Say why"):
            schedule.waive(due, because=" ", by=world.officers["A"], at=AT)
        schedule.waive(due, because="We talked it over.", by=world.officers["A"], at=AT)
    assert not Report.objects.filter(start=QUARTERS[0][0]).exists()


def test_a_report_that_was_handed_in_is_answered_and_not_waived() -> None:
    world = World()
    report = world.report(QUARTERS[0][0])
    world.write(report)
    world.hand_in(report)
    [copy] = world.copies("A")
    with pytest.raises(schedule.CannotPlan, match="was handed in"):
        schedule.waive(copy.due, because="Late", by=world.officers["A"], at=AT)


def test_a_plan_beside_others_ends_its_periods_with_theirs() -> None:
    world = World()
    grant = factories.GrantFactory(project=world.project, recipient=world.charity, planned_start=date(2026, 1, 10))
    planned = schedule.plan(grant, every=3, days_after=30)
    ends = [each.end for each in schedule.beside_others(grant, planned)]
    assert ends == [date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30), date(2026, 12, 31)]
    alone = factories.GrantFactory(planned_start=date(2026, 1, 10))
    assert schedule.beside_others(alone, planned) == planned


def test_dates_of_a_second_funder_move_to_the_first_ones_where_they_are_near() -> None:
    first = [schedule.Planned(date(2026, 4, 1), date(2026, 9, 30), date(2026, 10, 30))]
    second = [
        schedule.Planned(date(2026, 4, 10), date(2026, 10, 9), date(2026, 11, 8)),
        schedule.Planned(date(2026, 10, 10), date(2027, 4, 9), date(2027, 5, 9)),
    ]
    assert schedule.align(first, second) == [
        schedule.Planned(date(2026, 4, 10), date(2026, 9, 30), date(2026, 10, 30)),
        schedule.Planned(date(2026, 10, 1), date(2027, 4, 9), date(2027, 5, 9)),
    ]
