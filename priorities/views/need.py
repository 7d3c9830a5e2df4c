"""Need figures: the statistics kept here, each with every value it had; the secretariat adds and removes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, cast
from uuid import uuid4

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import once
from accounts.access import FUNDERS, Secretariat, may, only
from accounts.models import Person
from counting import places
from grants import spreadsheet
from priorities import forms
from priorities.models import NeedFigure, NeedSeries
from priorities.need import files as need_files
from priorities.need import history as need_history
from priorities.need import loading as need_loading
from priorities.need.history import History, Line
from priorities.need.loading import Checked


def person(request: HttpRequest) -> Person:
    """Whoever passed a guard that lets no strangers in."""
    return cast(Person, request.user)


@only(*FUNDERS)
@require_safe
def need_figures(request: HttpRequest) -> HttpResponse:
    """Every statistic of need that is kept, with how many figures it has."""
    standing = Q(figures__removed_at=None)
    rows = NeedSeries.objects.annotate(
        count=Count("figures", filter=standing),
        until=Max("figures__last", filter=standing),
        published=Max("figures__published_on", filter=standing),
    ).order_by("kind", "people")
    by_kind = [(words, [row for row in rows if row.kind == kind]) for kind, words in NeedSeries.KINDS]
    context = {"kinds": [(words, found) for words, found in by_kind if found], "writes": may(request.user, Secretariat)}
    return render(request, "priorities/need_figures.html", context)


@only(*FUNDERS)
@require_safe
def need_series(request: HttpRequest, code: str) -> HttpResponse:
    """One statistic: each figure with the values it had before, what the parts leave, and what was removed."""
    series = get_object_or_404(NeedSeries.objects.select_related("provides_for"), code=code)
    history = History.on(None).of(series)
    context = {
        "series": series,
        "groups": _published_together(need_history.lines(history)),
        "rests": list(need_history.rests(history)),
        "removed": series.figures.exclude(removed_at=None).select_related("removed_by", "series"),
        "place": places.named(series.place),
        "entries": series.codes.order_by("dimension", "order"),
        "writes": may(request.user, Secretariat),
    }
    return render(request, "priorities/need_series.html", context)


def _published_together(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Lines by period, and by where and when they were published."""
    groups: dict[object, list[Line]] = defaultdict(list)
    for line in lines:
        each = line.figure
        groups[each.last, each.first, each.published_on, each.source, each.url].append(line)
    return [{"figure": found[0].figure, "lines": found} for found in groups.values()]


@only(Secretariat)
def need_add(request: HttpRequest) -> HttpResponse:
    """Look a file over; then take all of it or nothing."""
    if request.method != "POST":
        return render(request, "priorities/need_add.html", {"form": forms.NeedForm(), "once": uuid4()})
    if address := once.led_to(once.key(request.POST)):
        return redirect(address)
    form = forms.NeedForm(request.POST, request.FILES)
    if not form.is_valid():
        status = 413 if form.too_large else 422
        return render(request, "priorities/need_add.html", {"form": form, "once": uuid4()}, status=status)
    text = form.cleaned_data["text"]
    checked = need_loading.check(text, on=timezone.localdate())
    if checked.sound and "apply" in request.POST and (address := _taken(request, text)):
        return redirect(address)
    shown = forms.NeedForm(initial={"rows": text})
    context = {"form": shown, "checked": checked, "told": _told(checked), "once": uuid4()}
    return render(request, "priorities/need_add.html", context, status=200 if checked.sound else 422)


def _taken(request: HttpRequest, text: str) -> str:
    """Where a file that was taken leads; "" where it no longer goes with what stands here by now."""
    at = timezone.now()

    def add() -> str:
        count = need_loading.add(text=text, by=person(request), at=at)
        messages.success(
            request, ngettext("%(n)s figure is added.", "%(n)s figures are added.", count) % {"n": f"{count:,}"}
        )
        return reverse("need_figures")

    try:
        return once.take(once.key(request.POST), at=at, work=add)
    except need_loading.NotSound:
        return ""


SHOWN = 200
"""Up to so many problems are told at once; a file with more is mended in steps."""


def _told(checked: Checked) -> dict[str, Any]:
    return {"problems": checked.problems[:SHOWN], "more": max(0, len(checked.problems) - SHOWN)}


EXAMPLE = (
    {
        "series": "support-contract", "first": "2023-07-01", "last": "2024-06-30", "value": "3,600",
        "change": "2 %",
    },
    {
        "series": "support-contract", "first": "2023-07-01", "last": "2024-06-30", "place": "North West",
        "value": "360", "share": "10 %",
    },
    {
        "series": "support-contract", "first": "2023-07-01", "last": "2024-06-30", "of": "group: adult_men",
        "share": "two thirds",
    },
    {
        "series": "safe-house-places", "people": "Places in safe houses", "kind": "capacity", "counts": "places",
        "whole": "England and Wales", "first": "2023-07-01", "last": "2024-06-30", "value": "1,200",
    },
)  # fmt: skip
"""Invented figures that show every kind of line."""


@only(Secretariat)
@require_safe
def need_example(request: HttpRequest) -> HttpResponse:
    """A file that could be brought in as it is; its figures are invented and say so in their source."""
    said = {
        "published_on": "2024-10-18",
        "source": _("Invented, to show how a line is written"),
        "url": "https://www.example.org/report",
    }
    columns = need_files.COLUMNS
    lines = [[{**said, **line}.get(name, "") for name in columns] for line in EXAMPLE]
    return HttpResponse(
        spreadsheet.text([columns, *lines]),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="need-figures-example.csv"'},
    )


@only(Secretariat)
@require_POST
def need_remove(request: HttpRequest, pk: int) -> HttpResponse:
    figure = get_object_or_404(NeedFigure.objects.standing().select_related("series"), pk=pk)
    need_loading.remove(figure=figure, by=person(request), at=timezone.now())
    messages.success(request, _("The figure is removed. It can be put back below."))
    return redirect("need_series", figure.series.code)


@only(Secretariat)
@require_POST
def need_restore(request: HttpRequest, pk: int) -> HttpResponse:
    figure = get_object_or_404(NeedFigure.objects.exclude(removed_at=None).select_related("series"), pk=pk)
    try:
        with transaction.atomic():
            need_loading.restore(figure=figure, by=person(request), at=timezone.now())
        messages.success(request, _("The figure stands again."))
    except IntegrityError:
        messages.error(request, _("Another value of the same day stands in its place by now. Remove that one first."))
    return redirect("need_series", figure.series.code)
