"""The list of shortfalls, what is said of each, and the thresholds. Funders and the secretariat read all of it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, cast
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import once
from accounts.access import FUNDERS, Officer, Secretariat, may, only
from accounts.models import Organisation, Person
from counting import periods
from priorities import gaps as work
from priorities import kinds
from priorities.filters import GapFilter
from priorities.models import GapRules, Looking, SetAside
from priorities.shortfall import asides
from priorities.shortfall.shortfalls import Gaps, Sentence
from priorities.views import gap_forms

FILTERS = ("on", "kind", "priority")


def person(request: HttpRequest) -> Person:
    """Whoever passed a guard that lets no strangers in."""
    return cast(Person, request.user)


@only(*FUNDERS)
@require_safe
def gaps(request: HttpRequest) -> HttpResponse:
    """The whole list, with what was set aside at its end."""
    return _list(request, request.GET)


def _list(request: HttpRequest, query: QueryDict, **more: Any) -> HttpResponse:
    """The list as these parameters ask for it; `more`: a form that was refused, and whose line it belongs to."""
    asked = GapFilter(query)
    if not asked.is_valid():
        return render(request, "priorities/gaps_refused.html", {"problems": asked.sentences()}, status=400)
    chosen = asked.form.cleaned_data
    whole = work.table(on=chosen["on"] or timezone.localdate(), person=person(request))
    found = whole.only(kind=chosen["kind"], row=chosen["priority"])
    context = {
        "found": found,
        "chosen": chosen,
        "areas": _chips(query, "priority", asked.form.fields["priority"].choices, chosen["priority"]),
        "kinds": _chips(query, "kind", _counted(whole.only(row=chosen["priority"])), chosen["kind"]),
        "back": _kept(query),
        # Something is said of the list as it stands today, not of another day's.
        "says": found.on == timezone.localdate() and may(request.user, Officer, Secretariat),
        "looks": may(request.user, Officer),
        "own": Organisation.objects.filter(id__in=person(request).officer_ids),
        "writes_for": person(request).officer_ids,
        "once": uuid4(),
        "usual_day": periods.add_months(timezone.localdate(), gap_forms.USUAL_ASIDE),
        **more,
    }
    return render(request, "priorities/gaps.html", context, status=422 if more else 200)


def _counted(found: Gaps) -> list[tuple[str, str]]:
    counts = {kind: sum(gap.kind == kind for gap in found.every) for kind in work.KINDS}
    return [(kind, f"{kinds.word(kind)} ({count})") for kind, count in counts.items() if count]


def _chips(query: QueryDict, name: str, choices: Any, chosen: str) -> list[tuple[str, str, bool]]:
    """Each choice in words, the query that asks for it, and whether it is the one; the first takes the choice back."""
    return [
        (str(words), _kept(query, **{name: code}), code == chosen) for code, words in [("", _("All")), *choices]
    ]  # fmt: skip


def _kept(query: QueryDict, **changed: str) -> str:
    kept = QueryDict(mutable=True)
    for name in FILTERS:
        if value := changed.get(name, query.get(name, "")):
            kept[name] = value
    return kept.urlencode()


def posted(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For what is sent from the list: a refusal stands at its address, and whoever opens that anew gets the list."""
    answers = require_POST(view)

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("gaps") if request.method in ("GET", "HEAD") else answers(request, *args, **kwargs)

    return guarded


