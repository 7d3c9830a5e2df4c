"""What the figures rest on: whose grants are up to date, and what is not yet sorted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from accounts.models import Organisation
from counting import periods
from counting.places import INTERNATIONAL, UK_WIDE
from counting.tables import Table
from priorities import columns, coverage
from priorities.blocks import NEVER
from priorities.columns import Portfolio
from priorities.coverage import Asked, Question
from priorities.models import NOT_STATED, Dimension

QUIET_MONTHS = 12
"""A funder that has added no grant for so many months may be out of date."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """A funder that has added nothing for a year: since when, and for how many whole months (None: never anything)."""

    funder: Organisation
    last_added: date | None
    months: int | None


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
    money is."""

    funders: int
    up_to_date: int
    quiet: Sequence[Quiet]
    unsorted: int
    unsorted_grants: int
    undated: int
    places: Places


def of(question: Question, *, portfolio: Portfolio | None = None) -> Freshness:
    """What the figures of this question rest on, on its day."""
    portfolio = portfolio or columns.current()
    funders = Organisation.objects.funders()
    if question.funders:
        funders = funders.filter(id__in=question.funders)
    quiet = quiet_funders(funders, on=question.on, portfolio=portfolio)
    asked = _by_area_and_place(question)
    money = coverage.table(asked, portfolio=portfolio)
    number = len(funders)
    return Freshness(
        funders=number,
        up_to_date=number - len(quiet),
        quiet=quiet,
        unsorted=_unsorted(money),
        unsorted_grants=_unsorted_grants(asked, portfolio),
        undated=money.undated,
        places=_places(money),
    )


def quiet_funders(funders: Iterable[Organisation], *, on: date, portfolio: Portfolio) -> list[Quiet]:
    """Those of `funders` that added no grant in the 12 months up to `on`, the longest silent first."""
    since = periods.add_months(on, -QUIET_MONTHS)
    added = last_added(portfolio)
    quiet = [
        Quiet(funder, day, periods.months_between(day, on) if day else None)
        for funder in funders
        if (day := added.get(funder.pk)) is None or day < since
    ]
    return sorted(quiet, key=lambda each: each.last_added or date.min)


def last_added(portfolio: Portfolio) -> dict[int, date]:
    """The day on which each funder (id) last added a grant; without those that have none."""
    latest: dict[int, int] = {}
    for block in portfolio.blocks:
        funder, added = block.funder[block.alive], block.added_on[block.alive]
        days = np.full(int(funder.max(initial=0)) + 1, NEVER)
        np.maximum.at(days, funder, added)
        for each in np.flatnonzero(days > NEVER).tolist():
            latest[each] = max(latest.get(each, NEVER), int(days[each]))
    return {funder: date(1970, 1, 1) + timedelta(days=day) for funder, day in latest.items()}


def _by_area_and_place(question: Question) -> Question:
    measure = coverage.LIVE if question.measure == coverage.GRANTS and not question.has_window else question.measure
    measure = coverage.AWARDED if measure == coverage.GRANTS else measure
    return replace(question, rows=Dimension.PRIORITY.value, columns=Dimension.REGION.value, measure=measure)


def _places(table: Table) -> Places:
    pence = {line.code: total for line, total in zip(table.columns, table.column_totals, strict=True)}
    london, uk_wide = pence.pop("LON", 0), pence.pop(UK_WIDE, 0)
    other = sum(pence.pop(line.code, 0) for line in table.columns if line.residual or line.code == INTERNATIONAL)
    return Places(london, sum(pence.values()), uk_wide, other)


def _unsorted(table: Table) -> int:
    """Not yet sorted by area, or by place, or by either; what is neither counts once."""
    return sum(figure for row, column, figure in table.records() if NOT_STATED in (row.code, column.code))


def _unsorted_grants(question: Question, portfolio: Portfolio) -> int:
    asked, number = Asked(question, portfolio), 0
    for block, chosen in asked.chosen():
        unsorted = [block.touching(each, asked.one(each, NOT_STATED) & asked.kept[each]) for each in question.shown]
        number += int((chosen & (unsorted[0] | unsorted[1])).sum())
    return number
