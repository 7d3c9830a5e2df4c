"""Need beside money: each share of the money beside the share of the people it is for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import FUNDERS, only
from funders_portal import charts, need_tables, summary
from funders_portal.dashboards.answers import csv_file
from priorities import columns, kinds, need
from priorities.coverage import Question
from priorities.models import GapRules, NeedFigure
from priorities.need import Family
from priorities.need import history as need_history
from priorities.need import words as need_words
from priorities.need.history import History
from priorities.need_filters import NeedFilter


@only(*FUNDERS)
@require_safe
def need_page(request: HttpRequest) -> HttpResponse:
    """The comparisons that can be made on a day, what is short, and which figures were restated."""
    asked = NeedFilter(request.GET)
    if not asked.is_valid():
        return _refused(request, asked)
    portfolio = columns.current()
    families = need.shares(asked.on_day, known_on=asked.known, portfolio=portfolio)
    history, below = History.on(asked.asked_known), GapRules.current().need
    context = {
        **summary.places_line(Question(on=asked.on_day), portfolio=portfolio),
        "form": asked.form,
        "on": asked.on_day,
        "known": asked.known,
        "now": asked.asked_known is None,
        "query": request.GET.urlencode(),
        "empty": not portfolio.size,
        "short": _short(families, below),
        "part": kinds.part_of(below),
        "families": [_told(each) for each in families],
        "deficits": [(each, need_words.deficit(each)) for each in need.deficits(asked.asked_known)],
        "met": [(series, _met(found)) for series, found in need.met(asked.asked_known).items()],
        "restated": need_history.restated(history),
    }
    return render(request, "funders_portal/need.html", context)


@only(*FUNDERS)
@require_safe
def need_chart(request: HttpRequest) -> HttpResponse:
    """One comparison as a Plotly figure (JSON)."""
    asked = NeedFilter(request.GET, also=("family",))
    if not asked.is_valid():
        return JsonResponse({"problems": asked.sentences()}, status=400)
    families = need.shares(asked.on_day, known_on=asked.known)
    found = next((each for each in families if each.key == request.GET.get("family")), None)
    if found is None:
        known = ", ".join(each.key for each in families) or _("none on this day")
        problem = _("There is no such comparison. Choose “family” from: %(all)s.") % {"all": known}
        return JsonResponse({"problems": [problem]}, status=400)
    return JsonResponse(charts.beside(need_tables.as_table(found)))


@only(*FUNDERS)
@require_safe
def need_csv(request: HttpRequest) -> HttpResponse:
    """The comparisons for a spreadsheet."""
    asked = NeedFilter(request.GET)
    if not asked.is_valid():
        return _refused(request, asked)
    families = need.shares(asked.on_day, known_on=asked.known)
    return csv_file(need_tables.as_csv(families), f"beside-need-{asked.on_day}.csv")


def _refused(request: HttpRequest, asked: NeedFilter) -> HttpResponse:
    return render(request, "funders_portal/need_refused.html", {"form": asked.form}, status=400)


def _short(families: list[Family], below: int) -> list[dict[str, Any]]:
    """Sentences for what has less than the group's part of its share (basis points), the largest difference first."""
    found = [(family, each) for family in families for each in family.comparators if each.below(below)]
    found.sort(key=lambda pair: (pair[1].money or 0) - pair[1].need)
    return [
        {
            "text": need_words.sentence(family, each),
            "softened": need_words.softened(family, each),
            "grants": need_tables.grants_query(family, each) if each.pence else "",
        }
        for family, each in found
    ]


def _told(family: Family) -> dict[str, Any]:
    return {
        "family": family,
        "heading": need_words.heading(family),
        "people": need_words.people(family, family.period),
        "source": _common_source(family),
        "without": need_words.without(family),
        "lines": [
            (each, need_words.need(each), need_tables.grants_query(family, each) if each.pence else "")
            for each in family.comparators
        ],
    }


def _common_source(family: Family) -> NeedFigure | None:
    """A figure that stands for all where they were published together; None where they were not."""
    sources = {(each.figure.source, each.figure.url, each.figure.published_on) for each in family.comparators}
    return family.comparators[0].figure if len(sources) == 1 else None


def _met(found: list[need.Met]) -> list[tuple[need.Met, str]]:
    return [(each, "" if each.change is None else need_words.points(each.change)) for each in found]
