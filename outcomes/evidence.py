"""What the shortfalls know of reports (priorities.Evidence), written from dues and copies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from grants import changes
from grants.models import Grant
from outcomes.models import Delivery, ReportDue
from priorities.models import Evidence


@transaction.atomic
def refresh(grant_ids: Collection[int], *, on: date) -> int:
    """Write anew what is known of these grants' reports on a day; how many changed. Call it last in a transaction.

    A grant that owes none has no row. Handed in and unanswered counts as waiting for the funder; sent back, as owed.
    """
    dues: dict[int, list[ReportDue]] = defaultdict(list)
    open_by_now = ReportDue.objects.open().due_by(on).filter(grant__in=grant_ids)
    for due in open_by_now.prefetch_related("deliveries").order_by("due_on", "id"):
        dues[due.grant_id].append(due)
    early = ReportDue.objects.open().filter(grant__in=grant_ids, due_on__gt=on, deliveries__isnull=False).distinct()
    for due in early.prefetch_related("deliveries").order_by("due_on", "id"):
        dues[due.grant_id].append(due)
    kept = {each.grant_id: each for each in Evidence.objects.filter(grant__in=grant_ids)}
    changed = [
        grant_id for grant_id in set(grant_ids) if _write(grant_id, dues.get(grant_id, []), kept.get(grant_id), on)
    ]
    changes.touch(changed)
    return len(changed)


def _write(grant_id: int, dues: list[ReportDue], kept: Evidence | None, on: date) -> bool:
    if not dues:
        if kept is not None:
            kept.delete()
        return kept is not None
    newest = dues[-1]
    handed_in = max(
        (_day(each.handed_in_at) for each in newest.deliveries.all() if each.state != Delivery.RETURNED), default=None
    )
    accepted = [each for due in dues for each in due.deliveries.all() if each.state == Delivery.ACCEPTED]
    owed = min(newest.due_on, on, *([handed_in] if handed_in else []))
    now = {
        "owed_since": owed,
        "handed_in_on": handed_in,
        "accepted_on": max((_day(each.answered_at) for each in accepted if each.answered_at), default=None),
    }
    if kept is not None and all(getattr(kept, name) == value for name, value in now.items()):
        return False
    Evidence.objects.update_or_create(grant_id=grant_id, defaults=now)
    return True


def _day(moment: datetime) -> date:
    return timezone.localdate(moment)


def refresh_all(*, on: date) -> int:
    """Write anew what changed by time alone: dues that came and for which nothing was handed in. For the clock."""
    known = Evidence.objects.filter(grant=OuterRef("grant"), owed_since__gte=OuterRef("due_on"))
    came = ReportDue.objects.open().due_by(on).filter(~Exists(known), deliveries=None)
    grants = Grant.objects.current().filter(id__in=came.values("grant")).values_list("id", flat=True)
    return refresh(list(grants), on=on)
