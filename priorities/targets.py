"""What the funders agreed to fund, and what the group watches for gaps."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts import journal
from accounts.journal import Did
from accounts.models import Person
from priorities.models import Code, Target, Watch


@transaction.atomic
def add(*, by: Person | None, at: datetime, **fields: Any) -> Target:
    """A new target; `fields` are area, column, kind, value, agreed_by, agreed_on, valid_to.

    Raises IntegrityError where a truth of the model is broken, a missing date among them.
    """
    target = Target.objects.create(**fields)
    journal.record(what=Did.CHANGED_TARGET, about=target, by=by, at=at, before=None, after=_plain(target))
    return target


@transaction.atomic
def change(*, target: Target, by: Person, at: datetime, **fields: Any) -> None:
    """Correct a target; what it was stays in the journal."""
    before = _plain(target)
    for name, value in fields.items():
        setattr(target, name, value)
    target.save()
    if (after := _plain(target)) != before:
        journal.record(what=Did.CHANGED_TARGET, about=target, by=by, at=at, before=before, after=after)


@transaction.atomic
def end(*, target: Target, on: date, by: Person, at: datetime) -> None:
    """Let a target end on a day, on which it still stands; it is kept. It ends no earlier than it was agreed."""
    change(target=target, by=by, at=at, valid_to=max(on, target.agreed_on))


@transaction.atomic
def watch(*, pairs: Collection[tuple[int, str]], by: Person, at: datetime) -> None:
    """Watch exactly these: area (primary key) by dimension, or the area as a whole where that is ""."""
    standing = {(each.area_id, each.dimension): each for each in Watch.objects.all()}
    gone, new = standing.keys() - set(pairs), set(pairs) - standing.keys()
    if not gone and not new:
        return
    Watch.objects.filter(pk__in=[standing[pair].pk for pair in gone]).delete()
    Watch.objects.bulk_create(Watch(area_id=area, dimension=dimension) for area, dimension in sorted(new))
    names = dict(Code.objects.filter(pk__in={area for area, _dimension in gone | new}).values_list("pk", "code"))
    journal.record(
        what=Did.CHANGED_WATCH,
        about="priorities.watch",
        by=by,
        at=at,
        added=sorted([names[area], dimension] for area, dimension in new),
        removed=sorted([names[area], dimension] for area, dimension in gone),
    )


def _plain(target: Target) -> dict[str, Any]:
    return {
        "area": target.area.code,
        "column": target.column and f"{target.column.dimension}:{target.column.code}",
        "kind": target.kind,
        "value": target.value,
        "agreed_by": target.agreed_by,
        "agreed_on": target.agreed_on.isoformat(),
        "valid_to": target.valid_to and target.valid_to.isoformat(),
    }
