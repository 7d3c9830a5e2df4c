"""Every change of a mail, with the line that keeps when and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from accounts.models import Mail, MailChange

CHANGED = [
    "to",
    "subject",
    "text",
    "state",
    "not_before",
    "tries",
    "resent",
    "sender",
    "changed_at",
    "sent_at",
    "reason",
]


def save(mails: Sequence[Mail], at: datetime) -> None:
    """Keep these as they are now, and a line of each; call it in the transaction that locked them."""
    for mail in mails:
        mail.changed_at = at
    Mail.objects.bulk_update(mails, CHANGED, batch_size=500)
    MailChange.objects.bulk_create(MailChange(mail=each, state=each.state, reason=each.reason, at=at) for each in mails)
