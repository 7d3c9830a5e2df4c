"""Reminders of reports: one ladder a report, planned when a date is known, anew when it moves, stopped when it is done.

Whatever changes what is owed marks the report's Ladder in its own transaction (Ladder.objects.mark); the clock looks at
what is marked. A letter is asked once more at the instant of sending, with its ladder held, so that nothing done before
is overlooked even where the clock has not come by.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import bulk, letters, tasks
from accounts.models import Letter, Membership, Organisation
from counting import working_days
from grants.models import Recipient
from outcomes import asking, ladder
from outcomes.models import FunderLetters, Ladder, Report, ReportDue
from outcomes.models.reminding import LadderQuerySet

REMINDER, COPY = "reminder", "late"
"""The kinds of letter: to the charity, and to the officer a week after the date."""
KINDS = [REMINDER, COPY]
UNASKED = 20
"""So many new reports of a funder may get letters without an officer having looked again."""
AT_A_TIME = 200
AGAIN = timedelta(days=1)
"""Each ladder is looked at once a day beside all marks, for people who came to the charity."""
NEAR = timedelta(days=56)


@dataclass(slots=True)
class Wanted:
    """What a report's letters should follow now: date, steps, and to whom they go. No date: no letters."""

    due_on: date | None = None
    preset: str = ""
    funders: list[Organisation] = field(default_factory=list)
    dues: list[ReportDue] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    officers: dict[int, list[int]] = field(default_factory=dict)
    """By officer's number the funders for which she is written to."""


def named(report_id: int) -> str:
    return f"{Report._meta.label_lower}:{report_id}"


def number(about: str) -> int:
    """The report that a letter is about."""
    return int(about.rpartition(":")[2])


# --- what should be -----------------------------------------------------------------------------------------------
def wanted(ladders: Collection[Ladder], as_if: FunderLetters | None = None) -> dict[int, Wanted]:
    """By report what its letters should follow, as the database stands; ladders with their reports fetched.

    as_if: a funder's choice that is only looked at yet.
    """
    reports = [each.report for each in ladders if each.report.submitted_at is None]
    met = asking.met_by_each(reports)
    funders = {due.grant.funder_id for dues in met.values() for due in dues}
    started = {
        each.funder_id: each for each in FunderLetters.objects.filter(funder__in=funders, started_at__isnull=False)
    }
    if as_if:
        started[as_if.funder_id] = as_if
    found = {each.report_id: Wanted() for each in ladders}
    for report in reports:
        dues = [due for due in met[report.pk] if _has_letters(due, started)]
        if dues:
            found[report.pk] = Wanted(
                due_on=min(due.due_on for due in dues),
                preset=ladder.gentlest({started[due.grant.funder_id].preset for due in dues}),
                funders=sorted({due.grant.funder for due in dues}, key=lambda each: (each.name, each.pk)),
                dues=dues,
            )
    _name_people(ladders, found)
    _name_officers(found, started)
    return found


def _has_letters(due: ReportDue, started: Mapping[int, FunderLetters]) -> bool:
    """Its funder pressed Start, and it was not due before that day."""
    chosen = started.get(due.grant.funder_id)
    return chosen is not None and chosen.from_day is not None and due.due_on >= chosen.from_day


def _name_people(ladders: Collection[Ladder], found: Mapping[int, Wanted]) -> None:
    """The one whom the charity named, else its leads, else whoever else writes its reports."""
    paid_by = {due.grant_id for one in found.values() for due in one.dues}
    charities: dict[int, set[int]] = defaultdict(set)
    for grant_id, charity in Recipient.objects.filter(grant__in=paid_by).values_list("grant_id", "organisation_id"):
        charities[grant_id].add(charity)
    members: dict[int, dict[int, str]] = defaultdict(dict)
    of_them = Membership.objects.filter(organisation__in={each for them in charities.values() for each in them})
    writing = of_them.filter(role__in=[Membership.LEAD, Membership.CONTRIBUTOR], person__is_active=True)
    for person, organisation, role in writing.order_by("person").values_list("person", "organisation", "role"):
        members[organisation][person] = role
    named_by = {each.report_id: each.recipient_id for each in ladders}
    for report, one in found.items():
        roles: dict[int, str] = {}
        for due in one.dues:
            for organisation in charities[due.grant_id]:
                roles |= members[organisation]
        chosen = named_by[report]
        leads = [person for person, role in roles.items() if role == Membership.LEAD]
        one.people = [chosen] if chosen in roles else leads or list(roles)


