"""Doors on people."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import forms, people
from accounts.access import MANAGERS, SignedInRequest, only
from accounts.filters import page_of
from accounts.models import Membership, Organisation, Person
from accounts.organisations import Refused

ROWS = 50
OFFERED = 100
"""How many funders the organisation box offers while one types; any other is typed in full."""


@only(*MANAGERS)
@require_safe
def people_list(request: SignedInRequest) -> HttpResponse:
    """Everybody, by name, with a search."""
    found = Person.objects.visible_to(request.user)
    form = forms.SearchForm(request.GET)
    if form.is_valid() and (text := form.cleaned_data["q"]):
        found = people.search(found, text)
    page = page_of(Paginator(found.prefetch_related("memberships__organisation"), ROWS), request.GET)
    return render(request, "accounts/people.html", {"form": form, "page": page}, status=200 if form.is_valid() else 400)


@only(*MANAGERS)
def person_add(request: SignedInRequest) -> HttpResponse:
    """A new person; `organisation` in the address (a number) names one to begin with."""
    form = forms.AddPersonForm(request.POST or None, by=request.user, initial=beginning(request))
    if form.is_valid():
        try:
            added = people.add(details=form.details, roles=form.belonging, by=request.user, at=timezone.now())
            messages.success(request, _("%(name)s was added and can sign in now.") % {"name": added})
            return redirect("people")
        except Refused as refused:
            form.refuse(refused)
    return render(request, "accounts/person_add.html", {"form": form, **offered()}, status=422 if form.errors else 200)


@only(*MANAGERS)
def person_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """One person: what is said of her, what she belongs to, and a box to add to that."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    joining = "role" in request.POST
    form = forms.PersonForm(None if joining else request.POST or None, by=request.user, person=person)
    join_form = forms.JoinForm(request.POST if joining else None)
    sent = join_form if joining else form
    if sent.is_valid():
        try:
            save(request, person, sent)
            return redirect("person_edit", pk=pk)
        except Refused as refused:
            sent.refuse(refused)
    context = {
        "person": Person.objects.get(pk=pk),
        "memberships": Membership.objects.filter(person=pk).select_related("organisation"),
        "form": form,
        "join_form": join_form,
        "sent": sent,
        **offered(),
    }
    return render(request, "accounts/person_edit.html", context, status=422 if sent.errors else 200)


def save(request: SignedInRequest, person: Person, sent: forms.PersonForm | forms.JoinForm) -> None:
    """Do what the form says, and tell so. Raises Refused."""
    by, at = request.user, timezone.now()
    if isinstance(sent, forms.JoinForm):
        people.join(person=person, by=by, at=at, **sent.cleaned_data)
        messages.success(request, _("%(name)s belongs to it now.") % {"name": person})
    elif people.change(person=person, details=sent.details, by=by, at=at):
        messages.success(request, _("The changes are saved."))


@only(*MANAGERS)
@require_POST
def membership_end(request: SignedInRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(Membership.objects.visible_to(request.user).select_related("person"), pk=pk)
    person = membership.person
    told = {"name": person, "organisation": membership.organisation}
    people.part(membership=membership, by=request.user, at=timezone.now())
    messages.success(request, _("%(name)s no longer acts for %(organisation)s.") % told)
    return redirect(person)


def beginning(request: SignedInRequest) -> dict[str, Any]:
    """The organisation from whose page one came, as it would be typed."""
    asked = request.GET.get("organisation", "")
    found = Organisation.objects.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 12 else None
    return {"organisation": found.org_id or found.name} if found else {}


def offered() -> dict[str, Any]:
    return {"funders": Organisation.objects.funders()[:OFFERED]}
