"""What was reached beside what was agreed with a grant, and beside where its project stood before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outcomes import adding
from outcomes.models import Baseline, Indicator, IndicatorVersion, Measurement, Target
from outcomes.results import Question, version_of

MOST = 50
"""So many lines are told; the latest first."""


@dataclass(frozen=True, slots=True)
class Against:
    """One target of a grant of one's own: what its project reached in the target's days, None where nothing yet."""

    target: Target
    reached: int | None
    baseline: Baseline | None

    @property
    def project(self) -> str:
        return str(self.target.grant.project)


def targets(question: Question) -> list[Against]:
    """The targets of one's own grants that touch the days asked about, the latest first."""
    if question.own is None:
        return []
    version = version_of(question.indicator)
    if version.kind == IndicatorVersion.RATIO:
        return []
    rows = Target.objects.filter(
        grant__funder__in=question.own, grant__removed_at=None, indicator=question.indicator, cell__breakdown="",
        start__lte=question.last, end__gte=question.first,
    )  # fmt: skip
    found = list(rows.select_related("grant__project").order_by("-end", "grant__project__title", "id")[:MOST])
    projects = {each.grant.project_id for each in found}
    before = Baseline.objects.filter(project__in=projects, indicator=question.indicator, cell__breakdown="")
    baselines = {each.project_id: each for each in before}
    return [
        Against(each, _reached(each, version, question.indicator), baselines.get(each.grant.project_id))
        for each in found
    ]


def _reached(target: Target, version: IndicatorVersion, indicator: Indicator) -> int | None:
    rows = Measurement.objects.current().filter(
        project=target.grant.project_id, indicator=indicator, cell__breakdown="", status=Measurement.REPORTED,
        start__gte=target.start, end__lte=target.end, over_time=version.over_time, value__isnull=False,
    )  # fmt: skip
    told = list(rows.order_by("start", "end").values_list("start", "end", "value"))
    if not told:
        return None
    start = np.array([first.toordinal() for first, _last, _value in told])
    end = np.array([last.toordinal() for _first, last, _value in told])
    value = np.array([each[2] for each in told], np.int64)
    none = np.zeros(len(told), np.int64)
    return int(adding.per_project(version.over_time, none, start, end, value, none).least.sum())
