"""Mails that were refused or came back: whoever looks after their letters is told, once."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db import transaction

from accounts import kinds
from accounts.models import Letter, Mail

AT_A_TIME = 100


def tell(*, at: datetime) -> int:
    """Have the kinds of their letters leave word; how many mails that were. Any number may do it side by side."""
    told = 0
    while batch := _tell_some(at):
        told += batch
    return told


@transaction.atomic
def _tell_some(at: datetime) -> int:
    waiting = Mail.objects.not_arrived().filter(told_at=None).select_for_update(skip_locked=True, of=("self",))
    mails = [each.pk for each in waiting.order_by("id")[:AT_A_TIME]]
    by_kind: dict[str, list[Letter]] = defaultdict(list)
    found = Letter.objects.filter(mail__in=mails, state=Letter.GATHERED).select_related("mail", "person")
    for letter in found.order_by("id"):
        by_kind[letter.kind].append(letter)
    for code, letters in sorted(by_kind.items()):
        if leave_word := kinds.of(code).undelivered:
            leave_word(letters, at)
    Mail.objects.filter(pk__in=mails).update(told_at=at)
    return len(mails)
