"""How running money went, area by area: on this day of the years before, and now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from counting import periods
from counting.tables import Line
from priorities import columns
from priorities.columns import Portfolio
from priorities.models import Dimension
from priorities.running import Running

YEARS = 5
"""So many years are looked back."""


@dataclass(frozen=True, slots=True)
class AreaTrend:
    """One area: what ran in it on each of the trend's days, in pence of whole awards, and in how many grants."""

    line: Line
    pence: Sequence[int]
    grants: Sequence[int]


@dataclass(frozen=True, slots=True)
class Trend:
    """Running money on some days, the earliest first, by area; and of all areas together."""

    days: Sequence[date]
    areas: Sequence[AreaTrend]
    together: AreaTrend


def of(*, on: date, funders: Sequence[int] = (), portfolio: Portfolio | None = None) -> Trend:
    """What ran on this day and on the same day of each of the five years before, of some funders or of all.

    Years before the first grant that stands here are left out, the last year excepted. Pounds sterling alone.
    """
    portfolio = portfolio or columns.current()
    days = [periods.add_months(on, -12 * back) for back in range(YEARS, -1, -1)]
    entries, found = portfolio.vocabulary[Dimension.PRIORITY], Running(portfolio, days, funders).by(Dimension.PRIORITY)
    ever = next((place for place, grants in enumerate(found.grants_together) if grants), YEARS)
    kept = slice(min(ever, YEARS - 1), None)
    return Trend(
        days[kept],
        [
            AreaTrend(Line(entry.code, entry.label, entry.residual), _whole(pence[kept]), _whole(grants[kept]))
            for entry, pence, grants in zip(entries, found.pence, found.grants, strict=True)
        ],
        AreaTrend(Line("", ""), found.pence_together[kept], found.grants_together[kept]),
    )


def _whole(figures: Sequence[int]) -> list[int]:
    return [int(each) for each in figures]
