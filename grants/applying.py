"""A checked import into the portal's grants, and out of it again: in one transaction, or not at all."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple, cast

import orjson
from django.db import IntegrityError, connection
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from accounts import bulk
from grants import comparing, revisions
from grants.behind import behind
from grants.comparing import Standing
from grants.findings import Clean
from grants.models import Grant, Import, ImportRow, Location, Project, Recipient, RelatedGrant, Revision
from grants.parties import Newcomers, Parties, Party, give_roles
from grants.revisions import Reason

BATCH = 2_000
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


class Old(NamedTuple):
    """What a changed grant keeps: its project and what only people set."""

    project: tuple[int, str]
    protected_location: bool
    added_on: str


@dataclass
class Plan:
    """The rows of a batch, table by table."""

    projects: list[tuple[int, str]] = field(default_factory=list)
    added: list[tuple[Any, ...]] = field(default_factory=list)
    changed: list[tuple[Any, ...]] = field(default_factory=list)
    recipients: list[tuple[int, int]] = field(default_factory=list)
    locations: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    relations: list[tuple[int, str]] = field(default_factory=list)
    revisions: list[tuple[int, int, str]] = field(default_factory=list)


class Told(NamedTuple):
    """What a file tells of one grant, and what applying it was shown to come to."""

    cleaned: Clean
    text: str
    digest: str
    outcome: str
    base: int


class Read(NamedTuple):
    """Rows as a file tells of them, and every organisation that they name."""

    told: list[Told]
    parties: set[Party]


class Batch(NamedTuple):
    """Rows with all that the database had to be asked about them; `here` are their grants that stand already."""

    told: list[Told]
    here: dict[str, Standing]
    kept: dict[int, Old]
    new: Newcomers
    grants: Sequence[int]
    projects: Sequence[int]


def apply(source: Import, *, by: Any, at: datetime) -> Sequence[int]:
    """Write every added and changed row of `source`; primary keys of the grants written. Raises Moved.

    Call it inside the transaction that marks the import applied. Links to priorities are not touched.
    """
    bulk.expect_many()
    writer = _Writer(source, by=by, at=at)
    rows = source.rows.filter(outcome__in=[ImportRow.ADDED, ImportRow.CHANGED])
    batches = comparing.by_number(rows.values_list("outcome", "cleaned", "base"), size=BATCH)
    try:
        _write_behind(writer, batches)
    except IntegrityError as problem:
        # What was to be added is not looked for beforehand: where it stands by now, the database refuses it.
        raise Moved(str(problem)) from problem
    writer.finish()
    return writer.grants


def _write_behind(writer: _Writer, batches: Iterator[list[tuple[str, str, int]]]) -> None:
    """While one batch is written, the next is worked out and the one after it read; the database is asked between."""
    write: Callable[[], None] | None = None
    read = writer.read(next(batches, []))
    with behind() as writes:
        while read.told:
            batch = writer.ask(read)
            following = next(batches, [])
            if write is not None:
                writes.start(write)
            write = writer.work_out(batch)
            read = writer.read(following)
            writes.wait()
    if write is not None:
        write()


class _Writer:
    """Rows into grants, batch after batch: the database is asked, the rest worked out, and then all is written.

    A batch is asked about before the one before it is written, so nothing in one may hang on the other's being
    written: their grants differ, and organisations and keys are remembered here.
    """

    def __init__(self, source: Import, *, by: Any, at: datetime) -> None:
        self.source, self.by, self.at = source, by, at
        self.moment = connection.ops.adapt_datetimefield_value(at)
        self.today = timezone.localdate(at).isoformat()
        self.parties = Parties()
        self.keys = bulk.Keys()
        self.grants = array("q")
        self.funders: set[int] = set()
        self.grantees: set[int] = set()

    def read(self, rows: list[tuple[str, str, int]]) -> Read:
        """The database is not asked here."""
        told = [Told(orjson.loads(text), text, comparing.digest(text), outcome, base) for outcome, text, base in rows]
        return Read(told, {(org_id, name) for each in told for org_id, name in _parties(each.cleaned)})

    def ask(self, read: Read) -> Batch:
        """Raises Moved where a grant that stood is no longer as it was shown."""
        told = read.told
        stood = [each for each in told if each.base or each.outcome != ImportRow.ADDED]
        here = comparing.standing([each.cleaned["grant_id"] for each in stood]) if stood else {}
        self.parties.look_up(read.parties)
        for each in stood:
            self._check(each, here.get(each.cleaned["grant_id"]))
        new = self.parties.add(read.parties, keys=self.keys)
        count = len(told) - len(here)
        grants, projects = self.keys.take(Grant, count), self.keys.take(Project, count)
        return Batch(told, here, _kept([each.pk for each in here.values()]), new, grants, projects)

    def _check(self, told: Told, standing: Standing | None) -> None:
        funder = self.parties.find(tuple(told.cleaned["funder"]))
        verdict = comparing.judge(told.text, standing, funder)
        if standing is None or (verdict.outcome, verdict.base) != (told.outcome, told.base):
            raise Moved(told.cleaned["grant_id"])

    def work_out(self, batch: Batch) -> Callable[[], None]:
        """What writes the batch; the database is not asked here."""
        plan = Plan()
        free = zip(batch.grants, batch.projects, strict=True)
        for told in batch.told:
            standing = batch.here.get(told.cleaned["grant_id"])
            if standing is None:
                self._add(plan, told, *next(free))
            else:
                self._change(plan, told, standing, batch.kept[standing.pk])
        self.grants.extend(pk for pk, *_ in plan.revisions)
        return lambda: self._write(batch.new, plan)

    def _add(self, plan: Plan, told: Told, pk: int, project: int) -> None:
        cleaned, title, digest = told.cleaned, told.cleaned["title"], told.digest
        funder, recipients = self._parties(cleaned)
        plan.projects.append((project, title))
        by_file = _by_file(cleaned)
        plan.added.append((pk, cleaned["grant_id"], project, funder, *by_file, True, digest, self.today, None))
        self._finish(plan, cleaned, pk, 1, funder, recipients, digest, Old((project, title), True, self.today))

    def _change(self, plan: Plan, told: Told, standing: Standing, old: Old) -> None:
        cleaned, digest = told.cleaned, told.digest
        funder, recipients = self._parties(cleaned)
        plan.changed.append((*_by_file(cleaned), digest, None, standing.pk))
        self._finish(plan, cleaned, standing.pk, standing.revision + 1, funder, recipients, digest, old)

    def _parties(self, cleaned: Clean) -> tuple[int, list[int]]:
        """Primary keys of the funder and the recipients."""
        find = self.parties.find
        funder = cast(int, find(tuple(cleaned["funder"])))
        recipients = sorted({cast(int, find((org_id, name))) for org_id, name in cleaned["recipients"]})
        self.funders.add(funder)
        self.grantees.update(recipients)
        return funder, recipients

    def _finish(
        self,
        plan: Plan,
        cleaned: Clean,
        pk: int,
        number: int,
        funder: int,
        recipients: list[int],
        digest: str,
        old: Old,
    ) -> None:
        """Parts and a revision, which tells the grant whole as revisions.content would, without asking for it."""
        names = self.parties.names
        plan.recipients += [(pk, each) for each in recipients]
        plan.locations += [(pk, each) for each in cleaned["locations"]]
        plan.relations += [(pk, each) for each in cleaned["relations"]]
        whole = cleaned | {
            "protected_location": old.protected_location,
            "source_digest": digest,
            "added_on": old.added_on,
            "removed_at": None,
            "funder": {"id": funder, "name": names[funder]},
            "project": {"id": old.project[0], "title": old.project[1]},
            "recipients": [{"id": each, "name": names[each]} for each in recipients],
        }
        del whole["from_open_call"]
        plan.revisions.append((pk, number, revisions.as_json(whole)))

    def _write(self, new: Newcomers, plan: Plan) -> None:
        new.insert(at=self.at, funders=self.funders, grantees=self.grantees)
        bulk.insert(Project, ["id", "title"], plan.projects)
        bulk.insert(Grant, _NEW, plan.added)
        if plan.changed:
            clear_parts([pk for *_, pk in plan.changed])
            bulk.update(Grant, _CHANGED, plan.changed)
        add_parts(recipients=plan.recipients, locations=plan.locations, relations=plan.relations)
        revise(plan.revisions, source=self.source, by=self.by, moment=self.moment, reason=Reason.IMPORT)

    def finish(self) -> None:
        give_roles(self.funders, self.grantees)
        tie_relations()


def _parties(cleaned: Clean) -> Iterator[list[str]]:
    yield cleaned["funder"]
    yield from cleaned["recipients"]


# --- what applying and undoing share ------------------------------------------------------------------------------
def _kept(pks: Sequence[int]) -> dict[int, Old]:
    if not pks:
        return {}
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
    parts = itemgetter(*revisions.LOCATION)
    bulk.insert(Location, ["grant_id", *revisions.LOCATION], ((pk, *parts(each)) for pk, each in locations))
    bulk.insert(RelatedGrant, ["grant_id", "identifier"], relations)


def revise(written: Iterable[tuple[int, int, str]], *, source: Import, by: Any, moment: Any, reason: Reason) -> None:
    """A revision each: grant, number, content as JSON."""
    author, file, why = by.pk if by else None, source.pk, reason.value
    bulk.insert(
        Revision, _REVISION, ((pk, number, moment, author, file, why, content) for pk, number, content in written)
    )


def tie_relations() -> None:
    """Point every relation at the grant it names, as soon as the portal has it."""
    named = Grant.objects.filter(grant_id=OuterRef("identifier")).order_by()
    RelatedGrant.objects.filter(other=None, identifier__in=Grant.objects.order_by().values("grant_id")).update(
        other=Subquery(named.values("pk")[:1])
    )
