"""A charity asks for more time or tells what has changed; the funder answers, and the schedule follows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Membership
from outcomes import requests
from outcomes.models import FunderContact, ReportDue, Request
from tests import factories
from tests.outcomes.world import AT, QUARTERS, World

pytestmark = pytest.mark.django_db
UNTIL = date(2026, 11, 30)


@pytest.fixture
def world() -> World:
    return World()


def asked(world: World) -> list[Request]:
    report = world.report(QUARTERS[2][0])
    return requests.ask_for_time(report, until=UNTIL, words="Our worker is ill.", by=world.lead, at=AT)


def test_more_time_is_asked_of_every_funder_that_waits_for_the_report(world: World) -> None:
    assert sorted(each.grant.funder.name for each in asked(world)) == ["Funder A", "Funder B", "Funder C"]


def test_asked_again_the_open_request_is_changed(world: World) -> None:
    first = asked(world)
    again = asked(world)
    assert [each.pk for each in first] == [each.pk for each in again]


def test_a_yes_moves_the_date_of_that_funder_alone(world: World) -> None:
    one = next(each for each in asked(world) if each.grant == world.grants["B"])
    requests.answer(one, agreed=True, words="", by=world.officers["B"], at=AT)
    dates = dict(ReportDue.objects.filter(end=QUARTERS[2][1]).values_list("grant__funder__name", "due_on"))
    assert dates == {"Funder A": date(2026, 10, 30), "Funder B": UNTIL, "Funder C": date(2026, 10, 30)}


def test_a_no_says_why_and_moves_nothing(world: World) -> None:
    one = asked(world)[0]
    with pytest.raises(requests.CannotAnswer, match="Say why not"):
        requests.answer(one, agreed=False, words=" ", by=world.officers["A"], at=AT)
    requests.answer(one, agreed=False, words="Our meeting is before that.", by=world.officers["A"], at=AT)
    assert not ReportDue.objects.filter(due_on=UNTIL).exists()


def test_it_is_answered_once(world: World) -> None:
    one = asked(world)[0]
    requests.answer(one, agreed=True, words="", by=world.officers["A"], at=AT)
    with pytest.raises(requests.CannotAnswer, match="answered this already"):
        requests.answer(one, agreed=False, words="No", by=world.officers["A"], at=AT)


def test_an_earlier_day_is_no_more_time(world: World) -> None:
    with pytest.raises(requests.CannotAnswer, match="Choose a later day"):
        requests.ask_for_time(world.report(QUARTERS[2][0]), until=date(2026, 1, 1), words="x", by=world.lead, at=AT)


@pytest.mark.parametrize(
    "wrong",
    [
        {"until": None},
        {"due": None},
        {"kind": "contact"},
        {"words": ""},
        {"answered_at": AT},
        {"agreed": False},
        {"agreed": True},
    ],
)
def test_the_database_keeps_a_request_whole(world: World, wrong: dict[str, Any]) -> None:
    one = asked(world)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.filter(pk=one.pk).update(**wrong)


def test_declined_without_words_is_refused_by_the_database_too(world: World) -> None:
    one = asked(world)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.filter(pk=one.pk).update(agreed=False, answered_by=world.lead, answered_at=AT)


def test_pages_ask_and_answer(world: World, sign_in: Any) -> None:
    FunderContact.objects.create(funder=world.grants["A"].funder, ring="Robin, 020 7946 0000", safeguarding="999")
    report = world.report(QUARTERS[2][0])
    address = reverse("more_time", args=[report.pk])
    page = sign_in(world.lead).get(address).content.decode()
    assert "Robin, 020 7946 0000" in page
    sign_in(world.lead).post(address, {"until": "2026-11-30", "words": "Ill."})
    client = sign_in(world.officers["A"])
    one = Request.objects.get(grant=world.grants["A"])
    assert reverse("asked", args=[one.pk]) in client.get(reverse("to_answer")).content.decode()
    assert client.post(reverse("asked", args=[one.pk]), {"decline": "yes", "words": ""}).status_code == 422
    client.post(reverse("asked", args=[one.pk]), {"agree": "yes", "words": "Of course."})
    assert "Of course." in sign_in(world.lead).get(address).content.decode()
    assert sign_in(factories.officer()).get(reverse("asked", args=[one.pk])).status_code == 404


def test_what_has_changed_goes_to_one_funder(world: World, sign_in: Any) -> None:
    address = reverse("ask_change", args=[world.grants["B"].pk])
    client = sign_in(world.lead)
    assert client.post(address, {"kind": "time", "words": "More"}).status_code == 422
    client.post(address, {"kind": "contact", "words": "Write to the office."})
    assert Request.objects.get().grant == world.grants["B"]


def test_an_officer_who_also_helps_a_charity_asks_nothing_of_her_own_funder(world: World, sign_in: Any) -> None:
    Membership.objects.create(person=world.officers["B"], organisation=factories.GranteeFactory(), role="lead")
    assert sign_in(world.officers["B"]).get(reverse("ask_change", args=[world.grants["B"].pk])).status_code == 404


def test_the_form_says_that_a_concern_does_not_belong_there(world: World, sign_in: Any) -> None:
    FunderContact.objects.create(funder=world.grants["A"].funder, safeguarding="our duty line, 020 7946 0001")
    page = sign_in(world.lead).get(reverse("report", args=[world.report(QUARTERS[0][0]).pk])).content.decode()
    assert "Not the place for a safeguarding concern" in page
    assert "our duty line, 020 7946 0001" in page
