"""What did not work: the secretariat edits, the charity agrees, the group reads."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import FUNDERS, GRANTEES, Secretariat, SignedInRequest, may, only
from outcomes import learning, sent
from outcomes.models import Answer


@only(*FUNDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def what_was_learned(request: SignedInRequest) -> HttpResponse:
    """The group's learning; for the secretariat also what waits to be edited."""
    edits = may(request.user, Secretariat)
    if request.method == "POST":
        if not edits:
            raise PermissionDenied
        answer = get_object_or_404(Answer, pk=sent.number(request.POST, "answer"))
        try:
            learning.edit(answer, text=sent.text(request.POST, "text"), by=request.user, at=timezone.now())
            messages.success(request, _("Kept. The charity is asked whether it agrees."))
        except learning.NotNow as problem:
            messages.error(request, str(problem))
        return redirect("what_was_learned")
    context = {"agreed": learning.agreed(), "to_edit": learning.to_edit() if edits else [], "edits": edits}
    return render(request, "outcomes/what_was_learned.html", context)


@only(*GRANTEES)
@require_http_methods(["GET", "HEAD", "POST"])
def learning_agree(request: SignedInRequest, pk: int) -> HttpResponse:
    """The text that the group would read, without a name; the charity says yes or keeps it."""
    found = get_object_or_404(learning.to_agree(request.user), pk=pk)
    if request.method != "POST":
        return render(request, "outcomes/learning_agree.html", {"learning": found})
    try:
        if "keep" in request.POST:
            learning.keep_back(found, by=request.user, at=timezone.now())
            messages.success(request, _("It stays with you."))
        else:
            learning.agree(found, text=sent.text(request.POST, "text"), by=request.user, at=timezone.now())
            messages.success(request, _("Thank you. Others can learn from it now."))
    except learning.NotNow as problem:
        messages.error(request, str(problem))
        return redirect("learning_agree", found.pk)
    return redirect("our_reports")
