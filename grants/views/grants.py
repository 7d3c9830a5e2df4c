"""Grants as people find them, read them, add and change them."""

from __future__ import annotations

from typing import Any, cast
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts import once
from accounts.access import FUNDERS, GRANTEES, Officer, Secretariat, SignedInRequest, may, only
from accounts.filters import page_of
from accounts.models import Organisation, Person
from grants import forms, listing, portfolio, spreadsheet, writing
from grants.filters import GrantFilter, programmes, tellable
from grants.joining import CannotJoin
from grants.models import Grant, ImportRow, Joining, RelatedGrant

WRITERS = (Officer, Secretariat)
PROGRAMMES_TO_CHOOSE_FROM = 200


def person(request: HttpRequest) -> Person:
    """Whoever passed a guard that lets no strangers in."""
    return cast(Person, request.user)


# --- the list -----------------------------------------------------------------------------------------------------
@only(*FUNDERS, *GRANTEES)
@require_safe
def grants(request: HttpRequest) -> HttpResponse:
    data = request.GET.copy()
    number = (data.pop("page", None) or ["1"])[-1]
    asked = GrantFilter(data, Grant.objects.visible_to(request.user), request=request)
    if not asked.is_valid():
        return _refused(request, asked)
    totals, pages = listing.of(asked.qs, texts=bool(asked.form.cleaned_data["search"]))
    context = {
        "page": page_of(pages, {"page": number}),
        "totals": totals,
        "said": listing.said(asked),
        "sorting": listing.sorting(asked),
        "others_hold_back": may(request.user, *FUNDERS)
        and Grant.objects.current().held_back_from(request.user).exists(),
    }
    return render(request, "grants/list.html", {**context, **_choices(asked)})


def _refused(request: HttpRequest, asked: GrantFilter) -> HttpResponse:
    return render(request, "grants/list.html", {"refused": True, **_choices(asked)}, status=400)


def _choices(asked: GrantFilter) -> dict[str, Any]:
    """What the filter form offers beyond its own fields; programmes only where they are few enough to choose from."""
    named = list(programmes(asked.queryset)[: PROGRAMMES_TO_CHOOSE_FROM + 1])
    chosen = getattr(asked.form, "cleaned_data", {})
    funders = Organisation.objects.funders().values_list("pk", "name")
    return {
        "asked": asked,
        "query": asked.data.urlencode(),
        "funders": [(pk, name, pk in chosen.get("funder", ())) for pk, name in funders],
        "programmes": tellable(named) if len(named) <= PROGRAMMES_TO_CHOOSE_FROM else [],
        "chosen_programmes": chosen.get("programme", []),
        "writes": may(asked.request.user, *WRITERS),
        "marks": bool(asked.request.user.funder_ids),
    }


@only(*FUNDERS, *GRANTEES)
@require_GET
def grants_csv(request: HttpRequest) -> HttpResponse:
    """Exactly the grants that the list with this address shows, in its order."""
    data = request.GET.copy()
    data.pop("page", None)
    asked = GrantFilter(data, Grant.objects.visible_to(request.user), request=request)
    if not asked.is_valid():
        return _refused(request, asked)
    lines = spreadsheet.lines(spreadsheet.rows(asked.qs))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="grants-{timezone.localdate()}.csv"'
    return response  # type: ignore[return-value]


# --- one grant ----------------------------------------------------------------------------------------------------
@only(*FUNDERS, *GRANTEES)
@require_safe
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    found = Grant.objects.visible_to(request.user) | Grant.objects.restorable_by(request.user)
    shown = get_object_or_404(found.select_related("funder", "project").prefetch_related("locations"), pk=pk)
    visible = Grant.objects.visible_to(request.user).select_related("funder")
    editable = shown.may_be_edited_by(request.user)
    relations = list(shown.relations.select_related("other"))
    places = portfolio.shown_locations(shown)
    context = {
        "grant": shown,
        "state": portfolio.state_on(shown, timezone.localdate()),
        "recipients": shown.recipients.prefetch_related("identifiers"),
        "places": places,
        "hidden_places": not places and bool(shown.locations.all()),
        "same_project": visible.filter(project=shown.project).exclude(pk=pk),
        "relations": relations,
        "visible_ids": _visible(visible, relations),
        "shares": visible.filter(id__in=shown.related_from.values("grant"), joint_share=True),
        "editable": editable,
        "removed": shown.removed_at is not None,
        "joinings": Joining.objects.visible_to(request.user).filter(ended_at=None, parts__grant=shown),
    }
    if may(request.user, *FUNDERS):
        context["history"] = list(portfolio.history(shown))
    if editable:
        context["rows"] = _rows(shown)
    return render(request, "grants/grant.html", context)


def _visible(visible: Any, relations: list[RelatedGrant]) -> set[int]:
    """Which of the grants that these relations name the reader may see."""
    others = [each.other_id for each in relations if each.other_id]
    return set(visible.filter(id__in=others).values_list("id", flat=True)) if others else set()


def _rows(grant: Grant) -> Any:
    """The rows of files that the grant came from; the raw row only where the grant's place is not protected."""
    sources = grant.revisions.exclude(source=None).values("source")
    rows = ImportRow.objects.filter(source__in=sources, grant_id=grant.grant_id)
    found = rows.select_related("source").order_by("-source__received_at")
    return found.defer("raw", "cleaned") if grant.protected_location else found.defer("cleaned")


