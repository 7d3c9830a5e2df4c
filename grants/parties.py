"""Organisations as files name them, found in the portal or added: by identifier, else by name where they have none."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from accounts import bulk
from accounts.models import Alias, Identifier, Organisation

Party = tuple[str, str]
"""An identifier, "" where the file gives none that can be used, and a name."""
BATCH = 2_000


class Parties:
    """What is known of organisations, looked up many at a time and remembered for the length of one import."""

    def __init__(self) -> None:
        self.by_id: dict[str, int] = {}
        self.by_name: dict[str, int] = {}
        self.names: dict[int, str] = {}
        self.aliases: dict[int, set[str]] = {}
        self.new_spellings: set[Party] = set()
        """Parties looked up whose organisation is known, but not by this name."""
        self._asked: set[Party] = set()

    def look_up(self, parties: Iterable[Party]) -> None:
        """Find those not asked for before; afterwards `find` answers without the database."""
        new = {party for party in set(parties) - self._asked if not self._is_known(party)}
        for some in _batches([org_id for org_id, _ in new if org_id and org_id not in self.by_id]):
            named = Identifier.objects.order_by().values_list("value", "organisation", "organisation__name")
            for value, pk, name in bulk.among(named, "value", some):
                self.by_id[value], self.names[pk] = pk, name
        self._look_up_names({name for org_id, name in new if org_id not in self.by_id})
        self._look_up_aliases({self.by_id[org_id] for org_id, _ in new if org_id in self.by_id})
        self.new_spellings.update(filter(self.is_new_spelling, new))
        self._asked.update(party for party in new if not self._is_known(party))

    def find(self, party: Party) -> int | None:
        """The organisation's primary key, or None where it is new."""
        org_id, name = party
        return self.by_id.get(org_id) or self.by_name.get(name.casefold())

    def _is_known(self, party: Party) -> bool:
        """Whether its organisation is known by just this identifier and name; such parties need not be remembered."""
        org_id, name = party
        return org_id in self.by_id and self.names[self.by_id[org_id]] == name

    def _look_up_names(self, names: Collection[str]) -> None:
        """Organisations without an identifier are found by name, whatever its capitals."""
        nameless = Organisation.objects.filter(identifiers=None).order_by("-id").values_list("pk", "name")
        for some in _batches(names):
            spelt = {form for name in some for form in (name.lower(), _ascii_lower(name))}
            for pk, name in bulk.among(nameless, "name", spelt, lower=True):
                self.by_name[name.casefold()] = pk
                self.names[pk] = name

    def _look_up_aliases(self, organisations: Collection[int]) -> None:
        for some in _batches(organisations):
            for organisation, name in Alias.objects.filter(organisation__in=some).values_list("organisation", "name"):
                self.aliases.setdefault(organisation, set()).add(name)

    def is_new_spelling(self, party: Party) -> bool:
        """Whether a known organisation is named here in a way it never was before; asked twice, it is known."""
        org_id, name = party
        pk = self.find(party)
        if pk is None or not name or name in (org_id, self.names[pk]):
            return False
        return pk not in self.aliases or name not in self.aliases[pk]

    # --- adding ---------------------------------------------------------------------------------------------------
    def add(self, parties: Iterable[Party], *, keys: bulk.Keys) -> Newcomers:
        """What the portal lacks of these, which were looked up before: known from now on, and to be inserted."""
        lacking = sorted(party for party in set(parties) if not self._is_known(party))
        unknown = [party for party in lacking if party[0] not in self.by_id]
        free = iter(keys.take(Organisation, len(unknown)))
        new = Newcomers([], [], [])
        for org_id, name in unknown:
            if org_id in self.by_id:
                continue
            pk = self.by_name.get(name.casefold())
            if pk is None:
                pk = next(free)
                new.organisations.append((pk, name))
                self.names[pk] = name
                self.by_name[name.casefold()] = pk
            if org_id:
                # Known by name only until now: it gets the identifier that the file gives it.
                self.by_id[org_id] = self.by_name.pop(name.casefold())
                new.identifiers.append((self.by_id[org_id], org_id))
        new.aliases.extend(self._new_aliases(lacking))
        self._asked.difference_update(party for party in lacking if self._is_known(party))
        return new

    def _new_aliases(self, parties: Iterable[Party]) -> Iterable[tuple[int, str]]:
        for party in parties:
            if self.is_new_spelling(party):
                pk = self.find(party)
                assert pk is not None
                self.aliases.setdefault(pk, set()).add(party[1])
                yield pk, party[1]


class Newcomers(NamedTuple):
    """Organisations with their names, and of organisations, by primary key, identifiers and other names."""

    organisations: list[tuple[int, str]]
    identifiers: list[tuple[int, str]]
    aliases: list[tuple[int, str]]

    def insert(self, *, at: datetime, funders: Collection[int], grantees: Collection[int]) -> None:
        """Call it inside the transaction in which they were found lacking; funders and grantees begin as such."""
        moment = connection.ops.adapt_datetimefield_value(at)
        others = [role for role in Organisation.ROLES if role not in ("is_funder", "is_grantee")]
        no = [False] * len(others)
        organisations = [(pk, name, moment, pk in funders, pk in grantees, *no) for pk, name in self.organisations]
        bulk.insert(Organisation, ["id", "name", "added_at", "is_funder", "is_grantee", *others], organisations)
        identifiers = [(pk, value, True) for pk, value in self.identifiers]
        bulk.insert(Identifier, ["organisation_id", "value", "main"], identifiers)
        bulk.insert(Alias, ["organisation_id", "name"], self.aliases)


def give_roles(funders: Collection[int], grantees: Collection[int]) -> None:
    """Mark who gave and who received; other roles stay as they are."""
    for role, organisations in (("is_funder", funders), ("is_grantee", grantees)):
        for some in _batches(organisations):
            Organisation.objects.filter(id__in=some, **{role: False}).update(**{role: True})


def _batches(values: Iterable[Any]) -> Iterable[list[Any]]:
    whole = list(values)
    return (whole[start : start + BATCH] for start in range(0, len(whole), BATCH))


def _ascii_lower(text: str) -> str:
    """As SQLite's LOWER does it."""
    return text.lower() if text.isascii() else "".join(each.lower() if each.isascii() else each for each in text)
