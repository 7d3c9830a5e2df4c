"""Sorting: a screen of grants at a time, one grant in full, many from a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import FUNDERS, Officer, Secretariat, only
from accounts.models import Person
from counting import places
from counting.money import WHOLE
from grants.models import Grant
from grants.portfolio import shown_text
from priorities import forms, linking, pasting
from priorities import to_sort as queue
from priorities.models import NOT_STATED, UNDIVIDED, Code, Dimension, Link

WRITERS = (Officer, Secretariat)
A_SCREEN = 10
AS_SUGGESTED = "suggested"
ADDRESSED = ("page", "rest")
"""What the address of the screen may say."""
LAST = "sorted_last"
"""Where the session keeps what was sorted last, so that it can be taken back."""

AREA_KEYS = "12345"
PLACE_KEYS = dict(
    zip((*places.REGIONS, places.UK_WIDE, places.INTERNATIONAL, UNDIVIDED), "nwyemalsoctikxd", strict=True)
)
"""One key a place; none is a key that does something else on the screen (j, p, u, v, ?)."""


def person(request: HttpRequest) -> Person:
    """Whoever passed a guard that lets no strangers in."""
    return cast(Person, request.user)


# --- a screen of grants -------------------------------------------------------------------------------------------
@only(*FUNDERS)
@require_safe
def to_sort(request: HttpRequest) -> HttpResponse:
    if strange := sorted(set(request.GET) - set(ADDRESSED)):
        problem = _("“%(name)s” is no filter here. There are: %(known)s.")
        said = {"name": strange[0][:80], "known": ", ".join(ADDRESSED)}
        return _screen(request, status=400, problem=problem % said)
    return _screen(request)


def _screen(request: HttpRequest, *, status: int = 200, problem: str = "", wrong: int | None = None) -> HttpResponse:
    """The grants to sort, or with ?rest those whose other suggestions wait; `wrong` is the grant with the problem."""
    rest = "rest" in request.GET
    unsorted = queue.unsorted(person(request))
    shown = queue.with_more_suggested(person(request)) if rest else unsorted
    page = Paginator(shown.ids, A_SCREEN).get_page(request.GET.get("page"))
    items = _items(request, list(page.object_list))
    context = {
        "page": page,
        "items": items,
        "rest": rest,
        "query": request.GET.urlencode(),
        "own": unsorted.own,
        "all": unsorted.all,
        "last": request.session.get(LAST),
        "problem": problem,
        "wrong": wrong,
        "areas": list(zip(AREA_KEYS, _entries(Dimension.PRIORITY), strict=False)),
        "places": [(PLACE_KEYS.get(each.code, ""), each) for each in _entries(Dimension.REGION)],
        "undivided": Code.objects.get(dimension=Dimension.REGION, code=UNDIVIDED),
        "confirmable": [each for item in items if item["mine"] for each in item["suggestions"]],
    }
    return render(request, "priorities/to_sort.html", context, status=status)


def _items(request: HttpRequest, ids: list[int]) -> list[dict[str, Any]]:
    """Each grant of a screen with what people said of it and what is suggested."""
    visible = Grant.objects.visible_to(request.user).select_related("funder").prefetch_related("recipients")
    grants = visible.in_bulk(ids)
    mine = set(Grant.objects.editable_by(request.user).filter(pk__in=ids).values_list("pk", flat=True))
    proposed, said = queue.proposals(ids), queue.stated(ids)
    return [
        {
            "grant": grants[pk],
            "mine": pk in mine,
            "next": after,
            "seen": linking.fingerprint(grants[pk]),
            "said": said.get(pk, {}),
            "area": proposed.get(pk, {}).get(Dimension.PRIORITY),
            "place": proposed.get(pk, {}).get(Dimension.REGION),
            "also": [each for name, each in proposed.get(pk, {}).items() if name not in queue.ASKED],
            "suggestions": [each for proposal in proposed.get(pk, {}).values() for each in proposal.ids],
        }
        for pk, after in zip_longest(ids, ids[1:])
        if pk in grants
    ]


def _entries(dimension: str) -> list[Code]:
    """What one grant can go to as a whole: the entries of a dimension but for those that carry no share."""
    return list(Code.objects.ordinary().filter(dimension=dimension))


@only(*WRITERS)
@require_POST
def sort_quick(request: HttpRequest, pk: int) -> HttpResponse:
    """All of a grant to one area and one place, or as suggested."""
    grant = get_object_or_404(Grant.objects.editable_by(request.user), pk=pk)
    answers = _quick_answers(request.POST, queue.proposals([pk]).get(pk, {}))
    if not answers:
        problem = _("Choose an area or a place, then save.")
        return _screen(request, status=422, problem=problem, wrong=pk)
    before = linking.sorting_of(grant)
    try:
        linking.sort(
            grant=grant, answers=answers, seen=request.POST.get("seen", ""), by=person(request), at=timezone.now()
        )
    except linking.CannotSort as wrong:
        return _screen(request, status=422, problem=str(wrong), wrong=pk)
    except linking.ChangedMeanwhile:
        problem = _("Somebody else sorted this grant since you opened the page. Nothing of yours is saved; look again.")
        return _screen(request, status=409, problem=problem, wrong=pk)
    _remember(request, {pk: {name: before.get(name, {}) for name in answers}}, title=shown_text(grant, grant.title))
    return _back_to_screen(request)


def _quick_answers(data: QueryDict, proposed: Mapping[str, queue.Proposal]) -> dict[str, dict[str, int]]:
    """Area and place as chosen; with the suggested area, if so wished, the other suggestions with it."""
    answers = {}
    for name in queue.ASKED:
        chosen = data.get(name.value, "")
        if chosen == AS_SUGGESTED and name in proposed:
            answers[name.value] = proposed[name].as_shares()
        elif chosen and chosen != AS_SUGGESTED:
            answers[name.value] = {chosen: WHOLE}
    if data.get("also") and data.get(Dimension.PRIORITY.value) == AS_SUGGESTED and answers:
        answers |= {name: each.as_shares() for name, each in proposed.items() if name not in queue.ASKED}
    return answers


@only(*WRITERS)
@require_POST
def suggestions_confirm(request: HttpRequest) -> HttpResponse:
    """Every suggestion that the screen showed, in one go."""
    ids = [int(each) for each in request.POST.getlist("suggestion") if each.isascii() and each.isdigit()]
    before = linking.unsaid(suggestion_ids=ids)
    confirmed = linking.confirm(suggestion_ids=ids, by=person(request), at=timezone.now())
    if confirmed:
        _remember(request, {pk: before[pk] for pk in confirmed})
    else:
        messages.info(request, _("There was nothing left to confirm."))
    return _back_to_screen(request)


@only(*WRITERS)
@require_POST
def sort_undo(request: HttpRequest) -> HttpResponse:
    """Take back what this person sorted last, where nobody has sorted it since."""
    last = request.session.pop(LAST, None)
    if not last:
        messages.info(request, _("There is nothing to take back."))
        return _back_to_screen(request)
    answers = {int(pk): said for pk, said in last["before"].items()}
    after = {int(pk): text for pk, text in last["after"].items()}
    undone = linking.take_back(answers=answers, after=after, by=person(request), at=timezone.now())
    if undone == len(answers):
        messages.success(request, _("Taken back."))
    else:
        messages.warning(request, _("Not all is taken back: somebody has sorted some of it since."))
    return _back_to_screen(request)


def _remember(request: HttpRequest, before: Mapping[int, Mapping[str, Any]], title: str = "") -> None:
    after = {pk: linking.fingerprint(Grant.objects.get(pk=pk)) for pk in before}
    request.session[LAST] = {"before": before, "after": after, "title": title, "count": len(before)}


def _back_to_screen(request: HttpRequest) -> HttpResponse:
    """To the same screen, at the grant that came next."""
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    after = request.POST.get("next", "")
    place = f"#grant-{after}" if after.isascii() and after.isdigit() else ""
    return redirect(reverse("to_sort") + query + place)


# --- one grant in full --------------------------------------------------------------------------------------------
@only(*WRITERS)
def sort(request: HttpRequest, pk: int) -> HttpResponse:
    """Every list that grants are sorted by, in shares, and the initiatives."""
    grant = get_object_or_404(Grant.objects.editable_by(request.user).select_related("funder"), pk=pk)
    asked = _questions(grant, request.POST or None)
    context = {"grant": grant, "forms": asked, "seen": linking.fingerprint(grant), **_initiatives(grant, request.POST)}
    if request.method != "POST":
        return render(request, "priorities/sort.html", context)
    if wrong := [form for form in asked if not form.is_valid()]:
        context |= {"wrong": wrong, "seen": request.POST.get("seen", "")}
        return render(request, "priorities/sort.html", context, status=422)
    try:
        _save(request, grant, asked)
    except linking.CannotSort as problem:
        return render(request, "priorities/sort.html", {**context, "problem": str(problem)}, status=422)
    except linking.ChangedMeanwhile:
        context["differences"] = _differences(grant, request.POST.get("seen", ""))
        return render(request, "priorities/sort.html", context, status=409)
    messages.success(request, _("Sorted."))
    return redirect("to_sort") if "queue" in request.GET else redirect(grant)


def _questions(grant: Grant, data: QueryDict | None) -> list[forms.SharesForm]:
    said, proposed = linking.sorting_of(grant), queue.proposals([grant.pk]).get(grant.pk, {})
    used = Link.objects.filter(grant=grant).values("code")
    entries: dict[str, list[Code]] = {}
    for entry in Code.objects.filter(Q(valid_to=None) | Q(pk__in=used), kind="share"):
        entries.setdefault(entry.dimension, []).append(entry)
    return [
        forms.SharesForm(
            data, dimension=name, entries=entries[name], said=said.get(name, {}), proposal=proposed.get(name)
        )
        for name in Dimension.values
    ]


def _initiatives(grant: Grant, data: QueryDict) -> dict[str, Any]:
    """The funders' initiatives, area by area, with those ticked that the grant works on."""
    areas: dict[str, dict[str, Any]] = {}
    for each in Code.objects.filter(kind="initiative", valid_to=None).select_related("parent"):
        if each.parent:
            areas.setdefault(each.parent.code, {"area": each.parent, "entries": []})["entries"].append(each)
    ticked = data.getlist("initiative") if data else linking.initiatives_of(grant)
    return {"initiatives": list(areas.values()), "ticked": ticked}


