"""What the mail provider tells by itself (django-anymail's webhooks): delivered, delayed, came back, complained.

The library takes the request, believes only who knows the secret, and speaks of every provider in the same words. It
hands them on by a signal, the one door it has; so this is the one signal that the portal listens to.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import bounces, providers
from accounts.bounces import Told
from accounts.models import Mail

DOORS = {
    "brevo": BrevoTrackingWebhookView,
    "mailgun": MailgunTrackingWebhookView,
    "mailjet": MailjetTrackingWebhookView,
    "postmark": PostmarkTrackingWebhookView,
    "sparkpost": SparkPostTrackingWebhookView,
}
PLAIN = {
    EventType.DELIVERED: bounces.DELIVERED,
    EventType.DEFERRED: bounces.DELAYED,
    EventType.COMPLAINED: bounces.COMPLAINED,
    EventType.UNSUBSCRIBED: bounces.COMPLAINED,
    EventType.FAILED: bounces.LOST,
}
REJECTED = {
    RejectReason.BOUNCED: bounces.BOUNCED,
    RejectReason.INVALID: bounces.BOUNCED,
    RejectReason.SPAM: bounces.COMPLAINED,
    RejectReason.UNSUBSCRIBED: bounces.COMPLAINED,
}
"""Why a provider does not even try an address; for other reasons the mail alone is lost."""
log = logging.getLogger(__name__)


class NoProvider(Exception):
    """No provider is named that tells anything."""


def hear(request: HttpRequest) -> HttpResponse:
    """Let the library take what the provider sends. Raises NoProvider; NotYet, where it must be sent again; and
    SuspiciousOperation where the one who sends does not know the secret."""
    if not settings.MAIL_PROVIDER:
        raise NoProvider
    answer: HttpResponse = DOORS[settings.MAIL_PROVIDER].as_view()(request)
    return answer


@receiver(tracking)
def heard(event: AnymailTrackingEvent, **_: Any) -> None:
    """Act on one event about one of our mails; others (codes to sign in have no mail here) are none of ours."""
    told = told_by(event)
    mail = _mail_of(event) if told else None
    if mail and told:
        bounces.take(mail, told, at=timezone.now())


def told_by(event: AnymailTrackingEvent) -> Told | None:
    """An event in our words; None for one that tells nothing of arriving, as that it was opened."""
    said = " ".join(str(event.mta_response or event.description or "").split())[:200]
    if event.event_type == EventType.BOUNCED:
        return Told(bounces.LOST if _is_soft(event) else bounces.BOUNCED, said)
    if event.event_type == EventType.REJECTED:
        return Told(REJECTED.get(event.reject_reason, bounces.LOST), said or str(event.reject_reason or ""))
    what = PLAIN.get(event.event_type)
    return Told(what, said) if what else None


def _is_soft(event: AnymailTrackingEvent) -> bool:
    """Whether a bounce says nothing against the address: a full mailbox, a server that was away. The library calls
    hard and soft ones the same."""
    raw = event.esp_event if isinstance(event.esp_event, Mapping) else {}
    named = " ".join(str(raw.get(each, "")) for each in ("Type", "type", "event")).lower()
    code = re.match(r"\s*(?:smtp;)?\s*4(?:\d\d\b|\.\d)", str(event.mta_response or ""))
    return "soft" in named or raw.get("hard_bounce") is False or bool(code)


def _mail_of(event: AnymailTrackingEvent) -> Mail | None:
    """The mail that an event is about, by the number it bears or by its Message-ID; it must have gone to the same
    address."""
    number = str((event.metadata or {}).get(providers.MARK, ""))
    found = Mail.objects.filter(message_id=str(event.message_id or "").strip("<>")[:100])
    if number.isascii() and number.isdigit() and len(number) < 19:
        found = Mail.objects.filter(pk=number)
    mail = found.first()
    if mail and mail.to.lower() != str(event.recipient or "").strip().lower():
        log.warning("What the provider told of mail %s was not believed: it went to another address", mail.pk)
        return None
    return mail