def _name_officers(found: Mapping[int, Wanted], started: Mapping[int, FunderLetters]) -> None:
    """Who pressed Start, while she is an officer there; else every officer of the funder."""
    officers: dict[int, list[int]] = defaultdict(list)
    rows = Membership.objects.filter(organisation__in=started, role=Membership.OFFICER, person__is_active=True)
    for person, organisation in rows.order_by("person").values_list("person", "organisation"):
        officers[organisation].append(person)
    for one in found.values():
        for funder in one.funders:
            began = started[funder.pk].started_by_id
            told = [began] if began in officers[funder.pk] else officers[funder.pk]
            for person in told:
                one.officers.setdefault(person, []).append(funder.pk)


def steps(report_id: int, version: int, one: Wanted, at: datetime) -> Iterable[letters.Plan]:
    """The letters that are still to come, the earliest first. Where two steps fall on one day, the later one stands."""
    if one.due_on is None:
        return
    on = {ladder.day_of(one.due_on, step): step for step in ladder.letters(one.preset)}
    for day, step in on.items():
        due_at = working_days.opening(day)
        if due_at < at and not (day == working_days.local_day(at) and working_days.is_open(at)):
            continue
        told = [(REMINDER, one.people), (COPY, list(one.officers) if step == ladder.COPY else [])]
        for kind, people in told:
            for person in people:
                yield letters.Plan(kind, named(report_id), version, ladder.name(step), person, due_at)


# --- the clock's look ---------------------------------------------------------------------------------------------
def look(*, at: datetime) -> int:
    """Bring the letters of every report that is marked, or was not looked at for a day, up to what is owed now; how
    many reports that was. Any number may look side by side."""
    looked = 0
    while done := _look(at):
        looked += done
    return looked


@transaction.atomic
def _look(at: datetime) -> int:
    marked = Ladder.objects.filter(look_at__lte=at).select_for_update(skip_locked=True, of=("self",))
    with bulk.by_index():
        ladders = list(marked.select_related("report__project").order_by("look_at", "id")[:AT_A_TIME])
    found = wanted(ladders)
    _let_in(ladders, found, at)
    stale: dict[str, list[str]] = defaultdict(list)
    planned: list[letters.Plan] = []
    for each in ladders:
        now = found[each.report_id] if each.is_seen else Wanted()
        if (each.due_on, each.preset) != (now.due_on, now.preset):
            if each.version:
                stale[_why(each, now)].append(named(each.report_id))
            each.version, each.due_on, each.preset = each.version + 1, now.due_on, now.preset
        each.look_at = None if each.report.submitted_at else at + AGAIN
        planned += steps(each.report_id, each.version, now, at)
    for why, about in stale.items():
        letters.cancel(Q(about__in=about, kind__in=KINDS), because=why, at=at)
    letters.plan(planned, at=at)
    _keep(ladders)
    _tell_of_nobody([(each.report, found[each.report_id]) for each in ladders if each.is_seen], at)
    return len(ladders)


def _keep(ladders: Sequence[Ladder]) -> None:
    moment, day = connection.ops.adapt_datetimefield_value, connection.ops.adapt_datefield_value
    rows = (
        (each.version, day(each.due_on), each.preset, moment(each.look_at), each.is_seen, each.pk) for each in ladders
    )
    bulk.update(Ladder, ["version", "due_on", "preset", "look_at", "is_seen"], rows)


def _why(each: Ladder, now: Wanted) -> str:
    if each.report.submitted_at:
        return _("The report was handed in.")
    if now.due_on is None:
        return _("The report is not owed any longer, or its funder stopped the letters.")
    if now.due_on != each.due_on:
        return _("The date moved.")
    return _("The funders' choice of reminders changed.")


