"""The funder's side: what waits for its answer, what is due, one copy read and answered, a grant's plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import GRANTEES, Officer, SignedInRequest, Viewer, only
from accounts.filters import page_of
from grants.models import Grant
from outcomes import marked, reports, schedule, standing, words
from outcomes.asking import NONE
from outcomes.forms import AcceptForm, DueForm, PlanForm, TalkForm, WaiveForm
from outcomes.marked import Marked
from outcomes.models import Delivery, FunderContact, Indicator, Question, ReportDue, ReportFile
from outcomes.models.due import CONVERSATION, NOTHING

PAGE_SIZE = 50
TALKED = ("said", "feedback")
"""Names of the boxes in which a conversation is written up."""
NOTE = "note-"
"""Names of the boxes for notes: note-q7, note-i3, note-whole."""


@only(Officer, Viewer)
@require_safe
def to_answer(request: SignedInRequest) -> HttpResponse:
    """The copies that wait for us, the longest waiting first."""
    waiting = standing.to_answer(request.user)
    context = {"page": _page(request, waiting), "asked": standing.asked(request.user), "today": timezone.localdate()}
    return render(request, "outcomes/to_answer.html", context)


@only(Officer, Viewer)
@require_safe
def dues(request: SignedInRequest) -> HttpResponse:
    """What our grants owe, late ones first."""
    return render(
        request,
        "outcomes/dues.html",
        {"page": _page(request, standing.owed(request.user)), "today": timezone.localdate()},
    )


@only(Officer, Viewer, *GRANTEES)
@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: SignedInRequest, pk: int) -> HttpResponse:
    """One funder's copy of a report. Its officers accept it with what they learned, or return it with notes."""
    visible = Delivery.objects.visible_to(request.user).select_related("report__project", "due__grant__funder")
    delivery = get_object_or_404(visible, pk=pk)
    answers = delivery.due.grant.funder_id in request.user.officer_ids
    if request.method != "POST":
        return _copy(request, delivery, AcceptForm(), answers)
    if not answers:
        raise PermissionDenied
    form = AcceptForm(request.POST)
    named = [name for name in request.POST if name.startswith(NOTE) and not name.endswith(NONE)]
    boxes = marked.read(request.POST, ["feedback", *named])
    told: dict[str, Any] = {"none_in": marked.none_in(boxes), "by": request.user, "at": timezone.now()}
    try:
        if "return" in request.POST:
            form.fields["feedback"].required = False
            reports.send_back(delivery, notes=_about(delivery, boxes), **told)
            messages.success(
                request, _("Returned. The report is open again for the charity, with your notes in place.")
            )
            return redirect("to_answer")
        if form.is_valid():
            reports.accept(delivery, feedback=form.cleaned_data["feedback"], **told)
            messages.success(request, _("Accepted. The charity reads what you wrote."))
            return redirect("to_answer")
    except reports.NotToAnswer as problem:
        form.add_error(None, str(problem))
    return _copy(request, delivery, form, answers, boxes=boxes, status=422)


def _copy(
    request: SignedInRequest,
    delivery: Delivery,
    form: AcceptForm,
    answers: bool,
    boxes: dict[str, Marked] | None = None,
    status: int = 200,
) -> HttpResponse:
    delivery.refresh_from_db()
    context = {
        "told": standing.of_delivery(delivery),
        "delivery": delivery,
        "files": ReportFile.objects.delivered(Delivery.objects.filter(pk=delivery.pk)).select_related(
            "evidence", "evidence_mark"
        ),
        "form": form,
        "answers": answers and delivery.state == Delivery.HANDED_IN,
        "boxes": boxes or {},
        "identifying": words.for_browser(),
        "today": timezone.localdate(),
    }
    return render(request, "outcomes/copy.html", context, status=status)


def _about(delivery: Delivery, boxes: dict[str, Marked]) -> dict[Question | Indicator | None, str]:
    """Notes by what of this copy they are about; a name that is no box of it is left out."""
    told = standing.of_delivery(delivery)
    notes = {name: each.value for name, each in boxes.items()}
    found: dict[Question | Indicator | None, str] = {None: notes.get(f"{NOTE}whole", "")}
    for each in told.answers:
        found[each.answer.question] = notes.get(f"{NOTE}q{each.answer.question_id}", "")
    for figure in told.figures:
        found[figure.figure.indicator] = notes.get(f"{NOTE}i{figure.figure.indicator_id}", "")
    return found


