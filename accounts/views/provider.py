"""The door at which the mail provider tells what became of mails."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from accounts import bounces, provider_events
from accounts.access import Anyone, only


@csrf_exempt
@only(Anyone)
def mail_events(request: HttpRequest) -> HttpResponse:
    """Whoever knows the secret is believed, and nobody else; there is no such page where no provider is named."""
    try:
        return provider_events.hear(request)
    except provider_events.NoProvider:
        raise Http404 from None
    except bounces.NotYet:
        return HttpResponse("The mail is on the wire; tell it again.", status=503, content_type="text/plain")
