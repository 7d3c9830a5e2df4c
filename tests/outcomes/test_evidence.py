"""What the shortfalls know of a grant's reports follows every step, and time alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from outcomes import evidence, reports, schedule
from outcomes.models import ReportDue
from priorities import columns
from priorities.models import Evidence
from priorities.shortfall import evidence as in_memory
from tests.outcomes.world import AT, QUARTERS, World

pytestmark = pytest.mark.django_db
MAY = date(2026, 5, 2)


def known(world: World, name: str = "A") -> tuple[date | None, ...]:
    return Evidence.objects.values_list("owed_since", "handed_in_on", "accepted_on").get(grant=world.grants[name])


def test_a_grant_without_reports_due_has_no_row() -> None:
    World()
    Evidence.objects.all().delete()
    assert evidence.refresh_all(on=date(2026, 1, 1)) == 0
    assert not Evidence.objects.exists()


def test_a_due_that_comes_is_owed_from_its_day_without_anybody_doing_anything() -> None:
    world = World()
    Evidence.objects.all().delete()
    assert evidence.refresh_all(on=MAY) == 1
    assert known(world) == (date(2026, 4, 30), None, None)
    assert evidence.refresh_all(on=MAY) == 0


def test_handed_in_it_waits_and_accepted_it_is_there() -> None:
    world = World()
    for start, _end in QUARTERS[:2]:
        report = world.report(start)
        world.write(report)
        world.hand_in(report)
    day = AT.date()
    assert known(world) == (date(2026, 7, 30), day, None)
    world.accept("A", 1)
    assert known(world) == (date(2026, 7, 30), day, day)


def test_sent_back_it_is_owed_again() -> None:
    world = World()
    report = world.report(QUARTERS[1][0])
    world.write(report)
    world.hand_in(report)
    reports.send_back(world.copies("A")[0], notes={None: "More"}, by=world.officers["A"], at=world.later())
    assert known(world) == (date(2026, 7, 30), None, None)


def test_handed_in_early_it_counts_from_that_day() -> None:
    world = World()
    for start, _end in QUARTERS:
        report = world.report(start)
        world.write(report)
        world.hand_in(report)
    day = AT.date()
    assert known(world) == (day, day, None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("noted", [True, False])
def test_the_columns_in_memory_follow_by_the_note_alone(monkeypatch: pytest.MonkeyPatch, noted: bool) -> None:
    world = World()
    Evidence.objects.all().delete()
    columns.forget()
    assert kept().size == 0
    if not noted:
        monkeypatch.setattr(evidence.changes, "touch", lambda grants: 0)
    evidence.refresh_all(on=MAY)
    assert list(kept()) == ([world.grants["A"].pk] if noted else [])


def kept() -> Any:
    return in_memory.as_of(columns.current()).ids


def test_waived_it_is_owed_no_longer() -> None:
    world = World()
    evidence.refresh_all(on=MAY)
    for due in ReportDue.objects.filter(grant=world.grants["A"]):
        schedule.waive(due, because="We talked.", by=world.officers["A"], at=world.later())
    assert not Evidence.objects.filter(grant=world.grants["A"]).exists()
