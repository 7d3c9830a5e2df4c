"""When reports are due: a plan made at award, moved and waived with a reason, and the reports that meet it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import journal, letters
from accounts.journal import Did
from accounts.models import Person
from counting import periods
from grants.models import Grant, Project
from outcomes import evidence, windows, works
from outcomes.models import Ladder, Report, ReportDue, ReportRule
from outcomes.models.due import AWARD, CONVERSATION, DOCUMENT, FULL, SHORT
from outcomes.windows import Window

FULLEST_FIRST = (FULL, SHORT, DOCUMENT, CONVERSATION)
"""Of several funders' forms about the same days the first takes the place of the others."""


class CannotPlan(Exception):
    """No plan can be made, moved or waived so; worded for the officer."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One due of a plan that is not kept yet."""

    start: date
    end: date
    due_on: date


def rule_for(grant: Grant) -> ReportRule | None:
    """The funder's rule for a grant of this amount and length: the largest that fits; None where it has none.

    `grant` with its running period (with_running_period).
    """
    first, last = _running(grant)
    months = periods.months_between(first, last + timedelta(days=1))
    fitting = ReportRule.objects.filter(
        funder=grant.funder_id, from_amount__lte=grant.amount_awarded, from_months__lte=months
    )
    return fitting.order_by("-from_amount", "-from_months").first()


def plan(grant: Grant, *, every: int, days_after: int, first_end: date | None = None) -> list[Planned]:
    """The full list of dues: a report every so many months (0: one, at the end), due so many days after its period.

    first_end: the last day of the first period, where it hangs on something else than the grant's beginning (a
    payment, a meeting, the charity's year-end). Due dates count from the first one: 31 January, then 28 February, then
    31 March. Raises CannotPlan where the grant has no end, or the first period ends outside it.
    """
    first, last = _running(grant)
    if first_end and not first <= first_end <= last:
        raise CannotPlan(_("The first period must end while the grant runs."))
    parts = windows.every(every, first, last, ends=first_end) if every else [Window(first, last)]
    due = parts[0].end + timedelta(days=days_after)
    # The last period may be shorter or longer than the others, and is due by its own end.
    dates = [periods.add_months(due, number * every) for number in range(len(parts) - 1)]
    dates.append(parts[-1].end + timedelta(days=days_after))
    return [Planned(each.start, each.end, day) for each, day in zip(parts, dates, strict=True)]


def _running(grant: Grant) -> tuple[date, date]:
    first = grant.actual_start or grant.planned_start or grant.award_date
    last = grant.actual_end or grant.planned_end
    if last is None:
        raise CannotPlan(_("This grant has no end yet. Add it, then plan its reports."))
    return first, last


@transaction.atomic
def keep(
    grant: Grant, planned: Iterable[Planned], *, form: str, anchor: str = AWARD, by: Person, at: datetime
) -> list[ReportDue]:
    """Keep a plan, in the place of the grant's dues for which nothing was handed in.

    Raises CannotPlan where a period overlaps another of the grant, or one already reported on.
    """
    fixed = list(ReportDue.objects.filter(grant=grant, deliveries__isnull=False).distinct())
    taken = [Window(each.start, each.end) for each in fixed]
    wanted = [each for each in sorted(planned, key=lambda each: each.start) if _window(each) not in taken]
    for number, each in enumerate(wanted):
        if clash := next(
            (other for other in [*taken, *map(_window, wanted[:number])] if other.touches(_window(each))), None
        ):
            raise CannotPlan(
                _("The period from %(first)s overlaps the one from %(other)s to %(last)s.")
                % {"first": each.start, "other": clash.start, "last": clash.end}
            )
    stays = {(each.start, each.end): each for each in ReportDue.objects.filter(grant=grant, waived_at=None)}
    ReportDue.objects.filter(grant=grant, deliveries=None, waived_at=None).exclude(
        id__in=[stays[each.start, each.end].id for each in wanted if (each.start, each.end) in stays]
    ).delete()
    kept = []
    for each in wanted:
        due = stays.get((each.start, each.end))
        if due is None:
            due = ReportDue(grant=grant, start=each.start, end=each.end, version=0)
        if due.version == 0 or due.due_on != each.due_on:
            due.version += 1
        due.due_on, due.form, due.anchor = each.due_on, form, anchor
        due.save()
        kept.append(due)
    make_reports(grant.project, at=at)
    journal.record(what=Did.PLANNED_REPORTS, about=grant, by=by, at=at, dues=len(kept))
    evidence.refresh({grant.pk}, on=timezone.localdate(at))
    return kept


def _window(each: Planned | ReportDue | Report) -> Window:
    return Window(each.start, each.end)


