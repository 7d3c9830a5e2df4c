"""Reminders: one ladder a report, none by surprise, planned anew when a date moves, stopped when it is done."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import JournalEntry, Letter, Membership, Organisation, Person, Task
from counting.working_days import LONDON, local_day
from outcomes import ladder, notices, reminders, reports, requests, schedule, starting
from outcomes.models import FunderLetters, Ladder, Report, ReportDue
from tests import factories
from tests.accounts.posting import post
from tests.outcomes.world import World

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 9, 1, 9, 0, tzinfo=LONDON)
"""Two months before the October reports are due; the second quarter's, due on 30 July, was missed."""


@pytest.fixture
def world() -> World:
    return World(now=datetime(2026, 8, 1, tzinfo=UTC))


def start(world: World, name: str, preset: str = "usual", at: datetime = DAY) -> None:
    funder = world.grants[name].funder
    seen = starting.print_of(preset, starting.coming(funder, preset, at=at))
    starting.start(funder, preset=preset, seen=seen, by=world.officers[name], at=at)
    reminders.look(at=at)


def october(world: World) -> Report:
    """The report about July to September: A's own quarter, and the last part of what B and C wait for."""
    return world.report(date(2026, 7, 1))


def planned(report: Report, kind: str = reminders.REMINDER) -> list[tuple[str, date]]:
    rows = Letter.objects.filter(about=reminders.named(report.pk), kind=kind, state=Letter.PLANNED)
    return [(each.step, local_day(each.due_at)) for each in rows.order_by("due_at")]


def test_nothing_is_planned_before_an_officer_pressed_start(world: World) -> None:
    reminders.look(at=DAY)
    assert not Letter.objects.exists()
    start(world, "A")
    assert planned(october(world)) == [
        ("-28", date(2026, 10, 2)),
        ("-14", date(2026, 10, 16)),
        ("-3", date(2026, 10, 27)),
        ("0", date(2026, 10, 30)),
        ("+7", date(2026, 11, 6)),
    ]
    assert planned(october(world), reminders.COPY) == [("+7", date(2026, 11, 6))]


def test_start_counts_only_beneath_what_would_go(world: World) -> None:
    funder = world.grants["A"].funder
    at = datetime(2026, 10, 1, 9, tzinfo=LONDON)
    rows = starting.coming(funder, "usual", at=at)
    assert [(each.day, each.step, each.person) for each in rows] == [
        (date(2026, 10, 2), "-28", world.lead),
        (date(2026, 10, 16), "-14", world.lead),
        (date(2026, 10, 27), "-3", world.lead),
    ]
    seen = starting.print_of("usual", rows)
    factories.lead(world.charity)
    with pytest.raises(starting.CannotStart):
        starting.start(funder, preset="usual", seen=seen, by=world.officers["A"], at=at)
    assert not FunderLetters.objects.exists()


def test_what_was_due_before_start_is_listed_and_never_written_about(world: World) -> None:
    start(world, "A", at=datetime(2026, 8, 15, 9, tzinfo=LONDON))
    funder = world.grants["A"].funder
    assert [each.due_on for each in starting.passed(funder, on=date(2026, 8, 15))] == [
        date(2026, 4, 30),
        date(2026, 7, 30),
    ]
    assert {each.about for each in Letter.objects.all()} == {reminders.named(october(world).pk)}


def test_three_funders_send_one_letter_that_names_those_who_started_and_the_earliest_date(world: World) -> None:
    spring = world.report(date(2026, 4, 1))
    world.write(spring)
    world.hand_in(spring)
    post(DAY)
    mail.outbox.clear()
    due = ReportDue.objects.get(grant=world.grants["B"])
    schedule.move(due, due_on=date(2026, 11, 20), by=world.officers["B"], at=world.later())
    start(world, "A", "firm")
    start(world, "B", "light")
    report = october(world)
    assert [step for step, _day in planned(report)] == ["-28", "-3", "+7"]
    assert Letter.objects.filter(state=Letter.PLANNED, kind=reminders.REMINDER).count() == 3
    post(datetime(2026, 10, 2, 9, tzinfo=LONDON))
    [sent] = mail.outbox
    assert sent.to == [world.lead.email]
    assert sent.subject == f"Report on {report.project}, due 30 October 2026"
    assert "Funder A and Funder B" in sent.body
    assert "Funder B: 20 November 2026" in sent.body
    assert "Funder C" not in sent.body
    assert f"/reports/{report.pk}/" in sent.body


