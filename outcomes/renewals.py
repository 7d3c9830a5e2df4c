"""Answers "to our funders, after the renewal is decided": kept until each funder says so, then on its copies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import journal
from accounts.journal import Did
from accounts.models import Organisation, Person
from grants.models import Grant
from outcomes import works
from outcomes.models import Answer, DeliveredAnswer, Delivery, Question, Renewal, Report


class CannotRecord(Exception):
    """It cannot be recorded so; worded for the officer."""


@transaction.atomic
def decide(grant: Grant, *, decided_on: date, by: Person, at: datetime) -> int:
    """Record that the renewal is decided, and bring what was promised for then to this grant's copies; how many
    answers came. Raises CannotRecord.
    """
    works.lock(grant.project_id)
    grant = Grant.objects.select_for_update(no_key=True).get(pk=grant.pk)
    if decided_on > timezone.localdate(at):
        raise CannotRecord(_("This day is still to come. Record it once it is decided."))
    if decided_on < grant.award_date:
        raise CannotRecord(_("The grant had not been awarded by then. Give the day on which its renewal was decided."))
    if Renewal.objects.filter(grant=grant, decided_on=decided_on).exists():
        raise CannotRecord(_("A decision of that day is recorded already; a colleague of yours may have done it."))
    Renewal.objects.create(grant=grant, decided_on=decided_on, by=by, at=at)
    came = sum(_bring(each) for each in Delivery.objects.filter(due__grant=grant).select_related("due__grant"))
    journal.record(what=Did.DECIDED_RENEWAL, about=grant, by=by, at=at, decided_on=decided_on.isoformat(), answers=came)
    return came


def _bring(delivery: Delivery) -> int:
    """How many answers this copy did not have. An earlier one to the same question goes; all else stays."""
    has = {each.answer_id for each in delivery.delivered_answers.all()}
    fresh = [each for each in promised(delivery) if each.pk not in has]
    earlier = delivery.delivered_answers.filter(answer__reader=Answer.AFTER_RENEWAL)
    earlier.filter(answer__question__in=[each.question_id for each in fresh]).delete()
    DeliveredAnswer.objects.bulk_create(DeliveredAnswer(delivery=delivery, answer=each) for each in fresh)
    return len(fresh)


def promised(delivery: Delivery) -> list[Answer]:
    """What this funder may read by now of what was given for after the renewal: of each question the newest that was
    handed in before its last decision.
    """
    grant, report = delivery.due.grant, delivery.report_id
    decided = Renewal.objects.filter(grant=grant).aggregate(at=Max("at"))["at"]
    if decided is None:
        return []
    given = Answer.objects.filter(report=report, reader=Answer.AFTER_RENEWAL).exclude(text="")
    still = given.filter(superseded_at=None).values("question")
    rows = given.filter(question__in=still, at__lte=decided).select_related("question").order_by("revision")
    newest = {each.question_id: each for each in rows if each.question.funder_id in (None, grant.funder_id)}
    return list(newest.values())


@dataclass(frozen=True, slots=True)
class Promise:
    """Where one answer stands with one funder. since: when it came; None while it waits for a decision. earlier:
    whether the funder has it as it was before a correction that waits.
    """

    question: Question
    funder: Organisation
    since: datetime | None
    earlier: bool


def promises(report: Report) -> Iterator[Promise]:
    """Every answer of a report that was given for after the renewal, with each funder that has a copy."""
    given = report.answers.filter(superseded_at=None, reader=Answer.AFTER_RENEWAL).exclude(text="")
    answers = list(given.select_related("question"))
    if not answers:
        return
    copies = list(report.deliveries.select_related("due__grant__funder").prefetch_related("events"))
    rows = DeliveredAnswer.objects.filter(delivery__in=copies, answer__reader=Answer.AFTER_RENEWAL)
    had = {
        (copy, question): answer
        for copy, question, answer in rows.values_list("delivery", "answer__question", "answer")
    }
    decisions = list(Renewal.objects.filter(grant__in=[each.due.grant_id for each in copies]))
    for answer in answers:
        for copy in sorted(copies, key=lambda each: (each.due.grant.funder.name, each.pk)):
            if answer.question.funder_id in (None, copy.due.grant.funder_id):
                has = had.get((copy.pk, answer.question_id))
                since = _since(answer, copy, decisions) if has == answer.pk else None
                yield Promise(answer.question, copy.due.grant.funder, since, earlier=has not in (None, answer.pk))


def _since(answer: Answer, copy: Delivery, decisions: list[Renewal]) -> datetime:
    decided = min(each.at for each in decisions if each.grant_id == copy.due.grant_id and each.at >= answer.at)
    return max(decided, min(each.at for each in copy.events.all()))


def copies_with(grant: Grant) -> QuerySet[Delivery]:
    """The copies of this grant's reports on which such an answer stands; the answers are read there alone."""
    having = DeliveredAnswer.objects.filter(answer__reader=Answer.AFTER_RENEWAL, answer__superseded_at=None)
    copies = Delivery.objects.filter(due__grant=grant, pk__in=having.values("delivery"))
    return copies.select_related("report").order_by("report__start", "pk")
