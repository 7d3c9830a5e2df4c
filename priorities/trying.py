"""What would change if a grant were made or ended: counted on columns of its own, held and written nowhere.

Whether reports came is wholly left out (the kind no_evidence): what appears or goes with a grant of another funder, or
with one that is made up beside it, would tell whether that grant owes a report, which only its own funder may know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np

from accounts.models import Person
from counting.money import WHOLE
from counting.tables import Line, Table
from priorities import coverage, freshness, gaps
from priorities.columns import Portfolio
from priorities.coverage import Question, day_number
from priorities.freshness import Places
from priorities.gaps import Gap, Gaps
from priorities.kinds import NO_EVIDENCE
from priorities.memory.blocks import NOBODY, Block, Shares
from priorities.memory.reading import Vocabulary, read_block
from priorities.models import NOT_STATED

MADE_UP = -1
"""The id of a grant that is not there."""


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A grant as somebody imagines it: its funder (id), pence, first and last day, and shares (dimension to code to
    basis points, of each dimension at most the whole; what is left is not yet sorted)."""

    funder: int
    pence: int
    starts: date
    ends: date
    shares: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Step:
    """One figure as it is and as it would be."""

    line: Line
    before: int
    after: int

    @property
    def change(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Tried:
    """Two portfolios beside each other on a day, in running money (pence).

    grants: how many run. places: in London, elsewhere, UK-wide. areas, regions: each of them. closed: in what ways a
    watched place would no longer fall short; new: in what ways it would; other: in the same way, but said otherwise;
    those that were set aside are among them.
    """

    on: date
    total: tuple[int, int]
    grants: tuple[int, int]
    places: tuple[Places, Places]
    areas: Sequence[Step]
    regions: Sequence[Step]
    closed: Sequence[Gap]
    new: Sequence[Gap]
    other: Sequence[tuple[Gap, Gap]]

    @property
    def changes_nothing(self) -> bool:
        moved = any(step.change for step in (*self.areas, *self.regions))
        return not (moved or self.closed or self.new or self.other) and self.grants[0] == self.grants[1]


def with_grant(portfolio: Portfolio, made_up: MadeUp, *, on: date) -> Portfolio:
    """The portfolio as if this grant were in it, added on a day. Raises ValueError where its shares exceed the whole,
    KeyError where one is of an unknown code."""
    return replace(portfolio, edits=portfolio.edits.joined(_block(portfolio, made_up, on)))


def with_end(portfolio: Portfolio, grant: int, last_day: date) -> Portfolio:
    """The portfolio as if a grant (id) ended on a day, were that earlier than it does. Raises KeyError where there is
    no such grant."""
    one = read_block(portfolio.vocabulary, portfolio.names, (grant,))
    if not one.size:
        raise KeyError(grant)
    gone = np.array([grant], np.int64)
    shorter = replace(one, runs_to=np.minimum(one.runs_to, day_number(last_day)).astype(one.runs_to.dtype))
    return replace(portfolio, base=portfolio.base.without(gone), edits=portfolio.edits.without(gone).joined(shorter))


def compare(before: Portfolio, after: Portfolio, *, on: date, person: Person | None = None) -> Tried:
    """What would be different on a day; `person`: who looks, as for the list of what falls short."""
    asked = Question(on=on)
    was, is_ = (coverage.table(asked, portfolio=each) for each in (before, after))
    known, found = (
        {(gap.key, gap.kind): gap for gap in _compared(gaps.table(on=on, portfolio=each, person=person))}
        for each in (before, after)
    )
    return Tried(
        on=on,
        total=(was.total, is_.total),
        grants=(was.grants, is_.grants),
        places=(freshness.places_of(was), freshness.places_of(is_)),
        areas=_steps(was, is_, "row"),
        regions=_steps(was, is_, "column"),
        closed=[gap for key, gap in known.items() if key not in found],
        new=[gap for key, gap in found.items() if key not in known],
        other=[(known[key], gap) for key, gap in found.items() if key in known and known[key].sentence != gap.sentence],
    )


def _compared(found: Gaps) -> list[Gap]:
    """Every gap, those set aside too, but for what tells of reports."""
    return [gap for gap in (*found.every, *found.left_out) if gap.kind != NO_EVIDENCE]


def _steps(was: Table, is_: Table, side: str) -> list[Step]:
    """Row or column totals of both; what carries no share and holds nothing in either is left out."""
    before = {line.code: total for line, total in _totals(was, side)}
    steps = [Step(line, before.get(line.code, 0), total) for line, total in _totals(is_, side)]
    return [step for step in steps if not step.line.residual or step.before or step.after]


def _totals(table: Table, side: str) -> list[tuple[Line, int]]:
    lines, totals = (table.rows, table.row_totals) if side == "row" else (table.columns, table.column_totals)
    return list(zip(lines, totals, strict=True))


def _block(portfolio: Portfolio, made_up: MadeUp, on: date) -> Block:
    """The one grant as columns, of the same kinds as the others'."""
    known = {
        "ids": MADE_UP,
        "funder": made_up.funder,
        "pence": made_up.pence,
        "programme": portfolio.names.programmes.get("", -1),
        "recipient": NOBODY,
        "award": day_number(made_up.starts),
        "runs_from": day_number(made_up.starts),
        "runs_to": day_number(made_up.ends),
        "planned_from": day_number(made_up.starts),
        "planned_to": day_number(made_up.ends),
        "added_on": day_number(on),
        "alive": True,
    }
    columns: dict[str, Any] = {
        each.name: np.array([known.get(each.name, 0)], getattr(portfolio.base, each.name).dtype)
        for each in fields(Block)
        if isinstance(getattr(portfolio.base, each.name), np.ndarray)
    }
    shares = {name: _shares(portfolio.vocabulary, name, made_up.shares.get(name, {})) for name in portfolio.vocabulary}
    return Block(**columns, shares=shares)


def _shares(vocabulary: Vocabulary, dimension: str, given: Mapping[str, int]) -> Shares:
    rest = WHOLE - sum(given.values())
    if rest < 0 or any(share < 0 for share in given.values()):
        raise ValueError(f"The shares of {dimension} come to more than the whole.")
    stated = {code: share for code, share in given.items() if share and code != NOT_STATED}
    missing = rest + given.get(NOT_STATED, 0)
    shares = {**stated, NOT_STATED: missing} if missing else stated
    return Shares.running(
        1,
        np.zeros(len(shares), np.int32),
        np.array([vocabulary.at(dimension, code) for code in shares], np.uint8),
        np.array(list(shares.values()), np.int16),
        codes=len(vocabulary[dimension]),
    )
