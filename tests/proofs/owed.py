"""Reports that are owed: by charities of their own to one funder whose letters have started."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from accounts.models import Organisation, Person
from counting import working_days
from outcomes import schedule, starting
from outcomes.models import Report, ReportDue
from tests import factories
from tests.outcomes.world import World


@dataclass
class Owed:
    """One report, with the people whom its reminders go to."""

    report: Report
    due: ReportDue
    leads: list[Person]


@dataclass
class Owing:
    """Makes reports that a funder waits for; `start` lets its letters go, as its officer would."""

    at: datetime
    chance: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self.funder: Organisation = factories.FunderFactory(name="Proving Trust")
        self.officer: Person = factories.officer(self.funder)
        self.made: list[Owed] = []

    def owe(self, due_on: date, *, leads: int = 1) -> Owed:
        """A report due that day, about the half-year that ended a month before."""
        project, charity = factories.ProjectFactory(), factories.GranteeFactory()
        grant = factories.GrantFactory(funder=self.funder, project=project, recipient=charity)
        end = due_on - timedelta(days=30)
        plan = schedule.Planned(end - timedelta(days=181), end, due_on)
        people = [factories.lead(charity) for _each in range(leads)]
        [due] = schedule.keep(grant, [plan], form="full", by=self.officer, at=self.at)
        one = Owed(Report.objects.get(project=project), due, people)
        self.made.append(one)
        return one

    def start(self, preset: str) -> None:
        seen = starting.print_of(preset, starting.coming(self.funder, preset, at=self.at))
        starting.start(self.funder, preset=preset, seen=seen, by=self.officer, at=self.at)


def write(found: Sequence[Owed]) -> None:
    """What must be answered before they can be handed in."""
    world = World(now=datetime(2026, 1, 1, tzinfo=UTC))
    for each in found:
        world.write(each.report, by=each.leads[0])


def working_day_before(day: date) -> date:
    return working_days.on_or_before(day - timedelta(days=1))