def _save(request: HttpRequest, grant: Grant, asked: list[forms.SharesForm]) -> None:
    linking.sort(
        grant=grant,
        answers={form.dimension: form.shares for form in asked if form.changed_shares},
        initiatives=request.POST.getlist("initiative"),
        seen=request.POST.get("seen", ""),
        by=person(request),
        at=timezone.now(),
    )


def _differences(grant: Grant, seen: str) -> list[dict[str, str]]:
    """What each list said when the page was opened, and what it says now, where the two differ."""
    before, now = linking.seen_in(seen), linking.sorting_of(grant)
    labels = {(each.dimension, each.code): each.label for each in Code.objects.filter(kind="share")}

    def told(name: str, shares: Mapping[str, int]) -> str:
        parts = [f"{labels.get((name, code), code)} {linking.in_percent(share)} %" for code, share in shares.items()]
        return "; ".join(parts) or labels[name, NOT_STATED]

    latest = Link.objects.filter(grant=grant).select_related("by").order_by("at")
    who = {link.dimension: str(link.by or _("the portal")) for link in latest}
    return [
        {
            "label": str(Dimension(name).label),
            "before": told(name, before.get(name, {})),
            "now": told(name, now.get(name, {})),
            "by": who.get(name, ""),
        }
        for name in Dimension.values
        if before.get(name, {}) != now.get(name, {})
    ]


