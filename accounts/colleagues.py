"""A charity's own people, looked after by its leads; there is always a lead left."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import people
from accounts.models import Membership, Organisation, Person
from accounts.organisations import Refused


@transaction.atomic
def set_role(*, membership: Membership, role: str, by: Person, at: datetime) -> None:
    """Make a colleague lead or contributor. Raises Refused where no lead would be left."""
    membership = locked(membership)
    if role not in (Membership.LEAD, Membership.CONTRIBUTOR):
        raise Refused(_("“%(role)s” is no role here.") % {"role": role})
    if role != Membership.LEAD:
        somebody_leads(membership)
    people.join(person=membership.person, organisation=membership.organisation, role=role, by=by, at=at)


@transaction.atomic
def remove(*, membership: Membership, by: Person, at: datetime) -> None:
    """End what a colleague, or oneself, does here; what she wrote stays. Raises Refused for the only lead."""
    membership = locked(membership)
    somebody_leads(membership)
    people.part(membership=membership, by=by, at=at)


@transaction.atomic
def hand_over(*, mine: Membership, to: Membership, by: Person, at: datetime) -> None:
    """The colleague leads from now on; whoever hands over stays as contributor until she leaves."""
    mine, to = locked(mine), locked(to)
    if mine.organisation_id != to.organisation_id or mine.pk == to.pk:
        raise Refused(_("Hand over to a colleague of the same organisation."))
    if not to.person.is_active:
        raise Refused(_("%(name)s may no longer sign in.") % {"name": to.person})
    people.join(person=to.person, organisation=to.organisation, role=Membership.LEAD, by=by, at=at)
    people.join(person=mine.person, organisation=mine.organisation, role=Membership.CONTRIBUTOR, by=by, at=at)


def locked(membership: Membership) -> Membership:
    """As it stands now. The organisation is held until the transaction ends, so that two leads do not leave at once.

    Raises Refused where it has ended meanwhile.
    """
    Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    found = Membership.objects.filter(pk=membership.pk).select_related("person", "organisation").first()
    if found is None:
        raise Refused(_("This person has left already."))
    return found


def somebody_leads(membership: Membership) -> None:
    """Raises Refused where this is the only lead."""
    if membership.role == Membership.LEAD and not other_leads(membership):
        words = _("%(name)s is the only lead of %(organisation)s. Make a colleague lead first, or hand over to one.")
        raise Refused(words % {"name": membership.person, "organisation": membership.organisation})


def other_leads(membership: Membership) -> bool:
    leading = Membership.objects.filter(organisation=membership.organisation_id, role=Membership.LEAD)
    return leading.filter(person__is_active=True).exclude(pk=membership.pk).exists()
