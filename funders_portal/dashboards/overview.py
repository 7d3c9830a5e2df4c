"""Where coverage falls short: the first sentences over all, then area by area."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import FUNDERS, SignedInRequest, only
from accounts.models import Organisation
from funders_portal import areas, choices, summary, written
from funders_portal.dashboards.answers import DAY_NAMES, csv_file, of_a_day, refused
from priorities import columns, coverage, freshness, gaps, passed_on, trend
from priorities.filters import CoverageFilter, GapFilter

FIRST_SENTENCES = 10


@only(*FUNDERS)
@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    """What falls short on a day: ten sentences over all, then each area with its money, its years and its sentences."""
    asked = CoverageFilter(request.GET)
    # What the table alone knows: addresses of the days when the table stood here.
    if any(name in asked.filters and name not in DAY_NAMES for name in request.GET):
        return redirect(f"{reverse('coverage_by')}?{request.GET.urlencode()}", permanent=True)
    if not asked.is_valid():
        return refused(request, asked, choices.day_and_funders(asked))
    portfolio = columns.current()
    return render(request, "funders_portal/overview.html", _told(request, asked, portfolio) | _choices(request, asked))


@only(*FUNDERS)
@require_safe
def areas_csv(request: SignedInRequest) -> HttpResponse:
    """What ran in each area on the day and on the same day of the years before, for a spreadsheet."""
    asked = of_a_day(request)
    if not asked.is_valid():
        return refused(request, asked, choices.day_and_funders(asked))
    question = asked.question
    went = trend.of(on=question.on, funders=question.funders)
    return csv_file(written.trend_as_csv(went), f"areas-{question.on}.csv")


@only(*FUNDERS)
@require_safe
def gaps_csv(request: SignedInRequest) -> HttpResponse:
    """Every watched place that falls short, for a spreadsheet; of one kind or area where the address says so."""
    asked = GapFilter(request.GET)
    if not asked.is_valid():
        return render(request, "priorities/gaps_refused.html", {"problems": asked.sentences()}, status=400)
    found = asked.found(request.user)
    return csv_file(written.gaps_as_csv(found), f"falls-short-{found.on}.csv")


def _told(request: SignedInRequest, asked: CoverageFilter, portfolio: columns.Portfolio) -> dict[str, Any]:
    question = asked.question
    table = coverage.table(question, portfolio=portfolio)
    went = trend.of(on=question.on, funders=question.funders, portfolio=portfolio)
    short = gaps.table(on=question.on, portfolio=portfolio, person=request.user)
    rests_on = freshness.of(question, portfolio=portfolio, answer=table)
    return {
        "areas": areas.told(table, went, short),
        "beside_them": areas.beside_them(went),
        **areas.years(went),
        "first": short.lines[:FIRST_SENTENCES],
        "all": len(short.lines),
        "nothing": short.nothing,
        "rests_on": rests_on,
        "where": summary.places_in_words(rests_on.places),
        "total": summary.total_in_words(table),
        "others": summary.other_currencies(table),
        "passed_on": passed_on.of(question, portfolio),
        "empty": not portfolio.size,
    }


def _choices(request: SignedInRequest, asked: CoverageFilter) -> dict[str, Any]:
    own = Organisation.objects.filter(id__in=request.user.funder_ids).order_by("name", "id")
    return {
        **choices.day_and_funders(asked),
        "question": asked.question,
        "on": asked.question.on,
        "counted": choices.in_words(asked.question),
        "narrowing": choices.narrowing(asked, request.GET),
        "query": choices.day_query(asked.question),
        "own_funder": own.first(),
        "in_pounds": True,
    }
