"""Letters about reports that come back: the funders that they serve learn whom mail does not reach."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts import bounces, undelivered
from accounts.models import Letter, Mail, StoppedAddress, Task
from counting.working_days import LONDON
from outcomes import reminders, starting
from tests.accounts.posting import post
from tests.outcomes.world import World

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 9, 1, 9, 0, tzinfo=LONDON)
FIRST = datetime(2026, 10, 2, 9, 0, tzinfo=LONDON)


@pytest.fixture
def world() -> World:
    return World(now=datetime(2026, 8, 1, tzinfo=UTC))


def tasks() -> list[tuple[str, str]]:
    found = Task.objects.filter(kind="letter-lost").select_related("organisation").order_by("organisation__name")
    return [(each.organisation.name, each.words) for each in found]


def test_the_funders_that_started_have_one_task_however_many_steps_come_back(world: World) -> None:
    for name in "AB":
        funder = world.grants[name].funder
        seen = starting.print_of("usual", starting.coming(funder, "usual", at=DAY))
        starting.start(funder, preset="usual", seen=seen, by=world.officers[name], at=DAY)
    reminders.look(at=DAY)
    post(FIRST)
    mail = Mail.objects.get(person=world.lead)
    assert undelivered.tell(at=FIRST) == 0
    bounces.take(mail, bounces.Told(bounces.BOUNCED, "550"), at=FIRST)
    assert undelivered.tell(at=FIRST) == 1
    project = world.report(date(2026, 7, 1)).project
    words = f"A letter about “{project}” did not reach {world.lead}: ask for another address"
    assert tasks() == [("Funder A", words), ("Funder B", words)]
    post(FIRST + timedelta(days=14))
    assert Mail.objects.filter(person=world.lead, state=Mail.REFUSED).count() == 1
    assert undelivered.tell(at=FIRST) == 1
    assert len(tasks()) == 2


def test_of_a_receipt_the_funders_that_have_the_report_learn(world: World) -> None:
    report = world.report(date(2026, 7, 1))
    world.write(report)
    world.hand_in(report)
    post(world.later())
    mail = Letter.objects.select_related("mail").get(kind="receipt").mail
    assert mail
    bounces.take(mail, bounces.Told(bounces.COMPLAINED), at=world.now)
    assert undelivered.tell(at=world.now) == 1
    assert [name for name, _words in tasks()] == ["Funder A"]
    assert StoppedAddress.objects.get().address == mail.to
