"""Blacking out: a charity's lead or the secretariat strikes what could tell who a person is, looked at first."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Lead, Secretariat, SignedInRequest, only
from accounts.filters import page_of
from outcomes import blacking, sent, words
from outcomes.forms import BlackOutForm
from outcomes.models import Report

PAGE_SIZE = 50


@only(Secretariat)
@require_safe
def reports_to_black_out(request: SignedInRequest) -> HttpResponse:
    """Every report that holds anything, by its project and its days; nothing of what stands in it."""
    written = Report.objects.struck_by(request.user).filter(Q(submitted_at__isnull=False) | Q(draft_at__isnull=False))
    page = page_of(
        Paginator(
            written.select_related("project").prefetch_related("project__grants__recipients").order_by("-end", "-id"),
            PAGE_SIZE,
        ),
        request.GET,
    )
    return render(request, "outcomes/reports_to_black_out.html", {"page": page})


@only(Lead, Secretariat)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_black_out(request: SignedInRequest, pk: int) -> HttpResponse:
    """Look where a passage stands, then strike it, for good."""
    report = get_object_or_404(Report.objects.struck_by(request.user).select_related("project"), pk=pk)
    if "file" in request.POST:
        return _file(request, report)
    form, found = BlackOutForm(request.POST or None), {}
    if form.is_valid():
        passage = form.cleaned_data["passage"]
        try:
            if "strike" in request.POST:
                blacking.black_out(report, passage, by=request.user, at=timezone.now())
                messages.success(
                    request, _("Blacked out, for good. Who did it and where is noted, never what stood there.")
                )
                return redirect("report_black_out", report.pk)
            found = blacking.look(report, passage)
            if not found:
                form.add_error("passage", _("This stands nowhere in the report."))
        except blacking.NothingToStrike as problem:
            form.add_error("passage", str(problem))
    context = {**_page(report), "form": form, "found": words.places(found)}
    return render(request, "outcomes/report_black_out.html", context, status=422 if form.errors else 200)


def _file(request: SignedInRequest, report: Report) -> HttpResponse:
    """A whole file: asked once more, then gone."""
    page = _page(report)
    kept = get_object_or_404(page["files"], pk=sent.number(request.POST, "file"))
    if "strike" not in request.POST:
        return render(request, "outcomes/report_black_out.html", {**page, "form": BlackOutForm(), "file": kept})
    blacking.black_out_file(kept, by=request.user, at=timezone.now())
    messages.success(request, _("The whole file is blacked out, for good."))
    return redirect("report_black_out", report.pk)


def _page(report: Report) -> dict[str, Any]:
    files = report.files.live().filter(evidence__blacked_out_at=None).select_related("evidence", "grant__funder")
    return {"report": report, "files": files, "done": blacking.done(report)}
