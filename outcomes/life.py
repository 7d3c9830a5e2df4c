"""Nothing is kept for ever: what has had its time ends, the fact that it was stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import journal
from accounts.journal import Did
from grants.models import Grant
from outcomes import asking, drafts, files, reports, retyped
from outcomes.guards import BLOCKS
from outcomes.models import Answer, Delivery, Evidence, Report, ReportDue

DRAFT = timedelta(days=90)
"""After the day on which the report was due, and after the last word that somebody typed into it."""
HOLDS = ~Q(text__in=["", BLOCKS]) | ~Q(reason__in=["", BLOCKS])
"""An answer of which something is left."""
YEARS = 6
"""After the last day of the last grant for the work: files and answers."""


def end(*, at: datetime) -> int:
    """End everything that has had its time; how many reports that touched. Run twice, it finds nothing."""
    today = timezone.localdate(at)
    ended = sum(_end_draft(report, at=at) for report in _old_drafts(today))
    last = _years_before(today)
    return ended + sum(_end_report(report, last, at=at) for report in _old_reports(last))


# --- drafts -------------------------------------------------------------------------------------------------------
def _old_drafts(today: date) -> Iterator[Report]:
    """Those that nobody has typed into for so long, of reports that were due so long ago."""
    last = today - DRAFT
    typed = Report.objects.exclude(draft={}).filter(draft_at__date__lte=last, end__lte=last)
    yield from (each for each in list(typed.order_by("pk")) if _due_on(each) <= last)


def _due_on(report: Report) -> date:
    """The last day on which somebody wanted it; its own last day where nobody does any longer."""
    return max((due.due_on for due in asking.met_by(report)), default=report.end)


@transaction.atomic
def _end_draft(report: Report, *, at: datetime) -> bool:
    """Take the text away; who typed last and when stays, so that a report begun is still one that was begun. A report
    that was handed in holds again what was handed in, and stays open where a funder waits for it.
    """
    report = Report.objects.select_for_update().get(pk=report.pk)
    if (
        not report.draft
        or report.draft_at is None
        or timezone.localdate(report.draft_at) > timezone.localdate(at) - DRAFT
    ):
        return False
    waits = report.deliveries.filter(state=Delivery.RETURNED).exists()
    if report.submitted_at and waits:
        assert report.draft_by
        texts = {reports.REOPENED: "yes", **retyped.boxes(asking.sheet(report))}
        fresh = drafts.filled(texts, by=report.draft_by, at=at)
        if drafts.values(report) == {name: kept["value"] for name, kept in fresh.items()}:
            return False
        report.draft = fresh
    else:
        report.draft = {}
        if report.submitted_at:
            report.draft_at, report.draft_by = None, None
    report.draft_version += 1
    report.save(update_fields=["draft", "draft_version", "draft_at", "draft_by"])
    journal.record(what=Did.ENDED_DRAFT, about=report, by=None, at=at)
    return True


# --- answers and files --------------------------------------------------------------------------------------------
def _old_reports(last: date) -> Iterator[Report]:
    """Those that still hold answers or files, of work whose last grant ended by that day."""
    kept = Evidence.objects.filter(blacked_out_at=None, files__isnull=False).values("files__report")
    holds = Q(pk__in=Answer.objects.filter(HOLDS).values("report")) | Q(pk__in=kept)
    yield from (each for each in list(Report.objects.filter(holds, end__lte=last)) if _ended_on(each) <= last)


def _years_before(today: date) -> date:
    return today.replace(year=today.year - YEARS, day=28 if (today.month, today.day) == (2, 29) else today.day)


def _ended_on(report: Report) -> date:
    """The last day of the last grant for this work, as far as anybody said, and never before the report's own."""
    grants = Grant.objects.filter(project=report.project_id)
    ends = [each for pair in grants.values_list("planned_end", "actual_end") for each in pair if each]
    dues = ReportDue.objects.filter(grant__in=grants).values_list("end", flat=True)
    return max([report.end, *ends, *dues])


@transaction.atomic
def _end_report(report: Report, last: date, *, at: datetime) -> bool:
    """Black out every answer, its reasons and every file whole; figures, dates and states stay."""
    report = Report.objects.select_for_update().get(pk=report.pk)
    answers = list(report.answers.filter(HOLDS))
    for answer in answers:
        whole = {"text": answer.text and BLOCKS, "reason": answer.reason and BLOCKS}
        Answer.objects.filter(pk=answer.pk).update(**whole, blacked_out_at=at)
    held = Evidence.objects.filter(files__report=report, blacked_out_at=None).distinct()
    ended = [each for each in held if all(_ended_on(file.report) <= last for file in each.files.live())]
    for evidence in ended:
        files.strike(evidence, at=at)
    if not answers and not ended:
        return False
    journal.record(what=Did.ENDED_REPORT, about=report, by=None, at=at, answers=len(answers), files=len(ended))
    return True
