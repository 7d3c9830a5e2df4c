"""The door by which an officer invites a charity's contact over a grant."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import once
from accounts.access import Officer, Secretariat, SignedInRequest, only
from accounts.forms import InviteForm
from accounts.models import Membership
from accounts.organisations import Refused
from grants import portfolio
from grants.models import Grant


@only(Officer, Secretariat)
def grant_invite(request: SignedInRequest, pk: int) -> HttpResponse:
    """Contacts of the charity, one a line; their letters are shown, then sent."""
    found = get_object_or_404(Grant.objects.editable_by(request.user).select_related("funder"), pk=pk)
    if not found.recipient_rows.exists():
        messages.error(request, _("No charity is recorded on this grant, so nobody can be invited to act for it."))
        return redirect(found)
    sent, at = once.key(request.POST), timezone.now()
    if address := once.led_to(sent):
        return redirect(address)
    form = form_for(request, found)
    if form.is_valid() and form.is_seen:
        try:
            address = once.take(sent, at=at, work=lambda: form.send(at=at, leads_to=found.get_absolute_url()))
            messages.success(
                request, _("Sent. The letters go within a minute; “Our people” shows what became of them.")
            )
            return redirect(address)
        except Refused as refused:
            form.refuse(refused)
    title = portfolio.shown_text(found, found.title)
    context = {"form": form, "back": found.get_absolute_url(), "back_words": title, "once": uuid4()}
    return render(request, "accounts/invite.html", context, status=422 if form.errors else 200)


def form_for(request: SignedInRequest, grant: Grant) -> InviteForm:
    """The secretariat invites for the group, an officer for her funder."""
    return InviteForm(
        request.POST or None,
        by=request.user,
        organisations=list(grant.recipients.all()),
        sender=grant.funder if grant.funder_id in request.user.officer_ids else None,
        site=request.build_absolute_uri("/").rstrip("/"),
        about=f"{grant._meta.label_lower}:{grant.pk}",
        grant=portfolio.shown_text(grant, grant.title),
        initial={"role": Membership.LEAD},
    )
