"""The rows of a file held against what stands: which would be added, changed, left, refused; nothing is changed yet."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeVar

import orjson
from django.db.models import Count, Exists, Max, OuterRef, QuerySet, Subquery

from accounts import bulk
from grants import checking
from grants.findings import Clean, Problem
from grants.models import Grant, Import, ImportProblem, ImportRow, Revision
from grants.parties import Parties
from grants.prepared import Facts, Party, Prepared
from grants.texts import without_controls

BATCH = 500
ACCEPTED = (ImportRow.ADDED, ImportRow.CHANGED, ImportRow.UNCHANGED)
ROW_FIELDS = ["source_id", "row", "grant_id", "outcome", "repaired", "raw", "cleaned", "base", "answer"]
PROBLEM_FIELDS = ["source_id", "row", "column", "code", "value", "repair", "refuses"]
MOST_EXTRA_COLUMNS = 100

Q = TypeVar("Q", bound="QuerySet[Any, Any]")


class Standing(NamedTuple):
    """A grant as it stands: what a new row is held against."""

    pk: int
    funder: int
    digest: str
    removed: bool
    revision: int
    edited: bool
    """Whether a person changed it since a file last did."""


class Verdict(NamedTuple):
    outcome: str
    base: int
    notices: tuple[str, ...] = ()


_REFUSED = Verdict(ImportRow.REFUSED, 0)
_NEW = Verdict(ImportRow.ADDED, 0)


def standing(grant_ids: Sequence[str]) -> dict[str, Standing]:
    """The grants with these identifiers, removed ones included."""
    latest = Revision.objects.filter(grant=OuterRef("pk")).order_by("-number")
    found = bulk.among(Grant.objects.all(), "grant_id", grant_ids).annotate(
        number=Subquery(latest.values("number")[:1]), by_file=Subquery(latest.values("source")[:1])
    )
    columns = ("grant_id", "pk", "funder", "source_digest", "removed_at", "number", "by_file")
    return {
        grant_id: Standing(pk, funder, digest, removed_at is not None, number or 0, by_file is None)
        for grant_id, pk, funder, digest, removed_at, number, by_file in found.order_by().values_list(*columns)
    }


def digest(cleaned: str) -> str:
    """What tells whether a file's own content for a grant changed."""
    return hashlib.sha256(cleaned.encode()).hexdigest()


def judge(cleaned: str, found: Standing | None, funder: int | None) -> Verdict:
    """What applying this row would come to."""
    if found is None:
        return _NEW
    if found.funder != funder:
        return Verdict(ImportRow.REFUSED, found.revision, ("other-funders-grant",))
    if found.digest == digest(cleaned):
        return Verdict(ImportRow.UNCHANGED, found.revision, ("removed-here",) if found.removed else ())
    if found.removed:
        return Verdict(ImportRow.ADDED, found.revision)
    return Verdict(ImportRow.CHANGED, found.revision, ("edited-here",) if found.edited else ())


@dataclass
class Tally:
    """What a file comes to, added up as it is read."""

    outcomes: Counter[str] = field(default_factory=Counter)
    repaired: int = 0
    repairs: Counter[str] = field(default_factory=Counter)
    currencies: Counter[str] = field(default_factory=Counter)
    extra: Counter[str] = field(default_factory=Counter)
    individuals: int = 0
    tied: int = 0
    dangling: int = 0
    parents_here: set[str] = field(default_factory=set)
    parents_lacking: set[str] = field(default_factory=set)
    missing: int = 0
    noticed: int = 0

    def counts(self) -> dict[str, int]:
        """The columns of Import that count."""
        by_outcome = {name: self.outcomes[name] for name in ("added", "changed", "unchanged", "refused")}
        return {"read": sum(by_outcome.values()), **by_outcome, "repaired": self.repaired}

    def totals(self) -> dict[str, Any]:
        """Import.totals: amounts in minor units by currency, repairs by code, relations, and what else was found."""
        return {
            "currencies": dict(self.currencies),
            "repairs": dict(self.repairs.most_common()),
            "extra": dict(self.extra.most_common(MOST_EXTRA_COLUMNS)),
            "individuals": self.individuals,
            "tied": {"grants": self.tied, "others": len(self.parents_here)},
            "dangling": {"grants": self.dangling, "others": len(self.parents_lacking)},
            "missing": self.missing,
            "noticed": self.noticed,
        }


