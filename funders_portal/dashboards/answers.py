"""How every page over the portfolio answers: a file for a spreadsheet, or a refusal with the choices."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from funders_portal import choices
from priorities import freshness
from priorities.filters import CoverageFilter, RunningFilter

DAY_NAMES = ("on", "funder")
"""What pages about one day read from their address."""


def csv_file(text: str, name: str) -> HttpResponse:
    """A download; of figures from before a very large change its name says so too, since no header is kept with it."""
    headers = freshness.headers()
    if headers:
        name = name.replace(".csv", "-before-a-large-change.csv")
    return HttpResponse(
        text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', **headers},
    )


def refused_running(request: HttpRequest, asked: RunningFilter, *, page: str, heading: Any) -> HttpResponse:
    """The same for a page (its URL name and heading) that asks for running grants on a day."""
    return render(
        request,
        "funders_portal/running_refused.html",
        {**choices.running_sheet(asked), "page": page, "heading": heading},
        status=400,
    )


def running(asked: RunningFilter, page: str) -> dict[str, Any]:
    """What such a page says of its choices: the day in words, what narrows, the sheet, and the address's query."""
    question, data = asked.question, asked.data
    return {
        **choices.running_sheet(asked),
        "page": page,
        "question": question,
        "counted": choices.in_words(question),
        "narrowing": choices.narrowing(asked, data),
        "query": data.urlencode(),
        "narrowed_query": without(data, "on"),
    }


def without(data: QueryDict, *names: str) -> str:
    """The query of an address less some of its parameters and all blank ones."""
    kept = QueryDict(mutable=True)
    for name, values in data.lists():
        kept.setlist(name, [each for each in values if each and name not in names])
    return kept.urlencode()


def with_all(data: QueryDict) -> str:
    """The query of an address with `all=1`, which asks for every line of a long page."""
    kept = data.copy()
    kept["all"] = "1"
    return kept.urlencode()


def of_a_day(request: HttpRequest) -> CoverageFilter:
    """The address of a page that reads a day and funders alone; whatever else stands in it is refused."""
    asked = CoverageFilter(request.GET)
    asked.is_valid()
    for name in request.GET:
        if name in asked.filters and name not in DAY_NAMES:
            asked.form.add_error(None, _("“%(name)s” is no filter here. There are: on, funder.") % {"name": name})
    return asked


def refused(request: HttpRequest, asked: CoverageFilter, sheet: dict[str, Any] | None = None) -> HttpResponse:
    """What is wrong with the address, with the page's own choices (those of the table, unless told)."""
    return render(request, "funders_portal/coverage_refused.html", sheet or choices.sheet(asked), status=400)
