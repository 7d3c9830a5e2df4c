"""An applied import taken back: what it added is removed, what it changed goes back, what was edited since stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import OuterRef, Subquery

from accounts import bulk
from grants import applying, revisions
from grants.models import Grant, Import, Revision
from grants.revisions import Content, Reason

BATCH = 1_000
_FIELDS = [name for name in revisions.PLAIN if name not in ("grant_id", "added_on")]


class Undone(NamedTuple):
    """Primary keys of the grants that went back or were removed, and identifiers of those edited since and so kept."""

    grants: list[int]
    kept: list[str]


def undo(source: Import, *, by: Any, at: datetime) -> Undone:
    """Take back every grant whose newest revision is this import's. Call it inside the transaction that marks it."""
    done = Undone([], [])
    written = source.revisions.exclude(reason=Reason.UNDO).order_by()
    pks: list[int] = sorted(set(written.values_list("grant_id", flat=True)))
    for start in range(0, len(pks), BATCH):
        _undo(source, pks[start : start + BATCH], done, by=by, at=at)
    applying.tie_relations()
    return done


def _undo(source: Import, pks: Sequence[int], done: Undone, *, by: Any, at: datetime) -> None:
    newest = Revision.objects.filter(grant=OuterRef("pk")).order_by("-number")
    # Joining and parting change nothing that a file says, so they do not keep its word from being taken back.
    said = newest.exclude(reason__in=[Reason.JOINED, Reason.PARTED])
    before = said.exclude(pk__in=source.revisions.values("pk"))
    grants = Grant.objects.filter(pk__in=pks).annotate(
        newest=Subquery(newest.values("number")[:1]),
        newest_source=Subquery(said.values("source")[:1]),
        newest_content=Subquery(newest.values("content")[:1]),
        content_before=Subquery(before.values("content")[:1]),
    )
    back: list[tuple[int, int, Content]] = []
    columns = ("pk", "grant_id", "newest", "newest_source", "newest_content", "content_before")
    for pk, grant_id, number, newest_source, content, earlier in grants.order_by("pk").values_list(*columns):
        if newest_source != source.pk:
            done.kept.append(grant_id)
            continue
        back.append((pk, number + 1, _earlier(earlier, content) if earlier else _removed(content, at)))
    _write(back)
    moment = connection.ops.adapt_datetimefield_value(at)
    applying.revise(_as_json(back), source=source, by=by, moment=moment, reason=Reason.UNDO)
    done.grants.extend(pk for pk, _, _ in back)


def _earlier(earlier: str, now: str) -> Content:
    """The grant as it was before the file, in the project that it has now."""
    return revisions.from_json(earlier) | {"project": revisions.from_json(now)["project"]}


def remove(source: Import, grant_ids: Sequence[str], *, by: Any, at: datetime) -> list[int]:
    """Mark grants that a file lacks as removed; primary keys of those that stood. Undoing brings them back."""
    newest = Revision.objects.filter(grant=OuterRef("pk")).order_by("-number")
    back: list[tuple[int, int, Content]] = []
    moment = connection.ops.adapt_datetimefield_value(at)
    for start in range(0, len(grant_ids), BATCH):
        grants = Grant.objects.current().filter(grant_id__in=grant_ids[start : start + BATCH])
        numbered = grants.annotate(newest=Subquery(newest.values("number")[:1]))
        for grant in numbered.select_related("funder", "project").prefetch_related(
            "recipient_rows__organisation", "locations", "relations"
        ):
            back.append(
                (grant.pk, (getattr(grant, "newest", 0) or 0) + 1, _removed(revisions.as_json(content_of(grant)), at))
            )
    bulk.update(Grant, ["removed_at", "source_digest"], [(moment, "", pk) for pk, _, _ in back])
    applying.revise(_as_json(back), source=source, by=by, moment=moment, reason=Reason.REMOVED)
    return [pk for pk, _, _ in back]


def content_of(grant: Grant) -> Content:
    """The whole of a grant with its parts fetched beforehand."""
    return revisions.content(
        grant,
        funder=(grant.funder_id, grant.funder.name),
        project=(grant.project_id, grant.project.title),
        recipients=[(each.organisation_id, each.organisation.name) for each in grant.recipient_rows.all()],
        locations=grant.locations.all(),
        relations=[each.identifier for each in grant.relations.all()],
    )


def _as_json(back: Sequence[tuple[int, int, Content]]) -> Iterable[tuple[int, int, str]]:
    return ((pk, number, revisions.as_json(content)) for pk, number, content in back)


def _removed(content: str, at: datetime) -> Content:
    """The grant as it stands, marked as removed; without its digest, so that the same file brings it again."""
    return revisions.from_json(content) | {"removed_at": at.isoformat(), "source_digest": ""}


def _write(back: Sequence[tuple[int, int, Content]]) -> None:
    pks = [pk for pk, _, _ in back]
    applying.clear_parts(pks)
    rows = []
    for pk, _, content in back:
        values = revisions.values(content)
        moment = values["removed_at"]
        values["removed_at"] = connection.ops.adapt_datetimefield_value(moment) if moment else None
        extra = (content["funder"]["id"], content["project"]["id"])
        rows.append((*(values[name] for name in _FIELDS), *extra, pk))
    bulk.update(Grant, [*_FIELDS, "funder_id", "project_id"], rows)
    applying.add_parts(
        recipients=[(pk, each["id"]) for pk, _, content in back for each in content["recipients"]],
        locations=[(pk, each) for pk, _, content in back for each in content["locations"]],
        relations=[(pk, each) for pk, _, content in back for each in content["relations"]],
    )
