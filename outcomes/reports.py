"""A report handed in, delivered to every funder that it is owed to, returned, accepted, corrected."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import journal
from accounts.journal import Did
from accounts.models import Person
from outcomes import (
    asking,
    documents,
    drafts,
    entered,
    evidence,
    files,
    findings,
    identifying,
    notices,
    noting,
    renewals,
    retyped,
    schedule,
    words,
    works,
)  # fmt: skip
from outcomes.drafts import AlreadyHandedIn, is_open
from outcomes.entered import Entered, Given, Said
from outcomes.models import (
    Answer,
    DeliveredAnswer,
    DeliveredFigure,
    Delivery,
    Indicator,
    Measurement,
    Question,
    Report,
    ReportDue,
    ReviewEvent,
)  # fmt: skip
from outcomes.models.due import CONVERSATION
from outcomes.windows import Window

REOPENED = "reopened"
"""A box that no form has: the draft of a report that was reopened is never empty."""


class NotReady(Exception):
    """Something is missing or wrong; `problems` names the boxes."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(_("%(number)d boxes need another look.") % {"number": len(problems)})


class NotToAnswer(Exception):
    """This copy of a report cannot be answered so; worded for the officer."""


class TellsWho(NotToAnswer):
    """Something in what the officer wrote could tell who a person is; worded for her."""


# --- the charity --------------------------------------------------------------------------------------------------
@transaction.atomic
def hand_in(
    report: Report, *, reason: str = "", none_in_reason: Collection[str] = (), by: Person, at: datetime
) -> Report:
    """Make the draft a report: answers and figures that are new or changed become revisions, and every due that the
    report meets gets its copy. Nothing is half-kept.

    reason: why something that was handed in before is changed; needed only then. none_in_reason: finds in it that tell
    nobody, as the person said.
    Raises AlreadyHandedIn, and NotReady with a sentence for each box.
    """
    # Of the work too: two reports that together meet one due wait for each other.
    works.lock(report.project_id)
    report = Report.objects.select_for_update().get(pk=report.pk)
    if not is_open(report):
        raise AlreadyHandedIn(report, by)
    sheet = asking.sheet(report)
    found = entered.read(sheet, drafts.values(report), sheet.earlier)
    found.problems.update(documents.problems(sheet, found))
    again = report.submitted_at is not None
    if again and not reason.strip():
        found.problems["reason"] = _("Say what you changed and why; your funders read it beside the change.")
    elif again and (tells := identifying.left(reason, none_in_reason)):
        found.problems["reason"] = words.identifies(tells)
    if not sheet.funders:
        found.problems["report"] = _("No funder is owed this report any longer.")
    if found.problems:
        raise NotReady(found.problems)
    changed = files.new(report) + _keep(report, found, reason=reason.strip(), by=by, at=at)
    works.count_once(report.project_id)
    if not again:
        report.submitted_at, report.submitted_by = at, by
    report.draft, report.draft_at, report.draft_by = {}, None, None
    report.draft_version += 1
    report.save()
    did = Did.CORRECTED_REPORT if again else Did.HANDED_IN_REPORT
    journal.record(what=did, about=report, by=by, at=at, changed=changed)
    fresh = _deliver(report, changed=changed, reason=reason.strip(), by=by, at=at)
    notices.handed_in(report, fresh, by=by, at=at)
    noting.touch(works.projects_of(report.project_id))
    return report


def _keep(report: Report, found: Entered, *, reason: str, by: Person, at: datetime) -> int:
    """How many answers and figures are new or changed; the others stay as they are."""
    answers = {each.question_id: each for each in report.answers.filter(superseded_at=None)}
    said = {each.question.pk: each for each in found.words}
    for gone in answers.keys() - said.keys():
        said[gone] = Said(answers[gone].question, "", answers[gone].reader)
    changed = sum(_keep_answer(report, each, answers.get(pk), reason=reason, by=by, at=at) for pk, each in said.items())
    now = Measurement.objects.current().filter(project=report.project_id)
    figures = {(each.indicator_id, each.cell_id, each.start, each.end): each for each in now}
    return changed + sum(
        _keep_figure(report, each, figures.get(each.box.key), reason=reason, by=by, at=at) for each in found.figures
    )


def _keep_answer(report: Report, said: Said, old: Answer | None, *, reason: str, by: Person, at: datetime) -> bool:
    if old and (old.text, old.reader) == (said.text, said.reader):
        return False
    if old:
        Answer.objects.filter(pk=old.pk).update(superseded_at=at)
    Answer.objects.create(
        report=report, question=said.question, text=said.text, reader=said.reader, by=by, at=at,
        revision=old.revision + 1 if old else 1, reason=reason if old else "",
    )  # fmt: skip
    return True


