"""What must not be so in production."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


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
