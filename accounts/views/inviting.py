"""Doors on invitations: those sent to oneself, accepted; those that one's organisation sent, withdrawn."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import forms, invitations
from accounts.access import Lead, Officer, Secretariat, SignedIn, SignedInRequest, may, only
from accounts.models import Invitation
from accounts.organisations import Refused


@only(SignedIn)
@require_safe
def own_invitations(request: SignedInRequest) -> HttpResponse:
    """What this person's address is invited to; the page that letters name."""
    return page(request)


@only(SignedIn)
@require_POST
def invitation_accept(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Invitation.objects.to(request.user).select_related("organisation"), pk=pk)
    form = forms.AcceptForm(request.POST, invitation=found, person=request.user)
    if not form.is_valid():
        return page(request, form)
    name = form.cleaned_data.get("name", "")
    try:
        invitations.accept(invitation=found, name=name, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("invitations")
    messages.success(request, _("You act for %(organisation)s now.") % {"organisation": found.organisation})
    return redirect("home")


def page(request: SignedInRequest, sent: forms.AcceptForm | None = None) -> HttpResponse:
    """Every open invitation with its own form; `sent` is the one that has something to mend."""
    found = Invitation.objects.to(request.user).open().select_related("organisation", "sender", "invited_by")
    shown = [
        sent if sent and sent.invitation == each else forms.AcceptForm(invitation=each, person=request.user)
        for each in found
    ]
    context = {"forms": shown, "sent": sent, "belongs": bool(request.user.kinds)}
    return render(request, "accounts/invitations.html", context, status=422 if sent else 200)


@only(Officer, Lead, Secretariat)
@require_POST
def invitation_withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Invitation.objects.kept_by(request.user), pk=pk)
    try:
        invitations.withdraw(invitation=found, by=request.user, at=timezone.now())
        messages.success(request, _("The invitation to %(address)s is withdrawn.") % {"address": found.address})
    except Refused as refused:
        messages.error(request, str(refused))
    if found.organisation_id in request.user.lead_ids:
        return redirect("our_charity")
    return redirect("our_funder" if may(request.user, Officer) else "home")
