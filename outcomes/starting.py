"""A funder's letters: off until an officer has seen who would get which in the coming four weeks, and pressed Start."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts import journal, tasks
from accounts.journal import Did
from accounts.kinds import Words
from accounts.models import Letter, Organisation, Person
from counting import working_days
from grants.models import Grant
from outcomes import ladder, letter_words, reminders, schedule
from outcomes.models import FunderLetters, Ladder, Report, ReportDue
from outcomes.models.due import NOTHING

AHEAD = timedelta(weeks=4)


class CannotStart(Exception):
    """What would go is not what was shown; worded for the officer."""


@dataclass(frozen=True, slots=True)
class Coming:
    """One letter that would go."""

    day: date
    step: str
    kind: str
    report: Report
    due_on: date
    person: Person
    wanted: reminders.Wanted

    @property
    def words(self) -> Words:
        """What it would say."""
        write = letter_words.reminder if self.kind == reminders.REMINDER else letter_words.late
        return write(Letter(kind=self.kind, person=self.person), self.report, self.wanted, on=self.day)


def choice_of(funder: Organisation) -> FunderLetters:
    """What it chose, or what it would begin with."""
    return FunderLetters.objects.filter(funder=funder).select_related("started_by").first() or FunderLetters(
        funder=funder
    )


def ladders_of(funder: Organisation) -> Sequence[Ladder]:
    """Of all reports that its grants owe and that are not handed in."""
    owed = ReportDue.objects.open().filter(grant__funder=funder, grant__removed_at=None)
    open_ones = Report.objects.filter(submitted_at=None, project__in=owed.values("grant__project"))
    missing = open_ones.filter(~Exists(Ladder.objects.filter(report=OuterRef("pk")))).values_list("pk", flat=True)
    Ladder.objects.bulk_create([Ladder(report_id=each) for each in missing], ignore_conflicts=True)
    return list(Ladder.objects.filter(report__in=open_ones).select_related("report__project").order_by("id"))


def coming(funder: Organisation, preset: str, *, at: datetime) -> list[Coming]:
    """Every letter of the next four weeks if its letters started now with these steps, the earliest first."""
    today = working_days.local_day(at)
    as_if = FunderLetters(funder=funder, preset=preset, from_day=_from_day(choice_of(funder), today), started_at=at)
    ladders = ladders_of(funder)
    found = reminders.wanted(ladders, as_if)
    reports = {each.report_id: each.report for each in ladders}
    plans = [
        (plan, found[each.report_id])
        for each in ladders
        if any(own.pk == funder.pk for own in found[each.report_id].funders)
        for plan in reminders.steps(each.report_id, each.version, found[each.report_id], at)
        if working_days.local_day(plan.due_at) <= today + AHEAD
    ]
    people = Person.objects.in_bulk({plan.person_id for plan, _one in plans})
    rows = [
        Coming(
            working_days.local_day(plan.due_at), plan.step, plan.kind, reports[reminders.number(plan.about)],
            one.due_on, people[plan.person_id], one,
        )
        for plan, one in plans
        if one.due_on
    ]  # fmt: skip
    return sorted(rows, key=lambda each: (each.day, each.report.pk, each.kind, each.person.pk))


def _from_day(chosen: FunderLetters, today: date) -> date:
    """Once started, the day stays: what is owed since then has its letters, whatever is chosen later."""
    return chosen.from_day or today


def print_of(preset: str, rows: Sequence[Coming]) -> str:
    """A print of what was shown, so that Start counts only beneath exactly these letters."""
    said = [f"{each.day}|{each.report.pk}|{each.due_on}|{each.kind}|{each.step}|{each.person.pk}" for each in rows]
    return hashlib.sha256("\n".join([preset, *said]).encode()).hexdigest()


def passed(funder: Organisation, *, on: date) -> QuerySet[ReportDue]:
    """What was due before its letters started and is not handed in: never reminded of, so an officer decides."""
    chosen = choice_of(funder)
    late = ReportDue.objects.open().filter(
        grant__funder=funder, grant__removed_at=None, due_on__lt=_from_day(chosen, on), deliveries=None
    )
    return late.select_related("grant__funder", "grant__project")


def nobody_at(funder: Organisation, preset: str, *, at: datetime) -> list[Report]:
    """Reports due within eight weeks of which nobody at the charity can be reminded."""
    as_if = FunderLetters(funder=funder, preset=preset, from_day=working_days.local_day(at), started_at=at)
    ladders = ladders_of(funder)
    last = working_days.local_day(at) + reminders.NEAR
    found = reminders.wanted(ladders, as_if)
    return [
        each.report
        for each in ladders
        if (one := found[each.report_id]).due_on and one.due_on <= last and not one.people
    ]


@transaction.atomic
def start(funder: Organisation, *, preset: str, seen: str, by: Person, at: datetime) -> FunderLetters:
    """Let its letters go from now on. Raises CannotStart unless `seen` is the print of what would go now."""
    if seen != print_of(preset, coming(funder, preset, at=at)):
        raise CannotStart(_("What would go has changed meanwhile. Look at it again, then press Start."))
    chosen = choice_of(funder)
    tasks.settle(key=reminders.many_key(chosen), at=at)
    chosen.preset, chosen.started_at, chosen.started_by = preset, at, by
    chosen.from_day = _from_day(chosen, working_days.local_day(at))
    chosen.save()
    Ladder.objects.filter(pk__in=[each.pk for each in ladders_of(funder)]).update(is_seen=True)
    _mark(funder)
    journal.record(what=Did.STARTED_LETTERS, about=chosen, by=by, at=at, preset=preset)
    return chosen


@transaction.atomic
def stop(funder: Organisation, *, by: Person, at: datetime) -> None:
    """Let none go any more, of this funder; reports that it shares go on for the others that started."""
    chosen = choice_of(funder)
    if chosen.started_at is None:
        return
    chosen.started_at = chosen.started_by = chosen.from_day = None
    chosen.save()
    _mark(funder)
    journal.record(what=Did.STOPPED_LETTERS, about=chosen, by=by, at=at)


def _mark(funder: Organisation) -> None:
    Ladder.objects.mark([each.report_id for each in ladders_of(funder)])


@dataclass(frozen=True, slots=True)
class Usual:
    """What the funder's rules would plan for one running grant that has no reports planned; or why they cannot."""

    grant: Grant
    planned: Sequence[schedule.Planned]
    form: str = ""
    anchor: str = ""
    problem: str = ""


