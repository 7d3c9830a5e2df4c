"""What came of it: one thing counted, along one list, for the reader's own grants or for everybody."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import FUNDERS, SignedInRequest, only
from funders_portal import charts, written
from funders_portal.dashboards.answers import csv_file
from outcomes import against, agreed, results, told_results
from outcomes.filters import ResultsFilter

OWN_ALONE = ("whose", "quarter", "known_on")


@only(*FUNDERS)
@require_safe
def results_page(request: SignedInRequest) -> HttpResponse:
    """The sentence, the chart, the table; of one's own grants also what was agreed."""
    asked = ResultsFilter(request.GET, person=request.user)
    if not asked.is_valid():
        return render(request, "funders_portal/results_refused.html", {"form": asked.form}, status=400)
    found = results.look(asked.question, known=asked.known)
    table = told_results.labelled(found)
    context = {
        "form": asked.sheet(request.user),
        "query": request.GET.urlencode(),
        "found": found,
        "table": table,
        "told": told_results.told(found, table),
        "lines": [(row, [told_results.figure(table, each) for each in cells]) for row, cells in _rows(table)],
        "totals": [told_results.figure(table, each) for each in table.column_totals],
        "days": told_results.days(table.first, table.last) if table.first and table.last else "",
        "on": asked.on,
        "own": asked.question.own is not None,
        "may_be_own": bool(asked.funders),
        "targets": against.targets(asked.question),
        "agreed": told_results.agreed(agreed.look(asked.question)),
        "for_everybody": _everybodys(request),
    }
    return render(request, "funders_portal/results.html", context)


@only(*FUNDERS)
@require_safe
def results_chart(request: SignedInRequest) -> HttpResponse:
    """The same as a Plotly figure (JSON)."""
    asked = ResultsFilter(request.GET, person=request.user)
    if not asked.is_valid():
        return JsonResponse({"problems": asked.sentences()}, status=400)
    table = told_results.labelled(results.look(asked.question, known=asked.known))
    words = [told_results.figures(table, cells) for _row, cells in _rows(table)]
    return JsonResponse(charts.lengths(table, words))


@only(*FUNDERS)
@require_safe
def results_csv(request: SignedInRequest) -> HttpResponse:
    """Everybody's figures for a spreadsheet; nothing exact about people leaves the portal."""
    asked = ResultsFilter(request.GET)
    if not asked.is_valid():
        return render(request, "funders_portal/results_refused.html", {"form": asked.form}, status=400)
    found = results.look(asked.question, known=asked.known)
    name = f"results-{found.question.indicator.code}-{asked.of_year}.csv"
    return csv_file(written.results_as_csv(told_results.labelled(found)), name)


def _rows(table: Any) -> Any:
    return zip(table.rows, table.cells, strict=True)


def _everybodys(request: SignedInRequest) -> str:
    """The query of the address without what only one's own grants can be asked for."""
    data = request.GET.copy()
    for name in OWN_ALONE:
        data.pop(name, None)
    return data.urlencode()