def _keep_figure(
    report: Report, given: Given, old: Measurement | None, *, reason: str, by: Person, at: datetime
) -> bool:
    told = (given.status, given.value, given.numerator, given.denominator, given.typed_total)
    if old and (old.status, old.value, old.numerator, old.denominator, old.typed_total) == told:
        return False
    if old:
        Measurement.objects.filter(pk=old.pk).update(superseded_at=at)
    expected, window = given.box.expected, given.box.window
    Measurement.objects.create(
        project_id=report.project_id, indicator_id=expected.indicator_id, version=expected.version,
        cell=given.box.cell, start=window.start, end=window.end, over_time=expected.version.over_time, report=report,
        status=given.status, value=given.value, numerator=given.numerator, denominator=given.denominator,
        typed_total=given.typed_total, by=by, at=at, revision=old.revision + 1 if old else 1,
        reason=reason if old else "",
    )  # fmt: skip
    return True


def _deliver(report: Report, *, changed: int, reason: str, by: Person, at: datetime) -> list[Delivery]:
    """Bring the report to every due that is met now, together with the reports that meet it beside this one. The
    copies that now wait for an answer and did not before."""
    fresh = []
    dues = asking.met_by(report)
    reports = {Window(each.start, each.end): each for each in Report.objects.filter(project=report.project_id)}
    handed_in = [window for window, each in reports.items() if each.submitted_at]
    for due in dues:
        before = [each.report for each in due.deliveries.select_related("report")]
        for window in [Window(each.start, each.end) for each in before] or schedule.covering(due, handed_in):
            told = changed if reports[window] == report else 0
            fresh += _deliver_one(reports[window], due, changed=told, reason=reason, by=by, at=at)
    evidence.refresh({due.grant_id for due in dues}, on=timezone.localdate(at))
    return fresh


def _deliver_one(
    report: Report, due: ReportDue, *, changed: int, reason: str, by: Person, at: datetime
) -> list[Delivery]:
    """The copy where it now waits for an answer and did not before."""
    delivery, is_new = Delivery.objects.get_or_create(report=report, due=due, defaults={"handed_in_at": at})
    if not is_new and delivery.state == Delivery.ACCEPTED:
        if changed:  # What was accepted stays, flagged.
            delivery.corrected_at = at
            delivery.save(update_fields=["corrected_at"])
            _note(delivery, ReviewEvent.CORRECTED, note=reason, by=by, at=at)
        return []
    waits_anew = is_new or delivery.state == Delivery.RETURNED
    if is_new:
        _note(delivery, Delivery.HANDED_IN, by=by, at=at)
    elif delivery.state == Delivery.RETURNED:
        delivery.state, delivery.handed_in_at, delivery.answered_at = Delivery.HANDED_IN, at, None
        delivery.save(update_fields=["state", "handed_in_at", "answered_at"])
        _note(delivery, Delivery.HANDED_IN, note=reason, by=by, at=at)
    elif changed:
        _note(delivery, ReviewEvent.CORRECTED, note=reason, by=by, at=at)
    _copy(delivery)
    return [delivery] if waits_anew else []


def _copy(delivery: Delivery) -> None:
    """Give the funder the current revisions of all that it may read."""
    report, due = delivery.report, delivery.due
    delivery.delivered_answers.all().delete()
    delivery.delivered_figures.all().delete()
    answers = report.answers.filter(superseded_at=None, reader=Answer.NOW).exclude(text="").select_related("question")
    own = [each for each in answers if each.question.funder_id in (None, due.grant.funder_id)]
    DeliveredAnswer.objects.bulk_create(
        DeliveredAnswer(delivery=delivery, answer=each) for each in [*own, *renewals.promised(delivery)]
    )
    figures = Measurement.objects.current().filter(report=report, start__gte=due.start, end__lte=due.end)
    DeliveredFigure.objects.bulk_create(DeliveredFigure(delivery=delivery, figure=each) for each in figures)


def _note(delivery: Delivery, step: str, *, note: str = "", by: Person, at: datetime) -> None:
    ReviewEvent.objects.create(delivery=delivery, step=step, note=note, by=by, at=at)


@transaction.atomic
def reopen(report: Report, *, by: Person, at: datetime) -> Report:
    """Open a report that was handed in for a correction: its boxes hold what they held. Open ones stay as they are."""
    report = Report.objects.select_for_update().get(pk=report.pk)
    if is_open(report):
        return report
    report.draft = drafts.filled({REOPENED: "yes", **retyped.boxes(asking.sheet(report))}, by=by, at=at)
    report.draft_version += 1
    report.draft_at, report.draft_by = at, by
    report.save(update_fields=["draft", "draft_version", "draft_at", "draft_by"])
    return report


@transaction.atomic
def leave_as_it_was(report: Report, *, by: Person, at: datetime) -> None:
    """Give up a correction that nobody asked for. Raises NotToAnswer where a funder waits for one."""
    report = Report.objects.select_for_update().get(pk=report.pk)
    if report.submitted_at and report.draft:
        if report.deliveries.filter(state=Delivery.RETURNED).exists():
            raise NotToAnswer(_("A funder returned this report and waits for it."))
        report.draft, report.draft_at, report.draft_by = {}, None, None
        report.draft_version += 1
        report.save(update_fields=["draft", "draft_version", "draft_at", "draft_by"])


