"""People: added, changed, joined to organisations and parted from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from rest_framework.authtoken.models import Token

from accounts import bounces, journal
from accounts.journal import Did
from accounts.models import Membership, Organisation, Person, PersonQuerySet
from accounts.organisations import Refused


@dataclass(frozen=True, slots=True)
class Details:
    """What is said of a person; the address is compared without regard to capitals."""

    email: str
    name: str = ""
    is_secretariat: bool = False
    is_administrator: bool = False
    is_active: bool = True


class AddressTaken(Refused):
    """Somebody has this address already: `holder`."""

    def __init__(self, holder: Person) -> None:
        super().__init__(_("%(address)s is here already: %(name)s.") % {"address": holder.email, "name": holder})
        self.holder = holder


@transaction.atomic
def add(*, details: Details, roles: Iterable[tuple[Organisation, str]] = (), by: Person | None, at: datetime) -> Person:
    """A new person, belonging to organisations from the start; `by` None is a command, which may do all.

    Raises AddressTaken, or Refused where `by` may not or an organisation cannot have the role.
    """
    may_make_administrator(by, wanted=details.is_administrator)
    if holder := Person.objects.at(details.email).first():
        raise AddressTaken(holder)
    try:
        with transaction.atomic():
            person = Person.objects.create_user(**values(details))
    except IntegrityError:
        raise AddressTaken(Person.objects.at(details.email).get()) from None
    journal.record(what=Did.ADDED_PERSON, about=person, by=by, at=at, **values(details))
    for organisation, role in roles:
        join(person=person, organisation=organisation, role=role, by=by, at=at)
    return person


@transaction.atomic
def change(*, person: Person, details: Details, by: Person | None, at: datetime) -> bool:
    """Make the person what the details say; False where it was so already.

    A new address is a new pair of hands, and one who may no longer sign in is gone: every device and API token of the
    person is turned away. Raises AddressTaken, or Refused where `by` may not or nobody would be left.
    """
    before, after = as_it_stands(person), values(details)
    changed = {field: [before[field], after[field]] for field in after if before[field] != after[field]}
    if not changed:
        return False
    touches_administrator(person, changed, by=by)
    somebody_is_left(person, after)
    holder = Person.objects.at(details.email).exclude(pk=person.pk).first()
    if holder:
        raise AddressTaken(holder)
    for field, value in after.items():
        setattr(person, field, value)
    if "email" in changed or not person.is_active:
        turn_away_devices(person)
    person.save()
    if "email" in changed:
        bounces.left_behind(before["email"], by=by, at=at)
    journal.record(what=Did.CHANGED_PERSON, about=person, by=by, at=at, **changed)
    return True


@transaction.atomic
def join(*, person: Person, organisation: Organisation, role: str, by: Person | None, at: datetime) -> Membership:
    """Give the person this role in the organisation, in place of any other one there.

    Raises Refused where the role is unknown or the organisation cannot have it.
    """
    fitting(organisation, role)
    membership, added = Membership.objects.get_or_create(
        person=person, organisation=organisation, defaults={"role": role}
    )
    if not added and membership.role == role:
        return membership
    was = "" if added else membership.role
    membership.role = role
    membership.save()
    journal.record(
        what=Did.CHANGED_PERSON, about=person, by=by, at=at, organisation=organisation.name, role=[was, role]
    )
    return membership


@transaction.atomic
def part(*, membership: Membership, by: Person | None, at: datetime) -> None:
    """End what a person may do for an organisation; the person stays, and may still sign in."""
    journal.record(
        what=Did.REMOVED_PERSON,
        about=membership.person,
        by=by,
        at=at,
        organisation=membership.organisation.name,
        role=[membership.role, ""],
    )
    membership.delete()


def search(people: PersonQuerySet, text: str) -> PersonQuerySet:
    """Those whose name, address or organisation contains the text, capitals or not."""
    belonging = Membership.objects.filter(organisation__name__icontains=text)
    return people.filter(Q(name__icontains=text) | Q(email__icontains=text) | Q(id__in=belonging.values("person")))


def values(details: Details) -> dict[str, Any]:
    return asdict(details) | {"email": details.email.strip().lower(), "name": details.name.strip()}


def as_it_stands(person: Person) -> dict[str, Any]:
    return {each.name: getattr(person, each.name) for each in fields(Details)}


def details_of(person: Person, **other: Any) -> Details:
    """What is said of the person now, but for what is given otherwise."""
    return Details(**as_it_stands(person) | other)


def turn_away_devices(person: Person) -> None:
    """Sessions hold a hash of the password field; a fresh unusable one ends them all."""
    person.set_unusable_password()
    Token.objects.filter(user=person).delete()


def may_make_administrator(by: Person | None, *, wanted: bool) -> None:
    if wanted and by is not None and not by.is_administrator:
        raise Refused(_("Only an administrator can make somebody an administrator."))


def touches_administrator(person: Person, changed: dict[str, Any], *, by: Person | None) -> None:
    """Whoever can change an administrator's address can become one; so only administrators change administrators."""
    may_make_administrator(by, wanted="is_administrator" in changed)
    if person.is_administrator and by is not None and not by.is_administrator:
        raise Refused(_("%(name)s is an administrator; only another administrator can change that.") % {"name": person})


def somebody_is_left(person: Person, after: dict[str, Any]) -> None:
    """Raises Refused where the group would be left without an administrator or a secretariat."""
    would_be = {
        "is_administrator": _("%(name)s is the only administrator. Make somebody else one first."),
        "is_secretariat": _("%(name)s is the only secretariat. Make somebody else it first."),
    }
    for flag, words in would_be.items():
        holds = getattr(person, flag) and person.is_active
        keeps = after[flag] and after["is_active"]
        if holds and not keeps and not others_with(flag, person):
            raise Refused(words % {"name": person})


def others_with(flag: str, person: Person) -> list[Person]:
    """Locked until the transaction ends, so that two cannot leave at the same moment."""
    return [each for each in Person.objects.active().filter(**{flag: True}).select_for_update() if each != person]


def fitting(organisation: Organisation, role: str) -> None:
    """Raises Refused unless an organisation of this kind can have people in this role."""
    if role not in dict(Membership.ROLES):
        raise Refused(_("“%(role)s” is no role here.") % {"role": role})
    if role in Membership.FUNDER_ROLES and not organisation.is_funder:
        raise Refused(_("%(name)s is not a funder, so it has no officers or viewers.") % {"name": organisation})
    if role not in Membership.FUNDER_ROLES and organisation.is_funder and not organisation.is_grantee:
        raise Refused(_("%(name)s is a funder only, so it has no leads or contributors.") % {"name": organisation})