def test_a_moved_date_makes_the_old_letters_stale_and_plans_new_ones(world: World) -> None:
    start(world, "A")
    report = october(world)
    due = ReportDue.objects.get(grant=world.grants["A"], start=report.start)
    asked_of = requests.ask_for_time(
        report, until=date(2026, 11, 20), words="Our accountant is ill.", by=world.lead, at=DAY
    )
    asked = next(each for each in asked_of if each.due_id == due.pk)
    requests.answer(asked, agreed=True, words="", by=world.officers["A"], at=DAY)
    due.refresh_from_db()
    reminders.look(at=DAY)
    stale = Letter.objects.filter(version=1, kind=reminders.REMINDER)
    assert {(each.state, each.reason) for each in stale} == {("cancelled", "The date moved.")}
    assert planned(report)[0] == ("-28", date(2026, 10, 23))
    assert Ladder.objects.get(report=report).version == 2


def test_moved_but_not_looked_at_yet_the_old_letter_does_not_go(world: World) -> None:
    start(world, "A")
    due = ReportDue.objects.get(grant=world.grants["A"], start=date(2026, 7, 1))
    schedule.move(due, due_on=date(2026, 12, 1), by=world.officers["A"], at=DAY)
    post(datetime(2026, 10, 2, 9, tzinfo=LONDON))
    assert mail.outbox == []
    assert Letter.objects.get(step="-28").reason == "The date or the funders' choice changed."


def test_handed_in_the_ladder_stops_and_everybody_hears_what_is_theirs(world: World) -> None:
    start(world, "A")
    for first in (date(2026, 4, 1), date(2026, 7, 1)):
        world.write(world.report(first))
        world.hand_in(world.report(first))
    report = october(world)
    assert planned(report) == []
    stopped = Letter.objects.filter(about=reminders.named(report.pk), kind=reminders.REMINDER)
    assert {each.reason for each in stopped} == {"The report was handed in."}
    post(datetime(2026, 10, 5, 9, tzinfo=LONDON))
    receipts = [each for each in mail.outbox if each.subject.startswith("Handed in")]
    assert [each.to for each in receipts] == [[world.lead.email]] * 2
    told = {each.to[0]: each.subject for each in mail.outbox if "To answer" in each.subject}
    assert set(told) == {each.email for each in world.officers.values()}
    reminders.look(at=datetime(2027, 1, 1, tzinfo=UTC))
    assert planned(report) == []


def test_notes_and_feedback_go_at_once_to_who_writes_the_report(world: World) -> None:
    report = world.report(date(2026, 4, 1))
    world.write(report)
    world.hand_in(report, by=world.colleague)
    [delivery] = world.copies("A")
    reports.send_back(delivery, notes={None: "How many rooms?"}, by=world.officers["A"], at=world.later())
    night = datetime(2026, 10, 4, 3, 0, tzinfo=LONDON)
    post(night)
    back = [each for each in mail.outbox if "asks about" in each.subject]
    assert {each.to[0] for each in back} == {world.lead.email, world.colleague.email}
    assert "How many rooms?" in back[0].body
    world.hand_in(report, reason="Rooms added.")
    world.accept("A")
    post(night)
    read = [each for each in mail.outbox if "has read" in each.subject]
    assert "We learned that rooms matter." in read[0].body


def test_answered_in_time_the_officer_is_not_told_that_a_copy_waits(world: World) -> None:
    start(world, "A")
    report = world.report(date(2026, 4, 1))
    world.write(report)
    world.hand_in(report)
    world.accept("A")
    post(datetime(2026, 10, 5, 9, tzinfo=LONDON))
    assert not [each for each in mail.outbox if "To answer" in each.subject]


def test_a_funder_who_does_not_answer_is_reminded_after_two_and_four_weeks(world: World) -> None:
    start(world, "A")
    report = world.report(date(2026, 4, 1))
    world.write(report)
    world.hand_in(report)
    post(datetime(2026, 9, 7, 9, tzinfo=LONDON))
    begun = world.now
    for days in (13, 14, 15, 28, 29, 50):
        notices.remind_of_answers(at=begun + timedelta(days=days))
        notices.remind_of_answers(at=begun + timedelta(days=days))
    steps = Letter.objects.filter(kind=notices.WAITING).order_by("id").values_list("step", flat=True)
    assert list(steps) == ["+14", "+28"]


def test_paused_no_letter_goes_until_that_day(world: World) -> None:
    start(world, "A")
    report = october(world)
    starting.pause(report, until=date(2026, 10, 10), by=world.lead, at=datetime(2026, 9, 1, tzinfo=UTC))
    post(datetime(2026, 10, 2, 9, tzinfo=LONDON))
    assert mail.outbox == []
    assert Letter.objects.get(step="-28").reason == "The charity paused its letters."
    post(datetime(2026, 10, 16, 9, tzinfo=LONDON))
    assert len(mail.outbox) == 1
    with pytest.raises(starting.CannotChoose):
        starting.pause(report, until=date(2027, 10, 10), by=world.lead, at=DAY)


