"""A funder's own people: what each holds, who takes it over, whom they invited; and what waits for an officer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import forms, invitations, successors, tasks
from accounts.access import Officer, SignedInRequest, only
from accounts.models import Invitation, Organisation, OrganisationQuerySet, Task
from accounts.organisations import Refused

MOST_ANSWERED = 20


@only(Officer)
@require_safe
def our_funder(request: SignedInRequest) -> HttpResponse:
    """Who works here with what in hand, and the invitations that went out."""
    shown = [funder_shown(each) for each in own_funders(request)]
    return render(request, "accounts/our_funder.html", {"shown": shown})


def funder_shown(funder: Organisation) -> dict[str, object]:
    sent = Invitation.objects.filter(sender=funder).select_related("organisation", "held_by", "accepted_by")
    held = successors.held(funder)
    return {
        "funder": funder,
        "held": held,
        "handing_over": forms.TakeOverForm(held=held, auto_id=f"id_%s_{funder.pk}") if len(held) > 1 else None,
        "posted": invitations.posted(sent.open()),
        "answered": sent.exclude(accepted_at=None).order_by("-accepted_at")[:MOST_ANSWERED],
    }


@only(Officer)
@require_POST
def take_over(request: SignedInRequest, pk: int) -> HttpResponse:
    """What one officer held is another's from now on."""
    funder = get_object_or_404(own_funders(request), pk=pk)
    form = forms.TakeOverForm(request.POST, held=successors.held(funder))
    if not form.is_valid():
        messages.error(request, _("Choose who hands over and who takes over, two different people."))
        return redirect("our_funder")
    try:
        moved = successors.take_over(funder=funder, by=request.user, at=timezone.now(), **form.cleaned_data)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("our_funder")
    said = {"name": form.cleaned_data["successor"], "number": sum(moved)}
    words = ngettext("%(name)s took over one thing.", "%(name)s took over %(number)d things.", sum(moved))
    messages.success(request, words % said)
    return redirect("our_funder")


@only(Officer)
@require_POST
def task_done(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Task.objects.visible_to(request.user), pk=pk)
    tasks.done(task=found, by=request.user, at=timezone.now())
    messages.success(request, _("Done: %(words)s") % {"words": found.words})
    return redirect("home")


def own_funders(request: SignedInRequest) -> OrganisationQuerySet:
    return Organisation.objects.filter(id__in=request.user.officer_ids)
