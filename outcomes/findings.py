"""After a research grant's last report: were the findings used, by whom, and what shows it?"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import journal, tasks
from accounts.journal import Did
from accounts.models import Person
from grants.models import Grant
from outcomes.models import Delivery, FollowUp, ReportDue
from priorities.models import Link

RESEARCH = "research"
"""The code of the area of which findings are expected."""


class CannotFollowUp(Exception):
    """The answer cannot be kept so; worded for the officer."""


def open_after(delivery: Delivery, *, at: datetime) -> FollowUp | None:
    """Open the question after the last report of a research grant was accepted; None where it is not the last."""
    grant = delivery.due.grant
    later = ReportDue.objects.open().filter(grant=grant, end__gt=delivery.due.end)
    if later.exists() or not Link.objects.filter(grant=grant, dimension="priority", code__code=RESEARCH).exists():
        return None
    found, is_new = FollowUp.objects.get_or_create(grant=grant, defaults={"opened_at": at})
    if is_new:
        words = _("Were the findings of “%(project)s” used?") % {"project": str(grant.project)[:200]}
        tasks.add(
            key=_key(grant),
            organisation=grant.funder,
            about=f"outcomes.followup:{found.pk}",
            kind="findings",
            words=words,
            at=at,
        )
    return found


@transaction.atomic
def answer(found: FollowUp, *, used: bool, by_whom: str, shown_by: str, by: Person, at: datetime) -> FollowUp:
    """Keep whether the findings were used, by whom and what shows it; answered again the newest word stands."""
    found = FollowUp.objects.select_for_update().get(pk=found.pk)
    if used and not (by_whom.strip() and shown_by.strip()):
        raise CannotFollowUp(_("Say who used them and what shows it."))
    found.used, found.by_whom, found.shown_by = used, by_whom.strip(), shown_by.strip()
    found.answered_by, found.answered_at = by, at
    found.save()
    tasks.settle(key=_key(found.grant), at=at)
    journal.record(what=Did.FOLLOWED_UP_FINDINGS, about=found.grant, by=by, at=at, used=used)
    return found


def _key(grant: Grant) -> str:
    return f"findings:{grant.pk}"
