"""What a charity asks outside a report, and a funder's yes or no."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import GRANTEES, Officer, SignedInRequest, Viewer, only
from grants.models import Grant
from outcomes import asking, findings, requests
from outcomes.forms import FollowUpForm, RequestAnswerForm, RequestForm, TimeForm
from outcomes.models import FollowUp, FunderContact, Report, Request


@only(*GRANTEES)
@require_http_methods(["GET", "HEAD", "POST"])
def more_time(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for more time, or see whom to ring instead."""
    report = get_object_or_404(Report.objects.written_by(request.user).select_related("project"), pk=pk)
    form = TimeForm(request.POST or None)
    if form.is_valid():
        try:
            requests.ask_for_time(report, **form.cleaned_data, by=request.user, at=timezone.now())
        except requests.CannotAnswer as problem:
            form.add_error("until", str(problem))
        else:
            messages.success(request, _("Asked. You will see here what your funders say."))
            return redirect("our_reports")
    dues = asking.met_by(report)
    contacts = FunderContact.objects.filter(funder__in=[each.grant.funder_id for each in dues]).exclude(ring="")
    asked = Request.objects.filter(due__in=dues).select_related("grant__funder")
    context = {
        "report": report,
        "form": form,
        "dues": dues,
        "contacts": contacts.select_related("funder"),
        "asked": asked,
    }
    return render(request, "outcomes/more_time.html", context, status=422 if form.errors else 200)


@only(*GRANTEES)
@require_http_methods(["GET", "HEAD", "POST"])
def ask_change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Tell the funder of one grant of a new contact or a changed outcome."""
    received = Grant.objects.current().filter(recipient_rows__organisation__in=request.user.grantee_ids)
    grant = get_object_or_404(received.select_related("funder").distinct(), pk=pk)
    form = RequestForm(request.POST or None)
    if form.is_valid():
        requests.ask(grant, **form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(request, _("Asked. You will see here what your funder says."))
        return redirect("ask_change", grant.pk)
    context = {"grant": grant, "form": form, "asked": Request.objects.filter(grant=grant)}
    return render(request, "outcomes/ask_change.html", context, status=422 if form.errors else 200)


@only(Officer, Viewer)
@require_http_methods(["GET", "HEAD", "POST"])
def asked(request: SignedInRequest, pk: int) -> HttpResponse:
    """What a charity asked of our funder; an officer says yes or no."""
    visible = Request.objects.visible_to(request.user).filter(grant__funder__in=request.user.funder_ids)
    found = get_object_or_404(visible.select_related("grant__funder", "grant__project", "due", "by"), pk=pk)
    writes = found.grant.funder_id in request.user.officer_ids
    if request.method == "POST" and not writes:
        raise PermissionDenied
    form = RequestAnswerForm(request.POST or None)
    if form.is_valid():
        try:
            given = {"agreed": "agree" in request.POST, "words": form.cleaned_data["words"]}
            requests.answer(found, **given, by=request.user, at=timezone.now())
        except requests.CannotAnswer as problem:
            form.add_error("words", str(problem))
        else:
            messages.success(request, _("Answered. The charity sees it at once."))
            return redirect("to_answer")
    context = {"asked": found, "form": form, "writes": writes}
    return render(request, "outcomes/asked.html", context, status=422 if form.errors else 200)


@only(Officer, Viewer)
@require_http_methods(["GET", "HEAD", "POST"])
def follow_up(request: SignedInRequest, pk: int) -> HttpResponse:
    """Whether the findings of our research grant were used."""
    own = Grant.objects.current().filter(funder__in=request.user.funder_ids)
    found = get_object_or_404(FollowUp.objects.select_related("grant__project", "grant__funder"), grant__in=own, pk=pk)
    writes = found.grant.funder_id in request.user.officer_ids
    if request.method == "POST" and not writes:
        raise PermissionDenied
    form = FollowUpForm(request.POST or None)
    if form.is_valid():
        try:
            findings.answer(found, **form.cleaned_data, by=request.user, at=timezone.now())
        except findings.CannotFollowUp as problem:
            form.add_error("by_whom", str(problem))
        else:
            messages.success(request, _("Kept."))
            return redirect(found)
    status = 422 if form.errors else 200
    return render(request, "outcomes/follow_up.html", {"found": found, "form": form, "writes": writes}, status=status)
