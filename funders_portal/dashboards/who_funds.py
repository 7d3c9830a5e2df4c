"""Who funds what: funders by area, the ways of their money to places, and where they meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from accounts.access import FUNDERS, only
from counting import money
from counting.tables import Line
from funders_portal import charts, summary, written
from funders_portal.dashboards import answers
from priorities import columns, filters, freshness, passed_on
from priorities import who_funds as counted
from priorities.filters import RunningFilter
from priorities.sentences import lowered, number
from priorities.who_funds import Most, Part, WhoFunds

PAGE, HEADING = "who_funds", gettext_lazy("Who funds what")
FIRST, FEW = 25, 10
"""So many funders, and so many of what follows them, stand on the page at once; the others open."""
FOLDED = 60
"""Up to so many funders the others are on the page, folded; with more of them a second address shows all."""
DRAWN = 15
"""So many funders are drawn by themselves, the others together."""
FILES: dict[str, tuple[str, Callable[[WhoFunds], str]]] = {
    "": ("who-funds", lambda found: written.table_as_csv(found.table)),
    "ways": ("funder-area-place", written.parts_as_csv),
    "together": ("where-funders-meet", written.meetings_as_csv),
    "pairs": ("charities-in-common", written.pairs_as_csv),
}
"""What the address may ask for as a file: its name and how it is written."""


@dataclass(frozen=True, slots=True)
class Row:
    """A funder's line. figures: each area with its pence and what part that is of the area, in words.

    bar: all of it, in basis points of the largest funder.
    """

    funder: Line
    figures: Sequence[tuple[Line, int, str]]
    total: int
    share: str
    grants: int
    bar: int


@only(*FUNDERS)
@require_safe
def who_funds(request: HttpRequest) -> HttpResponse:
    """Funders by area, the ways to places, and where several fund the same, on a day."""
    asked = RunningFilter(request.GET, also=("all",))
    if not asked.is_valid():
        return answers.refused_running(request, asked, page=PAGE, heading=HEADING)
    question, portfolio = asked.question, columns.current()
    found = counted.look(question, portfolio=portfolio)
    rests_on = freshness.of(question, portfolio=portfolio)
    rows, ways = _rows(found), found.largest(DRAWN)
    whole = "all" in request.GET or len(rows) <= FOLDED
    most = [in_words(each, rests_on.funders) for each in found.most()]
    context = {
        "empty": not portfolio.size,
        "lead": most[:1],
        "other_areas": most[1:],
        "total": summary.total_in_words(found.table),
        "where": summary.places_in_words(rests_on.places),
        "without": rests_on.funders - len(rows),
        "rests_on": rests_on,
        "passed_on": passed_on.of(question, portfolio),
        "others": summary.other_currencies(found.table),
        "undated": found.table.undated,
        "table": found.table,
        "areas": [rows[0].figures[place][0] for place in range(len(rows[0].figures))] if rows else [],
        "totals": _totals(found),
        "first": rows[:FIRST],
        "more": rows[FIRST:],
        "whole": whole,
        "with_all": answers.with_all(request.GET),
        "ways_line": ways_in_words(ways),
        "first_ways": ways[:FEW],
        "more_ways": ways[FEW:],
        "all_ways": len(ways),
        "met_line": met_in_words(found),
        "first_met": found.meetings[:FEW],
        "more_met": found.meetings[FEW:],
        "all_met": len(found.meetings),
        "pairs": found.pairs[:FEW],
        "more_pairs": len(found.pairs) > FEW,
        "unnamed": found.unnamed,
        "in_pounds": True,
        "rounded": any(figure % 100 for _row, _column, figure in found.table.records()),
        "without_funder": answers.without(request.GET, "on", "funder"),
    }
    return render(
        request,
        "funders_portal/who_funds.html",
        context | answers.running(asked, PAGE) | {"query": answers.without(request.GET, "all")},
    )


@only(*FUNDERS)
@require_safe
def who_funds_chart(request: HttpRequest) -> HttpResponse:
    """From funders through areas to places, as a Plotly figure (JSON)."""
    asked = RunningFilter(request.GET)
    if not asked.is_valid():
        return JsonResponse({"problems": asked.sentences()}, status=400)
    ways = [
        charts.Way((part.funder, part.area, part.place), part.pence)
        for part in counted.look(asked.question).largest(DRAWN)
    ]
    return JsonResponse(charts.sankey(ways, heads=[_("Funder"), _("Area"), _("Place")]))


@only(*FUNDERS)
@require_safe
def who_funds_csv(request: HttpRequest) -> HttpResponse:
    """One of the page's tables for a spreadsheet, every line of it."""
    asked = RunningFilter(request.GET, also=("what",))
    what = request.GET.get("what", "")
    if asked.is_valid() and what not in FILES:
        asked.form.add_error(None, f"what: {filters.unknown(what, FILES)}")
    if not asked.is_valid():
        return answers.refused_running(request, asked, page=PAGE, heading=HEADING)
    name, write = FILES[what]
    return answers.csv_file(write(counted.look(asked.question)), f"{name}-{asked.question.on}.csv")