# --- the funder ---------------------------------------------------------------------------------------------------
@transaction.atomic
def accept(delivery: Delivery, *, feedback: str, none_in: Collection[str] = (), by: Person, at: datetime) -> Delivery:
    """Accept one funder's copy, with what it learned from it. none_in: finds in it that tell nobody, as the officer
    said. Raises NotToAnswer, and TellsWho where something in it could tell who a person is.
    """
    delivery = _to_answer(delivery)
    _refuse_what_tells([feedback], none_in)
    if not feedback.strip():
        raise NotToAnswer(_("Say what you learned and what you did with it; the charity reads it."))
    delivery.state, delivery.answered_at, delivery.feedback = Delivery.ACCEPTED, at, feedback.strip()
    delivery.save(update_fields=["state", "answered_at", "feedback"])
    _note(delivery, Delivery.ACCEPTED, by=by, at=at)
    journal.record(what=Did.ACCEPTED_REPORT, about=delivery, by=by, at=at)
    findings.open_after(delivery, at=at)
    notices.accepted(delivery, at=at)
    evidence.refresh({delivery.due.grant_id}, on=timezone.localdate(at))
    noting.touch(works.projects_of(delivery.report.project_id))
    return delivery


@transaction.atomic
def write_up(
    due: ReportDue, *, said: str, feedback: str, none_in: Collection[str] = (), by: Person, at: datetime
) -> Delivery:
    """A conversation in the place of a report: the officer writes what was said, the charity reads it, it is accepted.

    Raises NotToAnswer where the due is no conversation, a report is being written for somebody else, or words are
    missing; TellsWho as in accepting.
    """
    works.lock(due.grant.project_id)
    report = Report.objects.select_for_update().filter(project=due.grant.project, start=due.start, end=due.end).first()
    if report is None or {each.form for each in asking.met_by(report)} != {CONVERSATION}:
        raise NotToAnswer(
            _("The charity writes a report about these days for another funder; you get your copy of it.")
        )
    if report.submitted_at:
        raise NotToAnswer(_("This was written up already; a colleague of yours may have done it."))
    if not said.strip() or not feedback.strip():
        raise NotToAnswer(_("Write what was said, and what you learned; the charity reads both."))
    _refuse_what_tells([said, feedback], none_in)
    question = Question.objects.get(code=asking.WHAT_WAS_DONE)
    Answer.objects.create(report=report, question=question, text=said.strip(), by=by, at=at)
    report.submitted_at, report.submitted_by, report.draft = at, by, {}
    report.save()
    journal.record(what=Did.WROTE_UP_CONVERSATION, about=report, by=by, at=at)
    _deliver(report, changed=1, reason="", by=by, at=at)
    return accept(report.deliveries.get(due=due), feedback=feedback, none_in=none_in, by=by, at=at)


@transaction.atomic
def send_back(
    delivery: Delivery,
    *,
    notes: Mapping[Question | Indicator | None, str],
    none_in: Collection[str] = (),
    by: Person,
    at: datetime,
) -> Delivery:
    """Return one funder's copy with a note on a question, on a figure, or on the whole (None). The report reopens in
    place; other funders' copies stay as they are. Raises NotToAnswer, and TellsWho as in accepting.
    """
    delivery = _to_answer(delivery)
    said = {about: note.strip() for about, note in notes.items() if note.strip()}
    if not said:
        raise NotToAnswer(_("Write at least one note: what is unclear, or what is missing?"))
    _refuse_what_tells(said.values(), none_in)
    delivery.state, delivery.answered_at = Delivery.RETURNED, at
    delivery.save(update_fields=["state", "answered_at"])
    events = ReviewEvent.objects.bulk_create(
        ReviewEvent(
            delivery=delivery, step=Delivery.RETURNED, note=note, by=by, at=at,
            question=about if isinstance(about, Question) else None,
            indicator=about if isinstance(about, Indicator) else None,
        )
        for about, note in said.items()
    )  # fmt: skip
    delivery.report = reopen(delivery.report, by=by, at=at)
    notices.returned(delivery, events, at=at)
    journal.record(what=Did.RETURNED_REPORT, about=delivery, by=by, at=at, notes=len(said))
    evidence.refresh({delivery.due.grant_id}, on=timezone.localdate(at))
    return delivery


def _refuse_what_tells(texts: Iterable[str], none_in: Collection[str]) -> None:
    if found := [each for text in texts for each in identifying.left(text, none_in)]:
        raise TellsWho(words.identifies(found))


def _to_answer(delivery: Delivery) -> Delivery:
    # The report first and then its copies: the same order as in handing in, so that the two wait for each other.
    Report.objects.select_for_update().get(pk=delivery.report_id)
    delivery = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if delivery.state != Delivery.HANDED_IN:
        raise NotToAnswer(
            _("This report is %(state)s already; a colleague of yours may have answered it.")
            % {"state": delivery.get_state_display()}
        )
    return delivery