@only(Officer, Viewer)
@require_http_methods(["GET", "HEAD", "POST"])
def due(request: SignedInRequest, pk: int) -> HttpResponse:
    """One due of our own grants: give it another date, or say that it is not needed."""
    own = Grant.objects.current().filter(funder__in=request.user.funder_ids)
    found = get_object_or_404(ReportDue.objects.filter(grant__in=own).select_related("grant__funder"), pk=pk)
    writes = found.grant.funder_id in request.user.officer_ids
    if request.method == "POST" and not writes:
        raise PermissionDenied
    asked = next((name for name in ("waive", "talk") if name in request.POST), "move")
    kinds = {"move": DueForm, "waive": WaiveForm, "talk": TalkForm}
    forms = {
        name: kind(request.POST if request.method == "POST" and name == asked else None, auto_id=f"{name}_%s")
        for name, kind in kinds.items()
    }
    forms["move"].initial = {"due_on": found.due_on}
    boxes = marked.read(request.POST, TALKED)
    if request.method == "POST" and forms[asked].is_valid():
        more = {"none_in": marked.none_in(boxes)} if asked == "talk" else {}
        try:
            _change(found, asked, {**forms[asked].cleaned_data, **more}, request)
        except (schedule.CannotPlan, reports.NotToAnswer) as problem:
            forms[asked].add_error(None, str(problem))
        else:
            messages.success(request, _("Kept. The charity sees it at once."))
            return redirect("dues")
    context = {
        "due": found,
        "writes": writes,
        "talks": found.form == CONVERSATION and not found.deliveries.exists(),
        "boxes": boxes,
        "identifying": words.for_browser(),
        "safeguarding": FunderContact.objects.filter(funder=found.grant.funder).exclude(safeguarding=""),
    }
    return render(request, "outcomes/due.html", {**context, **forms}, status=422 if forms[asked].errors else 200)


def _change(found: ReportDue, asked: str, given: dict[str, Any], request: SignedInRequest) -> None:
    told: dict[str, Any] = {**given, "by": request.user, "at": timezone.now()}
    work: dict[str, Callable[..., Any]] = {"move": schedule.move, "waive": schedule.waive, "talk": reports.write_up}
    work[asked](found, **told)


@only(Officer)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_reports(request: SignedInRequest, pk: int) -> HttpResponse:
    """A grant's whole schedule: worked out from the funder's rule or from the form, shown, then kept."""
    grant = get_object_or_404(Grant.objects.current().filter(funder__in=request.user.officer_ids), pk=pk)
    planned: list[schedule.Planned] = []
    try:
        rule = schedule.rule_for(grant)
    except schedule.CannotPlan as problem:
        messages.error(request, str(problem))
        return redirect(grant)
    usual = _usual(rule)
    form = PlanForm(request.POST or None, initial=usual)
    if form.is_valid():
        try:
            planned = _planned(grant, form.cleaned_data)
            if "keep" in request.POST:
                schedule.keep(
                    grant, planned, form=form.cleaned_data["form"], anchor=form.cleaned_data["anchor"],
                    by=request.user, at=timezone.now(),
                )  # fmt: skip
                messages.success(request, _("The reports are planned. The charity sees every date."))
                return redirect("plan_reports", grant.pk)
        except schedule.CannotPlan as problem:
            form.add_error("first_end", str(problem))
    context = {
        "grant": grant,
        "form": form,
        "planned": planned,
        "asked": form.is_bound and form.is_valid(),
        "dues": ReportDue.objects.filter(grant=grant).prefetch_related("deliveries"),
        "today": timezone.localdate(),
    }
    return render(request, "outcomes/plan.html", context, status=422 if form.errors else 200)


def _usual(rule: Any) -> dict[str, Any]:
    if rule is None:
        return {"form": "full", "every": 12, "anchor": "award", "days_after": 30}
    return {"form": rule.form, "every": rule.every, "anchor": rule.anchor, "days_after": rule.days_after}


def _planned(grant: Grant, asked: dict[str, Any]) -> list[schedule.Planned]:
    if asked["form"] == NOTHING:
        return []
    first_end: date | None = asked["first_end"] if asked["anchor"] != "award" else None
    planned = schedule.plan(grant, every=asked["every"], days_after=asked["days_after"], first_end=first_end)
    return schedule.beside_others(grant, planned)


def _page(request: SignedInRequest, rows: Any) -> Any:
    return page_of(Paginator(rows, PAGE_SIZE), request.GET)
