"""Letters about reports: what would go and went, seen by both sides; started by a funder, paused by a charity."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import GRANTEES, Officer, SignedInRequest, Viewer, only
from accounts.filters import page_of
from accounts.models import Organisation
from counting import working_days
from outcomes import letters_told, starting
from outcomes.forms import LettersForm, PauseForm, RecipientForm
from outcomes.models import Ladder, Report

PAGE_SIZE = 50


@only(Officer, Viewer)
@require_http_methods(["GET", "HEAD", "POST"])
def letters(request: SignedInRequest) -> HttpResponse:
    """A funder's reminders: off until an officer has seen the coming four weeks and pressed Start."""
    own = list(Organisation.objects.filter(id__in=request.user.funder_ids))
    asked = request.POST.get("funder") or request.GET.get("funder", "")
    funder = next((each for each in own if str(each.pk) == asked), own[0])
    writes = funder.pk in request.user.officer_ids
    chosen, at = starting.choice_of(funder), timezone.now()
    if request.method == "POST" and not writes:
        raise PermissionDenied
    form = LettersForm(request.POST if request.method == "POST" else request.GET if "preset" in request.GET else None)
    preset = form.cleaned_data["preset"] if form.is_bound and form.is_valid() else chosen.preset
    if request.method == "POST" and _do(request, funder, form):
        return redirect(f"{request.path}?funder={funder.pk}")
    rows = starting.coming(funder, preset, at=at)
    usual = starting.usual(funder, on=working_days.local_day(at)) if writes else []
    context = {
        "funder": funder,
        "funders": own,
        "writes": writes,
        "chosen": chosen,
        "form": form if form.is_bound else LettersForm(initial={"preset": chosen.preset}),
        "preset": preset,
        "page": page_of(Paginator(rows, PAGE_SIZE), request.GET),
        "print": starting.print_of(preset, rows),
        "passed": starting.passed(funder, on=working_days.local_day(at))[:PAGE_SIZE],
        "nobody": starting.nobody_at(funder, preset, at=at)[:PAGE_SIZE],
        "usual": [each for each in usual if not each.problem],
        "unplanned": [each for each in usual if each.problem],
        "today": timezone.localdate(),
    }
    return render(request, "outcomes/letters.html", context, status=422 if form.errors else 200)


def _do(request: SignedInRequest, funder: Organisation, form: LettersForm) -> bool:
    """Whether what was pressed was done."""
    by, at = request.user, timezone.now()
    if "plan" in request.POST:
        number = starting.plan_usual(funder, by=by, at=at)
        words = ngettext(
            "%(count)d grant has its reports planned.", "%(count)d grants have their reports planned.", number
        )
        messages.success(request, words % {"count": number})
        return True
    if "stop" in request.POST:
        starting.stop(funder, by=by, at=at)
        messages.success(request, _("Stopped. No reminder goes for you any more."))
        return True
    if not form.is_valid():
        return False
    try:
        starting.start(funder, preset=form.cleaned_data["preset"], seen=form.cleaned_data["seen"], by=by, at=at)
    except starting.CannotStart as problem:
        form.add_error(None, str(problem))
        return False
    messages.success(request, _("Started. The first letter goes on the first day below."))
    return True


@only(Officer, Viewer, *GRANTEES)
@require_http_methods(["GET", "HEAD", "POST"])
def report_letters(request: SignedInRequest, pk: int) -> HttpResponse:
    """All letters about one report, planned, sent and stopped, for its charity and its funders; the charity chooses to
    whom and from when."""
    report = get_object_or_404(Report.objects.told_to(request.user).select_related("project"), pk=pk)
    ours = Report.objects.written_by(request.user).filter(pk=pk).exists()
    if request.method == "POST" and not ours:
        raise PermissionDenied
    people = starting.colleagues(report)
    held = Ladder.objects.filter(report=report).select_related("recipient", "paused_by").first()
    pause = PauseForm(request.POST if "pause" in request.POST else None)
    recipient = RecipientForm(
        request.POST if "remind" in request.POST else None, people=people,
        initial={"person": held.recipient_id if held else None},
    )  # fmt: skip
    if request.method == "POST" and _choose(request, report, pause, recipient):
        messages.success(request, _("Kept."))
        return redirect("report_letters", report.pk)
    context: dict[str, Any] = {
        "report": report,
        "ours": ours,
        "held": held,
        "told": letters_told.about(report, request.user, at=timezone.now()),
        "pause": pause,
        "recipient": recipient,
        "today": timezone.localdate(),
    }
    wrong = pause.errors or recipient.errors
    return render(request, "outcomes/report_letters.html", context, status=422 if wrong else 200)


def _choose(request: SignedInRequest, report: Report, pause: PauseForm, recipient: RecipientForm) -> bool:
    by, at = request.user, timezone.now()
    try:
        if "again" in request.POST:
            starting.pause(report, until=None, by=by, at=at)
            return True
        if "pause" in request.POST and pause.is_valid():
            starting.pause(report, until=pause.cleaned_data["until"], by=by, at=at)
            return True
        if "remind" in request.POST and recipient.is_valid():
            starting.remind(report, person=recipient.cleaned_data["person"], by=by, at=at)
            return True
    except starting.CannotChoose as problem:
        (pause if "pause" in request.POST else recipient).add_error(None, str(problem))
    return False
