"""The charity says what of a report may serve as evidence, and takes it back whenever it likes."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import GRANTEES, SignedInRequest, only
from outcomes import serving
from outcomes.forms import EvidenceForm
from outcomes.models import Report

BOX = re.compile(r"(answer|file)-\d+")


@only(*GRANTEES)
@require_http_methods(["GET", "HEAD", "POST"])
def report_evidence(request: SignedInRequest, pk: int) -> HttpResponse:
    """Every answer and file that funders read: may it serve, with our name or without? Unanswered means no."""
    report = get_object_or_404(Report.objects.written_by(request.user).select_related("project"), pk=pk)
    form = EvidenceForm(request.POST or None, asked=serving.asked(report))
    if form.is_valid():
        gone = {name: "" for name in request.POST if BOX.fullmatch(name) and name not in form.fields}
        try:
            serving.say(report, {**form.cleaned_data, **gone}, by=request.user, at=timezone.now())
        except serving.NotAsked as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("Kept. Your funders read it beside each answer and file."))
            return redirect("report", report.pk)
    return render(
        request, "outcomes/report_evidence.html", {"report": report, "form": form}, status=422 if form.errors else 200
    )