def make_reports(project: Project, *, at: datetime) -> list[Report]:
    """The reports that meet all open dues of a project: one for each window that no shorter ones fill.

    Reports that no due needs any longer go, unless somebody began them, or the project is joined into another: then
    they wait until it is parted.
    """
    dues = list(ReportDue.objects.open().about([project.pk]).filter(grant__removed_at=None))
    if not dues and works.host_of(project.pk) != project.pk:
        return []
    needed = windows.not_put_together(map(_window, dues))
    existing = {_window(each): each for each in Report.objects.filter(project=project)}
    unneeded: list[Report] = []
    for window in [each for each in existing if each not in needed and not existing[each].submitted_at]:
        report = existing.pop(window)
        heir = next((each for each in needed if each not in existing and each.touches(window)), None)
        if report.draft_version and heir:  # What was typed goes along to the window that takes its place.
            report.start, report.end = heir.start, heir.end
            report.save(update_fields=["start", "end"])
            existing[heir] = report
        elif not report.draft_version:
            unneeded.append(report)
    _let_go(unneeded, at)
    found = []
    for window in needed:
        form = _fullest(due.form for due in dues if window in covering(due, needed))
        report = existing.get(window) or Report(project=project, start=window.start, end=window.end)
        if report.pk is None or report.form != form:
            report.form = form
            report.save()
        found.append(report)
    Ladder.objects.mark(Report.objects.filter(project=project).values_list("pk", flat=True))
    return found


def _let_go(unneeded: Collection[Report], at: datetime) -> None:
    """Take away reports that nobody needs or began, and the letters that were to remind of them."""
    Ladder.objects.mark([each.pk for each in unneeded])
    about = [letters.named(each) for each in unneeded]
    letters.cancel(Q(about__in=about), because=_("The report is not owed any longer."), at=at)
    Report.objects.filter(pk__in=[each.pk for each in unneeded]).delete()


def covering(due: ReportDue, reports: Collection[Window]) -> list[Window]:
    """Of these windows, the ones that together tell of all that the due asks for; empty where none do."""
    own = _window(due)
    return [own] if own in reports else windows.tiles(own, reports)


def meets(report: Report, due: ReportDue, needed: Collection[Window]) -> bool:
    """Whether a report is one of those that meet this due, where `needed` are made; deliveries fetched beforehand.

    What a due was met by meets it for good, whatever is planned or joined later.
    """
    handed_in = {each.report_id for each in due.deliveries.all()}
    return report.pk in handed_in if handed_in else _window(report) in covering(due, needed)


def _fullest(forms: Iterable[str]) -> str:
    return min(forms, key=FULLEST_FIRST.index)


@transaction.atomic
def move(due: ReportDue, *, due_on: date, by: Person, at: datetime) -> None:
    """Give a due another date; its version rises, so that reminders are planned again. Raises CannotPlan."""
    due = ReportDue.objects.select_for_update().get(pk=due.pk)
    if due.waived_at:
        raise CannotPlan(_("This report is not owed any longer; there is nothing to move."))
    if due_on < due.start:
        raise CannotPlan(_("The new date lies before the first day that the report is about."))
    if due_on == due.due_on:
        return
    was, due.due_on, due.version = due.due_on, due_on, due.version + 1
    due.save(update_fields=["due_on", "version"])
    Ladder.objects.mark(Report.objects.filter(project=due.project_id).values_list("pk", flat=True))
    journal.record(what=Did.MOVED_DUE, about=due, by=by, at=at, was=was.isoformat(), now=due_on.isoformat())
    evidence.refresh({due.grant_id}, on=timezone.localdate(at))


@transaction.atomic
def waive(due: ReportDue, *, because: str, by: Person, at: datetime) -> None:
    """Say that a report is not owed after all. Raises CannotPlan without a reason, or where it was handed in."""
    due = ReportDue.objects.select_for_update().get(pk=due.pk)
    if due.waived_at:
        return
    if not because.strip():
        raise CannotPlan(_("Say why the report is not needed; the charity reads it."))
    if due.deliveries.exists():
        raise CannotPlan(_("This report was handed in; answer it instead."))
    due.waived_at, due.waived_by, due.waived_because = at, by, because.strip()
    due.save(update_fields=["waived_at", "waived_by", "waived_because"])
    make_reports(due.grant.project, at=at)
    journal.record(what=Did.WAIVED_DUE, about=due, by=by, at=at)
    evidence.refresh({due.grant_id}, on=timezone.localdate(at))


def beside_others(grant: Grant, planned: Sequence[Planned]) -> list[Planned]:
    """A plan with its periods ended where those of the work's other funders end, if they are near: one report then
    does for all.
    """
    others = ReportDue.objects.open().filter(grant__project=grant.project_id, grant__removed_at=None)
    theirs = others.exclude(grant=grant).order_by("end")
    return align([Planned(each.start, each.end, each.due_on) for each in theirs], planned)


def align(first: Sequence[Planned], second: Sequence[Planned], *, within: int = 31) -> list[Planned]:
    """`second` with each period's end moved to the nearest of `first` where it is no more than `within` days off."""
    ends = [each.end for each in first]
    aligned: list[Planned] = []
    for each in second:
        end = min(ends, key=lambda day: (abs((day - each.end).days), day), default=each.end)
        if abs((end - each.end).days) > within or end < each.start or each is second[-1]:
            end = each.end
        start = aligned[-1].end + timedelta(days=1) if aligned else each.start
        if start <= end:
            aligned.append(Planned(start, end, each.due_on + (end - each.end)))
    return aligned
