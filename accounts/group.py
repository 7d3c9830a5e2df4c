"""The group's own settings; later rooms keep theirs as rows of their own."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import journal
from accounts.journal import Did
from accounts.models import Group, Person


@transaction.atomic
def rename(*, name: str, by: Person | None, at: datetime) -> bool:
    """Give the group another name; False where it has that name already."""
    group = Group.current()
    if group.name == name:
        return False
    was, group.name = group.name, name
    group.save()
    journal.record(what=Did.CHANGED_GROUP, about=group, by=by, at=at, name=[was, name])
    return True
