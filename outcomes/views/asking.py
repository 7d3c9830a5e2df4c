"""What is asked: the figures of a grant's project, and what a funder asks of all its grants."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import GRANTEES, Officer, SignedInRequest, Viewer, only
from accounts.models import Organisation
from grants.models import Grant
from outcomes import asking, expecting, sent
from outcomes.forms import BaselineForm, ContactForm, FigureForm, OwnFigureForm, QuestionForm, RuleForm, TargetForm
from outcomes.models import Baseline, Expected, FunderContact, Indicator, Question, ReportRule, Target


@only(Officer, Viewer, *GRANTEES)
@require_http_methods(["GET", "HEAD", "POST"])
def figures(request: SignedInRequest, pk: int) -> HttpResponse:
    """The figures that a grant's project reports on; its funders' officers and its charity ask, end and define them."""
    grant = get_object_or_404(Grant.objects.as_party(request.user).select_related("project", "funder"), pk=pk)
    writes = grant.funder_id in request.user.officer_ids or grant.funder_id not in request.user.funder_ids
    if request.method == "POST" and not writes:
        raise PermissionDenied
    library = Indicator.objects.filter(Q(owner=None) | Q(owner__in=grant.recipients.all())).prefetch_related("versions")
    forms = _forms(request, library)
    if request.method == "POST":
        try:
            if _keep(request, grant, forms):
                messages.success(request, _("Kept. Reports not handed in yet ask for it from now on."))
                return redirect("figures", grant.pk)
        except expecting.CannotAsk as problem:
            messages.error(request, str(problem))
            return redirect("figures", grant.pk)
    context = {
        "grant": grant,
        "asked": _asked(grant),
        "writes": writes,
        "is_funder": grant.funder_id in request.user.officer_ids,
        **forms,
    }
    return render(
        request, "outcomes/figures.html", context, status=422 if any(each.errors for each in forms.values()) else 200
    )


def _forms(request: SignedInRequest, library: Any) -> dict[str, Any]:
    """Each form of the page, bound where it was the one that was sent."""
    kinds = {"add": FigureForm, "own": OwnFigureForm, "target": TargetForm, "baseline": BaselineForm}
    more = {"add": {"indicators": library}}
    return {
        name: kind(request.POST if name in request.POST else None, auto_id=f"{name}_%s", **more.get(name, {}))
        for name, kind in kinds.items()
    }


def _keep(request: SignedInRequest, grant: Grant, forms: dict[str, Any]) -> bool:
    """Whether what was sent was kept; one form or button at a time."""
    by, at = request.user, timezone.now()
    if "no_longer" in request.POST:
        expecting.ask_no_longer(_expected(request, grant), by=by, at=at)
        return True
    chosen = next((name for name in forms if name in request.POST), "")
    if not chosen or not forms[chosen].is_valid():
        return False
    given = forms[chosen].cleaned_data
    if chosen == "add":
        indicator = Indicator.objects.get(code=given["indicator"])
        expecting.ask(grant.project, indicator, breakdowns=given["breakdowns"], by=by, at=at)
    elif chosen == "own":
        owner = grant.recipients.filter(id__in=request.user.grantee_ids).first()
        if owner is None:
            raise PermissionDenied
        expecting.ask(grant.project, expecting.make_own(owner, **given, at=at), by=by, at=at)
    elif chosen == "target":
        if grant.funder_id not in request.user.officer_ids:
            raise PermissionDenied
        expecting.agree_target(grant, _expected(request, grant).indicator, **given, by=by, at=at)
    else:
        expecting.set_baseline(_expected(request, grant), **given, by=by, at=at)
    return True


def _expected(request: SignedInRequest, grant: Grant) -> Expected:
    return get_object_or_404(Expected, project=grant.project_id, pk=sent.number(request.POST, "expected"))


def _asked(grant: Grant) -> list[dict[str, Any]]:
    targets: dict[int, list[Target]] = {}
    for target in Target.objects.filter(grant=grant).order_by("start"):
        targets.setdefault(target.indicator_id, []).append(target)
    baselines = {each.indicator_id: each for each in Baseline.objects.filter(project=grant.project_id)}
    asked = Expected.objects.filter(project=grant.project_id, ended_at=None).select_related("version", "indicator")
    return [
        {"expected": each, "targets": targets.get(each.indicator_id, []), "baseline": baselines.get(each.indicator_id)}
        for each in asked
    ]


@only(Officer, Viewer)
@require_http_methods(["GET", "HEAD", "POST"])
def what_we_ask(request: SignedInRequest) -> HttpResponse:
    """A funder's own questions beside the shared core, and what it asks of grants of which size."""
    funders = list(Organisation.objects.filter(id__in=request.user.funder_ids))
    own = [each for each in funders if each.pk in request.user.officer_ids]
    question = QuestionForm(request.POST if "question" in request.POST else None, auto_id="question_%s")
    rule = RuleForm(request.POST if "rule" in request.POST else None, auto_id="rule_%s")
    contact = ContactForm(request.POST if "contact" in request.POST else None, auto_id="contact_%s")
    if request.method == "POST":
        if not own:
            raise PermissionDenied
        try:
            if _keep_own(request, own, question, rule, contact):
                messages.success(request, _("Kept."))
                return redirect("what_we_ask")
        except expecting.CannotAsk as problem:
            (question if "question" in request.POST else rule).add_error(None, str(problem))
    context = {
        "core": asking.core(),
        "questions": Question.objects.filter(funder__in=funders, retired_at=None).select_related("funder"),
        "rules": ReportRule.objects.filter(funder__in=funders).select_related("funder"),
        "own": own,
        "question": question,
        "rule": rule,
        "contact": contact,
        "contacts": FunderContact.objects.filter(funder__in=funders).select_related("funder"),
    }
    return render(request, "outcomes/what_we_ask.html", context, status=422 if question.errors or rule.errors else 200)


def _keep_own(
    request: SignedInRequest, own: list[Organisation], question: QuestionForm, rule: RuleForm, contact: ContactForm
) -> bool:
    by, at = request.user, timezone.now()
    chosen = request.POST.get("funder", "")
    funder = next((each for each in own if str(each.pk) == chosen), own[0])
    ids = [each.pk for each in own]
    if "retire" in request.POST:
        expecting.retire_question(
            get_object_or_404(Question, funder__in=ids, pk=sent.number(request.POST, "retire")), by=by, at=at
        )
    elif "remove" in request.POST:
        expecting.remove_rule(
            get_object_or_404(ReportRule, funder__in=ids, pk=sent.number(request.POST, "remove")), by=by, at=at
        )
    elif question.is_bound and question.is_valid():
        expecting.add_question(funder, **question.cleaned_data, by=by, at=at)
    elif rule.is_bound and rule.is_valid():
        expecting.add_rule(funder, **rule.cleaned_data, by=by, at=at)
    elif contact.is_bound and contact.is_valid():
        expecting.set_contact(funder, **contact.cleaned_data, by=by, at=at)
    else:
        return False
    return True
