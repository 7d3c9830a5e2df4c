"""What the figures rest on: whose grants are up to date, and what is not yet sorted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from accounts.models import Organisation
from counting import periods
from counting.places import INTERNATIONAL, UK_WIDE
from counting.tables import Table
from grants.models import Grant
from priorities import columns, coverage
from priorities.columns import Portfolio
from priorities.coverage import EPOCH, Asked, Question, day_number
from priorities.memory.blocks import NEVER
from priorities.models import NOT_STATED, RESIDUAL, Dimension
from priorities.running import Running

BEHIND = "X-Figures-Behind"
QUIET_MONTHS = 12
"""A funder that has added no grant for so many months may be out of date."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """A funder (id) that has added nothing for a year: since when, and for how many whole months (None: never any)."""

    funder: int
    name: str
    last_added: date | None
    months: int | None

    @property
    def years(self) -> int:
        """Whole years, where it is two of them or more."""
        return self.months // 12 if self.months and self.months >= 24 else 0


@dataclass(frozen=True, slots=True)
class Places:
    """Pence in London, in the other regions, for all of the UK, and elsewhere (abroad, not sorted, not divided)."""

    london: int
    regions: int
    uk_wide: int
    other: int

    @property
    def total(self) -> int:
        return self.london + self.regions + self.uk_wide + self.other


@dataclass(frozen=True, slots=True)
class Freshness:
    """funders: how many the figures speak of; up_to_date: how many of them added a grant in the last 12 months;
    quiet: the others, longest first. unsorted: pence of the figures that nobody has sorted by area or by place, in
    unsorted_grants grants. undated: grants left out because their dates are not known. places: where the
    money is. some_held_back: whether funders hold grants back, which are in no figure."""

    funders: int
    up_to_date: int
    quiet: Sequence[Quiet]
    unsorted: int
    unsorted_grants: int
    undated: int
    places: Places
    some_held_back: bool


def headers() -> dict[str, str]:
    """What an answer that is no page says of its figures, where they are those from before a very large change."""
    return {BEHIND: "1"} if columns.is_behind() else {}


def of(question: Question, *, portfolio: Portfolio | None = None, answer: Table | None = None) -> Freshness:
    """What the figures of this question rest on, on its day; `answer`: its table, where it is known already."""
    portfolio = portfolio or columns.current()
    members = Organisation.objects.funders()
    if question.funders:
        members = members.filter(id__in=question.funders)
    funders = dict(members.values_list("id", "name"))
    quiet = quiet_funders(funders, on=question.on, portfolio=portfolio)
    asked = Asked(_by_area_and_place(question), portfolio)
    money = answer if answer and asked.question == question else asked.table()
    return Freshness(
        funders=len(funders),
        up_to_date=len(funders) - len(quiet),
        quiet=quiet,
        unsorted=_unsorted(money),
        unsorted_grants=_unsorted_grants(asked),
        undated=money.undated,
        places=places_of(money),
        some_held_back=some_held_back(),
    )


def some_held_back() -> bool:
    """Whether funders hold grants back, which are in no figure."""
    # These have an index of their own, which SQLite overlooks where only current ones are asked for.
    return None in Grant.objects.filter(held_back=True).values_list("removed_at", flat=True)


def places_of(table: Table) -> Places:
    """Where the money of a table is, whose columns are places."""
    return _places({line.code: pence for line, pence in zip(table.columns, table.column_totals, strict=True)})


def running_places(question: Question, *, portfolio: Portfolio | None = None) -> Places:
    """Where the running money of this question's day and funders is: the places of `of`, without the rest of it."""
    portfolio = portfolio or columns.current()
    found = Running(portfolio, [question.on], question.funders).by(Dimension.REGION)
    codes = [entry.code for entry in portfolio.vocabulary[Dimension.REGION]]
    return _places(dict(zip(codes, map(int, found.pence[:, 0]), strict=True)))


def quiet_funders(funders: Mapping[int, str], *, on: date, portfolio: Portfolio) -> list[Quiet]:
    """Those of `funders` (id to name) that added no grant in the 12 months up to `on`, the longest silent first."""
    since = periods.add_months(on, -QUIET_MONTHS)
    active: set[int] = set()
    for block in portfolio.blocks:
        added = np.flatnonzero(block.alive & (block.added_on >= day_number(since)))
        active |= set(np.flatnonzero(np.bincount(block.funder.take(added))).tolist())
    quiet = {funder: name for funder, name in funders.items() if funder not in active}
    latest = last_added(quiet, portfolio)
    found = [
        Quiet(funder, name, day, periods.months_between(day, on) if day else None)
        for funder, name in quiet.items()
        for day in [latest.get(funder)]
    ]
    return sorted(found, key=lambda each: (each.last_added or date.min, each.name))


def last_added(funders: Collection[int], portfolio: Portfolio) -> dict[int, date]:
    """The day on which each of these funders last added a grant; without those that have none."""
    latest: dict[int, int] = {}
    if not funders:
        return {}
    for block in portfolio.blocks:
        theirs = block.alive & np.isin(block.funder, np.array(list(funders)))
        for funder, day in zip(block.funder[theirs].tolist(), block.added_on[theirs].tolist(), strict=True):
            latest[funder] = max(latest.get(funder, NEVER), day)
    return {funder: date.fromordinal(day + EPOCH) for funder, day in latest.items()}


def _by_area_and_place(question: Question) -> Question:
    measure = coverage.LIVE if question.measure == coverage.GRANTS and not question.has_window else question.measure
    measure = coverage.AWARDED if measure == coverage.GRANTS else measure
    return replace(question, rows=Dimension.PRIORITY.value, columns=Dimension.REGION.value, measure=measure)


def _places(pence: dict[str, int]) -> Places:
    """From pence by code of place."""
    london, uk_wide = pence.pop("LON", 0), pence.pop(UK_WIDE, 0)
    other = sum(pence.pop(code, 0) for code in (*RESIDUAL, INTERNATIONAL))
    return Places(london, sum(pence.values()), uk_wide, other)


def _unsorted(table: Table) -> int:
    """Not yet sorted by area, or by place, or by either; what is neither counts once."""
    return sum(figure for row, column, figure in table.records() if NOT_STATED in (row.code, column.code))


def _unsorted_grants(asked: Asked) -> int:
    number = 0
    for block, chosen in asked.chosen():
        unsorted = [
            block.touching(each, asked.one(each, NOT_STATED) & asked.kept[each]) for each in asked.question.shown
        ]
        number += int((chosen & (unsorted[0] | unsorted[1])).sum())
    return number
