"""API tokens: each person may hold one, which reads what that person may see."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from rest_framework.authtoken.models import Token

from accounts import journal
from accounts.journal import Did
from accounts.models import Person


@transaction.atomic
def make(*, person: Person, at: datetime) -> str:
    """A new token in place of any earlier one."""
    Token.objects.filter(user=person).delete()
    key: str = Token.objects.create(user=person).key
    journal.record(what=Did.MADE_TOKEN, about=person, by=person, at=at)
    return key


@transaction.atomic
def revoke(*, person: Person, at: datetime) -> bool:
    """Take the person's token back; False where there was none."""
    if not Token.objects.filter(user=person).delete()[0]:
        return False
    journal.record(what=Did.REVOKED_TOKEN, about=person, by=person, at=at)
    return True


def made_at(person: Person) -> datetime | None:
    """When the person's token was made, or None without one."""
    return Token.objects.filter(user=person).values_list("created", flat=True).first()
