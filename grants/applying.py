"""A checked import into the portal's grants, and out of it again: in one transaction, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from django.db import connection
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from grants import bulk, comparing, revisions
from grants.checking import Clean
from grants.comparing import Standing
from grants.models import Grant, Import, ImportRow, Location, Project, Recipient, RelatedGrant, Revision
from grants.parties import Parties, give_roles
from grants.revisions import Content, Reason

BATCH = 1_000
BY_FILE = (
    "to_individual", "title", "description", "programme_code", "programme", "currency", "amount_awarded",
    "amount_applied_for", "amount_disbursed", "award_date", "planned_start", "planned_start_precision", "planned_end",
    "planned_end_precision", "planned_months", "actual_start", "actual_start_precision", "actual_end",
    "actual_end_precision", "regrant_type", "joint_share",
)  # fmt: skip
"""Fields of Grant that a file fills."""
_NEW = [
    "id",
    "grant_id",
    "project_id",
    "funder_id",
    *BY_FILE,
    "protected_location",
    "source_digest",
    "added_on",
    "removed_at",
]
_CHANGED = [*BY_FILE, "source_digest", "removed_at"]
_REVISION = ["grant_id", "number", "at", "by_id", "source_id", "reason", "content"]


class Moved(Exception):
    """A grant is no longer as it was when this import was shown, so it must be shown anew before it is applied."""


class Old(NamedTuple):
    """What a changed grant keeps: its project and what only people set."""

    project: tuple[int, str]
    protected_location: bool
    added_on: str


def apply(source: Import, *, by: Any, at: datetime) -> list[int]:
    """Write every added and changed row of `source`; primary keys of the grants written. Raises Moved.

    Call it inside the transaction that marks the import applied. Links to priorities are not touched.
    """
    writer = _Writer(source, by=by, at=at)
    for rows in _batches(source):
        writer.take(rows)
    writer.finish()
    return writer.grants


def _batches(source: Import) -> Iterator[list[tuple[str, str, str, int]]]:
    rows = source.rows.filter(outcome__in=[ImportRow.ADDED, ImportRow.CHANGED]).order_by("id")
    last = 0
    while some := list(rows.filter(id__gt=last).values_list("id", "grant_id", "outcome", "cleaned", "base")[:BATCH]):
        last = some[-1][0]
        yield [row[1:] for row in some]


class _Writer:
    """Rows into grants, batch after batch."""

    def __init__(self, source: Import, *, by: Any, at: datetime) -> None:
        self.source, self.by, self.at = source, by, at
        self.moment = connection.ops.adapt_datetimefield_value(at)
        self.today = timezone.localdate(at).isoformat()
        self.parties = Parties()
        self.grants: list[int] = []
        self.funders: set[int] = set()
        self.grantees: set[int] = set()

    def take(self, rows: list[tuple[str, str, str, int]]) -> None:
        read: list[tuple[Clean, str]] = []
        here = comparing.standing([grant_id for grant_id, *_ in rows])
        for _, _, text, _ in rows:
            read.append((orjson.loads(text), text))
        parties = {(party[0], party[1]) for cleaned, _ in read for party in (cleaned["funder"], *cleaned["recipients"])}
        self.parties.look_up(parties)
        for (grant_id, outcome, _, base), (cleaned, text) in zip(rows, read, strict=True):
            verdict = comparing.judge(text, here.get(grant_id), self.parties.find(tuple(cleaned["funder"])))
            if (verdict.outcome, verdict.base) != (outcome, base):
                raise Moved(grant_id)
        self.parties.add(sorted(parties), at=self.at)
        self._add([each for each in read if each[0]["grant_id"] not in here])
        self._change([(*each, here[each[0]["grant_id"]]) for each in read if each[0]["grant_id"] in here])

    def _add(self, read: Sequence[tuple[Clean, str]]) -> None:
        pks = list(bulk.numbers(Grant, len(read)))
        projects = list(bulk.numbers(Project, len(read)))
        grants, written = [], []
        for pk, project, (cleaned, text) in zip(pks, projects, read, strict=True):
            digest = comparing.digest(text)
            fields = [cleaned[name] for name in BY_FILE]
            funder = self._pk(cleaned["funder"])
            grants.append((pk, cleaned["grant_id"], project, funder, *fields, True, digest, self.today, None))
            old = Old((project, cleaned["title"]), True, self.today)
            written.append((pk, 1, self._content(cleaned, digest, old)))
        bulk.insert(Project, ["id", "title"], zip(projects, [cleaned["title"] for cleaned, _ in read], strict=True))
        bulk.insert(Grant, _NEW, grants)
        self._add_parts(pks, [cleaned for cleaned, _ in read])
        self._revise(written)

    def _change(self, read: Sequence[tuple[Clean, str, Standing]]) -> None:
        pks = [standing.pk for _, _, standing in read]
        kept = _kept(pks)
        grants, written = [], []
        for cleaned, text, standing in read:
            digest = comparing.digest(text)
            grants.append((*(cleaned[name] for name in BY_FILE), digest, None, standing.pk))
            written.append((standing.pk, standing.revision + 1, self._content(cleaned, digest, kept[standing.pk])))
        clear_parts(pks)
        bulk.update(Grant, _CHANGED, grants)
        self._add_parts(pks, [cleaned for cleaned, _, _ in read])
        self._revise(written)

    def _pk(self, party: list[str]) -> int:
        pk = self.parties.find((party[0], party[1]))
        assert pk is not None, party
        return pk

    def _recipients(self, cleaned: Clean) -> list[int]:
        return sorted({self._pk(party) for party in cleaned["recipients"]})

    def _content(self, cleaned: Clean, digest: str, old: Old) -> Content:
        """The whole of the grant as revisions.content would tell it, without asking the database for it."""
        names = self.parties.names
        funder = self._pk(cleaned["funder"])
        self.funders.add(funder)
        whole = {name: cleaned[name] for name in BY_FILE}
        whole |= {
            "grant_id": cleaned["grant_id"],
            "protected_location": old.protected_location,
            "source_digest": digest,
            "added_on": old.added_on,
            "removed_at": None,
            "funder": {"id": funder, "name": names[funder]},
            "project": {"id": old.project[0], "title": old.project[1]},
            "recipients": [{"id": pk, "name": names[pk]} for pk in self._recipients(cleaned)],
            "locations": cleaned["locations"],
            "relations": cleaned["relations"],
        }
        return whole

    def _add_parts(self, pks: Sequence[int], read: Sequence[Clean]) -> None:
        recipients = [(pk, each) for pk, cleaned in zip(pks, read, strict=True) for each in self._recipients(cleaned)]
        self.grantees.update(each for _, each in recipients)
        add_parts(
            recipients=recipients,
            locations=((pk, each) for pk, cleaned in zip(pks, read, strict=True) for each in cleaned["locations"]),
            relations=((pk, each) for pk, cleaned in zip(pks, read, strict=True) for each in cleaned["relations"]),
        )
        self.grants += pks

    def _revise(self, written: Iterable[tuple[int, int, Content]]) -> None:
        revise(written, source=self.source, by=self.by, moment=self.moment, reason=Reason.IMPORT)

    def finish(self) -> None:
        give_roles(self.funders, self.grantees)
        tie_relations()


# --- what applying and undoing share ------------------------------------------------------------------------------
def _kept(pks: Sequence[int]) -> dict[int, Old]:
    columns = ("pk", "project", "project__title", "protected_location", "added_on")
    rows = Grant.objects.filter(pk__in=pks).order_by().values_list(*columns)
    return {pk: Old((project, title), mark, day.isoformat()) for pk, project, title, mark, day in rows}


def clear_parts(pks: Sequence[int]) -> None:
    for model in (Recipient, Location, RelatedGrant):
        model.objects.filter(grant__in=pks).delete()


def add_parts(
    *,
    recipients: Iterable[tuple[int, int]],
    locations: Iterable[tuple[int, dict[str, str]]],
    relations: Iterable[tuple[int, str]],
) -> None:
    """Recipients, locations and relations of many grants, each with the grant's primary key first."""
    bulk.insert(Recipient, ["grant_id", "organisation_id"], recipients)
    names = list(revisions.LOCATION)
    bulk.insert(Location, ["grant_id", *names], ((pk, *(each[name] for name in names)) for pk, each in locations))
    bulk.insert(RelatedGrant, ["grant_id", "identifier"], relations)


def revise(
    written: Iterable[tuple[int, int, Content]], *, source: Import, by: Any, moment: Any, reason: Reason
) -> None:
    """A revision each: grant, number, content."""
    author = by.pk if by else None
    bulk.insert(
        Revision,
        _REVISION,
        (
            (pk, number, moment, author, source.pk, reason.value, revisions.as_json(content))
            for pk, number, content in written
        ),
    )


def tie_relations() -> None:
    """Point every relation at the grant it names, as soon as the portal has it."""
    named = Grant.objects.filter(grant_id=OuterRef("identifier")).order_by()
    RelatedGrant.objects.filter(other=None, identifier__in=Grant.objects.order_by().values("grant_id")).update(
        other=Subquery(named.values("pk")[:1])
    )
