"""How letters go: for the secretariat, which sees what is late, in doubt or came back, and decides."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
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
    """One of the page's buttons; what somebody else settled meanwhile is said."""
    by, at = request.user, timezone.now()
    deed = next((name for name in ("came", "again", "use") if name in request.POST), "")
    number = request.POST.get(deed, "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return
    if deed == "use":
        row = StoppedAddress.objects.filter(pk=number).first()
        if row:
            bounces.use_again(row, by=by, at=at)
        messages.success(request, _("Letters go there again."))
        return
    mail = clock.to_decide().filter(pk=number).first()
    arrived = deed == "came"
    if mail is None or not doubts.decide(mail, arrived=arrived, by=by, at=at):
        messages.warning(request, _("Somebody has settled it meanwhile."))
    elif arrived and mail.tries:
        messages.success(request, _("Kept: it came."))
    else:
        messages.success(request, _("It goes once more."))
