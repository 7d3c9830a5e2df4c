"""Whether time knocks: noted, told to monitors and to the secretariat, and alarmed from outside."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail

from accounts import alarm, clock, gathering, kinds, letters
from accounts.models import Knock, Mail
from celery_worker import noting
from counting.working_days import LONDON
from tests.factories import NOW, PersonFactory, secretariat

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 30, 3, 0, tzinfo=LONDON)
MORNING = NIGHT.replace(hour=9)


@pytest.fixture(autouse=True)
def two_kinds() -> None:
    kinds.know(
        kinds.Kind("now", "at once"),
        kinds.Kind("later", "later", at_once=False, write=lambda found, at: {}),
    )


def letter(kind: str = "now", at: datetime = NOW) -> None:
    to = letters.To(PersonFactory())
    letters.write(kind=kind, about="a:1", to=to, words=kinds.Words("Hello", "A word."), at=at)


def test_silence_and_a_late_letter_are_problems() -> None:
    assert clock.health(at=NOW).is_well
    clock.note("send_letters", began=NOW, ended=NOW)
    letter()
    assert clock.health(at=NOW + timedelta(minutes=10)).is_well
    late = clock.health(at=NOW + timedelta(minutes=11))
    assert list(late.problems) == ["nothing has knocked for 10 minutes", "a letter is more than 10 minutes late"]


def test_a_letter_of_the_digest_is_not_late_in_the_night() -> None:
    letter("later", NIGHT - timedelta(days=1))
    assert clock.oldest_due(NIGHT) is None
    assert clock.oldest_due(MORNING + timedelta(minutes=11)) == MORNING


def test_a_monitor_is_told_and_nothing_about_anybody(client: Any, settings: LazySettings) -> None:
    letter(at=NOW - timedelta(days=1))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["problems"]) == (503, ["a letter is more than 10 minutes late"])
    assert "@" not in answer.content.decode()
    assert client.get("/healthz?part=web").status_code == 200


def test_a_job_done_or_failed_is_noted() -> None:
    @noting.noted
    def works() -> None:
        return None

    @noting.noted
    def fails() -> None:
        raise ValueError("about somebody")

    works()
    with pytest.raises(ValueError, match="somebody"):
        fails()
    assert list(Knock.objects.values_list("job", "failure")) == [("fails", "ValueError"), ("works", "")]


def test_the_alarm_rings_once_and_once_when_it_is_over(settings: LazySettings) -> None:
    settings.ALERT_TO = ["watch@example.org"]
    watch = alarm.Alarm(since=NOW)
    moments = [10, 11, 30, 31, 32]
    rang = []
    for minutes in moments:
        if minutes == 31:
            clock.note("send_letters", began=NOW, ended=NOW + timedelta(minutes=31))
        rang.append(watch.look(at=NOW + timedelta(minutes=minutes)))
    assert rang == [False, True, False, True, False]
    assert [each.subject for each in mail.outbox] == [
        "The portal's clock stands still",
        "The portal's clock goes again",
    ]
    assert mail.outbox[0].to == ["watch@example.org"]
    assert not Mail.objects.exists()


def test_without_a_name_for_it_the_secretariat_is_told() -> None:
    person = secretariat()
    alarm.Alarm(since=NOW).look(at=NOW + timedelta(minutes=11))
    assert mail.outbox[0].to == [person.email]


def test_the_secretariat_sees_what_is_held_and_decides(sign_in: Any) -> None:
    letter()
    gathering.gather(at=NOW)
    held = Mail.objects.get()
    Mail.objects.update(state="held", reason="Nobody can say whether it went.", subject="Hello", tries=1)
    client = sign_in(secretariat())
    assert "Nobody can say whether it went." in client.get("/group/letters/").content.decode()
    client.post("/group/letters/", {"again": held.pk})
    held.refresh_from_db()
    assert (held.state, held.resent) == (Mail.RETRY, 1)
    assert client.post("/group/letters/", {"came": held.pk}).status_code == 404
    assert client.post("/group/letters/", {"came": "9" * 40}).status_code in (302, 404)
    assert client.post("/group/letters/", {"nonsense": "1"}).status_code == 302
