"""A conversation can take the place of a report; the officer writes it up and both sides read it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from outcomes import reports, schedule
from outcomes.models import Delivery, FunderContact, Report, ReportDue
from tests.outcomes.world import AT, World

pytestmark = pytest.mark.django_db
WINDOW = (date(2026, 10, 1), date(2026, 12, 31))


@pytest.fixture
def due() -> tuple[World, ReportDue]:
    world = World()
    grant, officer = world.grants["A"], world.officers["A"]
    planned = [schedule.Planned(*WINDOW, date(2027, 1, 31))]
    schedule.keep(grant, planned, form="conversation", by=officer, at=AT)
    return world, ReportDue.objects.get(grant=grant, start=WINDOW[0])


def test_written_up_it_is_accepted_and_the_charity_reads_both(due: tuple[World, ReportDue], sign_in: Any) -> None:
    world, owed = due
    client = sign_in(world.officers["A"])
    page = client.get(reverse("due", args=[owed.pk])).content.decode()
    assert "We have talked" in page
    told = {"talk": "yes", "said": "They opened a second house.", "feedback": "We visit in spring."}
    assert client.post(reverse("due", args=[owed.pk]), told).status_code == 302
    [copy] = Delivery.objects.filter(due=owed)
    assert (copy.state, copy.feedback) == ("accepted", "We visit in spring.")
    page = sign_in(world.lead).get(reverse("copy", args=[copy.pk])).content.decode()
    assert "They opened a second house." in page


def test_above_what_was_said_stands_where_a_safeguarding_concern_belongs(
    due: tuple[World, ReportDue], sign_in: Any
) -> None:
    world, owed = due
    client, address = sign_in(world.officers["A"]), reverse("due", args=[owed.pk])
    assert "Not the place for a safeguarding concern: ring at once." in client.get(address).content.decode()
    FunderContact.objects.create(funder=world.grants["B"].funder, safeguarding="Another funder's")
    FunderContact.objects.create(funder=world.grants["A"].funder, safeguarding="Robin Ash, 01632 960000")
    page = client.get(address).content.decode()
    assert page.index("<strong>Robin Ash, 01632 960000</strong>") < page.index('name="said"')
    assert "Another funder" not in page


def test_the_charity_has_nothing_to_write(due: tuple[World, ReportDue], sign_in: Any) -> None:
    world, _owed = due
    page = sign_in(world.lead).get(reverse("our_reports")).content.decode()
    assert "Nothing to write: your funder rings you" in page


def test_written_up_once(due: tuple[World, ReportDue]) -> None:
    world, owed = due
    given = {"said": "x", "feedback": "y", "by": world.officers["A"], "at": AT}
    reports.write_up(owed, **given)
    with pytest.raises(reports.NotToAnswer, match="written up already"):
        reports.write_up(owed, **given)


def test_without_words_nothing_is_kept(due: tuple[World, ReportDue]) -> None:
    world, owed = due
    with pytest.raises(reports.NotToAnswer, match="what you learned"):
        reports.write_up(owed, said="x", feedback=" ", by=world.officers["A"], at=AT)
    assert Report.objects.get(start=WINDOW[0]).submitted_at is None


def test_where_another_funder_wants_a_report_its_copy_comes_instead(due: tuple[World, ReportDue]) -> None:
    world, owed = due
    world.plan("B", WINDOW)
    with pytest.raises(reports.NotToAnswer, match="you get your copy"):
        reports.write_up(owed, said="x", feedback="y", by=world.officers["A"], at=AT)
