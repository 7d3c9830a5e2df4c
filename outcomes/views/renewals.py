"""A funder records that the renewal of one of its grants is decided."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import Officer, SignedInRequest, only
from grants.models import Grant
from outcomes import renewals
from outcomes.forms import RenewalForm
from outcomes.models import Renewal


@only(Officer)
@require_http_methods(["GET", "HEAD", "POST"])
def renewal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Record the day; what was kept back until then is on our copies from now on. No such answer stands here."""
    grant = get_object_or_404(Grant.objects.current().filter(funder__in=request.user.officer_ids), pk=pk)
    form = RenewalForm(request.POST or None, initial={"decided_on": timezone.localdate()})
    if form.is_valid():
        try:
            came = renewals.decide(grant, **form.cleaned_data, by=request.user, at=timezone.now())
        except renewals.CannotRecord as problem:
            form.add_error("decided_on", str(problem))
        else:
            messages.success(request, _said(came))
            return redirect("renewal", grant.pk)
    context = {
        "grant": grant,
        "form": form,
        "decided": Renewal.objects.filter(grant=grant).select_related("by"),
        "copies": renewals.copies_with(grant),
    }
    return render(request, "outcomes/renewal.html", context, status=422 if form.errors else 200)


def _said(came: int) -> str:
    if not came:
        return _("Recorded. Nothing had been kept back until then.")
    words = ngettext("Recorded. %d answer came to your copies.", "Recorded. %d answers came to your copies.", came)
    return words % came