def test_the_charity_may_name_somebody_else_and_who_left_gets_nothing(world: World) -> None:
    start(world, "A")
    report = october(world)
    starting.remind(report, person=world.colleague, by=world.lead, at=DAY)
    reminders.look(at=DAY)
    post(datetime(2026, 10, 2, 9, tzinfo=LONDON))
    assert [each.to for each in mail.outbox] == [[world.colleague.email]]
    Membership.objects.filter(person=world.colleague).delete()
    post(datetime(2026, 10, 16, 9, tzinfo=LONDON))
    assert [each.to for each in mail.outbox[1:]] == [[world.lead.email]]
    assert Letter.objects.get(step="-14", person=world.colleague).reason == "It goes to somebody else now."
    with pytest.raises(starting.CannotChoose):
        starting.remind(report, person=factories.lead(factories.GranteeFactory()), by=world.lead, at=DAY)


def test_waived_parted_or_stopped_nothing_goes(world: World) -> None:
    start(world, "A")
    start(world, "B")
    due = ReportDue.objects.get(grant=world.grants["A"], start=date(2026, 7, 1))
    schedule.waive(due, because="Paper came.", by=world.officers["A"], at=DAY)
    starting.stop(world.grants["B"].funder, by=world.officers["B"], at=DAY)
    post(datetime(2026, 10, 2, 9, tzinfo=LONDON))
    reminders.look(at=DAY)
    assert mail.outbox == []
    assert not Letter.objects.open().filter(kind__in=reminders.KINDS).exists()


def test_late_steps_are_the_officers_to_ring_and_for_the_next_meeting(world: World) -> None:
    start(world, "A", "firm")
    for day in (date(2026, 11, 12), date(2026, 11, 13), date(2026, 11, 28), date(2026, 11, 29)):
        starting.note_late(at=datetime(day.year, day.month, day.day, 10, tzinfo=LONDON))
    words = [each.words for each in Task.objects.filter(kind__startswith="late").order_by("id")]
    assert words == [
        f"Ring the charity: the report on “{world.project}” is two weeks late",
        f"For the next meeting: the report on “{world.project}” is a month late",
    ]


def test_where_nobody_can_be_reminded_the_funder_has_a_task_once(world: World) -> None:
    Membership.objects.filter(organisation=world.charity).delete()
    start(world, "A", at=datetime(2026, 9, 20, 9, tzinfo=LONDON))
    reminders.look(at=datetime(2026, 9, 22, 9, tzinfo=LONDON))
    assert Task.objects.filter(kind="nobody-to-remind", organisation=world.grants["A"].funder).count() == 1


def many(world: World, number: int) -> Organisation:
    """More grants of funder A, each with a report of its own, as an import and its plan would leave them."""
    funder = world.grants["A"].funder
    for each in range(number):
        grant = factories.GrantFactory(
            funder=funder, project=factories.ProjectFactory(), recipient=world.charity, title=f"More {each}"
        )
        planned = [schedule.Planned(date(2026, 7, 1), date(2026, 9, 30), date(2026, 10, 30))]
        schedule.keep(grant, planned, form="full", by=world.officers["A"], at=DAY)
    return funder


def test_more_than_twenty_new_reports_wait_until_an_officer_has_looked_again(world: World) -> None:
    start(world, "A")
    funder = many(world, 21)
    reminders.look(at=DAY)
    assert Letter.objects.filter(state=Letter.PLANNED, kind=reminders.REMINDER).count() == 5
    assert Task.objects.open().filter(kind="letters-many", organisation=funder).count() == 1
    start(world, "A")
    assert Letter.objects.filter(state=Letter.PLANNED, kind=reminders.REMINDER).count() == 5 * 22
    assert not Task.objects.open().filter(kind="letters-many").exists()


def test_twenty_are_planned_by_themselves(world: World) -> None:
    start(world, "A")
    many(world, 20)
    reminders.look(at=DAY)
    assert Letter.objects.filter(state=Letter.PLANNED, kind=reminders.REMINDER).count() == 5 * 21


