"""What must not be so in production."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from accounts import providers


@register(Tags.security, deploy=True)
def demo_door_is_shut(**kwargs: Any) -> list[CheckMessage]:
    """The demo's door lets anybody in; it may stand open on a desk, never in production."""
    if not settings.DEMO_DOOR:
        return []
    return [
        Error(
            "The demo's door could open: anybody could enter as one of the demo's people.",
            hint="Set EMAIL_URL, so that people sign in by mail, or DEMO_DOOR=false.",
            id="portal.E001",
        )
    ]


@register(Tags.security, deploy=True)
def mail_is_set(**kwargs: Any) -> list[CheckMessage]:
    """Without mail nobody gets a code; on a desk letters become files, in production that would be silence."""
    if settings.EMAIL_SET:
        return []
    return [
        Error(
            "No mail is set: codes to sign in would be written to files that nobody reads.",
            hint="Set EMAIL_URL, for instance smtp+tls://user:password@mail.example.org:587.",
            id="portal.E002",
        )
    ]


@register()
def provider_is_known(**kwargs: Any) -> list[CheckMessage]:
    """A provider that nobody knows would tell nothing, and mails would break over it."""
    if not settings.MAIL_PROVIDER or settings.MAIL_PROVIDER in providers.HEADERS:
        return []
    return [
        Error(
            f"MAIL_PROVIDER is {settings.MAIL_PROVIDER!r}, which is none of {', '.join(sorted(providers.HEADERS))}.",
            hint="Leave it empty where the provider tells nothing, or is not among these.",
            id="portal.E003",
        )
    ]


@register(Tags.security, deploy=True)
def provider_has_a_secret(**kwargs: Any) -> list[CheckMessage]:
    """The provider shows who it is by a name and a password; without one nothing it tells is believed."""
    if not settings.MAIL_PROVIDER or ":" in settings.ANYMAIL["WEBHOOK_SECRET"]:
        return []
    return [
        Error(
            "MAIL_PROVIDER is set, but nothing that it tells will be believed.",
            hint="Set MAIL_EVENTS_SECRET to a name and a long random password with a colon between them.",
            id="portal.E004",
        )
    ]