@only(*WRITERS)
@require_POST
def suggestion_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Not so: what is suggested for one list of a grant is set aside and not suggested again."""
    grant = get_object_or_404(Grant.objects.editable_by(request.user), pk=pk)
    try:
        linking.dismiss(grant=grant, dimension=request.POST.get("list", ""), by=person(request), at=timezone.now())
    except linking.CannotSort as wrong:
        messages.error(request, str(wrong))
        asked = _questions(grant, None)
        context = {
            "grant": grant,
            "forms": asked,
            "seen": linking.fingerprint(grant),
            **_initiatives(grant, QueryDict()),
        }
        return render(request, "priorities/sort.html", context, status=422)
    messages.success(request, _("Set aside. It will not be suggested again."))
    return redirect("sort", pk=pk)


# --- many from a spreadsheet --------------------------------------------------------------------------------------
@only(*WRITERS)
def sort_paste(request: HttpRequest) -> HttpResponse:
    """Look the rows over first; then sort all of them or none."""
    form = forms.PasteForm(request.POST or None)
    if request.method != "POST":
        return render(request, "priorities/sort_paste.html", {"form": form})
    if not form.is_valid():
        return render(request, "priorities/sort_paste.html", {"form": form}, status=422)
    paste = pasting.read(form.cleaned_data["rows"], by=person(request))
    if not paste.sound or "apply" not in request.POST:
        context = {"form": form, "paste": paste, "wrong": sum(bool(row.problems) for row in paste.rows)}
        return render(request, "priorities/sort_paste.html", context, status=200 if paste.sound else 422)
    linking.sort_many(answers=paste.answers, by=person(request), at=timezone.now())
    count = len(paste.answers)
    messages.success(request, ngettext("%(n)s grant is sorted.", "%(n)s grants are sorted.", count) % {"n": count})
    return redirect("to_sort")
