"""A checked import into the portal's grants, and out of it again: in one transaction, or not at all."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
from django.db import connection
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from grants import bulk, comparing, revisions
from grants.comparing import Standing
from grants.findings import Clean
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
_by_file = itemgetter(*BY_FILE)
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


class Told(NamedTuple):
    """What a file tells of one grant, with the primary keys of those it names."""

    grant_id: str
    cleaned: Clean
    digest: str
    funder: int
    recipients: list[int]


class Old(NamedTuple):
    """What a changed grant keeps: its project and what only people set."""

    project: tuple[int, str]
    protected_location: bool
    added_on: str


def apply(source: Import, *, by: Any, at: datetime) -> Sequence[int]:
    """Write every added and changed row of `source`; primary keys of the grants written. Raises Moved.

    Call it inside the transaction that marks the import applied. Links to priorities are not touched.
    """
    bulk.expect_many()
    writer = _Writer(source, by=by, at=at)
    rows = source.rows.filter(outcome__in=[ImportRow.ADDED, ImportRow.CHANGED])
    for some in comparing.by_number(rows.values_list("grant_id", "outcome", "cleaned", "base"), size=BATCH):
        writer.take(some)
    writer.finish()
    return writer.grants


class _Writer:
    """Rows into grants, batch after batch."""

    def __init__(self, source: Import, *, by: Any, at: datetime) -> None:
        self.source, self.by, self.at = source, by, at
        self.moment = connection.ops.adapt_datetimefield_value(at)
        self.today = timezone.localdate(at).isoformat()
        self.parties = Parties()
        self.grants = array("q")
        self.funders: set[int] = set()
        self.grantees: set[int] = set()

    def take(self, rows: list[tuple[str, str, str, int]]) -> None:
        here = comparing.standing([grant_id for grant_id, *_ in rows])
        read = [orjson.loads(text) for _, _, text, _ in rows]
        parties = {(org_id, name) for each in read for org_id, name in (each["funder"], *each["recipients"])}
        self.parties.look_up(parties)
        for (grant_id, outcome, text, base), cleaned in zip(rows, read, strict=True):
            verdict = comparing.judge(text, here.get(grant_id), self.parties.find(tuple(cleaned["funder"])))
            if verdict.outcome != outcome or verdict.base != base:
                raise Moved(grant_id)
        self.parties.add(sorted(parties), at=self.at)
        told = [self._told(text, cleaned) for (_, _, text, _), cleaned in zip(rows, read, strict=True)]
        self._add([each for each in told if each.grant_id not in here])
        self._change([(each, here[each.grant_id]) for each in told if each.grant_id in here])

    def _told(self, text: str, cleaned: Clean) -> Told:
        funder = self._pk(cleaned["funder"])
        recipients = sorted({self._pk(party) for party in cleaned["recipients"]})
        self.funders.add(funder)
        self.grantees.update(recipients)
        return Told(cleaned["grant_id"], cleaned, comparing.digest(text), funder, recipients)

    def _pk(self, party: list[str]) -> int:
        org_id, name = party
        pk = self.parties.find((org_id, name))
        assert pk is not None, party
        return pk

    def _add(self, added: Sequence[Told]) -> None:
        pks = bulk.numbers(Grant, len(added))
        projects = bulk.numbers(Project, len(added))
        titles = [each.cleaned["title"] for each in added]
        bulk.insert(Project, ["id", "title"], zip(projects, titles, strict=True))
        bulk.insert(
            Grant,
            _NEW,
            [
                (pk, each.grant_id, project, each.funder, *_by_file(each.cleaned), True, each.digest, self.today, None)
                for pk, project, each in zip(pks, projects, added, strict=True)
            ],
        )
        kept = (Old(project, True, self.today) for project in zip(projects, titles, strict=True))
        self._finish_batch(pks, added, kept, [1] * len(added))

    def _change(self, changed: Sequence[tuple[Told, Standing]]) -> None:
        pks = [standing.pk for _, standing in changed]
        kept = _kept(pks)
        clear_parts(pks)
        rows = [(*_by_file(each.cleaned), each.digest, None, standing.pk) for each, standing in changed]
        bulk.update(Grant, _CHANGED, rows)
        numbers = [standing.revision + 1 for _, standing in changed]
        self._finish_batch(pks, [each for each, _ in changed], map(kept.__getitem__, pks), numbers)

    def _finish_batch(
        self, pks: Sequence[int], told: Sequence[Told], kept: Iterable[Old], numbers: Sequence[int]
    ) -> None:
        """Parts and a revision of grants that are written."""
        both = list(zip(pks, told, strict=True))
        add_parts(
            recipients=[(pk, organisation) for pk, each in both for organisation in each.recipients],
            locations=[(pk, place) for pk, each in both for place in each.cleaned["locations"]],
            relations=[(pk, identifier) for pk, each in both for identifier in each.cleaned["relations"]],
        )
        contents = (self._content(each, old) for each, old in zip(told, kept, strict=True))
        self._revise(zip(pks, numbers, contents, strict=True))
        self.grants.extend(pks)

    def _content(self, told: Told, old: Old) -> Content:
        """The whole of the grant as revisions.content would tell it, without asking the database for it."""
        names = self.parties.names
        whole = told.cleaned | {
            "protected_location": old.protected_location,
            "source_digest": told.digest,
            "added_on": old.added_on,
            "removed_at": None,
            "funder": {"id": told.funder, "name": names[told.funder]},
            "project": {"id": old.project[0], "title": old.project[1]},
            "recipients": [{"id": pk, "name": names[pk]} for pk in told.recipients],
        }
        del whole["from_open_call"]
        return whole

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
