"""A document that the charity has anyway, in the place of a report: what must be there before it is handed in."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import Organisation
from outcomes import asking
from outcomes.asking import Sheet
from outcomes.entered import Entered
from outcomes.models import Measurement, Report, ReportFile
from outcomes.models.due import DOCUMENT

FILES = "files"
"""Where the page says that a document is missing."""


def problems(sheet: Sheet, found: Entered) -> dict[str, str]:
    """What is missing, by name of box; nothing where answers are asked."""
    if not sheet.is_document:
        return {}
    missing = without(sheet.report)
    told = {FILES: _no_document(missing)} if missing else {}
    return {**told, **_figures_left_out(sheet, found)}


def without(report: Report, *, but: ReportFile | None = None) -> list[Organisation]:
    """The funders that are owed a document in the place of this report and have none in it, apart from `but`."""
    files = report.files.live().filter(evidence__blacked_out_at=None)
    if but:
        files = files.exclude(pk=but.pk)
    having = {pk for pair in files.values_list("grant", "others") for pk in pair}
    owed = [due.grant for due in asking.met_by(report) if due.form == DOCUMENT]
    lacking = {grant.funder for grant in owed if grant.pk not in having}
    return sorted(lacking, key=lambda each: (each.name, each.pk))


def is_all_there_is(kept: ReportFile) -> bool:
    """Whether a funder that was handed this document in the place of a report would have none without it."""
    report = kept.report
    if not report.submitted_at or report.form != DOCUMENT:
        return False
    return bool(set(without(report, but=kept)) - set(without(report)))


def _no_document(missing: list[Organisation]) -> str:
    names = ", ".join(map(str, missing))
    return _("Add the document for %(funders)s first; one file may be for several funders.") % {"funders": names}


def _figures_left_out(sheet: Sheet, found: Entered) -> dict[str, str]:
    """Figures need not be given, but one that was handed in does not go by being left out."""
    rows = Measurement.objects.current().filter(report=sheet.report, cell__breakdown="")
    kept = set(rows.values_list("indicator", "start", "end"))
    given = {(each.box.expected.indicator_id, each.box.window) for each in found.figures}
    return {
        each.total.name: _("A figure was handed in here. Give the right one, or say why there is none.")
        for each in sheet.figures
        if (each.expected.indicator_id, each.window.start, each.window.end) in kept
        and (each.expected.indicator_id, each.window) not in given
        and each.total.name not in found.problems
    }
