"""Files on their way in: sent, watched, looked over, applied or set aside, undone."""

from __future__ import annotations

import io
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.access import Officer, Secretariat, only
from accounts.filters import page_of
from accounts.models import Organisation, Person
from grants import imports, problems, showing, spreadsheet
from grants.file_forms import MissingForm, UploadForm
from grants.models import Import, ImportRow

ROWS_A_PAGE = 50
IMPORTS_A_PAGE = 25
UNDER_WAY = (Import.WAITING, Import.READING, Import.APPLYING, Import.UNDOING)


def person(request: HttpRequest) -> Person:
    """Whoever passed a guard that lets no strangers in."""
    return cast(Person, request.user)


def found(request: HttpRequest, pk: int) -> Import:
    return get_object_or_404(Import.objects.visible_to(request.user).select_related("by", "funder"), pk=pk)


# --- sending and looking over ---------------------------------------------------------------------------------------
@only(Officer, Secretariat)
def upload(request: HttpRequest) -> HttpResponse:
    """Send a file, or paste a table; a large file is refused before anything of it is kept."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_bound and form.is_valid():
        source = imports.receive(
            file=form.cleaned_data["file"] or io.BytesIO(form.cleaned_data["pasted"].encode()),
            name=form.file_name(),
            by=person(request),
            at=timezone.now(),
            funder=_only_funder(person(request)),
        )
        return redirect(source)
    status = 200 if not form.is_bound else 413 if form.too_large else 422
    recent = Import.objects.visible_to(request.user)[:5]
    return render(request, "grants/upload.html", {"form": form, "recent": recent}, status=status)


def _only_funder(sender: Person) -> Organisation | None:
    """The funder whose officer the sender is, where there is exactly one, so that colleagues see the import too."""
    if sender.is_secretariat or len(sender.officer_ids) != 1:
        return None
    return Organisation.objects.get(pk=sender.officer_ids[0])


@only(Officer, Secretariat)
@require_safe
def imports_list(request: HttpRequest) -> HttpResponse:
    everything = Import.objects.visible_to(request.user).select_related("by", "funder")
    page = page_of(Paginator(everything, IMPORTS_A_PAGE), request.GET)
    return render(request, "grants/imports.html", {"page": page})


@only(Officer, Secretariat)
@require_safe
def import_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: how it stands, what it would change or changed, row by row."""
    source = found(request, pk)
    if request.GET.get("show", showing.UNCHANGED) not in ("", *showing.WORDS):
        raise Http404(_("There is no such part of this import."))
    context: dict[str, Any] = {"source": source, "under_way": source.state in UNDER_WAY}
    if source.state == Import.FAILED:
        context["failure"] = problems.unreadable(source.failure)
    elif source.state not in (Import.WAITING, Import.READING):
        context |= _parts(request, source)
    return render(request, "grants/import.html", context)


def _parts(request: HttpRequest, source: Import) -> dict[str, Any]:
    parts = showing.parts(source)
    shown = request.GET.get("show") or next((part.code for part in parts if part.count), showing.UNCHANGED)
    page = page_of(Paginator(showing.rows(source, shown, person(request)), ROWS_A_PAGE), request.GET)
    asks = shown == showing.MISSING and source.state == Import.APPLIED
    return {
        "parts": parts,
        "shown": shown,
        "shown_words": showing.WORDS[shown],
        "page": page,
        "lines": showing.lines(source, list(page.object_list)),
        "currencies": sorted(source.totals.get("currencies", {}).items()),
        "asks": asks and any(not row.answer for row in page.object_list),
    }


@only(Officer, Secretariat)
@require_GET
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a file is read, once a second; when it is done the whole page comes anew."""
    source = found(request, pk)
    if not request.headers.get("HX-Request"):
        return redirect(source)
    response = render(request, "grants/import_progress.html", {"source": source})
    if source.state not in UNDER_WAY:
        response["HX-Refresh"] = "true"
    return response


@only(Officer, Secretariat)
@require_GET
def import_problems_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """Every refusal, repair and oddity with its row, column and cure."""
    source = found(request, pk)
    lines = spreadsheet.lines(showing.problem_rows(source, person(request)))
    response = StreamingHttpResponse(lines, content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="problems-{source.pk}.csv"'
    return cast(HttpResponse, response)


# --- deciding -------------------------------------------------------------------------------------------------------
@only(Officer, Secretariat)
@require_POST
def import_apply(request: HttpRequest, pk: int) -> HttpResponse:
    return _ask(request, pk, Import.APPLYING)


@only(Officer, Secretariat)
@require_POST
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    return _ask(request, pk, Import.UNDOING)


def _ask(request: HttpRequest, pk: int, state: str) -> HttpResponse:
    source = found(request, pk)
    try:
        imports.ask(source, state, by=person(request))
    except imports.WrongState:
        messages.error(request, _stands(source))
    return redirect(source)


@only(Officer, Secretariat)
@require_POST
def import_drop(request: HttpRequest, pk: int) -> HttpResponse:
    source = found(request, pk)
    try:
        imports.drop(source, by=person(request), at=timezone.now())
        messages.success(request, _("%s is set aside. No grant was changed.") % source.name)
    except imports.WrongState:
        messages.error(request, _stands(source))
    return redirect(source)


def _stands(source: Import) -> str:
    return _("%(file)s is now: %(state)s. Look at it again before you decide.") % {
        "file": source.name,
        "state": source.get_state_display(),
    }


@only(Officer, Secretariat)
@require_POST
def import_missing(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the ticked grants that the file lacks, or mark them as removed."""
    source = found(request, pk)
    form = MissingForm(request.POST, source=source, person=person(request))
    if not form.is_valid():
        messages.error(request, _("Tick the grants you mean, then say whether they stay."))
        return redirect(f"{source.get_absolute_url()}?show={showing.MISSING}")
    answer, rows = form.cleaned_data["answer"], form.cleaned_data["rows"]
    try:
        imports.answer_missing(
            source, rows=[row.pk for row in rows], answer=answer, by=person(request), at=timezone.now()
        )
    except imports.WrongState:
        messages.error(request, _stands(source))
        return redirect(source)
    messages.success(request, _("Kept.") if answer == ImportRow.KEEP else _("Marked as removed."))
    return redirect(f"{source.get_absolute_url()}?show={showing.MISSING}")