def in_words(most: Most, members: int) -> str:
    """Three of the seven funders pay for 71 % of victim services."""
    told = _("%(n)s of the %(members)s funders pay for %(share)s of %(area)s.")
    if most.funders == 1:
        told = _("One of the %(members)s funders, %(name)s, pays for %(share)s of %(area)s.")
    if members == 1:
        told = _("The one funder looked at pays for %(share)s of %(area)s here.")
    return told % {
        "n": number(most.funders).capitalize(),
        "members": number(members),
        "name": most.largest.label,
        "share": summary.percent(most.pence, most.of),
        "area": lowered(most.area.label),
    }


def ways_in_words(ways: Sequence[Part]) -> str:
    """The most money on one way: £1.6m from Marrowstone for victim services (London)."""
    proper = [part for part in ways if not (part.funder.residual or part.area.residual or part.place.residual)]
    if not proper:
        return ""
    return _("The most money on one way: %(pounds)s from %(funder)s for %(area)s (%(place)s).") % {
        "pounds": money.short(proper[0].pence),
        "funder": proper[0].funder.label,
        "area": lowered(proper[0].area.label),
        "place": proper[0].place.label,
    }


def met_in_words(found: WhoFunds) -> str:
    """Areas and places with running grants: 24. Two or more funders pay in eleven of them, one alone in thirteen."""
    funded = len(found.meetings) + found.alone
    if not funded:
        return ""
    shared = [each for each in found.meetings if each.charities]
    told = _(
        "Areas and places with running grants: %(all)s. Two or more funders pay in %(met)s of them, "
        "one alone in %(one)s."
    )
    more = ngettext(
        "In %(n)s of them they pay the same charity.", "In %(n)s of them they pay the same charities.", len(shared)
    )
    said = told % {"all": number(funded), "met": number(len(found.meetings)), "one": number(found.alone)}
    return f"{said} {more % {'n': number(len(shared))}}" if found.meetings else said


def _rows(found: WhoFunds) -> list[Row]:
    table = found.table
    shown = [place for place, line in enumerate(table.columns) if not line.residual or table.column_totals[place]]
    largest = max([*table.row_totals, 1])
    return [
        Row(
            funder,
            [
                (table.columns[place], figures[place], _part(figures[place], table.column_totals[place]))
                for place in shown
            ],
            total,
            _part(total, table.total),
            grants,
            max(0, total) * 10_000 // largest,
        )
        for funder, figures, total, grants in zip(table.rows, table.cells, table.row_totals, found.grants, strict=True)
    ]


def _totals(found: WhoFunds) -> list[int]:
    return [
        total
        for line, total in zip(found.table.columns, found.table.column_totals, strict=True)
        if not line.residual or total
    ]


def _part(pence: int, whole: int) -> str:
    return summary.percent(pence, whole) if pence > 0 and whole else ""
