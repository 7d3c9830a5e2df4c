"""Coverage counted again in plain Python: no arrays, one grant after another, the same cuts, and exact fractions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import product

from priorities.coverage import Question

WHOLE = 10_000
CUT_IN_THIS_ORDER = ["priority", "region", "group", "exploitation", "service", "audience", "term"]


@dataclass
class Told:
    """A grant as a test made it up or read it; shares are basis points by dimension and code, the rest not stated.

    passed_on: money to be granted on by its one recipient, a funder here, in whose own grants it counts.
    """

    pence: int
    currency: str
    funder: int
    award: date
    runs_from: date
    runs_to: date | None
    planned_from: date
    planned_to: date | None
    shares: Mapping[str, Mapping[str, int]]
    joint: bool = False
    removed: bool = False
    recipients: frozenset[int] = frozenset()
    programme: str = ""
    passed_on: bool = False


@dataclass
class Recount:
    """undated: how many of the grants that the filters keep have no date by which the measure could count them."""

    cells: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    exact: dict[tuple[str, str], Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    touching: dict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    others: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    undated: int = 0

    def distinct(self, row: str | None = None, column: str | None = None) -> int:
        """Grants touching a row, a column, or anything."""
        found = [who for (r, c), who in self.touching.items() if row in (None, r) and column in (None, c)]
        return len(set().union(*found))


def recount(
    grants: list[Told], question: Question, orders: Mapping[str, list[str]], *, fractions: bool = True
) -> Recount:
    """`orders`: every dimension's codes in the order in which shares run. Without `fractions`, exact stays empty."""
    found = Recount()
    dimensions = [each for each in CUT_IN_THIS_ORDER if each in question.shown or question.codes.get(each)]
    for number, grant in enumerate(grants):
        if not kept(grant, question):
            continue
        timely, lost = in_time(grant, question), undated(grant, question)
        if not (timely or lost):
            continue
        parts = [
            (codes, bounds)
            for codes, bounds in combinations(grant, dimensions, orders)
            if not any(question.codes.get(each) and codes[each] not in question.codes[each] for each in dimensions)
        ]
        found.undated += lost and bool(parts)
        for codes, bounds in parts if timely else []:
            cell = codes[question.rows], codes[question.columns]
            if question.measure == "grants":
                found.touching[cell].add(number)
                continue
            pence = divided(grant, question, bounds)
            if grant.currency != "GBP":
                found.others[grant.currency] += pence
                continue
            found.cells[cell] += pence
            found.touching[cell].add(number)
            if fractions:
                found.exact[cell] += undivided(grant, question, bounds)
    return found


def kept(grant: Told, question: Question) -> bool:
    """Whether the filters by funder, recipient and programme keep a grant that counts at all."""
    if grant.removed or grant.joint or grant.passed_on:
        return False
    return (
        (not question.funders or grant.funder in question.funders)
        and (not question.recipients or not grant.recipients.isdisjoint(question.recipients))
        and (not question.programmes or grant.programme in question.programmes)
    )


def by_award(question: Question) -> bool:
    return question.measure == "awarded" or (question.measure == "grants" and bool(question.first or question.last))


def in_time(grant: Told, question: Question) -> bool:
    if question.measure == "spread":
        before, over, _ = days(grant.planned_from, grant.planned_to, question.first, question.last)
        return over > before
    if by_award(question):
        return (question.first or date.min) <= grant.award <= (question.last or date.max)
    return grant.runs_to is not None and grant.runs_from <= question.on <= grant.runs_to


def undated(grant: Told, question: Question) -> bool:
    if question.measure == "spread":
        return days(grant.planned_from, grant.planned_to, None, None)[2] == 0
    return not by_award(question) and grant.runs_to is None


@cache
def days(start: date, end: date | None, first: date | None, last: date | None) -> tuple[int, int, int]:
    """Of a planned period, counted one by one: days before a window, days until its end, and all its days."""
    planned = range(start.toordinal(), end.toordinal() + 1) if end else range(0)
    opens, closes = (first or date.min).toordinal(), (last or date.max).toordinal()
    return sum(map(opens.__gt__, planned)), sum(map(closes.__ge__, planned)), len(planned)


def combinations(
    grant: Told, dimensions: list[str], orders: Mapping[str, list[str]]
) -> Iterator[tuple[dict[str, str], list[tuple[int, int]]]]:
    """Every combination of the grant's codes, with the running shares between which each lies."""
    for picked in product(*(running(grant.shares.get(each, {}), orders[each]) for each in dimensions)):
        yield (
            dict(zip(dimensions, (code for code, _, _ in picked), strict=True)),
            [(low, high) for _, low, high in picked],
        )


def running(shares: Mapping[str, int], order: list[str]) -> list[tuple[str, int, int]]:
    shares = {**shares, "not-stated": WHOLE - sum(share for code, share in shares.items() if code != "not-stated")}
    found, low = [], 0
    for code in order:
        if shares.get(code):
            found.append((code, low, low + shares[code]))
            low += shares[code]
    assert low == WHOLE
    return found


def steps(grant: Told, question: Question, bounds: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Every running share with its whole, that of the period of time first."""
    found = [(low, high, WHOLE) for low, high in bounds]
    if question.measure == "spread":
        found.insert(0, days(grant.planned_from, grant.planned_to, question.first, question.last))
    return found


def divided(grant: Told, question: Question, bounds: list[tuple[int, int]]) -> int:
    """A grant's part in pence: the difference of its neighbouring cuts."""
    return sum(sign * corner(grant.pence, shares) for sign, shares in corners(steps(grant, question, bounds)))


def undivided(grant: Told, question: Question, bounds: list[tuple[int, int]]) -> Fraction:
    """What that part would be without any rounding."""
    exact = Fraction(grant.pence)
    for low, high, whole in steps(grant, question, bounds):
        exact *= Fraction(high - low, whole)
    return exact


def corners(steps: list[tuple[int, int, int]]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    for ends in product((0, 1), repeat=len(steps)):
        sign = -1 if ends.count(0) % 2 else 1
        yield sign, [((low, high)[end], whole) for end, (low, high, whole) in zip(ends, steps, strict=True)]


def corner(pence: int, shares: list[tuple[int, int]]) -> int:
    for share, whole in shares:
        pence = pence * share // whole
    return pence
