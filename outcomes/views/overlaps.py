"""Two works of one charity may reach the same people: the charity, or a funder of both, says how many."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import GRANTEES, Officer, SignedInRequest, Viewer, only
from grants.models import Grant, Project
from outcomes import overlaps as work
from outcomes.forms import OverlapForm
from outcomes.models import Indicator, Overlap


@only(Officer, Viewer, *GRANTEES)
@require_http_methods(["GET", "HEAD", "POST"])
def overlaps(request: SignedInRequest, pk: int) -> HttpResponse:
    """What is declared of a grant's work and others of its charity, and a form to declare more."""
    grant = _party(request, pk)
    writes = _writes(request, grant)
    if request.method == "POST" and not writes:
        raise PermissionDenied
    person, project = request.user, grant.project
    others = list(work.beside(project, person, person.officer_ids))
    form = OverlapForm(request.POST or None, others=others, versions=work.indicators(project))
    if form.is_valid() and _declared(form, project, request):
        messages.success(request, _("Kept. The results count it from now on."))
        return redirect("overlaps", grant.pk)
    readable = work.beside(project, person, person.funder_ids)
    context = {
        "grant": grant,
        "form": form,
        "writes": writes and others,
        "declared": [_line(each, project, others) for each in work.declared(project, readable)],
        "is_told": bool(form.fields["indicator"].choices[1:]),  # type: ignore[attr-defined]
    }
    return render(request, "outcomes/overlaps.html", context, status=422 if form.errors else 200)


def _party(request: SignedInRequest, pk: int) -> Grant:
    return get_object_or_404(Grant.objects.as_party(request.user).select_related("project", "funder"), pk=pk)


def _writes(request: SignedInRequest, grant: Grant) -> bool:
    """The charity's people and the funder's officers; its viewers only read."""
    return grant.funder_id in request.user.officer_ids or grant.funder_id not in request.user.funder_ids


def _declared(form: OverlapForm, project: Project, request: SignedInRequest) -> bool:
    given = dict(form.cleaned_data)
    other = Project.objects.get(pk=given.pop("other"))
    indicator = Indicator.objects.get(code=given.pop("indicator"))
    try:
        work.declare(project, other, indicator, **given, by=request.user, at=timezone.now())
    except work.CannotDeclare as problem:
        form.add_error(problem.field, str(problem))
        return False
    return True


def _line(each: Overlap, project: Project, others: list[Project]) -> dict[str, object]:
    other = each.other if each.one == project else each.one
    name = each.indicator.versions.order_by("-number")[0].name
    return {"overlap": each, "other": other, "name": name, "mine": other in others}


@only(Officer, *GRANTEES)
@require_POST
def overlap_take_back(request: SignedInRequest, pk: int, overlap: int) -> HttpResponse:
    """Say it no longer."""
    grant = _party(request, pk)
    if not _writes(request, grant):
        raise PermissionDenied
    mine = work.beside(grant.project, request.user, request.user.officer_ids)
    found = next((each for each in work.declared(grant.project, mine) if each.pk == overlap), None)
    if found:
        work.take_back(found, by=request.user, at=timezone.now())
        messages.success(request, _("Taken back. Nobody says of these two any longer how many people are in both."))
    else:
        messages.info(request, _("This is not said any longer; somebody else concerned changed it."))
    return redirect("overlaps", grant.pk)
