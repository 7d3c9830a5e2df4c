"""The groups that the funders named as neglected, and what says that a running grant reaches each."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import django_filters
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.access import FUNDERS, only
from funders_portal import written
from funders_portal.dashboards.answers import csv_file
from grants.models import Grant
from priorities import columns, sentences
from priorities.filters import OneEachForm, Telling, days
from priorities.shortfall import neglected
from priorities.shortfall.neglected import Named


class OnFilter(Telling, django_filters.FilterSet):  # type: ignore[misc]
    """The day, and nothing else."""

    on = days(_("On"))

    class Meta:
        form = OneEachForm


@only(*FUNDERS)
@require_safe
def neglected_page(request: HttpRequest) -> HttpResponse:
    """One sentence, the table, and forced labour and domestic servitude beside sexual exploitation."""
    asked = OnFilter(request.GET, Grant.objects.none())
    if not asked.is_valid():
        return _refused(request, asked)
    on, portfolio = _on(asked), columns.current()
    rows = neglected.table(on=on, portfolio=portfolio)
    context = {
        "on": on,
        "rows": rows,
        "finding": finding(rows),
        "forms": neglected.forms(on=on, portfolio=portfolio),
        "query": request.GET.urlencode(),
        "day_field": _day_field(on),
    }
    return render(request, "funders_portal/neglected.html", context)


@only(*FUNDERS)
@require_safe
def neglected_csv(request: HttpRequest) -> HttpResponse:
    asked = OnFilter(request.GET, Grant.objects.none())
    if not asked.is_valid():
        return _refused(request, asked)
    return csv_file(written.neglected_as_csv(neglected.table(on=_on(asked))), f"named-by-the-funders-{_on(asked)}.csv")


def finding(rows: list[Named]) -> str:
    """How many of the named groups no running grant says it reaches."""
    missed = sum(not row.number for row in rows)
    if not missed:
        return _("A running grant says that it reaches each of the groups that the funders named.")
    return ngettext(
        "Of %(all)s groups that the funders named, %(n)s is reached by no running grant that says so.",
        "Of %(all)s groups that the funders named, %(n)s are reached by no running grant that says so.",
        missed,
    ) % {"all": len(rows), "n": sentences.number(missed)}


def _on(asked: OnFilter) -> Any:
    return asked.form.cleaned_data["on"] or timezone.localdate()


def _day_field(on: Any) -> Any:
    """The chooser of the day, with the day that is shown."""
    form = OnFilter(QueryDict(urlencode({"on": on.isoformat()})), Grant.objects.none()).form
    form.all_optional = True
    return form["on"]


def _refused(request: HttpRequest, asked: OnFilter) -> HttpResponse:
    return render(request, "priorities/gaps_refused.html", {"problems": asked.sentences()}, status=400)
