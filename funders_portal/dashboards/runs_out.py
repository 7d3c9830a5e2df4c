"""When money runs out: the months ahead by area, and the grants that end in one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from accounts.access import FUNDERS, only
from counting import money, periods
from counting.tables import Line, Table
from funders_portal import charts, summary, written
from funders_portal.dashboards import answers
from grants.models import Grant
from priorities import columns, coverage, filters, freshness, passed_on, running_out
from priorities.filters import RunningFilter
from priorities.running_out import Month, RunningOut
from priorities.sentences import day, number

PAGE, HEADING = "runs_out", gettext_lazy("When money runs out")
GRANTS_A_PAGE = 50
SOON = 12
"""Months within which the second line says what ends."""


@dataclass(frozen=True, slots=True)
class Row:
    """One month as the page shows it: what runs on its first day and what ends in it, by area, and whether it is the
    one in which most ends. bar: what runs, in basis points of the month with most."""

    month: Month
    words: str
    running: Sequence[tuple[Line, int]]
    ending: Sequence[tuple[Line, int]]
    largest: bool
    bar: int


@only(*FUNDERS)
@require_safe
def runs_out(request: HttpRequest) -> HttpResponse:
    """What runs and what ends in each of the 24 months from the day on, by area."""
    asked = RunningFilter(request.GET)
    if not asked.is_valid():
        return answers.refused_running(request, asked, page=PAGE, heading=HEADING)
    question, portfolio = asked.question, columns.current()
    found = running_out.look(question, portfolio=portfolio)
    rests_on = freshness.of(question, portfolio=portfolio)
    running, ending = summary.trimmed(found.running), summary.trimmed(found.ending)
    context = {
        "empty": not portfolio.size,
        "lead": fall_in_words(found),
        "line": outlook_in_words(found),
        "rests_on": rests_on,
        "where": summary.places_in_words(rests_on.places),
        "passed_on": passed_on.of(question, portfolio),
        "undated": found.running.undated,
        "others": summary.other_currencies(found.running),
        "running": running,
        "ending": ending,
        "rows": _rows(found, running, ending),
        "after": found.after,
        "left": list(zip(running.columns, running.cells[-1], strict=True)),
        "left_total": running.row_totals[-1],
        "in_pounds": True,
        "rounded": any(figure % 100 for _row, _column, figure in running.records()),
    }
    return render(request, "funders_portal/runs_out.html", context | answers.running(asked, PAGE))


@only(*FUNDERS)
@require_safe
def runs_out_chart(request: HttpRequest) -> HttpResponse:
    """The same figures as a Plotly figure (JSON)."""
    asked = RunningFilter(request.GET)
    if not asked.is_valid():
        return JsonResponse({"problems": asked.sentences()}, status=400)
    found = running_out.look(asked.question)
    mark = None
    if fall := found.fall:
        place = found.months.index(fall)
        told = _("%(pounds)s ends\nin %(month)s") % {"pounds": money.short(fall.ending), "month": in_words(fall)}
        mark = charts.Mark(place, told)
    rest = _("Not sorted or not divided")
    return JsonResponse(charts.bars(worded(found.running, found), rest=rest, mark=mark))


@only(*FUNDERS)
@require_safe
def runs_out_csv(request: HttpRequest) -> HttpResponse:
    """The same figures for a spreadsheet: what runs, and what ends, month by month and area by area."""
    asked = RunningFilter(request.GET)
    if not asked.is_valid():
        return answers.refused_running(request, asked, page=PAGE, heading=HEADING)
    return answers.csv_file(
        written.running_out_as_csv(running_out.look(asked.question)), f"runs-out-{asked.question.on}.csv"
    )


@only(*FUNDERS)
@require_safe
def runs_out_grants(request: HttpRequest) -> HttpResponse:
    """The grants that end in one month, or in one area in that month, each with its part."""
    asked = RunningFilter(request.GET, also=("month", "area", "page"))
    if not asked.is_valid():
        return answers.refused_running(request, asked, page=PAGE, heading=HEADING)
    question, portfolio = asked.question, columns.current()
    found = running_out.look(question, portfolio=portfolio)
    month, area = request.GET.get("month", ""), request.GET.get("area", "")
    areas = {line.code: line.label for line in found.ending.columns}
    if not _known(asked, "month", month, [each.code for each in found.months], needed=True) or not _known(
        asked, "area", area, list(areas)
    ):
        return answers.refused_running(request, asked, page=PAGE, heading=HEADING)
    parts = running_out.parts(question, found.month(month), area=area or None, portfolio=portfolio)
    page = Paginator(sorted(parts, key=lambda each: (-parts[each], each)), GRANTS_A_PAGE).get_page(
        request.GET.get("page")
    )
    grants: Any = Grant.objects.visible_to(request.user).with_running_period().select_related("funder")
    here = grants.in_bulk(list(page.object_list))
    context = {
        "month": in_words(found.month(month)),
        "area": areas.get(area, ""),
        "lines": [(here[each], parts[each]) for each in page.object_list if each in here],
        "together": coverage.pounds_together(
            np.fromiter(parts, np.int64, len(parts)), np.array(list(parts.values()), np.int64), portfolio
        ),
        "page": page,
        "back": answers.without(request.GET, "month", "area", "page"),
    }
    return render(request, "funders_portal/runs_out_grants.html", answers.running(asked, PAGE) | context)


def _known(asked: RunningFilter, name: str, value: str, known: Sequence[str], *, needed: bool = False) -> bool:
    """Whether the address names one of these; where not, the form says so."""
    if value in known or (not value and not needed):
        return True
    missing = _("say which one. Choose from: %(choices)s.") % {"choices": ", ".join(known)}
    asked.form.add_error(None, f"{name}: {filters.unknown(value, known) if value else missing}")
    return False


def fall_in_words(found: RunningOut) -> str:
    """The largest fall: £2.3m in 8 grants ends in March 2026, 29.2 % of what runs on 1 January 2025."""
    fall, first = found.fall, found.months[0]
    if fall is None:
        return _("Nothing that has a known end ends before %(day)s.") % {"day": day(found.after)}
    told = ngettext(
        "The largest fall: %(pounds)s in %(n)s grant ends in %(month)s",
        "The largest fall: %(pounds)s in %(n)s grants ends in %(month)s",
        fall.grants,
    ) % {"pounds": money.short(fall.ending), "n": f"{fall.grants:,}", "month": in_words(fall)}
    if not first.running:
        return f"{told}."
    share = {"told": told, "share": summary.percent(fall.ending, first.running), "day": day(first.first)}
    return _("%(told)s, %(share)s of what runs on %(day)s.") % share


def outlook_in_words(found: RunningOut) -> str:
    """£8m in 43 grants runs on 1 January 2025. £2.9m of it … ends within 12 months; £1.2m still runs on …"""
    first, until = found.months[0], found.months[SOON - 1].last
    soon = sum(month.ending for month in found.months[:SOON])
    runs = ngettext(
        "%(pounds)s in %(n)s grant runs on %(day)s.",
        "%(pounds)s in %(n)s grants runs on %(day)s.",
        found.running.grants,
    ) % {"pounds": money.short(first.running), "n": f"{found.running.grants:,}", "day": day(first.first)}
    later = _(
        "%(soon)s ends in the %(n)s months to %(until)s, and %(left)s runs on %(after)s, of what is awarded so far."
    ) % {
        "soon": money.short(soon),
        "n": number(periods.months_between(first.first, until + timedelta(days=1))),
        "until": day(until),
        "left": money.short(found.running.row_totals[-1]),
        "after": day(found.after),
    }
    return f"{runs} {later}"


def in_words(month: Month) -> str:
    return date_format(month.first, "F Y")


def worded(table: Table, found: RunningOut) -> Table:
    """A Table of running_out with its months, and the day after them, in words."""
    labels = [in_words(month) for month in found.months] + [date_format(found.after, "F Y")]
    rows = [Line(line.code, label) for line, label in zip(table.rows, labels, strict=False)]
    return replace(table, rows=rows, rows_name=_("month"))


def _rows(found: RunningOut, running: Table, ending: Table) -> list[Row]:
    most = max(*running.row_totals, 1)
    return [
        Row(
            month,
            in_words(month),
            list(zip(running.columns, runs, strict=True)),
            list(zip(ending.columns, ends, strict=True)),
            month == found.fall,
            max(0, month.running) * 10_000 // most,
        )
        for month, runs, ends in zip(found.months, running.cells, ending.cells, strict=False)
    ]
