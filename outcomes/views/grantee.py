"""The charity's side: what is owed, every question beforehand, one form that loses nothing, and what became of it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import GRANTEES, SignedInRequest, only
from outcomes import asking, drafts, files, filled, learning, renewals, reports, same_work, sent, standing, words
from outcomes.asking import NONE
from outcomes.forms import FileForm
from outcomes.models import FunderContact, Report

LARGEST_SAVE = 2_000_000
"""Bytes of one saving; a report with every box full is a tenth of it."""


@only(*GRANTEES)
@require_safe
def our_reports(request: SignedInRequest) -> HttpResponse:
    """Every report of this person's charities: what to do next first, then what became of the others."""
    found = standing.of_charity(request.user, today=timezone.localdate())
    return render(request, "outcomes/our_reports.html", {"reports": found, "to_agree": learning.to_agree(request.user)})


@only(*GRANTEES)
@require_safe
def report_questions(request: SignedInRequest, pk: int) -> HttpResponse:
    """Every question, its limit, why it is asked and who reads it, before starting; made to be printed."""
    report = _own(request, pk)
    return render(request, "outcomes/report_questions.html", {"report": report, "sheet": asking.sheet(report)})


@only(*GRANTEES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form while the report is open, else what was handed in and what each funder said to it."""
    report = _own(request, pk)
    if request.method == "POST":
        return _hand_in(request, report)
    if carrying := same_work.carried_on_in(report):
        messages.info(request, _("This work was joined with another: one report for both. It holds what you typed."))
        return redirect("report", carrying.pk)
    if not drafts.is_open(report):
        return render(request, "outcomes/report_handed_in.html", _handed_in(request, report))
    return render(request, "outcomes/report.html", _form(request, report))


def _hand_in(request: SignedInRequest, report: Report) -> HttpResponse:
    """Keep what the form holds, then hand it in. What a colleague changed meanwhile is shown, not overwritten."""
    sheet = asking.sheet(report)
    names = set(sheet.names())
    given = {name: _given(request, name) for name in names if name in request.POST}
    changes = {
        name: drafts.Change(value, sent.number(request.POST, f"{name}-version")) for name, value in given.items()
    }
    try:
        saved = drafts.save(report, changes, names=names, by=request.user, at=timezone.now())
        if saved.unlike:
            report.refresh_from_db()
            context = {**_form(request, report, typed=given), "unlike": _unlike(saved)}
            return render(request, "outcomes/report.html", context, status=409)
        if carrying := same_work.carry_on(report):
            messages.info(
                request, _("This work was joined with another meanwhile. What you typed is in the one report.")
            )
            return redirect("report", carrying.pk)
        if saved.held:
            report.refresh_from_db()
            problems = {name: words.identifies(found) for name, found in saved.held.items()}
            context = {**_form(request, report, typed=given, problems=problems), "said": _("Not all of it was kept.")}
            return render(request, "outcomes/report.html", context, status=422)
        if "save" in request.POST:
            messages.success(request, _("Saved. Come back whenever you like; nothing was handed in yet."))
            return redirect("our_reports")
        none = _given(request, f"reason{NONE}").splitlines()
        reports.hand_in(
            report, reason=sent.text(request.POST, "reason"), none_in_reason=none, by=request.user, at=timezone.now(),
        )  # fmt: skip
    except drafts.AlreadyHandedIn as problem:
        messages.info(request, str(problem))
        return redirect("report", report.pk)
    except reports.NotReady as problem:
        report.refresh_from_db()
        context = _form(request, report, problems=problem.problems)
        return render(request, "outcomes/report.html", {**context, "said": str(problem)}, status=422)
    messages.success(request, _("Handed in. Your funders have it; you will see here what they say to it."))
    return redirect("report", report.pk)


def _form(request: SignedInRequest, report: Report, **more: Any) -> dict[str, Any]:
    sheet = filled.fill(report, **more)
    return {
        "report": report,
        "filled": sheet,
        "safeguarding": FunderContact.objects.filter(funder__in=sheet.sheet.funders).exclude(safeguarding=""),
        "again": report.submitted_at is not None,
        "accepted_by": standing.accepted_by(report),
        **_reason(request),
        "identifying": words.for_browser(),
        "files": _files(report),
        "file_form": FileForm(grants=files.made_for(report)),
        "leads": Report.objects.struck_by(request.user).filter(pk=report.pk).exists(),
        "today": timezone.localdate(),
    }


def _given(request: SignedInRequest, name: str) -> str:
    """What a box holds; what is said to be none comes from ticks and from the box that keeps them."""
    if not name.endswith(NONE):
        return sent.text(request.POST, name)
    return sent.none_in(request.POST, name)


def _reason(request: SignedInRequest) -> dict[str, Any]:
    reason, none = sent.text(request.POST, "reason"), _given(request, f"reason{NONE}")
    return {"reason": reason, "reason_none": none, "reason_finds": filled.finds(reason, none)}


def _handed_in(request: SignedInRequest, report: Report) -> dict[str, Any]:
    leads = Report.objects.struck_by(request.user).filter(pk=report.pk).exists()
    return {
        "report": report,
        "told": standing.told(report),
        "promises": list(renewals.promises(report)),
        "leads": leads,
        "files": _files(report),
        "today": timezone.localdate(),
    }


def _files(report: Report) -> Any:
    return report.files.live().select_related("evidence", "grant__funder").prefetch_related("others__funder")


def _unlike(saved: drafts.Saved) -> dict[str, Any]:
    return {name: box["value"] for name, box in saved.unlike.items()}


@only(*GRANTEES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_draft(request: SignedInRequest, pk: int) -> JsonResponse:
    """Autosave, as JSON. GET: every box with its version, and a fresh token for the next saving. POST
    {"boxes": {name: {"value", "base"}}}: keeps them; 409 where it was handed in meanwhile.
    """
    report = _own(request, pk)
    if request.method != "POST":
        boxes = {name: {"value": box["value"], "version": box["version"]} for name, box in report.draft.items()}
        return JsonResponse({"token": get_token(request), "boxes": boxes, "open": drafts.is_open(report)})
    changes = _changes(request)
    if changes is None:
        return JsonResponse({"said": _("This saving could not be read; nothing was changed.")}, status=422)
    at = timezone.now()
    try:
        saved = drafts.save(report, changes, names=set(asking.sheet(report).names()), by=request.user, at=at)
    except drafts.AlreadyHandedIn as problem:
        return JsonResponse({"said": str(problem)}, status=409)
    same_work.carry_on(report)
    unlike = {name: {"value": box["value"], "version": box["version"]} for name, box in saved.unlike.items()}
    said = _("Saved %(at)s") % {"at": date_format(timezone.localtime(at), "H:i")}
    held = {name: words.identifies(found) for name, found in saved.held.items()}
    return JsonResponse({"said": said, "versions": saved.versions, "unlike": unlike, "held": held})


def _changes(request: HttpRequest) -> dict[str, drafts.Change] | None:
    """The boxes of a saving; None where they are none."""
    if len(request.body) > LARGEST_SAVE:
        return None
    try:
        boxes = json.loads(request.body)["boxes"]
        found = {name: drafts.Change(box["value"], box["base"]) for name, box in boxes.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    good = all(isinstance(each.value, str) and isinstance(each.base, int) for each in found.values())
    return found if good and all(sent.can_be_kept(each.value) for each in found.values()) else None


@only(*GRANTEES)
@require_POST
def report_correct(request: SignedInRequest, pk: int) -> HttpResponse:
    """Open a report that was handed in for a correction, or leave it as it was after all."""
    report = _own(request, pk)
    try:
        if "leave" in request.POST:
            reports.leave_as_it_was(report, by=request.user, at=timezone.now())
        else:
            reports.reopen(report, by=request.user, at=timezone.now())
    except reports.NotToAnswer as problem:
        messages.error(request, str(problem))
    return redirect("report", report.pk)


def _own(request: SignedInRequest, pk: int) -> Report:
    written = Report.objects.written_by(request.user).select_related("project")
    return get_object_or_404(written, pk=pk)
