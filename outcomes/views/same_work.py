"""Grants that may pay for the same work: those concerned see them side by side, join them and part them again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import GRANTEES, Lead, Officer, SignedInRequest, Viewer, only
from accounts.filters import page_of
from accounts.models import Organisation, Person
from grants import joining, portfolio
from grants.models import Grant, Joining, JoiningAnswer
from outcomes import same_work as work
from priorities.models import Dimension, Link

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Side:
    """What every member funder may know of a grant, and no more."""

    grant: Grant
    places: list[portfolio.ShownPlace]
    areas: list[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """A joining as one person sees it: `answers`, whether she has a word on it; `said`, whether she gave it."""

    joining: Joining
    sides: list[Side]
    given: list[JoiningAnswer]
    missing: list[Organisation]
    answers: bool
    said: bool

    @property
    def heading(self) -> str:
        if self.joining.ended_at:
            return _("Kept apart")
        if self.joining.joined_at:
            return _("Joined: one report")
        return _("Only run at the same time") if self.joining.because == Joining.DAYS else _("May be one work")


@only(Officer, Viewer, *GRANTEES)
@require_safe
def same_work(request: SignedInRequest) -> HttpResponse:
    """What waits for a word first, then what is joined, then what was parted or set aside."""
    found = Joining.objects.visible_to(request.user).select_related("recipient", "project", "ended_by")
    state = Case(
        When(ended_at__isnull=False, then=Value(3)),
        When(joined_at__isnull=False, then=Value(2)),
        When(because=Joining.DAYS, then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    ordered = found.annotate(state=state).order_by("state", "-made_at", "-id")
    page = page_of(Paginator(ordered, PAGE_SIZE), request.GET)
    shown = list(_shown(list(page.object_list), request.user))
    context = {"page": page, "shown": shown, "waiting": joining.waiting(request.user)}
    return render(request, "outcomes/same_work.html", context)


def _shown(joinings: list[Joining], person: Person) -> Iterable[Shown]:
    sides = _sides(joinings)
    answers: dict[int, list[JoiningAnswer]] = defaultdict(list)
    for answer in JoiningAnswer.objects.filter(joining__in=joinings).select_related("organisation"):
        answers[answer.joining_id].append(answer)
    mine = set(
        Joining.objects.answerable_by(person).filter(pk__in=[each.pk for each in joinings]).values_list("pk", flat=True)
    )
    own = {*person.officer_ids, *person.grantee_ids}
    for each in joinings:
        given = answers[each.pk]
        said = {one.organisation_id for one in given}
        funders = {side.grant.funder for side in sides[each.pk]}
        missing = sorted((one for one in funders if one.pk not in said), key=lambda one: (one.name, one.pk))
        yield Shown(each, sides[each.pk], given, missing, each.pk in mine, bool(said & own))


def _sides(joinings: list[Joining]) -> dict[int, list[Side]]:
    """By joining its grants; those that were removed are left out."""
    parts: dict[int, list[int]] = defaultdict(list)
    rows = Joining.grants.through.objects.filter(joining__in=joinings).order_by("joining", "grant")  # type: ignore[attr-defined]
    for pk, grant in rows.values_list("joining", "grant"):
        parts[pk].append(grant)
    ids = {grant for some in parts.values() for grant in some}
    grants = Grant.objects.current().with_running_period().filter(pk__in=ids).select_related("funder")
    areas: dict[int, list[str]] = defaultdict(list)
    links = Link.objects.filter(grant__in=ids, dimension=Dimension.PRIORITY).select_related("code")
    for link in links.order_by("code__order"):
        areas[link.grant_id].append(str(link.code))
    sides = {
        each.pk: Side(each, portfolio.shown_locations(portfolio.as_protected(each, True)), areas[each.pk])
        for each in grants.prefetch_related("locations")
    }
    return defaultdict(list, {pk: [sides[each] for each in some if each in sides] for pk, some in parts.items()})


@only(Officer, Lead)
@require_POST
def same_work_answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """same=yes: one work, also where that was parted or set aside before; same=no: not the same work."""
    said = request.POST.get("same")
    found = _own(request, pk)
    if said not in ("yes", "no"):
        messages.error(request, _("Choose one of the two: the same work, or not."))
    elif said == "no":
        _do(request, lambda: _other(work.answer(found, same=False, by=request.user, at=timezone.now())))
    elif found.ended_at:
        _do(request, lambda: _same(work.again(found, by=request.user, at=timezone.now())))
    else:
        _do(request, lambda: _same(work.answer(found, same=True, by=request.user, at=timezone.now())))
    return redirect("same_work")


@only(Officer, Lead)
@require_POST
def same_work_part(request: SignedInRequest, pk: int) -> HttpResponse:
    """One click: everything as before."""
    found = _own(request, pk)
    _do(request, lambda: _parted(work.part(found, by=request.user, at=timezone.now())))
    return redirect("same_work")


def _own(request: SignedInRequest, pk: int) -> Joining:
    return get_object_or_404(Joining.objects.answerable_by(request.user), pk=pk)


def _do(request: SignedInRequest, deed: Callable[[], str]) -> None:
    try:
        messages.success(request, deed())
    except joining.CannotJoin as problem:
        messages.error(request, str(problem))


def _same(answered: Joining) -> str:
    if answered.is_standing:
        return _("Joined. One report for all of these grants from now on; you can part them again here.")
    return _("Kept. They are joined when the others concerned have said so too, or the charity has.")


def _other(answered: Joining) -> str:
    return _("Kept. These grants stay apart, each with its own report.")


def _parted(answered: Joining) -> str:
    return _("Parted. Every grant has its own project, reports and drafts again.")
