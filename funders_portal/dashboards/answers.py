"""How every page over the portfolio answers: a file for a spreadsheet, or a refusal with the choices."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from funders_portal import choices
from priorities.filters import CoverageFilter


def csv_file(text: str, name: str) -> HttpResponse:
    return HttpResponse(
        text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def refused(request: HttpRequest, asked: CoverageFilter) -> HttpResponse:
    return render(request, "funders_portal/coverage_refused.html", choices.sheet(asked), status=400)
