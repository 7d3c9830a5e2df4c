"""Made-up reports on a made-up portfolio, the same for the same seed, to measure the speed of results on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from accounts import bulk
from accounts.models import Person
from counting import periods
from grants.models import Grant
from outcomes import noting
from outcomes.models import Cell, Delivery, IndicatorVersion, Measurement, Report, ReportDue

REPORTS, INDICATORS, AGES = 4, 3, 2
"""Quarters that a project reports on, totals in each report, and ages of the first of them."""
A_REPORT = INDICATORS + AGES
YEARS = 3
ACCEPTED = 0.8
BATCH = 5_000
"""Projects at a time, each batch in a transaction of its own."""
WHO = "made-up-reports@example.invalid"
FEEDBACK = "Made up."


@dataclass(frozen=True, slots=True)
class Made:
    figures: int
    projects: int


def make(*, count: int, seed: int, today: date) -> Made:
    """Write about `count` figures; raises ValueError where there are some already, or too few grants to tell of."""
    if Measurement.objects.exists():
        raise ValueError("the portal holds figures already")
    wanted = -(-count // (REPORTS * A_REPORT))
    grants = list(Grant.objects.current().order_by("id").values_list("id", "project_id")[:wanted])
    if len(grants) < wanted:
        raise ValueError(f"{wanted} grants are needed and there are {len(grants)}")
    random = np.random.default_rng(seed)
    by = Person.objects.filter(email=WHO).first() or Person.objects.create_user(WHO, name="Made-up reports")
    maker = _Maker(random, by.pk, _versions(), _cells(), _quarters(today))
    made = sum(maker.batch(grants[first : first + BATCH]) for first in range(0, len(grants), BATCH))
    with transaction.atomic():
        noting.touch(range(noting.MANY + 1))
    return Made(made, len(grants))


def _versions() -> list[IndicatorVersion]:
    rows = IndicatorVersion.objects.filter(indicator__owner=None, retired_at=None, kind__in=["count", "ratio"])
    return list(rows.order_by("indicator__position", "id"))


def _cells() -> list[int]:
    """Everybody, then ages."""
    everybody = Cell.objects.get(breakdown="").pk
    return [everybody, *Cell.objects.filter(breakdown=Cell.AGE).order_by("position").values_list("id", flat=True)]


def _quarters(today: date) -> list[tuple[date, date]]:
    """Those of the last years that are over, the first one first."""
    last = periods.last_closed(today)
    return periods.quarters(periods.add_months(last + timedelta(days=1), -12 * YEARS), last)


class _Maker:
    def __init__(
        self, random: Any, by: int, versions: Sequence[IndicatorVersion], cells: Sequence[int], quarters: Any
    ) -> None:
        self.random, self.by, self.versions, self.cells, self.quarters = random, by, versions, cells, quarters

    @transaction.atomic
    def batch(self, grants: Sequence[tuple[int, int]]) -> int:
        """Reports of some projects, their dues, copies and figures; how many figures."""
        firsts = self.random.integers(0, len(self.quarters) - REPORTS + 1, len(grants)).tolist()
        windows = [
            (grant, project, *self.quarters[first + number])
            for (grant, project), first in zip(grants, firsts, strict=True)
            for number in range(REPORTS)
        ]
        moments = [_moment(end) for _grant, _project, _start, end in windows]
        reports, dues = bulk.numbers(Report, len(windows)), bulk.numbers(ReportDue, len(windows))
        self._reports(reports, dues, windows, moments)
        rows = list(self._figures(reports, windows, moments))
        bulk.insert(Measurement, _FIGURE, rows)
        return len(rows)

    def _reports(self, reports: Sequence[int], dues: Sequence[int], windows: Any, moments: Sequence[str]) -> None:
        """All of them handed in, most of them accepted."""
        days = [(start.isoformat(), end.isoformat()) for _grant, _project, start, end in windows]
        bulk.insert(
            Report,
            ["id", "project_id", "start", "end", "form", "draft", "draft_version", "submitted_at", "submitted_by_id"],
            [
                (pk, window[1], *each, "full", "{}", 1, moment, self.by)
                for pk, window, each, moment in zip(reports, windows, days, moments, strict=True)
            ],
        )
        bulk.insert(
            ReportDue,
            ["id", "grant_id", "start", "end", "due_on", "form", "anchor", "version", "waived_because"],
            [
                (pk, window[0], *each, (window[3] + timedelta(days=30)).isoformat(), "full", "award", 1, "")
                for pk, window, each in zip(dues, windows, days, strict=True)
            ],
        )
        accepted = (self.random.random(len(windows)) < ACCEPTED).tolist()
        bulk.insert(
            Delivery,
            ["report_id", "due_id", "state", "handed_in_at", "answered_at", "feedback"],
            [
                (report, due, Delivery.ACCEPTED, moment, moment, FEEDBACK)
                if each
                else (report, due, Delivery.HANDED_IN, moment, None, "")
                for report, due, moment, each in zip(reports, dues, moments, accepted, strict=True)
            ],
        )

    def _figures(self, reports: Sequence[int], windows: Any, moments: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """The first of the library's indicators in every project with two of its ages, beside it any two others."""
        values = (np.exp(self.random.normal(2.5, 1, (len(windows), A_REPORT))) + 1).astype(int).tolist()
        others = 1 + self.random.integers(0, len(self.versions) - 2, len(windows) // REPORTS)
        everybody, *ages = self.cells
        for number, (report, (_grant, project, start, end), moment) in enumerate(
            zip(reports, windows, moments, strict=True)
        ):
            second = int(others[number // REPORTS])
            told = [(self.versions[place], everybody) for place in (0, second, second + 1)]
            told += [(self.versions[0], age) for age in ages[1 : 1 + AGES]]
            for (version, cell), value in zip(told, values[number], strict=True):
                ratio = version.kind == IndicatorVersion.RATIO
                yield (
                    project, version.indicator_id, version.pk, cell, start.isoformat(), end.isoformat(),
                    version.over_time, 1, report, "reported", None if ratio else value, value if ratio else None,
                    value + 5 if ratio else None, False, "", self.by, moment,
                )  # fmt: skip


_FIGURE = (
    "project_id", "indicator_id", "version_id", "cell_id", "start", "end", "over_time", "revision", "report_id",
    "status", "value", "numerator", "denominator", "estimated", "reason", "by_id", "at",
)  # fmt: skip


def _moment(end: date) -> Any:
    """Noon of a day three weeks after a period, as the database takes it."""
    noon = timezone.make_aware(datetime.combine(end + timedelta(days=21), time(12)))
    return connection.ops.adapt_datetimefield_value(noon)