@only(Officer, Secretariat)
@posted
def gap_set_aside(request: HttpRequest) -> HttpResponse:
    """Set a line, or one of its places, aside with a reason and a day to look again."""
    sent, at = once.key(request.POST), timezone.now()
    if address := once.led_to(sent):
        return redirect(address)
    line = _line(request)
    if line is None:
        return _gone(request)
    form = gap_forms.AsideForm(request.POST, line=line, today=timezone.localdate(at))
    if not form.is_valid():
        return _list(request, QueryDict(request.POST.get("back", "")), wrong=form, aside_form=form, wrong_line=line)

    def work_() -> str:
        said = form.cleaned_data
        asides.set_aside(
            gaps=form.gaps, reason=said["reason"], look_again_on=said["look_again_on"], by=person(request), at=at
        )
        return _back(request)

    try:
        address = once.take(sent, at=at, work=work_)
    except asides.AlreadyAside as already:
        form.add_error(None, str(already))
        return _list(request, QueryDict(request.POST.get("back", "")), wrong=form, aside_form=form, wrong_line=line)
    messages.success(request, _("Set aside. It stands at the end of the list and comes back by itself."))
    return redirect(address)


@only(Officer, Secretariat)
@require_POST
def gap_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(SetAside.objects.select_related("area"), pk=pk)
    asides.take_back(row=row, by=person(request), at=timezone.now())
    messages.success(request, _("It stands in the list again."))
    return redirect(_back(request))


@only(Officer)
@posted
def gap_looking(request: HttpRequest) -> HttpResponse:
    """Say that a funder is looking at a line, or at one of its places."""
    sent, at = once.key(request.POST), timezone.now()
    if address := once.led_to(sent):
        return redirect(address)
    line = _line(request)
    if line is None:
        return _gone(request)
    form = gap_forms.LookingForm(request.POST, line=line, person=person(request))
    if not form.is_valid():
        return _list(request, QueryDict(request.POST.get("back", "")), wrong=form, looking_form=form, wrong_line=line)

    def work_() -> str:
        said = form.cleaned_data
        asides.look_at(
            gaps=form.gaps,
            funder=said["funder"],
            note=said["note"],
            is_open=said["is_open"],
            by=person(request),
            at=at,
        )
        return _back(request)

    address = once.take(sent, at=at, work=work_)
    messages.success(request, _("Noted. It goes by itself when a grant arrives there."))
    return redirect(address)


@only(Officer)
@require_POST
def gap_looking_end(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Looking.objects.visible_to(request.user).filter(funder__in=person(request).officer_ids)
    asides.stop_looking(row=get_object_or_404(rows, pk=pk), by=person(request), at=timezone.now())
    messages.success(request, _("Taken away."))
    return redirect(_back(request))


@only(*FUNDERS)
def gap_rules(request: HttpRequest) -> HttpResponse:
    """Everybody may look; the form counts only from the secretariat."""
    writes, rules = may(request.user, Secretariat), GapRules.current()
    if request.method == "POST" and not writes:
        raise PermissionDenied
    form = gap_forms.RulesForm(request.POST if request.method == "POST" else None, rules=rules)
    if form.is_valid():
        asides.change_rules(**form.cleaned_data, by=person(request), at=timezone.now())
        messages.success(request, _("Saved. The list of shortfalls follows it from now on."))
        return redirect("gap_rules")
    context = {"form": form, "writes": writes, "rules": kinds.rules_in_words(rules)}
    return render(request, "priorities/gap_rules.html", context, status=422 if form.is_bound else 200)


def _line(request: HttpRequest) -> Sentence | None:
    """The line, or the single place, that a form is about, as it stands today."""
    found = work.table(on=timezone.localdate(), person=person(request))
    kind, key, which = (request.POST.get(name, "") for name in ("kind", "gap", "which"))
    for line in found.aside:
        # Somebody may have set it aside since the form was opened; then it is that line.
        if (line.kind, line.key) == (kind, which or key):
            return line
    try:
        return found.line(kind, key)
    except KeyError:
        pass
    try:
        gap = found.gap(key, kind)
    except KeyError:
        return None
    return Sentence(gap.kind, gap.sentence, [gap])


def _gone(request: HttpRequest) -> HttpResponse:
    messages.warning(request, _("This is not in the list as of today, so nothing was changed."))
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """The list as it was asked for."""
    query = _kept(QueryDict(request.POST.get("back", "")[:150]))
    return reverse("gaps") + (f"?{query}" if query and GapFilter(QueryDict(query)).is_valid() else "")
