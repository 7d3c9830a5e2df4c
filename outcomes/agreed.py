"""What was agreed to be reached, added up for everybody, under the very rules that hold for what was reached.

A target stands in the days in which its period ends, so that no two years have one in common. Of several grants for one
work, which mean the same people, the largest counts. Where works stood before is not added up: one baseline would be in
every later year, and from two years it could be worked out whose it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from counting import disclosure
from counting.disclosure import PEOPLE, Behind
from counting.tables import NUMBER, PENCE, Line, Table
from outcomes import adding, projects
from outcomes.models import IndicatorVersion, Target
from outcomes.results import Question, version_of

Ints = NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Agreed:
    """The Table, of its whole alone, and with how many charities."""

    table: Table
    charities: int


def look(question: Question) -> Agreed | None:
    """The targets that a question's days hold, as everybody may see them; None where none is agreed, for so many out
    of so many, and of one's own grants, whose targets stand one by one.
    """
    version = version_of(question.indicator)
    if question.own is not None or version.kind == IndicatorVersion.RATIO:
        return None
    project, value = _by_project(question, version)
    known = projects.current()
    here = np.flatnonzero(project < known.size)
    here = here[known.stands()[project[here]]]
    charities, number = np.unique(known.charity()[project[here]], return_inverse=True)
    if not len(here):
        return None
    given = np.bincount(number, value[here].astype(float), len(charities)).astype(np.int64)
    return Agreed(_shown(question, version, given), len(charities))


def _by_project(question: Question, version: IndicatorVersion) -> tuple[Ints, Ints]:
    """Each work that has a target, and the largest of its grants'."""
    rows: Any = Target.objects.filter(
        grant__removed_at=None, grant__held_back=False, indicator=question.indicator, cell__breakdown="",
        end__gte=question.first, end__lte=question.last,
    )  # fmt: skip
    told = list(rows.order_by("grant", "end").values_list("grant", "grant__project", "start", "end", "value"))
    grant, project = (np.array([each[place] for each in told], np.int64) for place in (0, 1))
    start, end = (np.array([each[place].toordinal() for each in told], np.int64) for place in (2, 3))
    value = np.array([each[4] for each in told], np.int64)
    # A grant's target for a year takes the place of those for its quarters, as windows of different people do.
    flows = (IndicatorVersion.FLOW, IndicatorVersion.ACTIVE)
    over_time = IndicatorVersion.ACTIVE if version.over_time in flows else version.over_time
    each_grant = adding.per_project(over_time, grant, start, end, value, np.zeros(len(told), np.int64))
    of_grant = dict(zip(grant.tolist(), project.tolist(), strict=True))
    largest: dict[int, int] = {}
    for one, most in zip(each_grant.project.tolist(), each_grant.most.tolist(), strict=True):
        largest[of_grant[one]] = max(largest.get(of_grant[one], 0), most)
    works = np.array(sorted(largest), np.int64)
    return works, np.array([largest[each] for each in works.tolist()], np.int64)


def _shown(question: Question, version: IndicatorVersion, given: NDArray[np.int64]) -> Table:
    whole = int(given.sum())
    table = Table(
        measure=question.indicator.code, unit=PENCE if version.kind == IndicatorVersion.MONEY else NUMBER,
        on=question.on, rows=[], columns=[Line(PEOPLE, "")], cells=[], row_totals=[], column_totals=[whole],
        total=whole, first=question.first, last=question.last, people=version.counts_people,
    )  # fmt: skip
    if not version.counts_people:
        return table
    nobody = np.zeros((0, len(given)), np.int64)
    return disclosure.protect(table, Behind([nobody], [given]), adds_up=False)
