"""The five areas as the overview tells them: what runs, how it went, what falls short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from counting import money
from counting.tables import Line, Table
from funders_portal import sparks, summary
from funders_portal.sparks import Spark
from funders_portal.summary import Row
from priorities.shortfall.shortfalls import Gaps, Sentence
from priorities.trend import AreaTrend, Trend

FIRST = 3
"""So many of an area's sentences stand beneath its name."""


@dataclass(frozen=True, slots=True)
class Area:
    """One area: its row by place, what ran on the trend's days, and its first sentences of so many (`shortfalls`)."""

    row: Row
    ran: AreaTrend
    went: str
    spark: Spark
    sentences: Sequence[Sentence]
    shortfalls: int

    @property
    def line(self) -> Line:
        return self.row.line


def told(table: Table, trend: Trend, short: Gaps) -> list[Area]:
    """Each area that can fall short, in the list's order. `table`: areas by place on the trend's last day."""
    ran = {each.line.code: each for each in trend.areas}
    sentences = by_area(short.lines)
    counts = {code: each.grants[-1] for code, each in ran.items()}
    return [_area(row, ran, trend, sentences) for row in summary.rows(table, counts) if not row.line.residual]


def beside_them(trend: Trend) -> list[AreaTrend]:
    """What carries no area and is not nought: not yet sorted, not divided, does not apply."""
    return [each for each in trend.areas if each.line.residual and each.grants[-1]]


def by_area(lines: Sequence[Sentence]) -> dict[str, list[Sentence]]:
    """The list's sentences by the area that they are about, in the list's order."""
    found: dict[str, list[Sentence]] = {}
    for line in lines:
        found.setdefault(line.gaps[0].row, []).append(line)
    return found


def _area(row: Row, ran: Mapping[str, AreaTrend], trend: Trend, sentences: Mapping[str, Sequence[Sentence]]) -> Area:
    code = row.line.code
    own, mine = ran[code], sentences.get(code, [])
    return Area(row, own, went(own.pence, trend.days), sparks.line(own.pence), mine[:FIRST], len(mine))


def went(pence: Sequence[int], days: Sequence[date]) -> str:
    """£1.2m a year ago, £1.9m today; of another day than today with both dates."""
    before, now = money.short(pence[-2]), money.short(pence[-1])
    if days[-1] == timezone.localdate():
        return _("%(before)s a year ago, %(now)s today") % {"before": before, "now": now}
    return _("%(before)s on %(day)s, %(now)s on %(today)s") % {
        "before": before,
        "day": _day(days[-2]),
        "now": now,
        "today": _day(days[-1]),
    }


def years(trend: Trend) -> dict[str, Any]:
    """The twin of the lines: each area with its sums by day, without what never held anything; and all together."""
    held = [each for each in trend.areas if not each.line.residual or any(each.grants)]
    return {
        "trend": trend,
        "trend_lines": [(each.line, list(zip(trend.days, each.pence, strict=True))) for each in held],
        "together": list(zip(trend.days, trend.together.pence, strict=True)),
    }


def _day(day: date) -> str:
    return date_format(day, "j F Y")
