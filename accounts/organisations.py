"""Organisations: added, changed and found; one identifier names one organisation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts import identifiers, journal
from accounts.journal import Did
from accounts.models import Alias, Identifier, Membership, Organisation, OrganisationQuerySet, Person


@dataclass(frozen=True, slots=True)
class Details:
    """What a person says of an organisation; roles by field name, the first identifier is the main one."""

    name: str
    roles: frozenset[str]
    identifiers: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


class Refused(Exception):
    """Why it cannot be so, worded for the person who asked."""


class IdentifierTaken(Refused):
    """An identifier names another organisation already: `holder`."""

    def __init__(self, value: str, holder: Organisation) -> None:
        super().__init__(_("%(value)s is already the identifier of %(holder)s.") % {"value": value, "holder": holder})
        self.value, self.holder = value, holder


class NotFound(Refused):
    """No organisation, or more than one, answers to what was typed."""


@transaction.atomic
def add(*, details: Details, by: Person | None, at: datetime) -> Organisation:
    """A new organisation. Raises IdentifierTaken where one of its identifiers names another."""
    organisation = Organisation.objects.create(name=details.name, **chosen(details.roles))
    set_identifiers(organisation, details.identifiers)
    set_aliases(organisation, details.aliases)
    journal.record(what=Did.ADDED_ORGANISATION, about=organisation, by=by, at=at, name=details.name)
    return organisation


@transaction.atomic
def change(*, organisation: Organisation, details: Details, by: Person | None, at: datetime) -> bool:
    """Make it what the details say; False where it was so already.

    Raises IdentifierTaken, or Refused where a role is taken away that people of the organisation still need.
    """
    before, details = as_it_stands(organisation), in_order(details)
    if before == details:
        return False
    if "is_funder" not in details.roles and (officers := people_for_funders_only(organisation)):
        names = ", ".join(str(each.person) for each in officers)
        raise Refused(
            _("%(names)s: officer or viewer of it. End that first, then take “funder” away.") % {"names": names}
        )
    organisation.name = details.name
    for role, holds in chosen(details.roles).items():
        setattr(organisation, role, holds)
    organisation.save()
    set_identifiers(organisation, details.identifiers)
    set_aliases(organisation, details.aliases)
    journal.record(what=Did.CHANGED_ORGANISATION, about=organisation, by=by, at=at, **differences(before, details))
    return True


def as_it_stands(organisation: Organisation) -> Details:
    return in_order(
        Details(
            name=organisation.name,
            roles=frozenset(role for role in Organisation.ROLES if getattr(organisation, role)),
            identifiers=tuple(organisation.identifiers.order_by("-main").values_list("value", flat=True)),
            aliases=tuple(organisation.aliases.values_list("name", flat=True)),
        )
    )


def in_order(details: Details) -> Details:
    """The same, in the one order in which two can be compared; only the first identifier's place matters."""
    return replace(
        details,
        identifiers=details.identifiers[:1] + tuple(sorted(details.identifiers[1:])),
        aliases=tuple(sorted(details.aliases)),
    )


def chosen(roles: frozenset[str]) -> dict[str, bool]:
    return {role: role in roles for role in Organisation.ROLES}


def differences(before: Details, after: Details) -> dict[str, list[Any]]:
    """What changed, for the journal: field to [before, after]."""
    pairs: dict[str, list[Any]] = {
        "name": [before.name, after.name],
        "roles": [role_words(before.roles), role_words(after.roles)],
        "identifiers": [list(before.identifiers), list(after.identifiers)],
        "aliases": [list(before.aliases), list(after.aliases)],
    }
    return {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}


def role_words(roles: frozenset[str]) -> list[str]:
    return [role.removeprefix("is_").replace("_", " ") for role in Organisation.ROLES if role in roles]


def people_for_funders_only(organisation: Organisation) -> list[Membership]:
    return list(organisation.memberships.filter(role__in=Membership.FUNDER_ROLES).select_related("person"))


def set_identifiers(organisation: Organisation, values: tuple[str, ...]) -> None:
    """Exactly these, the first the main one. Raises IdentifierTaken."""
    elsewhere = Identifier.objects.exclude(organisation=organisation).select_related("organisation")
    if taken := elsewhere.filter(value__in=values).first():
        raise IdentifierTaken(taken.value, taken.organisation)
    organisation.identifiers.exclude(value__in=values).delete()
    organisation.identifiers.update(main=False)
    there = set(organisation.identifiers.values_list("value", flat=True))
    new = [Identifier(organisation=organisation, value=value) for value in values if value not in there]
    try:
        with transaction.atomic():
            Identifier.objects.bulk_create(new)
    except IntegrityError:
        taken = elsewhere.get(value__in=values)
        raise IdentifierTaken(taken.value, taken.organisation) from None
    organisation.identifiers.filter(value__in=values[:1]).update(main=True)


def set_aliases(organisation: Organisation, names: tuple[str, ...]) -> None:
    organisation.aliases.exclude(name__in=names).delete()
    there = set(organisation.aliases.values_list("name", flat=True))
    Alias.objects.bulk_create(Alias(organisation=organisation, name=name) for name in names if name not in there)


def search(organisations: OrganisationQuerySet, text: str) -> OrganisationQuerySet:
    """Those whose name, another name or identifier contains the text, capitals or not."""
    here = OuterRef("pk")
    named = Alias.objects.filter(organisation=here, name__icontains=text)
    numbered = Identifier.objects.filter(organisation=here, value__icontains=text)
    return organisations.filter(Q(name__icontains=text) | Exists(named) | Exists(numbered))


def named(text: str, *, among: OrganisationQuerySet | None = None) -> Organisation:
    """The one organisation with this identifier, name or alias. Raises NotFound, worded, for none or several."""
    organisations = Organisation.objects.all() if among is None else among
    text = " ".join(text.split())
    if by_identifier := organisations.filter(identifiers__value=identifiers.tidy(text)).first():
        return by_identifier
    found = list(organisations.filter(Q(name__iexact=text) | Q(aliases__name__iexact=text)).distinct()[:2])
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFound(_("More than one organisation is called “%(text)s”. Type its identifier.") % {"text": text})
    raise NotFound(_("No organisation here is called “%(text)s” or has it as identifier.") % {"text": text})
