"""Doors on the group's settings, its journal, and a person's own API token."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import chronicle, forms, group, tokens
from accounts.access import FUNDERS, MANAGERS, Administrator, SignedIn, SignedInRequest, may, only
from accounts.filters import page_of
from accounts.models import Group, JournalEntry

ROWS = 50
NEW_TOKEN = "new_token"  # noqa: S105 (a session key, not a secret)


@only(*FUNDERS, Administrator)
def group_settings(request: SignedInRequest) -> HttpResponse:
    """What the group has set, with the way to each of its pages; managers may rename it."""
    may_manage = may(request.user, *MANAGERS)
    if request.method == "POST" and not may_manage:
        raise PermissionDenied
    form = forms.GroupForm(request.POST or None, initial={"name": Group.current().name})
    if form.is_valid():
        if group.rename(name=form.cleaned_data["name"], by=request.user, at=timezone.now()):
            messages.success(request, _("The changes are saved."))
        return redirect("group_settings")
    context = {"form": form, "may_manage": may_manage}
    return render(request, "accounts/group_settings.html", context, status=422 if form.errors else 200)


@only(*MANAGERS)
@require_safe
def journal(request: SignedInRequest) -> HttpResponse:
    """Who did what, newest first; by deed, or about one thing."""
    form = forms.JournalForm(request.GET)
    lines = JournalEntry.objects.visible_to(request.user).select_related("by")
    if form.is_valid():
        lines = lines.filter(**{field: value for field, value in form.cleaned_data.items() if value})
    page = page_of(Paginator(lines, ROWS), request.GET)
    context = {"form": form, "page": page, "lines": chronicle.told(page.object_list)}
    return render(request, "accounts/journal.html", context, status=200 if form.is_valid() else 400)


@only(SignedIn)
@never_cache
def own_token(request: SignedInRequest) -> HttpResponse:
    """A person's own API token: made, shown once, taken back."""
    if request.method == "POST":
        if request.POST.get("do") == "make":
            request.session[NEW_TOKEN] = tokens.make(person=request.user, at=timezone.now())
        elif tokens.revoke(person=request.user, at=timezone.now()):
            messages.success(request, _("The token no longer works."))
        return redirect("tokens")
    context = {"new": request.session.pop(NEW_TOKEN, ""), "made_at": tokens.made_at(request.user)}
    return render(request, "accounts/tokens.html", context)
