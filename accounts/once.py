"""A form that adds something is taken once: a second click leads where the first one led."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.http import QueryDict

from accounts.models import SentForm


def key(sent: QueryDict) -> UUID | None:
    """Of the form's own number (its hidden field `once`) and all that was typed; None where it has no number.

    So the form as it is found again by "back" and filled in for something else is another one.
    """
    try:
        return uuid5(UUID(sent.get("once", "")), sent.urlencode())
    except ValueError:
        return None


def led_to(sent: UUID | None) -> str:
    """The address to which a form taken before led, "" where it was not taken."""
    if sent is None:
        return ""
    return SentForm.objects.filter(key=sent).values_list("led_to", flat=True).first() or ""


def take(sent: UUID | None, *, at: datetime, work: Callable[[], str]) -> str:
    """Do `work`, which gives the address it leads to, unless this form was taken before; then where that led."""
    if sent is None:
        return work()
    try:
        with transaction.atomic():
            address = work()
            SentForm.objects.create(key=sent, at=at, led_to=address)
    except IntegrityError:
        address = led_to(sent)
        if not address:
            raise
    return address
