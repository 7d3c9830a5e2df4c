"""Where a mail comes back to: an address for each, which nobody but us can have made."""

from __future__ import annotations

import re

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import Mail

OURS = re.compile(r"bounces\+(\d{1,18})\.([0-9a-f]{24})@", re.IGNORECASE)
SALT = "accounts.return_addresses"


class NotOurs(Exception):
    """An address that we never gave out."""


def of(mail: Mail) -> str:
    """The envelope's sender: signed where there is a mailbox for what comes back, else that of every letter."""
    if not settings.MAIL_BOUNCES:
        return str(settings.DEFAULT_FROM_EMAIL).rpartition("<")[2].rstrip(">")
    return f"bounces+{mail.pk}.{_signature(mail.pk, settings.SECRET_KEY)}@{settings.MAIL_BOUNCES}"


def number_in(address: str) -> int:
    """The mail to which an address belongs. Raises NotOurs. One signed with a secret of before is good."""
    found = OURS.search(address)
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if found and any(constant_time_compare(found[2].lower(), _signature(int(found[1]), str(each))) for each in secrets):
        return int(found[1])
    raise NotOurs


def _signature(number: int, secret: str) -> str:
    return salted_hmac(SALT, str(number), secret=secret, algorithm="sha256").hexdigest()[:24]
