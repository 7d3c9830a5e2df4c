"""Files of a report: sent by the charity, told what they hold before they are kept, only ever taken away whole."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import GRANTEES, Officer, SignedInRequest, Viewer, only
from outcomes import drafts, files, words
from outcomes.forms import FileForm
from outcomes.models import Report, ReportFile


@only(*GRANTEES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_file_add(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send a file for one funder. What in it could tell who a person is, is told, and nothing is kept until then."""
    report = get_object_or_404(Report.objects.written_by(request.user).select_related("project"), pk=pk)
    sent = request.method == "POST"
    form = FileForm(request.POST if sent else None, request.FILES if sent else None, grants=files.made_for(report))
    context: dict[str, Any] = {"report": report, "form": form}
    if form.is_valid():
        try:
            files.add(report, **_given(form), by=request.user, at=timezone.now())
            messages.success(request, _("The file is in the report; its funder has it once you hand in."))
            return redirect("report", report.pk)
        except drafts.AlreadyHandedIn as problem:
            messages.info(request, str(problem))
            return redirect("report", report.pk)
        except files.NotTaken as problem:
            form.add_error("file", str(problem))
        except files.LookFirst as found:
            context |= {"tells": found.tells, "digest": found.digest, "said": str(found)}
    return render(request, "outcomes/report_file.html", context, status=422 if sent else 200)


def _given(form: FileForm) -> dict[str, Any]:
    sent = form.cleaned_data["file"]
    if sent.size > files.MOST_BYTES:
        raise files.NotTaken(words.FILE_PROBLEMS["too-large"])
    return {
        "content": sent.read(),
        "name": sent.name,
        "grant": form.grants[form.cleaned_data["grant"]],
        "others": [form.grants[each] for each in form.cleaned_data["others"]],
        "none_in": form.cleaned_data["digest"] if form.cleaned_data["holds_none"] else "",
    }


@only(Officer, Viewer, *GRANTEES)
@never_cache
@require_safe
def report_file(request: SignedInRequest, pk: int) -> HttpResponse:
    """The file as an attachment of no particular kind, so that no browser opens or runs it here."""
    kept = get_object_or_404(ReportFile.objects.visible_to(request.user).select_related("evidence"), pk=pk)
    if kept.evidence.blacked_out_at:
        raise Http404(_("This file was blacked out."))
    answer = FileResponse(
        kept.evidence.path.open("rb"),
        as_attachment=True,
        filename=kept.evidence.name,
        content_type="application/octet-stream",
        headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"},
    )
    return cast(HttpResponse, answer)


@only(*GRANTEES)
@require_POST
def report_file_take_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a file out of its report again."""
    own = ReportFile.objects.live().filter(report__in=Report.objects.written_by(request.user))
    kept = get_object_or_404(own.select_related("evidence"), pk=pk)
    try:
        files.take_back(kept, by=request.user, at=timezone.now())
        messages.success(request, _("The file is taken out, from its funder too."))
    except files.NotTaken as problem:
        messages.error(request, str(problem))
    return redirect("report", kept.report_id)
