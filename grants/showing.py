"""An import as its page shows it: how many of what, and its rows with what would change, from what to what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person
from grants import applying, checking, problems, revisions
from grants.models import Grant, Import, ImportProblem, ImportRow, Revision
from grants.revisions import Content, Difference

ADDED, CHANGED, UNCHANGED, REPAIRED = "added", "changed", "unchanged", "repaired"
REFUSED, MISSING, NOTICED = "refused", "missing", "noticed"
WORDS = {
    REFUSED: gettext_lazy("Refused"),
    CHANGED: gettext_lazy("Changed"),
    REPAIRED: gettext_lazy("Repaired"),
    ADDED: gettext_lazy("Added"),
    MISSING: gettext_lazy("No longer in the file"),
    NOTICED: gettext_lazy("Worth a look"),
    UNCHANGED: gettext_lazy("Unchanged"),
}
"""Parts of an import's page, in the order in which a person wants to see them."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its code, its words, how many rows."""

    code: str
    words: str
    count: int


@dataclass(slots=True)
class Told:
    """One problem in words."""

    row: int
    column: str
    kind: str
    problem: str
    fix: str


@dataclass(slots=True)
class Line:
    """One row of the file as the page tells it."""

    key: int
    row: int
    grant_id: str
    outcome: str
    answer: str = ""
    title: str = ""
    recipients: str = ""
    amount: int | None = None
    currency: str = ""
    grant: int | None = None
    told: list[Told] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)


def parts(source: Import) -> list[Part]:
    counts = {
        **{name: getattr(source, name) for name in (ADDED, CHANGED, UNCHANGED, REPAIRED, REFUSED)},
        MISSING: source.totals.get("missing", 0),
        NOTICED: source.totals.get("noticed", 0),
    }
    return [Part(code, str(words), counts[code]) for code, words in WORDS.items()]


def _held_back_from(person: Person) -> QuerySet[Grant, str]:
    return Grant.objects.held_back_from(person).order_by().values_list("grant_id", flat=True)


def rows(source: Import, part: str, person: Person) -> QuerySet[ImportRow]:
    """The rows of one part, without the raw texts and without those of grants that are held back from this person."""
    found = source.rows.exclude(grant_id__in=_held_back_from(person)).defer("raw").order_by("row", "id")
    if part == REPAIRED:
        return found.filter(repaired=True)
    if part == NOTICED:
        noticed = source.problems.filter(code__in=checking.NOTICES)
        return found.exclude(outcome=MISSING).filter(row__in=noticed.values("row"))
    return found.filter(outcome=part)


def lines(source: Import, found: Sequence[ImportRow]) -> list[Line]:
    """A page of rows, each with its problems and, where it changes a grant, from what to what."""
    told = _told_by_row(source, {each.row for each in found} - {0})
    standing = Grant.objects.filter(grant_id__in=[each.grant_id for each in found if each.grant_id])
    grants = {each.grant_id: each for each in standing.select_related("funder", "project")}
    changes = _changes(source, [each for each in found if each.outcome == CHANGED], grants)
    return [_line(each, grants.get(each.grant_id), told, changes) for each in found]


def _line(
    row: ImportRow, grant: Grant | None, told: dict[int, list[Told]], changes: dict[str, list[Difference]]
) -> Line:
    line = Line(row.pk, row.row, row.grant_id, row.outcome, row.answer, told=told.get(row.row, []))
    line.differences = changes.get(row.grant_id, [])
    if row.cleaned:
        cleaned = orjson.loads(row.cleaned)
        line.title, line.amount, line.currency = cleaned["title"], cleaned["amount_awarded"], cleaned["currency"]
        line.recipients = ", ".join(name for _org_id, name in cleaned["recipients"]) or _("an individual")
    elif grant and row.outcome == MISSING:
        line.title, line.amount, line.currency = grant.title, grant.amount_awarded, grant.currency
    if grant and grant.removed_at is None:
        line.grant = grant.pk
    return line


def _told_by_row(source: Import, numbers: Iterable[int]) -> dict[int, list[Told]]:
    found: dict[int, list[Told]] = {}
    for each in source.problems.filter(row__in=numbers).order_by("row", "id"):
        found.setdefault(each.row, []).append(tell(each))
    return found


def tell(problem: ImportProblem) -> Told:
    said = problems.words(problem.code, problem.value, problem.repair)
    return Told(problem.row, problem.column, problems.kind(problem.code), said.problem, said.fix)


def _changes(source: Import, found: Sequence[ImportRow], grants: dict[str, Grant]) -> dict[str, list[Difference]]:
    """Before it is applied, the file against what stands; afterwards, the revision it wrote against the one before."""
    if source.applied_at:
        return dict(_changes_made(source, [grants[each.grant_id].pk for each in found if each.grant_id in grants]))
    newest = Revision.objects.filter(grant__in=[each.pk for each in grants.values()]).order_by("grant", "number")
    contents = {each.grant_id: each.content for each in newest}
    made = {}
    for row in found:
        grant = grants.get(row.grant_id)
        if grant and grant.pk in contents:
            old = revisions.from_json(contents[grant.pk])
            made[row.grant_id] = revisions.differences(old, _would_be(old, orjson.loads(row.cleaned)), fine=True)
    return made


def _would_be(old: Content, cleaned: dict[str, Any]) -> Content:
    return {
        **old,
        **{name: cleaned[name] for name in applying.BY_FILE},
        "recipients": [{"id": 0, "name": name} for name in _same_names(old, cleaned["recipients"])],
        "locations": cleaned["locations"],
        "relations": cleaned["relations"],
        "removed_at": None,
    }


def _same_names(old: Content, recipients: list[list[str]]) -> list[str]:
    """The file's recipients in the order of the old ones, so that order alone is no difference."""
    names = [name for _org_id, name in recipients]
    before = [each["name"] for each in old["recipients"]]
    return sorted(names, key=lambda name: before.index(name) if name in before else len(before))


def _changes_made(source: Import, grants: Sequence[int]) -> Iterator[tuple[str, list[Difference]]]:
    before = Revision.objects.filter(grant=OuterRef("grant"), number__lt=OuterRef("number")).order_by("-number")
    made = source.revisions.filter(grant__in=grants, reason=revisions.Reason.IMPORT).annotate(
        earlier=Subquery(before.values("content")[:1])
    )
    for grant_id, content, earlier in made.values_list("grant__grant_id", "content", "earlier"):
        if earlier:
            yield grant_id, revisions.differences(revisions.from_json(earlier), revisions.from_json(content), fine=True)


def problem_rows(source: Import, person: Person) -> Iterator[list[object]]:
    """Headings and every problem that this person may see, for a spreadsheet."""
    yield [
        _("File"),
        _("Row"),
        _("Column"),
        _("Grant identifier"),
        _("What became of the row"),
        _("What is wrong"),
        _("How to mend it"),
    ]
    named = ImportRow.objects.filter(source=source, row=OuterRef("row")).exclude(row=0).order_by("id")
    hidden = source.rows.filter(grant_id__in=_held_back_from(person)).exclude(row=0).order_by().values("row")
    found = source.problems.exclude(row__in=hidden).annotate(named=Subquery(named.values("grant_id")[:1]))
    for each in found.order_by("row", "id").iterator():
        told = tell(each)
        yield [source.name, each.row, each.column, each.named or "", told.kind, told.problem, told.fix]