def _let_in(ladders: Sequence[Ladder], found: Mapping[int, Wanted], at: datetime) -> None:
    """Let new reports have letters, unless a funder has so many new ones that an officer is to look first.

    Its choice is held meanwhile, so that several who look count the same.
    """
    fresh = [each for each in ladders if not each.is_seen and found[each.report_id].due_on]
    funders = {funder.pk for each in fresh for funder in found[each.report_id].funders}
    if not fresh:
        return
    chosen = FunderLetters.objects.filter(funder__in=funders).select_related("funder")
    many = set()
    for letters_of in chosen.select_for_update(of=("self",)).order_by("id"):
        if unseen(letters_of.funder_id).count() > UNASKED:
            many.add(letters_of.funder_id)
            tasks.add(
                key=many_key(letters_of),
                organisation=letters_of.funder,
                about=f"{FunderLetters._meta.label_lower}:{letters_of.pk}",
                kind="letters-many",
                words=_("Many new reports would have reminders. Look at the letters, then start them."),
                at=at,
            )
    for each in fresh:
        each.is_seen = not many.intersection(funder.pk for funder in found[each.report_id].funders)


def many_key(chosen: FunderLetters) -> str:
    """The key of the task to look again; pressing Start anew makes room for another."""
    return f"letters-many:{chosen.pk}:{chosen.started_at}"


def unseen(funder_id: int) -> LadderQuerySet:
    """The ladders of a funder's open reports that no officer has looked at."""
    owed = ReportDue.objects.open().filter(grant__funder=funder_id, grant__removed_at=None, deliveries=None)
    return Ladder.objects.filter(
        is_seen=False, report__submitted_at=None, report__project__in=owed.values("grant__project")
    )


def _tell_of_nobody(found: Iterable[tuple[Report, Wanted]], at: datetime) -> None:
    """A task for the funder where nobody at the charity can be written to, once for a report."""
    last = working_days.local_day(at) + NEAR
    for report, one in found:
        if one.due_on and one.due_on <= last and not one.people:
            for funder in one.funders:
                tasks.add(
                    key=f"nobody-to-remind:{report.pk}:{funder.pk}",
                    organisation=funder,
                    about=named(report.pk),
                    kind="nobody-to-remind",
                    words=_("Nobody at the charity can be reminded of “%(project)s”: invite somebody")
                    % {"project": str(report.project)[:200]},
                    at=at,
                )


# --- at the instant of sending ------------------------------------------------------------------------------------
def unwanted(found: Sequence[Letter], at: datetime) -> dict[int, str]:
    """Why letters of a ladder are not wanted any more, by letter. Part of the transaction that sends them: it holds the
    ladders and the memberships, so that whoever changes them either was there before or comes after."""
    held = Ladder.objects.filter(report__in={number(each.about) for each in found}).select_for_update(of=("self",))
    ladders = {each.report_id: each for each in held.select_related("report").order_by("id")}
    people = [each.person_id for each in found if each.person_id]
    list(Membership.objects.filter(person__in=people).select_for_update(no_key=True).order_by("id"))
    now = wanted(ladders.values())
    today = working_days.local_day(at)
    reasons = {
        each.pk: _reason(each, ladders.get(number(each.about)), now.get(number(each.about), Wanted()), today)
        for each in found
    }
    return {letter: why for letter, why in reasons.items() if why}


def _reason(letter: Letter, ours: Ladder | None, now: Wanted, today: date) -> str:
    """Why this one is not wanted; "" where it is."""
    if ours is None:
        return _("The report is not owed any longer.")
    if ours.report.submitted_at or now.due_on is None or not ours.is_seen:
        return _why(ours, now)
    if (letter.version, ours.due_on, ours.preset) != (ours.version, now.due_on, now.preset):
        return _("The date or the funders' choice changed.")
    if letter.kind == REMINDER and ours.paused_until and today < ours.paused_until:
        return _("The charity paused its letters.")
    told: Collection[int] = now.people if letter.kind == REMINDER else now.officers
    return "" if letter.person_id in told else _("It goes to somebody else now.")
