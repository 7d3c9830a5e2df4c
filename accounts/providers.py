"""Mail providers that tell what became of a mail (MAIL_PROVIDER), and how a mail bears its number so that they can."""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.conf import settings

from accounts.models import Mail

MARK = "mail"
"""Under this name a mail bears its number, and the provider gives it back."""


def _alone(number: str) -> str:
    return number


def _named(number: str) -> str:
    return json.dumps({MARK: number})


HEADERS = {
    "brevo": ("X-Mailin-custom", _named),
    "mailgun": ("X-Mailgun-Variables", _named),
    "mailjet": ("X-MJ-EventPayload", _named),
    "postmark": (f"X-PM-Metadata-{MARK}", _alone),
    "sparkpost": ("X-MSYS-API", lambda number: json.dumps({"metadata": {MARK: number}})),
}
"""By provider the header of its own in which it takes such things over SMTP."""


def marks(mail: Mail) -> Mapping[str, str]:
    """The headers by which the provider knows the mail again, of one that has its number."""
    if not settings.MAIL_PROVIDER or not mail.pk:
        return {}
    name, written = HEADERS[settings.MAIL_PROVIDER]
    return {name: written(str(mail.pk))}
