"""Letters about what was just done with a report: a receipt, a copy to answer, notes, feedback, and an answer owed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import kinds, letters
from accounts.kinds import Kind, Words
from accounts.letters import To
from accounts.models import Letter, Membership, Person
from counting import working_days
from outcomes import letter_words, not_arrived, reminders
from outcomes.models import Delivery, FunderLetters, Ladder, Report, ReviewEvent

RECEIPT, HANDED_IN, RETURNED, FEEDBACK, WAITING = "receipt", "handed-in", "returned", "feedback", "waiting"
OWED_AFTER = (timedelta(days=14), timedelta(days=28))
"""Days without an answer after which a funder's officers are reminded of what they owe the charity."""


def handed_in(report: Report, fresh: Sequence[Delivery], *, by: Person, at: datetime) -> None:
    """In the transaction of handing in: the reminders stop, the charity has its receipt, the officers their notice."""
    Ladder.objects.mark([report.pk])
    about = letters.named(report)
    letters.cancel(Q(about=about, kind__in=reminders.KINDS), because=_("The report was handed in."), at=at)
    again = report.draft_version
    funders = sorted({each.due.grant.funder for each in fresh}, key=lambda each: (each.name, each.pk))
    words = letter_words.receipt(report, funders, by)
    letters.write(kind=RECEIPT, about=about, version=again, to=To(by), words=words, at=at)
    for delivery in fresh:
        for officer in officers(delivery):
            said = letter_words.handed_in(delivery, officer)
            _about_copy(HANDED_IN, delivery, officer, said, version=again, at=at)


def returned(delivery: Delivery, notes: Sequence[ReviewEvent], *, at: datetime) -> None:
    """In the transaction of sending back: who writes the report reads why."""
    _settle(delivery, at)
    for person in writers(delivery.report):
        words = letter_words.returned(delivery, notes, person)
        _about_copy(RETURNED, delivery, person, words, version=delivery.report.draft_version, at=at)


def accepted(delivery: Delivery, *, at: datetime) -> None:
    """In the transaction of accepting: who wrote the report reads what was made of it."""
    _settle(delivery, at)
    for person in writers(delivery.report):
        _about_copy(FEEDBACK, delivery, person, letter_words.feedback(delivery, person), version=1, at=at)


def _about_copy(kind: str, delivery: Delivery, person: Person, words: Words, *, version: int, at: datetime) -> None:
    letters.write(kind=kind, about=letters.named(delivery), version=version, to=To(person), words=words, at=at)


def _settle(delivery: Delivery, at: datetime) -> None:
    """It is answered, so nobody need be told that it waits."""
    waiting = Q(about=letters.named(delivery), kind__in=[HANDED_IN, WAITING])
    letters.cancel(waiting, because=_("It was answered."), at=at)


def officers(delivery: Delivery) -> list[Person]:
    """Who answers for the funder: whoever started its letters, while she is an officer there; else all its officers."""
    funder = delivery.due.grant.funder_id
    held = Membership.objects.filter(organisation=funder, role=Membership.OFFICER, person__is_active=True)
    people = [each.person for each in held.select_related("person").order_by("person")]
    began = FunderLetters.objects.filter(funder=funder).values_list("started_by", flat=True).first()
    return [each for each in people if each.pk == began] or people


def writers(report: Report) -> list[Person]:
    """Who hears of it at the charity: its leads, or whoever writes, and whoever handed it in."""
    charity = Membership.objects.filter(
        organisation__in=report.project.grants.filter(removed_at=None).values("recipient_rows__organisation"),
        role__in=[Membership.LEAD, Membership.CONTRIBUTOR],
        person__is_active=True,
    )
    members = list(charity.select_related("person").order_by("person"))
    leads = {each.person for each in members if each.role == Membership.LEAD}
    mine = {each.person for each in members if each.person_id == report.submitted_by_id}
    return sorted((leads | mine) or {each.person for each in members}, key=lambda each: each.pk)


def remind_of_answers(*, at: datetime) -> int:
    """For the clock: letters to officers about copies that have waited long; how many copies that were. Run twice, it
    writes nothing new."""
    waiting = Delivery.objects.to_answer().filter(handed_in_at__lte=at - OWED_AFTER[0])
    started = FunderLetters.objects.filter(started_at__isnull=False).values("funder")
    told = 0
    for delivery in waiting.filter(due__grant__funder__in=started).select_related(
        "due__grant__funder", "report__project"
    ):
        days = (at - delivery.handed_in_at).days
        step = max(each.days for each in OWED_AFTER if each.days <= days)
        for officer in officers(delivery):
            words = letter_words.waiting(delivery, days, officer)
            told += 1
            letters.write(
                kind=WAITING, about=letters.named(delivery), version=int(delivery.handed_in_at.timestamp()) % 2**31,
                step=f"+{step}", to=To(officer), words=words, at=at,
            )  # fmt: skip
    return told


# --- the kinds ----------------------------------------------------------------------------------------------------
def _write(found: Sequence[Letter], at: datetime) -> Mapping[int, Words]:
    """The words of the ladder's letters, as things stand now."""
    ladders = Ladder.objects.filter(report__in={reminders.number(each.about) for each in found})
    by_report = {each.report_id: each for each in ladders.select_related("report__project")}
    now = reminders.wanted(by_report.values())
    people = Person.objects.in_bulk([each.person_id for each in found if each.person_id])
    written = {}
    for each in found:
        if each.person_id:
            each.person = people[each.person_id]
        write = letter_words.reminder if each.kind == reminders.REMINDER else letter_words.late
        report = reminders.number(each.about)
        written[each.pk] = write(each, by_report[report].report, now[report], on=working_days.local_day(at))
    return written


def _answered(found: Sequence[Letter], at: datetime) -> Mapping[int, str]:
    """Of letters to officers about a copy: those whose copy was answered meanwhile."""
    copies = {each.pk: reminders.number(each.about) for each in found}
    open_ones = set(Delivery.objects.to_answer().filter(pk__in=copies.values()).values_list("pk", flat=True))
    return {letter: _("It was answered.") for letter, copy in copies.items() if copy not in open_ones}


def make_known() -> None:
    """Every kind of letter that this room writes."""
    tell = not_arrived.leave_tasks
    kinds.know(
        _of_ladder(reminders.REMINDER, gettext_lazy("a reminder of a report")),
        _of_ladder(reminders.COPY, gettext_lazy("a late report, to its officer")),
        Kind(RECEIPT, gettext_lazy("a receipt"), undelivered=tell),
        Kind(HANDED_IN, gettext_lazy("a report to answer"), at_once=False, unwanted=_answered, undelivered=tell),
        Kind(RETURNED, gettext_lazy("a report sent back"), undelivered=tell),
        Kind(FEEDBACK, gettext_lazy("feedback on a report"), undelivered=tell),
        Kind(
            WAITING, gettext_lazy("a charity waits for an answer"), at_once=False, unwanted=_answered, undelivered=tell
        ),
    )


def _of_ladder(code: str, words: Promise) -> Kind:
    return Kind(
        code, words, at_once=False, write=_write, unwanted=reminders.unwanted, undelivered=not_arrived.leave_tasks
    )
