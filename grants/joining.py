"""Grants joined into one project by those concerned, and parted again with everything as before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import journal
from accounts.journal import Did
from accounts.models import Membership, Organisation, Person
from grants import changes, portfolio
from grants.models import Grant, JoinedGrant, Joining, JoiningAnswer, Project, Recipient
from grants.revisions import Reason

Choice = Callable[[Collection[int]], int]
"""Of several projects (primary keys) the one into which the others are joined; by default the oldest."""


class CannotJoin(Exception):
    """These grants cannot be joined or parted so; worded for whoever pressed the button."""


def key_of(grant_ids: Iterable[int]) -> str:
    """The same text for the same grants."""
    return hashlib.sha256(",".join(map(str, sorted(grant_ids))).encode()).hexdigest()


def spoken_for(joining: Joining, person: Person) -> list[Organisation]:
    """The parties to a joining for which this person has a word: funders of its grants, or the charity she leads."""
    led = {each.organisation_id for each in person.own_memberships if each.role == Membership.LEAD}
    mine = {pk for pk in funders_of(joining) if pk in person.officer_ids} | ({joining.recipient_id} & led)
    return list(Organisation.objects.filter(pk__in=mine))


def funders_of(joining: Joining) -> set[int]:
    """Those whose word it needs: the funders of its grants, removed ones left out."""
    return set(Grant.objects.current().filter(id__in=joining.parts.values("grant")).values_list("funder", flat=True))


@transaction.atomic
def answer(joining: Joining, *, same: bool, by: Person, at: datetime, into: Choice = min) -> Joining:
    """Say for one's funder or charity whether a proposal is one work. It is joined when every funder or the charity
    has said yes, and set aside by the first no. Raises CannotJoin.
    """
    joining = _locked(joining)
    _refuse_unless_open(joining)
    parties = spoken_for(joining, by)
    if not parties:
        raise CannotJoin(_("Only an officer of one of these funders or a lead of the charity can say so."))
    _refuse_unless_joinable(joining)
    for party in parties:
        JoiningAnswer.objects.update_or_create(
            joining=joining, organisation=party, defaults={"same": same, "by": by, "at": at}
        )
    did = Did.SAID_SAME_WORK if same else Did.SAID_OTHER_WORK
    journal.record(what=did, about=joining, by=by, at=at, parties=[each.pk for each in parties])
    if not same:
        _end(joining, by=by, at=at)
        changes.touch(list(joining.parts.values_list("grant_id", flat=True)))  # The others may still be one work.
    elif is_agreed(joining):
        join(joining, into=into, by=by, at=at)
    return joining


def is_agreed(joining: Joining) -> bool:
    said_yes = set(joining.answers.filter(same=True).values_list("organisation", flat=True))
    return joining.recipient_id in said_yes or funders_of(joining) <= said_yes


def _locked(joining: Joining) -> Joining:
    return Joining.objects.select_for_update().get(pk=joining.pk)


def _refuse_unless_open(joining: Joining) -> None:
    if joining.joined_at and joining.is_standing:
        day = date_format(joining.joined_at, "j F Y")
        raise CannotJoin(_("These grants are one project already, since %s.") % day)
    if joining.ended_at:
        day = date_format(joining.ended_at, "j F Y")
        raise CannotJoin(_("Somebody else concerned answered this on %s.") % day)


def _refuse_unless_joinable(joining: Joining) -> None:
    grants = Grant.objects.current().filter(id__in=joining.parts.values("grant"))
    there = Recipient.objects.filter(grant__in=grants, organisation=joining.recipient_id).values("grant")
    if grants.exclude(id__in=there).exists():
        raise CannotJoin(_("One of these grants goes to another charity now, so they cannot be one work."))
    if grants.count() < 2:
        raise CannotJoin(_("A grant was removed meanwhile, and one alone cannot be joined."))
    if grants.values("project").distinct().count() < 2:
        raise CannotJoin(_("These grants are one project already."))


def join(joining: Joining, *, into: Choice = min, by: Person | None, at: datetime) -> None:
    """Give the grants one project, and with them all others of the projects that they leave; `by` None is the portal.

    Part of a transaction that has locked the joining.
    """
    concerned = Grant.objects.filter(id__in=joining.parts.values("grant"), removed_at=None).values("project")
    projects = set(
        Project.objects.select_for_update().filter(id__in=concerned).order_by("id").values_list("id", flat=True)
    )
    grants = list(Grant.objects.select_for_update(no_key=True).filter(project__in=projects).order_by("id"))
    host = into(projects)
    for grant in grants:
        JoinedGrant.objects.update_or_create(joining=joining, grant=grant, defaults={"came_from_id": grant.project_id})
    joining.joined_at, joining.project_id = at, host
    joining.save(update_fields=["joined_at", "project"])
    moved = [each for each in grants if each.project_id != host]
    journal.record(what=Did.JOINED_GRANTS, about=joining, by=by, at=at, grants=[each.pk for each in grants])
    _move(moved, dict.fromkeys((each.pk for each in moved), host), reason=Reason.JOINED, by=by, at=at)


def _move(grants: Sequence[Grant], to: dict[int, int], *, reason: Reason, by: Person | None, at: datetime) -> None:
    for grant in grants:
        grant.project_id = to[grant.pk]
        grant.save(update_fields=["project"])
        portfolio.record_revision(grant=grant, by=by, at=at, reason=reason)
    changes.touch([each.pk for each in grants])


@transaction.atomic
def part(joining: Joining, *, by: Person, at: datetime) -> Joining:
    """Give every grant the project back that it came from. One that was moved elsewhere since stays there. Raises
    CannotJoin.
    """
    joining = _locked(joining)
    if not joining.is_standing:
        raise CannotJoin(_("These grants are not joined any longer; somebody else concerned parted them."))
    if not spoken_for(joining, by):
        raise CannotJoin(_("Only an officer of one of these funders or a lead of the charity can part them."))
    # Projects are locked first, as in joining and in handing in, so that none of them waits for another for ever.
    host = joining.project_id or 0
    concerned = {host, *(pk for pk in joining.parts.values_list("came_from", flat=True) if pk)}
    list(Project.objects.select_for_update().filter(id__in=concerned).order_by("id"))
    came_from = {pk: project for pk, project in joining.parts.values_list("grant_id", "came_from_id") if project}
    moved = [pk for pk, project in came_from.items() if project != host]
    now = {host, *gone_into([host]).values()}  # Which may be joined further itself.
    still_there = Grant.objects.select_for_update(no_key=True).filter(pk__in=moved, project__in=now)
    back = [each for each in still_there.order_by("id") if came_from[each.pk] != each.project_id]
    _end(joining, by=by, at=at)
    journal.record(what=Did.PARTED_GRANTS, about=joining, by=by, at=at, grants=[each.pk for each in back])
    _move(back, came_from, reason=Reason.PARTED, by=by, at=at)
    return joining


@transaction.atomic
def again(joining: Joining, *, by: Person, at: datetime, into: Choice = min) -> Joining:
    """Say after all that grants which were parted or set aside are one work: a proposal anew, answered with yes.

    Raises CannotJoin.
    """
    joining = _locked(joining)
    if not joining.ended_at:
        return answer(joining, same=True, by=by, at=at, into=into)
    if not spoken_for(joining, by):
        raise CannotJoin(_("Only an officer of one of these funders or a lead of the charity can say so."))
    grants = list(joining.parts.filter(grant__removed_at=None).values_list("grant_id", flat=True))
    fresh = Joining.objects.filter(key=key_of(grants), ended_at=None).first() or propose(
        grants, recipient=joining.recipient_id, because=joining.because,
        days=(joining.overlap_from, joining.overlap_to), at=at,
    )  # fmt: skip
    return answer(fresh, same=True, by=by, at=at, into=into)


def propose(grants: Collection[int], *, recipient: int, because: str, days: tuple[date, date], at: datetime) -> Joining:
    """A proposal about these grants (primary keys); nothing else changes."""
    made = Joining.objects.create(
        recipient_id=recipient, key=key_of(grants), because=because,
        overlap_from=days[0], overlap_to=days[1], made_at=at,
    )  # fmt: skip
    JoinedGrant.objects.bulk_create(JoinedGrant(joining=made, grant_id=pk) for pk in sorted(grants))
    return made


def _end(joining: Joining, *, by: Person | None, at: datetime) -> None:
    joining.ended_at, joining.ended_by = at, by
    joining.save(update_fields=["ended_at", "ended_by"])


def tidy(recipients: Collection[int], *, at: datetime) -> None:
    """End what no longer holds: proposals whose grants were removed, moved or joined; joinings that hold nothing."""
    told = ~Q(answers=None) | Q(because=Joining.SAID)
    for joining in Joining.objects.open().filter(told, recipient__in=recipients).distinct():
        try:
            _refuse_unless_joinable(joining)
        except CannotJoin:
            _end(joining, by=None, at=at)
    standing = Joining.objects.standing().filter(recipient__in=recipients)
    for joining in standing.exclude(id__in=JoinedGrant.objects.moved().values("joining")):
        _end(joining, by=None, at=at)


def came_into(project_ids: Collection[int]) -> dict[int, int]:
    """Of projects whose grants were joined into one of these: which it was, and which it is now."""
    moved = JoinedGrant.objects.moved().filter(grant__project__in=project_ids)
    return dict(moved.values_list("came_from", "grant__project"))


def gone_into(project_ids: Collection[int]) -> dict[int, int]:
    """Of these projects, those whose grants were joined into another, and into which; one that has grants is none."""
    moved = JoinedGrant.objects.moved().filter(came_from__in=project_ids)
    left = moved.exclude(came_from__in=Grant.objects.current().filter(project__in=project_ids).values("project"))
    return dict(left.values_list("came_from", "grant__project"))


def all_gone() -> dict[int, int]:
    """Every project whose grants are joined into another now, and into which."""
    moved = list(JoinedGrant.objects.moved().values_list("came_from", flat=True))
    return gone_into(moved) if moved else {}


def waiting(person: Person) -> int:
    """How many proposals wait for this person's word, those left out that only run at the same time."""
    mine = Joining.objects.open().answerable_by(person).exclude(because=Joining.DAYS)
    own = [*person.officer_ids, *person.grantee_ids]
    answered = JoiningAnswer.objects.filter(organisation__in=own).values("joining")
    return mine.exclude(id__in=answered).count()
