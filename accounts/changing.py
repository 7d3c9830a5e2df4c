"""Every change of a mail, with the line that keeps when and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from accounts import bulk
from accounts.models import Mail, MailChange

PLAIN = ["to", "subject", "text", "state", "tries", "resent", "sender_id", "reason"]
MOMENTS = ["not_before", "changed_at", "sent_at"]


def save(mails: Sequence[Mail], at: datetime) -> None:
    """Keep these as they are now, and a line of each; call it in the transaction that locked them."""
    if not mails:
        return
    moment = connection.ops.adapt_datetimefield_value
    for mail in mails:
        mail.changed_at = at
    rows = (
        (*(getattr(each, name) for name in PLAIN), *(moment(getattr(each, name)) for name in MOMENTS), each.pk)
        for each in mails
    )
    bulk.update(Mail, [*PLAIN, *MOMENTS], rows)
    lines = ((each.pk, each.state, each.reason, moment(at)) for each in mails)
    bulk.insert(MailChange, ["mail_id", "state", "reason", "at"], lines)


def note(mail: Mail, words: str, at: datetime) -> None:
    """Keep what was told of a mail that stays as it is."""
    MailChange.objects.create(mail=mail, state=mail.state, reason=words[:300], at=at)
