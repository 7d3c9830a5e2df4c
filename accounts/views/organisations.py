"""Doors on organisations."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import forms, organisations
from accounts.access import MANAGERS, SignedIn, SignedInRequest, may, only
from accounts.filters import page_of
from accounts.models import Membership, Organisation

ROWS = 50


@only(SignedIn)
@require_safe
def organisation_list(request: SignedInRequest) -> HttpResponse:
    """The organisations that this person sees, by name, with a search."""
    found = Organisation.objects.visible_to(request.user)
    form = forms.OrganisationSearchForm(request.GET)
    if form.is_valid():
        if text := form.cleaned_data["q"]:
            found = organisations.search(found, text)
        if role := form.cleaned_data["role"]:
            found = found.filter(**{role: True})
    page = page_of(Paginator(found.prefetch_related("identifiers"), ROWS), request.GET)
    context = {"form": form, "page": page, "may_manage": may(request.user, *MANAGERS)}
    return render(request, "accounts/organisations.html", context, status=200 if form.is_valid() else 400)


@only(SignedIn)
@require_safe
def organisation(request: SignedInRequest, pk: int) -> HttpResponse:
    """One organisation, and those of its people whom this person sees."""
    found = get_object_or_404(Organisation.objects.visible_to(request.user), pk=pk)
    members = Membership.objects.visible_to(request.user).filter(organisation=found).select_related("person")
    context = {"organisation": found, "members": members, "may_manage": may(request.user, *MANAGERS)}
    return render(request, "accounts/organisation.html", context)


@only(*MANAGERS)
def organisation_add(request: SignedInRequest) -> HttpResponse:
    form = forms.OrganisationForm(request.POST or None)
    if form.is_valid():
        try:
            added = organisations.add(details=form.details, by=request.user, at=timezone.now())
            messages.success(request, _("%(name)s was added.") % {"name": added})
            return redirect(added)
        except organisations.Refused as refused:
            form.refuse(refused)
    return render(request, "accounts/organisation_form.html", {"form": form}, status=422 if form.errors else 200)


@only(*MANAGERS)
def organisation_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Organisation.objects.visible_to(request.user), pk=pk)
    form = forms.OrganisationForm(request.POST or None, organisation=found)
    if form.is_valid():
        try:
            if organisations.change(organisation=found, details=form.details, by=request.user, at=timezone.now()):
                messages.success(request, _("The changes are saved."))
            return redirect(found)
        except organisations.Refused as refused:
            form.refuse(refused)
    context = {"form": form, "organisation": Organisation.objects.get(pk=pk)}
    return render(request, "accounts/organisation_form.html", context, status=422 if form.errors else 200)
