"""Results of grants that were joined: nothing counts twice, and nothing is lost when they are parted."""

from __future__ import annotations

from datetime import date

import pytest

from grants import joining
from outcomes import figures, same_work
from outcomes.models import Measurement, Report
from tests import factories
from tests.outcomes.test_guards import measure
from tests.outcomes.world import AT, World, everybody

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)


def counted(code: str) -> list[tuple[int, int]]:
    """Project and value of every figure of everybody that results would add up."""
    held = figures.current()
    indicator = Measurement.objects.filter(indicator__code=code).values_list("indicator", flat=True)[0]
    rows = held.of(indicator, everybody().pk, lambda rows: rows.value >= 0)
    return sorted(zip(rows.project.tolist(), rows.value.tolist(), strict=True))


def test_two_that_tell_of_the_same_days_count_once_while_they_are_joined() -> None:
    world = World()
    other = factories.GrantFactory(funder=world.grants["A"].funder, recipient=world.charity)
    elsewhere = other.project
    report = world.report(FIRST)

    second = Report.objects.create(project=elsewhere, start=FIRST, end=LAST, submitted_at=AT, submitted_by=world.lead)
    measure(report, value=10, by=world.lead)
    measure(second, value=7, by=world.lead)
    figures.forget()
    assert counted("people-new") == sorted([(world.project.pk, 10), (elsewhere.pk, 7)])

    asked = joining.propose(
        [world.grants["A"].pk, other.pk], recipient=world.charity.pk, because="days", days=(FIRST, LAST), at=AT
    )
    joined = same_work.answer(asked, same=True, by=world.lead, at=world.later())
    [(project, value)] = counted("people-new")
    assert (project, value) in {(world.project.pk, 10), (elsewhere.pk, 7)}

    same_work.part(joined, by=world.lead, at=world.later())
    assert counted("people-new") == sorted([(world.project.pk, 10), (elsewhere.pk, 7)])