# --- adding and changing ------------------------------------------------------------------------------------------
@only(*WRITERS)
def grant_add(request: HttpRequest) -> HttpResponse:
    form = forms.GrantForm(request.POST or None, person=person(request), initial=_beside(request))
    if form.is_bound and (address := _added(request, form)):
        messages.success(request, _("The grant is added."))
        return redirect(address)
    context = {"form": form, "once": uuid4()}
    return render(request, "grants/edit.html", context, status=422 if form.is_bound else 200)


def _added(request: HttpRequest, form: forms.GrantForm) -> str:
    """The address of the grant that this form adds, or did at an earlier click; "" where an answer is to be mended."""
    sent, by, at = once.key(request.POST), person(request), timezone.now()
    if not form.is_valid():
        return once.led_to(sent)
    proposed: list[Joining | None] = []

    def add() -> str:
        grant, joined = writing.add(details=form.details(), by=by, at=at)
        proposed.append(joined)
        return grant.get_absolute_url()

    try:
        address = once.take(sent, at=at, work=add)
    except CannotJoin as problem:
        form.add_error("same_work_as", str(problem))
        return ""
    for each in proposed:
        _tell(request, each)
    return address


def _tell(request: HttpRequest, proposed: Joining | None) -> None:
    """That the two wait for a word of the others, where they do."""
    if proposed and proposed.is_open:
        messages.info(
            request,
            _("That it pays for the same work waits for a word of the other funder, or of the charity for both."),
        )


def _beside(request: HttpRequest) -> dict[str, str]:
    """First answers for a grant that pays for the same work as the one in the address."""
    identifier = request.GET.get("same_work_as", "").replace("\0", "")
    other = Grant.objects.visible_to(request.user).filter(grant_id=identifier).first() if identifier else None
    if other is None:
        return {}
    return {
        "same_work_as": other.grant_id,
        "title": other.title,
        "recipients": forms.stated(other)["recipients"],
    }


@only(*WRITERS)
def grant_edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Grant.objects.editable_by(request.user).select_related("project"), pk=pk)
    form = forms.GrantForm(request.POST or None, person=person(request), grant=found)
    context: dict[str, Any] = {"form": form, "grant": found}
    if not form.is_bound or not form.is_valid():
        return render(request, "grants/edit.html", context, status=422 if form.is_bound else 200)
    try:
        changed, proposed = writing.change(
            grant=found,
            details=form.details(),
            opened_at=form.cleaned_data["revision"] or 0,
            by=person(request),
            at=timezone.now(),
        )
    except portfolio.ChangedMeanwhile as meanwhile:
        form.stand_at(meanwhile.revision.number)
        return render(request, "grants/edit.html", {**context, "meanwhile": meanwhile}, status=409)
    except CannotJoin as problem:
        form.add_error("same_work_as", str(problem))
        return render(request, "grants/edit.html", context, status=422)
    messages.success(request, _("Saved.") if changed or proposed else _("Nothing was changed."))
    _tell(request, proposed)
    return redirect(found)


@only(*WRITERS)
@require_POST
def grant_remove(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Grant.objects.editable_by(request.user), pk=pk)
    portfolio.remove(grant=found, by=person(request), at=timezone.now())
    messages.success(request, _("The grant is removed. You can bring it back here."))
    return redirect(found)


@only(*WRITERS)
@require_POST
def grant_restore(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Grant.objects.restorable_by(request.user), pk=pk)
    portfolio.restore(grant=found, by=person(request), at=timezone.now())
    messages.success(request, _("The grant is back, with everything it had."))
    return redirect(found)


@only(*WRITERS)
@require_safe
def grants_removed(request: HttpRequest) -> HttpResponse:
    """Removed grants that this person may bring back, newest first."""
    removed = Grant.objects.restorable_by(request.user).order_by("-removed_at")
    page = page_of(listing.Listed(removed.values_list("id", flat=True), removed.count()), request.GET)
    return render(request, "grants/removed.html", {"page": page})


@only(*WRITERS)
def grant_protection(request: HttpRequest, pk: int) -> HttpResponse:
    """GET says what would be shown or hidden; POST with protected=yes or no does it."""
    found = get_object_or_404(Grant.objects.editable_by(request.user), pk=pk)
    if request.method == "POST":
        if request.POST.get("protected") not in ("yes", "no"):
            return render(request, "grants/protection.html", _protection(found), status=400)
        on = request.POST["protected"] == "yes"
        portfolio.protect(grant=found, on=on, by=person(request), at=timezone.now())
        messages.success(request, _("The place is protected.") if on else _("The place is no longer protected."))
        return redirect(reverse("grant", args=[pk]))
    return render(request, "grants/protection.html", _protection(found))


@only(Officer)
def grant_hold_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """GET says who would know of it; POST with held_back=yes or no does it."""
    found = get_object_or_404(Grant.objects.held_by(request.user), pk=pk)
    if request.method == "POST" and request.POST.get("held_back") in ("yes", "no"):
        on = request.POST["held_back"] == "yes"
        portfolio.hold_back(grant=found, on=on, by=request.user, at=timezone.now())
        messages.success(request, _("Held back: it is in no figure.") if on else _("Shared: it counts from now on."))
        return redirect(found)
    return render(request, "grants/hold_back.html", {"grant": found}, status=400 if request.method == "POST" else 200)


def _protection(grant: Grant) -> dict[str, Any]:
    return {
        "grant": grant,
        "now": portfolio.shown_locations(grant),
        "then": portfolio.shown_locations(portfolio.as_protected(grant, not grant.protected_location)),
    }
