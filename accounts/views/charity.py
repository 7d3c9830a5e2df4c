"""A charity's own page: its people, whom it invites, what was sent; and how its leads look after them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import colleagues, forms, invitations, once
from accounts.access import GRANTEES, Lead, SignedInRequest, only
from accounts.invitations import Posted
from accounts.models import Invitation, Letter, Membership, Organisation
from accounts.organisations import Refused

MOST_LETTERS = 20
OWN_ROLES = (Membership.LEAD, Membership.CONTRIBUTOR)


@dataclass(frozen=True, slots=True)
class Shown:
    """One organisation of the person's, as its page shows it."""

    organisation: Organisation
    members: list[Membership]
    mine: Membership
    posted: list[Posted]
    letters: list[Letter]

    @property
    def leads(self) -> bool:
        """Whether this person looks after the others."""
        return self.mine.role == Membership.LEAD

    @property
    def is_only_lead(self) -> bool:
        return self.leads and not colleagues.other_leads(self.mine)


@only(*GRANTEES)
@require_safe
def our_charity(request: SignedInRequest) -> HttpResponse:
    """The people of this person's organisation, whom it has invited, and the letters about that."""
    own = Organisation.objects.filter(id__in=request.user.grantee_ids)
    return render(request, "accounts/our_charity.html", {"shown": [shown(each, request) for each in own]})


def shown(organisation: Organisation, request: SignedInRequest) -> Shown:
    members = list(organisation.memberships.filter(role__in=OWN_ROLES).select_related("person", "organisation"))
    asked = list(Invitation.objects.filter(organisation=organisation).select_related("invited_by", "sender"))
    mine = next(each for each in members if each.person_id == request.user.pk)
    posted = invitations.posted(each for each in asked if each.is_open)
    return Shown(organisation, members, mine, posted, invitations.written_about(asked)[:MOST_LETTERS])


@only(Lead)
def colleague_invite(request: SignedInRequest, pk: int) -> HttpResponse:
    """A lead invites colleagues: the letter is shown, then sent."""
    own = get_object_or_404(Organisation.objects.filter(id__in=request.user.lead_ids), pk=pk)
    site, back = request.build_absolute_uri("/").rstrip("/"), reverse("our_charity")
    sent, at = once.key(request.POST), timezone.now()
    if address := once.led_to(sent):
        return redirect(address)
    form = forms.InviteForm(request.POST or None, by=request.user, organisations=[own], sender=own, site=site)
    valid = form.is_valid()
    if valid and form.is_seen:
        try:
            once.take(sent, at=at, work=lambda: form.send(at=at, leads_to=back))
            messages.success(request, _("Sent. The letter goes within a minute."))
            return redirect(back)
        except Refused as refused:
            form.refuse(refused)
    context = {"form": form, "back": back, "back_words": _("Our charity"), "to": own, "once": uuid4()}
    return render(request, "accounts/invite.html", context, status=422 if form.errors else 200)


@only(Lead)
@require_POST
def colleague_role(request: SignedInRequest, pk: int) -> HttpResponse:
    found = theirs(request, pk)
    try:
        colleagues.set_role(membership=found, role=request.POST.get("role", ""), by=request.user, at=timezone.now())
        messages.success(request, _("The changes are saved."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("our_charity")


@only(Lead)
@require_POST
def lead_hand_over(request: SignedInRequest, pk: int) -> HttpResponse:
    """The colleague is lead from now on, this person contributor."""
    to = theirs(request, pk)
    mine = get_object_or_404(Membership, person=request.user, organisation=to.organisation)
    try:
        colleagues.hand_over(mine=mine, to=to, by=request.user, at=timezone.now())
        messages.success(request, _("%(name)s is lead now; you stay as contributor.") % {"name": to.person})
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("our_charity")


@only(*GRANTEES)
@require_POST
def colleague_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """A lead removes a colleague; anybody leaves herself."""
    leaving = Membership.objects.filter(person=request.user, role__in=OWN_ROLES, pk=pk).first()
    found = leaving or theirs(request, pk)
    said = {"name": found.person, "organisation": found.organisation}
    try:
        colleagues.remove(membership=found, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("our_charity")
    if leaving:
        messages.success(request, _("You have left %(organisation)s.") % said)
        return redirect("home")
    messages.success(request, _("%(name)s no longer acts for %(organisation)s.") % said)
    return redirect("our_charity")


def theirs(request: SignedInRequest, pk: int) -> Membership:
    """Somebody's role in an organisation that this person leads; else there is no such page."""
    led = Membership.objects.filter(organisation__in=request.user.lead_ids, role__in=OWN_ROLES)
    return get_object_or_404(led.select_related("person", "organisation"), pk=pk)
