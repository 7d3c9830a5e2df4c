"""Coverage counted again in plain Python: no arrays, one grant after another, the same cuts, and exact fractions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import product

from priorities.coverage import Question

WHOLE = 10_000
CUT_IN_THIS_ORDER = ["priority", "region", "group", "exploitation", "service", "audience", "term"]


@dataclass
class Told:
    """A grant as the test made it up; shares are basis points by dimension and code, the rest is not stated."""

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


@dataclass
class Recount:
    cells: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    exact: dict[tuple[str, str], Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    touching: dict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    others: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def distinct(self, row: str | None = None, column: str | None = None) -> int:
        """Grants touching a row, a column, or anything."""
        found = [who for (r, c), who in self.touching.items() if row in (None, r) and column in (None, c)]
        return len(set().union(*found))


def recount(grants: list[Told], question: Question, orders: Mapping[str, list[str]]) -> Recount:
    """`orders`: every dimension's codes in the order in which shares run."""
    found = Recount()
    dimensions = [each for each in CUT_IN_THIS_ORDER if each in question.shown or question.codes.get(each)]
    for number, grant in enumerate(grants):
        if grant.removed or grant.joint or not in_time(grant, question):
            continue
        if question.funders and grant.funder not in question.funders:
            continue
        for codes, bounds in combinations(grant, dimensions, orders):
            if any(question.codes.get(each) and codes[each] not in question.codes[each] for each in dimensions):
                continue
            cell = codes[question.rows], codes[question.columns]
            if question.measure == "grants":
                found.touching[cell].add(number)
                continue
            pence, exact = divided(grant, question, bounds)
            if grant.currency != "GBP":
                found.others[grant.currency] += pence
                continue
            found.cells[cell] += pence
            found.exact[cell] += exact
            found.touching[cell].add(number)
    return found


def in_time(grant: Told, question: Question) -> bool:
    window = question.first or date.min, question.last or date.max
    if question.measure == "spread":
        return bool(grant.planned_to) and any(window[0] <= day <= window[1] for day in days(grant))
    if question.measure == "awarded" or (question.measure == "grants" and (question.first or question.last)):
        return window[0] <= grant.award <= window[1]
    return grant.runs_to is not None and grant.runs_from <= question.on <= grant.runs_to


def days(grant: Told) -> Iterator[date]:
    """Each day of the planned period, one by one."""
    assert grant.planned_to
    day = grant.planned_from
    while day <= grant.planned_to:
        yield day
        day += timedelta(days=1)


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


def divided(grant: Told, question: Question, bounds: list[tuple[int, int]]) -> tuple[int, Fraction]:
    """A grant's part in pence, and what it would be without any rounding."""
    steps = [(low, high, WHOLE) for low, high in bounds]
    if question.measure == "spread":
        planned = list(days(grant))
        before = sum(1 for day in planned if question.first and day < question.first)
        over = sum(1 for day in planned if not question.last or day <= question.last)
        steps.insert(0, (before, over, len(planned)))
    pence = sum(sign * corner(grant.pence, shares) for sign, shares in corners(steps))
    exact = Fraction(grant.pence)
    for low, high, whole in steps:
        exact *= Fraction(high - low, whole)
    return pence, exact


def corners(steps: list[tuple[int, int, int]]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    for ends in product((0, 1), repeat=len(steps)):
        sign = -1 if ends.count(0) % 2 else 1
        yield sign, [((low, high)[end], whole) for end, (low, high, whole) in zip(ends, steps, strict=True)]


def corner(pence: int, shares: list[tuple[int, int]]) -> int:
    for share, whole in shares:
        pence = pence * share // whole
    return pence
