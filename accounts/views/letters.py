"""How letters go: for the secretariat, which sees what is late, in doubt or came back, and decides."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import bounces, clock, doubts
from accounts.access import Secretariat, SignedInRequest, only
from accounts.models import Knock, StoppedAddress


@only(Secretariat)
@require_http_methods(["GET", "HEAD", "POST"])
def how_letters_go(request: SignedInRequest) -> HttpResponse:
    """Whether the clock knocks, what waits, what is in doubt, what came back; held mails are settled here."""
    at = timezone.now()
    if request.method == "POST":
        _decide(request)
        return redirect("how_letters_go")
    context = {
        "health": clock.health(at=at),
        "knocks": Knock.objects.all(),
        "hour": clock.sent_since(at - timedelta(hours=1)),
        "day": clock.sent_since(at - timedelta(days=1)),
        "held": clock.to_decide()[: clock.MOST],
        "doubt": clock.in_doubt()[: clock.MOST],
        "lost": clock.not_arrived(at=at)[: clock.MOST],
        "stopped": StoppedAddress.objects.all()[: clock.MOST],
        "at": at,
    }
    return render(request, "accounts/how_letters_go.html", context)


def _decide(request: SignedInRequest) -> None:
    by, at = request.user, timezone.now()
    number = next((request.POST[name] for name in ("came", "again", "use") if name in request.POST), "")
    if not number.isdigit():
        return
    if "use" in request.POST:
        bounces.use_again(get_object_or_404(StoppedAddress, pk=number[:18]), by=by, at=at)
        messages.success(request, _("Letters go there again."))
        return
    mail = get_object_or_404(clock.to_decide(), pk=number[:18])
    doubts.decide(mail, arrived="came" in request.POST, by=by, at=at)
    messages.success(request, _("Kept. It came.") if "came" in request.POST else _("It goes once more."))
