"""What a person writes about a grant; where it pays for the same work as another, the two are proposed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import journal
from accounts.journal import Did
from accounts.models import Person
from grants import joining, portfolio
from grants.joining import CannotJoin
from grants.models import Grant, Joining, Project, Recipient
from grants.portfolio import Details


@transaction.atomic
def add(*, details: Details, by: Person, at: datetime) -> tuple[Grant, Joining | None]:
    """A new grant, and what was proposed with it. Raises CannotJoin, and then nothing is kept."""
    _hold(None, details.same_work_as)
    grant = portfolio.add(details=details, by=by, at=at)
    return grant, _say_same(grant, details, by=by, at=at)


@transaction.atomic
def change(*, grant: Grant, details: Details, opened_at: int, by: Person, at: datetime) -> tuple[bool, Joining | None]:
    """Whether anything of it changed, and what was proposed. Raises CannotJoin and portfolio.ChangedMeanwhile, and then
    nothing is kept.
    """
    _hold(grant, details.same_work_as)
    changed = portfolio.change(grant=grant, details=details, opened_at=opened_at, by=by, at=at)
    return changed, _say_same(Grant.objects.get(pk=grant.pk), details, by=by, at=at)


def _hold(grant: Grant | None, other: Grant | None) -> None:
    """What joining locks, and in its order, before the change log is written to: who waits for the log holds these."""
    if other is None or (grant and grant.project_id == other.project_id):
        return
    projects = {other.project_id, *([grant.project_id] if grant else [])}
    if grant:
        key = joining.key_of((grant.pk, other.pk))
        list(Joining.objects.select_for_update().open().filter(key=key))
    list(Project.objects.select_for_update().filter(pk__in=projects).order_by("pk"))
    list(Grant.objects.select_for_update(no_key=True).filter(project__in=projects).order_by("pk"))


def _say_same(grant: Grant, details: Details, *, by: Person, at: datetime) -> Joining | None:
    """Propose a grant with the one that it is said to share its work with, and say yes for her own funder; joined where
    nobody else is concerned. None where the two are one project already.
    """
    other = details.same_work_as
    if other is None or other.project_id == grant.project_id:
        return None
    proposed = _proposed(grant, other, at=at)
    if joining.spoken_for(proposed, by):
        into = other.project_id
        return joining.answer(proposed, same=True, by=by, at=at, into=lambda _projects: into)
    journal.record(what=Did.SAID_SAME_WORK, about=proposed, by=by, at=at, parties=[])
    return proposed


def _proposed(grant: Grant, other: Grant, *, at: datetime) -> Joining:
    """The open proposal about these two, as one that a person made."""
    pair = (grant.pk, other.pk)
    found = Joining.objects.open().filter(key=joining.key_of(pair)).first()
    if found is None:
        first, last = _common_days(grant, other)
        recipient = _common_recipient(grant, other)
        return joining.propose(pair, recipient=recipient, because=Joining.SAID, days=(first, last), at=at)
    found.because = Joining.SAID
    found.save(update_fields=["because"])
    return found


def _common_recipient(grant: Grant, other: Grant) -> int:
    theirs = Recipient.objects.filter(grant=other).values("organisation")
    common = Recipient.objects.filter(grant=grant, organisation__in=theirs).order_by("organisation")
    found = common.values_list("organisation", flat=True).first()
    if found is None:
        raise CannotJoin(_("That grant goes to somebody else, so it cannot pay for the same work."))
    return found


def _common_days(grant: Grant, other: Grant) -> tuple[date, date]:
    both: Any = Grant.objects.with_running_period().filter(pk__in=[grant.pk, other.pk])
    runs = list(both.values_list("runs_from", "runs_to"))
    if any(last is None for _first, last in runs):
        raise CannotJoin(_("One of the two has no end yet. Give it, then say that they pay for the same work."))
    first, last = max(each[0] for each in runs), min(each[1] for each in runs)
    if first > last:
        raise CannotJoin(_("The two never run at the same time, so that one report cannot do for both."))
    return first, last