class Seen:
    """Which texts were added before, in memory that does not grow: for certain where one was not, else perhaps."""

    BITS = 1 << 27

    def __init__(self) -> None:
        self._bits = bytearray(self.BITS // 8)

    def add(self, texts: Iterable[str]) -> None:
        bits, count = self._bits, self.BITS
        for text in texts:
            place = hash(text) % count
            bits[place >> 3] |= 1 << (place & 7)

    def perhaps(self, texts: Iterable[str]) -> list[str]:
        """Those that may have been added before; none that was is left out."""
        bits, count = self._bits, self.BITS
        places = ((text, hash(text) % count) for text in texts)
        return [text for text, place in places if bits[place >> 3] & 1 << (place & 7)]


class Comparison:
    """One import's rows, batch after batch, into ImportRow and ImportProblem.

    allowed: primary keys of the funders whose rows may be taken, None for all.
    """

    def __init__(self, source: Import, *, allowed: frozenset[int] | None, on: date) -> None:
        self.source, self.allowed, self.today = source, allowed, on.isoformat()
        self.parties = Parties()
        self.tally = Tally()
        self.funders: set[int] = set()
        self._open_relations: dict[str, list[int]] = {}
        self._seen = Seen()

    def take(self, rows: Sequence[Prepared]) -> None:
        """Compare a batch and write down what came of it. Call it inside a transaction."""
        facts = [row.facts for row in rows if row.facts]
        identifiers = [row.identifier for row in rows if row.facts]
        seen = self._seen_before(identifiers)
        here = standing(identifiers)
        self.parties.look_up({party for each in facts for party in (each.funder, *each.recipients)})
        kept_rows: list[tuple[Any, ...]] = []
        kept_problems: list[tuple[Any, ...]] = []
        for row in rows:
            verdict = self._verdict(row, row.facts, here, seen) if row.facts else _REFUSED
            repairs = _repairs(row.problems) if row.problems else ()
            self._count(row, verdict, repairs)
            kept_rows.append(self._as_row(row, verdict, repaired=bool(repairs)))
            if row.problems:
                kept_problems += [self._as_problem(row, each) for each in row.problems]
        self._seen.add(seen)
        bulk.insert(ImportRow, ROW_FIELDS, kept_rows)
        bulk.insert(ImportProblem, PROBLEM_FIELDS, kept_problems)

    def _seen_before(self, grant_ids: Iterable[str]) -> set[str]:
        """Those that an accepted row of this file had; nearly all are known to be new without asking the database."""
        perhaps = self._seen.perhaps(grant_ids)
        if not perhaps:
            return set()
        rows = bulk.among(ImportRow.objects.filter(source=self.source), "grant_id", perhaps)
        found = rows.order_by().values_list("grant_id", "outcome")
        return {grant_id for grant_id, outcome in found if outcome in ACCEPTED}

    def _verdict(self, row: Prepared, facts: Facts, here: Mapping[str, Standing], seen: set[str]) -> Verdict:
        """What becomes of a row that is fit to be taken; what is to be said of it is added to its problems."""
        funder = self.parties.find(facts.funder)
        if row.identifier in seen:
            verdict = Verdict(ImportRow.REFUSED, 0, ("duplicate-id",))
        elif self.allowed is not None and funder not in self.allowed:
            verdict = Verdict(ImportRow.REFUSED, 0, ("not-your-funder",))
        else:
            verdict = judge(row.text, here.get(row.identifier), funder)
        if verdict.notices:
            row.problems.extend(_explained(code, row.identifier, facts.funder[1]) for code in verdict.notices)
        if verdict.outcome != ImportRow.REFUSED:
            seen.add(row.identifier)
            if facts.award_date > self.today:
                row.problems.append(Problem("awardDate", "award-date-in-future", facts.award_date))
            if self.parties.new_spellings:
                row.problems.extend(self._other_names(facts))
            if funder is not None:
                self.funders.add(funder)
        return verdict

    def _other_names(self, facts: Facts) -> Iterable[Problem]:
        """Each name that an organisation of the portal never had is told once."""
        for column, party in _named(facts):
            if party in self.parties.new_spellings:
                self.parties.new_spellings.remove(party)
                pk = self.parties.find(party)
                assert pk is not None
                yield Problem(column, "other-name", party[1], self.parties.names[pk])

    def _count(self, row: Prepared, verdict: Verdict, repairs: Sequence[str]) -> None:
        tally, facts = self.tally, row.facts
        tally.outcomes[verdict.outcome] += 1
        if repairs:
            tally.repairs.update(repairs)
            tally.repaired += verdict.outcome != ImportRow.REFUSED
        if row.extra:
            tally.extra.update(row.extra)
        if facts is None or verdict.outcome == ImportRow.REFUSED:
            return
        tally.currencies[facts.currency] += facts.awarded
        tally.individuals += facts.to_individual
        for identifier in facts.relations:
            self._open_relations.setdefault(identifier, []).append(row.number)

    def _as_row(self, row: Prepared, verdict: Verdict, *, repaired: bool) -> tuple[Any, ...]:
        outcome, base, _ = verdict
        text = row.text
        if outcome == ImportRow.REFUSED:
            text, repaired = "", False
        return self.source.pk, row.number, row.identifier, outcome, repaired, row.raw, text, base, ""

    def _as_problem(self, row: Prepared, problem: Problem) -> tuple[Any, ...]:
        column = without_controls(row.titles.get(problem.column, problem.column))
        refuses = problem.code in checking.REFUSALS
        return (self.source.pk, row.number, column[:255], problem.code, problem.value, problem.repair, refuses)

    # --- when all is read -----------------------------------------------------------------------------------------
    def finish(self) -> None:
        """Settle what only the whole file can tell: relations, and grants that are no longer in it."""
        self._settle_relations()
        self._note_missing()
        noticed = self.source.problems.filter(code__in=checking.NOTICES)
        self.tally.noticed = noticed.aggregate(rows=Count("row", distinct=True))["rows"]

    def _settle_relations(self) -> None:
        rows_tied: set[int] = set()
        rows_dangling: set[int] = set()
        problems = []
        for some in _batches(sorted(self._open_relations)):
            known = self._seen_before(some) | set(
                Grant.objects.current().filter(grant_id__in=some).order_by().values_list("grant_id", flat=True)
            )
            self.tally.parents_here |= known
            self.tally.parents_lacking |= set(some) - known
            for identifier in some:
                rows = self._open_relations[identifier]
                (rows_tied if identifier in known else rows_dangling).update(rows)
                if identifier not in known:
                    problems += [
                        (self.source.pk, row, "relatedActivity", "relation-not-found", identifier[:200], "", False)
                        for row in rows
                    ]
        self.tally.tied, self.tally.dangling = len(rows_tied), len(rows_dangling)
        bulk.insert(ImportProblem, PROBLEM_FIELDS, problems)

    def _note_missing(self) -> None:
        """Grants that an earlier file of the same funders brought and this one lacks; people are asked about them."""
        here = ImportRow.objects.filter(source=self.source, grant_id=OuterRef("grant_id"))
        lacking = (
            Grant.objects.current().filter(funder__in=self.funders).exclude(source_digest="").exclude(Exists(here))
        )
        found = list(lacking.order_by("grant_id").values_list("grant_id", flat=True))
        self.tally.missing = len(found)
        bulk.insert(
            ImportRow,
            ROW_FIELDS,
            [(self.source.pk, 0, each, ImportRow.MISSING, False, "", "", 0, "") for each in found],
        )


def by_number(rows: Q, *, size: int) -> Iterator[list[Any]]:
    """An import's rows, in their order, as many row numbers at a time: each batch is one stretch of an index."""
    last = rows.order_by().aggregate(last=Max("row"))["last"] or 0
    for start in range(0, last + 1, size):
        if some := list(rows.filter(row__gte=start, row__lt=start + size).order_by("row", "id")):
            yield some


def compare_again(source: Import) -> dict[str, int]:
    """Judge the rows of a file that was read before against what stands now; the counts as they then are."""
    parties = Parties()
    for some in by_number(source.rows.filter(outcome__in=ACCEPTED), size=BATCH):
        read = [orjson.loads(row.cleaned) for row in some]
        parties.look_up({(each[0], each[1]) for cleaned in read for each in _parties(cleaned)})
        here = standing([row.grant_id for row in some])
        for row, cleaned in zip(some, read, strict=True):
            verdict = judge(row.cleaned, here.get(row.grant_id), parties.find(tuple(cleaned["funder"])))
            _judge_again(row, cleaned, verdict)
    found = Counter(dict(source.rows.order_by().values_list("outcome").annotate(count=Count("id"))))
    counts = {name: found[name] for name in (*ACCEPTED, ImportRow.REFUSED)}
    return counts | {"repaired": source.rows.filter(repaired=True).count()}


def _judge_again(row: ImportRow, cleaned: Clean, verdict: Verdict) -> None:
    if (row.outcome, row.base) == (verdict.outcome, verdict.base):
        return
    refused = verdict.outcome == ImportRow.REFUSED
    row.outcome, row.base = verdict.outcome, verdict.base
    row.repaired = row.repaired and not refused
    row.cleaned = "" if refused else row.cleaned
    row.save(update_fields=["outcome", "base", "repaired", "cleaned"])
    for code in verdict.notices:
        column, _, value, _ = _explained(code, row.grant_id, cleaned["funder"][1])
        ImportProblem.objects.get_or_create(
            source=row.source, row=row.row, column=column, code=code, defaults={"value": value, "refuses": refused}
        )


def _explained(code: str, grant_id: str, funder: str) -> Problem:
    if code == "not-your-funder":
        return Problem("fundingOrganization", code, funder[:200])
    return Problem("id", code, grant_id[:200])


def _repairs(problems: Iterable[Problem]) -> list[str]:
    return [each.code for each in problems if each.code not in checking.REFUSALS and each.code not in checking.NOTICES]


def _parties(cleaned: Clean) -> list[list[str]]:
    return [cleaned["funder"], *cleaned["recipients"]]


def _named(facts: Facts) -> Iterable[tuple[str, Party]]:
    yield "fundingOrganization/0/name", facts.funder
    for number, party in enumerate(facts.recipients):
        yield f"recipientOrganization/{number}/name", party


def _batches(values: list[str]) -> Iterable[list[str]]:
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))
