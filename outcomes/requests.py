"""What a charity asks of a funder outside a report; an answer moves the schedule along."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import journal
from accounts.journal import Did
from accounts.models import Person
from grants.models import Grant
from outcomes import asking, schedule
from outcomes.models import Report, Request
from outcomes.models.due import ReportDue


class CannotAnswer(Exception):
    """It cannot be asked or answered so; worded for whoever reads it."""


@transaction.atomic
def ask_for_time(report: Report, *, until: date, words: str, by: Person, at: datetime) -> list[Request]:
    """Ask every funder that waits for this report for another date, once; asked again, the open one is changed."""
    dues = [each for each in asking.met_by(report) if each.due_on < until]
    if not dues:
        raise CannotAnswer(_("That is no later than the report is due. Choose a later day."))
    if not words.strip():
        raise CannotAnswer(_("Say in a line why; it helps your funders to say yes."))
    asked = [_ask_for_time(due, until=until, words=words.strip(), by=by, at=at) for due in dues]
    journal.record(what=Did.ASKED_FOR_CHANGE, about=report, by=by, at=at, until=until.isoformat())
    return asked


def _ask_for_time(due: ReportDue, *, until: date, words: str, by: Person, at: datetime) -> Request:
    told = {"grant_id": due.grant_id, "kind": Request.TIME, "until": until, "words": words, "by": by, "at": at}
    request, _new = Request.objects.open().update_or_create(due=due, defaults=told)
    return request


@transaction.atomic
def ask(grant: Grant, *, kind: str, words: str, by: Person, at: datetime) -> Request:
    """Tell one funder of a new contact or a changed outcome, and ask for its word."""
    if not words.strip():
        raise CannotAnswer(_("Say what is to change."))
    request = Request.objects.create(grant=grant, kind=kind, words=words.strip(), by=by, at=at)
    journal.record(what=Did.ASKED_FOR_CHANGE, about=request, by=by, at=at)
    return request


@transaction.atomic
def answer(request: Request, *, agreed: bool, words: str, by: Person, at: datetime) -> Request:
    """Say yes or no. A yes to more time moves the date. Raises CannotAnswer where a colleague was first, or a no says
    nothing.
    """
    request = Request.objects.select_for_update().get(pk=request.pk)
    if request.answered_at:
        raise CannotAnswer(_("A colleague of yours has answered this already."))
    if not agreed and not words.strip():
        raise CannotAnswer(_("Say why not; the charity reads it."))
    request.agreed, request.answer, request.answered_by, request.answered_at = agreed, words.strip(), by, at
    request.save()
    journal.record(what=Did.ANSWERED_REQUEST, about=request, by=by, at=at, agreed=agreed)
    if agreed and request.due and request.until and request.until > request.due.due_on:
        schedule.move(request.due, due_on=request.until, by=by, at=at)
    return request
