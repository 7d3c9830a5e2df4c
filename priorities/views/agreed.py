"""What the group agreed: its targets, and what it watches. Funders read, the secretariat writes."""

from __future__ import annotations

from typing import cast
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import once
from accounts.access import FUNDERS, Secretariat, may, only
from accounts.models import Person
from priorities import forms
from priorities import targets as work
from priorities.models import Code, Dimension, Target, Watch


def person(request: HttpRequest) -> Person:
    """Whoever passed a guard that lets no strangers in."""
    return cast(Person, request.user)


@only(*FUNDERS)
@require_safe
def targets(request: HttpRequest) -> HttpResponse:
    rows = Target.objects.select_related("area", "column")
    today = timezone.localdate()
    context = {
        "standing": rows.standing_on(today),
        "ended": rows.filter(valid_to__lt=today),
        "writes": may(request.user, Secretariat),
    }
    return render(request, "priorities/targets.html", context)


@only(Secretariat)
def target_add(request: HttpRequest) -> HttpResponse:
    form = forms.TargetForm(request.POST or None)
    if request.method == "POST" and (address := _added(request, form)):
        messages.success(request, _("The target is added."))
        return redirect(address)
    context = {"form": form, "once": uuid4()}
    return render(request, "priorities/target.html", context, status=422 if request.method == "POST" else 200)


def _added(request: HttpRequest, form: forms.TargetForm) -> str:
    """The list with the target this form adds, or did at an earlier click; "" where an answer is to be mended."""
    sent, by, at = once.key(request.POST), person(request), timezone.now()
    if not form.is_valid():
        return once.led_to(sent)

    def add() -> str:
        work.add(**form.cleaned_data, by=by, at=at)
        return reverse("targets")

    return once.take(sent, at=at, work=add)


@only(Secretariat)
def target_edit(request: HttpRequest, pk: int) -> HttpResponse:
    target = get_object_or_404(Target.objects.select_related("area", "column"), pk=pk)
    form = forms.TargetForm(request.POST or None, target=target)
    if request.method == "POST" and form.is_valid():
        work.change(target=target, **form.cleaned_data, by=person(request), at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("targets")
    context = {"form": form, "target": target}
    return render(request, "priorities/target.html", context, status=422 if request.method == "POST" else 200)


@only(Secretariat)
@require_POST
def target_end(request: HttpRequest, pk: int) -> HttpResponse:
    target = get_object_or_404(Target.objects.select_related("area", "column"), pk=pk)
    work.end(target=target, on=timezone.localdate(), by=person(request), at=timezone.now())
    messages.success(request, _("The target ends today. It stays in the list of ended ones."))
    return redirect("targets")


@only(*FUNDERS)
def watch(request: HttpRequest) -> HttpResponse:
    """Everybody may look; the form counts only from the secretariat."""
    areas = list(Code.objects.ordinary().filter(dimension=Dimension.PRIORITY))
    writes = may(request.user, Secretariat)
    if request.method == "POST" and not writes:
        raise PermissionDenied
    form = forms.WatchForm(request.POST if request.method == "POST" else None, areas=areas)
    if form.is_valid():
        work.watch(pairs=form.pairs, by=person(request), at=timezone.now())
        messages.success(request, _("Saved. The list of shortfalls follows it from now on."))
        return redirect("watch")
    watched = set(Watch.objects.values_list("area", "dimension"))
    columns = [("", _("as a whole")), *((each.value, each.label) for each in Dimension if each != Dimension.PRIORITY)]
    rows = [
        (area, [(f"{area.pk}:{name}", label, (area.pk, name) in watched) for name, label in columns]) for area in areas
    ]
    context = {"form": form, "rows": rows, "columns": columns, "writes": writes}
    return render(request, "priorities/watch.html", context, status=422 if form.is_bound else 200)
