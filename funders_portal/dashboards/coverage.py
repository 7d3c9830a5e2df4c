"""By area and place: money by any two things, and the grants behind every figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

import numpy as np
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import FUNDERS, only
from accounts.models import Person
from counting.tables import PENCE, Table
from funders_portal import charts, choices, summary, written
from funders_portal.dashboards.answers import csv_file, refused
from grants.models import Grant
from priorities import columns, coverage, filters, freshness, gaps, kinds, passed_on
from priorities.columns import Portfolio
from priorities.coverage import Asked, Question
from priorities.filters import CoverageFilter
from priorities.memory.blocks import Ints
from priorities.shortfall.shortfalls import Sentence, Task

GRANTS_A_PAGE = 50


@only(*FUNDERS)
@require_safe
def coverage_page(request: HttpRequest) -> HttpResponse:
    """The figures by any two things, from the choices in the address."""
    asked = CoverageFilter(request.GET)
    if not asked.is_valid():
        return refused(request, asked)
    question, portfolio = asked.question, columns.current()
    table = coverage.table(question, portfolio=portfolio)
    rests_on = freshness.of(question, portfolio=portfolio, answer=table)
    return render(
        request,
        "funders_portal/coverage_by.html",
        {
            **_choices(asked, request.GET),
            **_figures(summary.trimmed(table), _counts(question, portfolio), question.columns),
            "rests_on": rests_on,
            "where": summary.places_in_words(rests_on.places),
            "passed_on": passed_on.of(question, portfolio),
            "empty": not portfolio.size,
        },
    )


@only(*FUNDERS)
@require_safe
def coverage_chart(request: HttpRequest) -> HttpResponse:
    """The same figures as a Plotly figure (JSON)."""
    asked = CoverageFilter(request.GET)
    if not asked.is_valid():
        return JsonResponse({"problems": asked.sentences()}, status=400)
    return JsonResponse(charts.heatmap(summary.trimmed(coverage.table(asked.question))))


@only(*FUNDERS)
@require_safe
def coverage_csv(request: HttpRequest) -> HttpResponse:
    """The same figures for a spreadsheet, every row and column."""
    asked = CoverageFilter(request.GET)
    if not asked.is_valid():
        return refused(request, asked)
    return csv_file(written.table_as_csv(coverage.table(asked.question)), f"coverage-{asked.question.on}.csv")


@only(*FUNDERS)
@require_safe
def coverage_grants(request: HttpRequest) -> HttpResponse:
    """The grants behind one figure, or behind one sentence of the list, each with its part."""
    asked = CoverageFilter(request.GET, also=("row", "column", "gap", "kind", "page"))
    if not asked.is_valid() or not _names_a_figure(asked):
        return refused(request, asked)
    portfolio, query = columns.current(), request.GET
    if query.get("gap"):
        behind = _behind_sentence(asked.question, portfolio, query["gap"], query.get("kind", ""), _person(request))
    else:
        behind = _behind_figure(asked.question, portfolio, query.get("row"), query.get("column"))
    page = Paginator(behind.ids, GRANTS_A_PAGE).get_page(query.get("page"))
    shown: list[int] = cast(Any, page.object_list).tolist()
    grants = Grant.objects.visible_to(request.user).with_running_period().select_related("funder").in_bulk(shown)
    first = page.start_index() - 1 if shown else 0
    here = zip(shown, behind.parts[first:].tolist()[:GRANTS_A_PAGE], strict=True)
    context = {
        "heading": behind.heading,
        "sentence": behind.sentence,
        "lines": [(grants[each], None if each in behind.apart else part) for each, part in here if each in grants],
        "together": coverage.pounds_together(behind.ids, behind.parts, portfolio),
        "page": page,
        "back": _query(query, "row", "column", "gap", "kind", "page"),
    }
    return render(request, "funders_portal/coverage_grants.html", context | _choices(asked, query))


def _names_a_figure(asked: CoverageFilter) -> bool:
    """Whether the row and the column in the address are codes of what is shown, and the kind one that there is; where
    not, the form says so."""
    for name, dimension in zip(("row", "column"), asked.question.shown, strict=True):
        code, known = asked.data.get(name), [code for code, _label in asked.codes(dimension)]
        if code and code not in known:
            asked.form.add_error(None, f"{name}: {filters.unknown(code, known)}")
    kind, there_are = asked.data.get("kind"), (*kinds.KINDS, kinds.WAITING)
    if kind and kind not in there_are:
        asked.form.add_error(None, f"kind: {filters.unknown(kind, there_are)}")
    return bool(asked.is_valid())


def _choices(asked: CoverageFilter, data: QueryDict) -> dict[str, Any]:
    return {
        **choices.sheet(asked),
        "question": asked.question,
        "counted": choices.in_words(asked.question),
        "by": choices.by_in_words(asked.question),
        "narrowing": choices.narrowing(asked, data),
        "query": data.urlencode(),
        "on": asked.question.on,
    }


def _figures(table: Table, counts: Mapping[str, int], columns: str) -> dict[str, Any]:
    return {
        "table": table,
        "lines": [
            (row, list(zip(table.columns, figures, strict=True)), total)
            for row, figures, total in zip(table.rows, table.cells, table.row_totals, strict=True)
        ],
        "narrow_rows": summary.rows(table, counts),
        "total": summary.total_in_words(table),
        "finding": summary.finding(table, columns),
        "others": summary.other_currencies(table),
        "in_pounds": table.unit == PENCE,
        "rounded": table.unit == PENCE and any(figure % 100 for _row, _column, figure in table.records()),
    }


def _counts(question: Question, portfolio: Portfolio) -> dict[str, int]:
    """How many grants touch each row (by code), where that is the same grants whose money is shown."""
    if question.measure == coverage.SPREAD:
        return {}
    if question.measure == coverage.AWARDED and not question.has_window:
        question = replace(question, first=date.min)
    return coverage.row_counts(question, portfolio=portfolio)


@dataclass(frozen=True)
class _Behind:
    """The grants (ids) behind a figure or a sentence with their parts, the largest first; of those `apart` no part is
    told, since they only may reach the places of the sentence."""

    ids: Ints
    parts: Ints
    heading: str = ""
    sentence: Sentence | Task | None = None
    apart: frozenset[int] = frozenset()

    @classmethod
    def of(cls, ids: Ints, parts: Ints, **told: Any) -> _Behind:
        order = np.lexsort((ids, -parts))
        return cls(ids[order], parts[order], **told)

    @classmethod
    def of_sentence(cls, parts: Mapping[int, int | None], sentence: Sentence | Task) -> _Behind:
        return cls.of(
            np.fromiter(parts, np.int64, len(parts)),
            np.array([part or 0 for part in parts.values()], np.int64),
            sentence=sentence,
            apart=frozenset(grant for grant, part in parts.items() if part is None),
        )


def _behind_figure(question: Question, portfolio: Portfolio, row: str | None, column: str | None) -> _Behind:
    asked = Asked(question, portfolio)
    try:
        ids, parts = asked.behind(row or None, column or None)
    except KeyError as unknown:
        raise Http404 from unknown
    named = zip(question.shown, (row, column), strict=True)
    labels = [line.label for each, code in named for line in asked.lines(each) if line.code == code]
    return _Behind.of(ids, parts, heading=" · ".join(labels))


def _behind_sentence(question: Question, portfolio: Portfolio, key: str, kind: str, person: Person) -> _Behind:
    short = gaps.table(on=question.on, portfolio=portfolio, person=person)
    if kind == key == kinds.WAITING:
        return _behind_task(next((each for each in short.tasks if each.kind == kind), None))
    try:
        line = short.line(kind, key)
    except KeyError as unknown:
        raise Http404 from unknown
    return _Behind.of_sentence(_parts_of(line, question.on, portfolio), line)


def _behind_task(task: Task | None) -> _Behind:
    if task is None:
        raise Http404
    awards = Grant.objects.filter(id__in=task.grants).values_list("id", "amount_awarded")
    return _Behind.of_sentence(dict(awards), task)


def _parts_of(line: Sentence, on: date, portfolio: Portfolio) -> dict[int, int | None]:
    """Each grant of a sentence with its part in the sentence's places; None where it only may reach them."""
    parts: dict[int, int | None] = dict.fromkeys(line.grants)
    for gap in line.gaps:
        across = gap.dimension or Question.columns
        for column in gap.columns or (None,):
            asked = Question(columns=across, on=on)
            found = coverage.grant_parts(asked, row=gap.row, column=column, portfolio=portfolio)
            for grant, pence in found.items():
                if grant in parts:
                    parts[grant] = (parts[grant] or 0) + pence
    return parts


def _person(request: HttpRequest) -> Person:
    """Whoever passed a guard that lets no strangers in."""
    return cast(Person, request.user)


def _query(data: QueryDict, *without: str) -> str:
    rest = data.copy()
    for name in without:
        rest.pop(name, None)
    return rest.urlencode()
