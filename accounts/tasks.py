"""What waits for an officer: left by any room, once ever for its reason, until somebody says that it is done."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from accounts import chronicle, journal
from accounts.journal import Did
from accounts.models import Invitation, Organisation, Person, Task


def add(
    *, key: str, organisation: Organisation, about: str, kind: str, words: str, at: datetime,
    person: Person | None = None,
) -> bool:  # fmt: skip
    """Leave something to do for one officer, or for any of the organisation's; False where this key was there."""
    said = {"organisation": organisation, "person": person, "about": about, "kind": kind, "words": words[:300]}
    return Task.objects.get_or_create(key=key, defaults={**said, "made_at": at})[1]


@transaction.atomic
def done(*, task: Task, by: Person, at: datetime) -> bool:
    """It is done; False where somebody said so before."""
    if not Task.objects.open().filter(pk=task.pk).update(done_at=at, done_by=by):
        return False
    journal.record(what=Did.DID_TASK, about=task, by=by, at=at, kind=task.kind)
    return True


def settle(*, key: str, at: datetime) -> bool:
    """Nothing is left to do about it, whoever saw to that."""
    return bool(Task.objects.open().filter(key=key).update(done_at=at))


def address(task: Task) -> str:
    """The page on which it is done, "" where it has none."""
    if task.about.startswith(f"{Invitation._meta.label_lower}:"):
        return reverse("our_funder")
    return chronicle.address(task.about, {})