def usual(funder: Organisation, *, on: date) -> list[Usual]:
    """Its rules put on every running grant without a plan; grants of which they ask nothing are left out."""
    planned = ReportDue.objects.filter(grant=OuterRef("pk"))
    running = Grant.objects.current().with_running_period().filter(~Exists(planned), funder=funder)
    running = running.filter(award_date__lte=on).select_related("funder", "project").order_by("title", "id")
    found = []
    for grant in running:
        last = grant.actual_end or grant.planned_end
        if last and last < on:
            continue
        try:
            rule = schedule.rule_for(grant)
            if rule is None or rule.form == NOTHING:
                continue
            dues = schedule.plan(grant, every=rule.every, days_after=rule.days_after)
            found.append(Usual(grant, schedule.beside_others(grant, dues), rule.form, rule.anchor))
        except schedule.CannotPlan as problem:
            found.append(Usual(grant, [], problem=str(problem)))
    return found


@transaction.atomic
def plan_usual(funder: Organisation, *, by: Person, at: datetime) -> int:
    """Keep what `usual` shows, all or nothing; how many grants that were."""
    rows = [each for each in usual(funder, on=working_days.local_day(at)) if not each.problem]
    for each in rows:
        schedule.keep(each.grant, each.planned, form=each.form, anchor=each.anchor, by=by, at=at)
    return len(rows)


# --- the charity's wishes -----------------------------------------------------------------------------------------
class CannotChoose(Exception):
    """It cannot be so; worded for the charity."""


LONGEST_PAUSE = timedelta(days=60)


@transaction.atomic
def pause(report: Report, *, until: date | None, by: Person, at: datetime) -> None:
    """No reminders of this report before that day; None: from now on again. Its date stays as it is."""
    today = working_days.local_day(at)
    if until and not today < until <= today + LONGEST_PAUSE:
        raise CannotChoose(_("Choose a day within the next 60 days; the report's date stays as it is."))
    held = _held(report)
    held.paused_until, held.paused_by = until, by if until else None
    held.save(update_fields=["paused_until", "paused_by"])
    journal.record(what=Did.PAUSED_LETTERS, about=report, by=by, at=at, until=until.isoformat() if until else "")


@transaction.atomic
def remind(report: Report, *, person: Person | None, by: Person, at: datetime) -> None:
    """Send the reminders to this one of the charity's people; None: to its leads. Raises CannotChoose."""
    held = _held(report)
    if person and person not in colleagues(report):
        raise CannotChoose(_("Choose somebody who acts for the charity here; a lead can invite her."))
    held.recipient = person
    held.save(update_fields=["recipient"])
    Ladder.objects.mark([report.pk])
    journal.record(what=Did.CHOSE_RECIPIENT, about=report, by=by, at=at)


def colleagues(report: Report) -> list[Person]:
    """Everybody who may write this report."""
    charities = report.project.grants.filter(removed_at=None).values("recipient_rows__organisation")
    members = Person.objects.active().filter(
        memberships__organisation__in=charities, memberships__role__in=["lead", "contributor"]
    )
    return list(members.distinct().order_by("name", "email"))


def _held(report: Report) -> Ladder:
    Ladder.objects.mark([report.pk])
    return Ladder.objects.select_for_update(of=("self",)).get(report=report)


# --- what is the officer's ----------------------------------------------------------------------------------------
@transaction.atomic
def note_late(*, at: datetime) -> int:
    """For the clock: what the later steps of a ladder ask of an officer becomes her task; how many were new."""
    today = working_days.local_day(at)
    told = 0
    for step, key, words in (
        (ladder.RING, "ring", _("Ring the charity: the report on “%(project)s” is two weeks late")),
        (ladder.AGENDA, "agenda", _("For the next meeting: the report on “%(project)s” is a month late")),
    ):
        late = Ladder.objects.filter(due_on__lte=today - timedelta(days=step), report__submitted_at=None, is_seen=True)
        late = late.filter(preset__in=[each for each, steps in ladder.STEPS.items() if step in steps])
        rows = list(late.select_related("report__project"))
        found = reminders.wanted(rows)
        for each in rows:
            for funder in found[each.report_id].funders:
                told += tasks.add(
                    key=f"{key}:{each.report_id}:{each.version}:{funder.pk}", organisation=funder,
                    about=reminders.named(each.report_id), kind=f"late-{key}",
                    words=words % {"project": str(each.report.project)[:200]}, at=at,
                )  # fmt: skip
    return told