def test_the_usual_schedule_is_put_on_all_running_grants_in_one_step(world: World) -> None:
    funder = world.grants["A"].funder
    from outcomes import expecting

    expecting.add_rule(
        funder, from_amount=0, from_months=0, form="short", every=12, anchor="award", days_after=30,
        by=world.officers["A"], at=DAY,
    )  # fmt: skip
    fresh = factories.GrantFactory(
        funder=funder, project=factories.ProjectFactory(), recipient=world.charity, award_date=date(2026, 1, 1),
        planned_start=date(2026, 1, 1), planned_end=date(2027, 12, 31),
    )  # fmt: skip
    rows = starting.usual(funder, on=date(2026, 9, 1))
    assert [(each.grant, len(each.planned)) for each in rows] == [(fresh, 2)]
    assert starting.plan_usual(funder, by=world.officers["A"], at=DAY) == 1
    assert starting.plan_usual(funder, by=world.officers["A"], at=DAY) == 0
    assert ReportDue.objects.filter(grant=fresh).count() == 2


@pytest.mark.parametrize(
    ("due_on", "step", "day"),
    [
        (date(2027, 3, 29), 0, date(2027, 3, 25)),  # Easter Monday: back to Maundy Thursday
        (date(2027, 3, 22), 7, date(2027, 3, 30)),  # on to the Tuesday after Easter
        (date(2028, 2, 29), 0, date(2028, 2, 29)),
        (date(2026, 12, 25), 0, date(2026, 12, 24)),
        (date(2026, 12, 18), 7, date(2026, 12, 29)),  # the 28th stands for Boxing Day
    ],
)
def test_a_step_on_a_closed_day_moves_back_before_the_date_and_on_after_it(due_on: date, step: int, day: date) -> None:
    assert ladder.day_of(due_on, step) == day


def test_every_deed_leaves_its_line(world: World) -> None:
    start(world, "A")
    starting.pause(october(world), until=date(2026, 9, 10), by=world.lead, at=DAY)
    starting.pause(october(world), until=None, by=world.lead, at=DAY)
    starting.remind(october(world), person=None, by=world.lead, at=DAY)
    starting.stop(world.grants["A"].funder, by=world.officers["A"], at=DAY)
    did = list(JournalEntry.objects.order_by("id").values_list("what", flat=True))[-5:]
    assert did == ["started letters", "paused letters", "paused letters", "chose recipient", "stopped letters"]


def test_a_person_who_is_lead_of_nothing_any_more_is_not_written_to(world: World) -> None:
    start(world, "A")
    Person.objects.filter(pk=world.lead.pk).update(is_active=False)
    post(datetime(2026, 10, 2, 9, tzinfo=LONDON))
    assert mail.outbox == []


# --- the pages ----------------------------------------------------------------------------------------------------
def test_an_officer_looks_then_starts_and_stops(world: World, sign_in: Any) -> None:
    soon = timezone.localdate() + timedelta(days=10)
    due = ReportDue.objects.get(grant=world.grants["A"], start=date(2026, 7, 1))
    schedule.move(due, due_on=soon, by=world.officers["A"], at=timezone.now())
    client = sign_in(world.officers["A"])
    page = client.get("/reports/letters/")
    content = page.content.decode()
    assert "No reminder goes for Funder A" in content
    assert f"Write it here: http://127.0.0.1:8000/reports/{october(world).pk}/" in content
    old = {"preset": "usual", "seen": "what was shown before"}
    refused = client.post("/reports/letters/", old)
    assert refused.status_code == 422
    assert "What would go has changed meanwhile." in refused.content.decode()
    assert client.post("/reports/letters/", {"preset": "usual", "seen": page.context["print"]}).status_code == 302
    assert FunderLetters.objects.get().started_by == world.officers["A"]
    client.post("/reports/letters/", {"stop": "yes"})
    assert FunderLetters.objects.get().started_by is None


def test_the_charity_sees_its_letters_and_pauses_them_and_a_viewer_changes_nothing(world: World, sign_in: Any) -> None:
    start(world, "A")
    report = october(world)
    address = f"/reports/{report.pk}/letters/"
    client = sign_in(world.lead)
    assert client.get(address).content.decode().count("a reminder of a report") == 5
    wrong = client.post(address, {"pause": "yes", "until": "2020-01-01"})
    assert wrong.status_code == 422
    until = timezone.localdate() + timedelta(days=5)
    assert client.post(address, {"pause": "yes", "until": until.isoformat()}).status_code == 302
    assert Ladder.objects.get(report=report).paused_until == until
    assert client.post(address, {"again": "yes"}).status_code == 302
    assert client.post(address, {"remind": "yes", "person": world.colleague.pk}).status_code == 302
    assert Ladder.objects.get(report=report).recipient == world.colleague
    assert client.post(address, {"remind": "yes", "person": world.officers["A"].pk}).status_code == 422
    assert sign_in(world.officers["A"]).post(address, {"again": "yes"}).status_code == 403
    assert sign_in(factories.lead()).get(address).status_code == 404
