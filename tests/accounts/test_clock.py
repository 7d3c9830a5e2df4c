"""Whether time knocks: noted, told to monitors and to the secretariat, and alarmed from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from django.conf import LazySettings
from django.core import mail
from django.utils import timezone

from accounts import alarm, bounces, clock, gathering, kinds, letters
from accounts.models import Knock, Mail, Sender
from celery_worker import noting
from counting.working_days import LONDON
from tests.celery_worker.portal import ROOT, until
from tests.factories import NOW, PersonFactory, secretariat

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 30, 3, 0, tzinfo=LONDON)
MORNING = NIGHT.replace(hour=9)
NOWHERE = "postgres://nobody@127.0.0.1:1/nothing"


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
    assert clock.health(at=NOW, since=NOW).is_well
    clock.note("send_letters", began=NOW, ended=NOW)
    letter()
    assert clock.health(at=NOW + timedelta(minutes=10), since=NOW).is_well
    late = clock.health(at=NOW + timedelta(minutes=11), since=NOW)
    assert list(late.problems) == ["nothing has knocked for 10 minutes", "a letter is more than 10 minutes late"]


def test_a_clock_that_never_knocked_is_silent_since_the_portal_began() -> None:
    assert clock.health(at=NOW + timedelta(minutes=10), since=NOW).is_well
    assert not clock.health(at=NOW + timedelta(minutes=11), since=NOW).is_well


def test_a_letter_of_the_digest_is_not_late_in_the_night() -> None:
    letter("later", NIGHT - timedelta(days=1))
    assert clock.oldest_due(NIGHT) is None
    assert clock.oldest_due(MORNING + timedelta(minutes=11)) == MORNING


def test_a_monitor_is_told_and_nothing_about_anybody(client: Any) -> None:
    letter(at=timezone.now() - timedelta(days=1))
    clock.note("send_letters", began=timezone.now(), ended=timezone.now() - timedelta(seconds=5))
    answer = client.get("/healthz")
    told = answer.json()
    assert (answer.status_code, told["problems"]) == (503, ["a letter is more than 10 minutes late"])
    assert set(told) == {"database", "last_knock_age", "oldest_due_age", "in_doubt", "held", "problems"}
    assert (5 <= told["last_knock_age"] < 60, told["oldest_due_age"] >= 86400) == (True, True)
    assert answer["Cache-Control"] == "no-store"
    assert client.get("/healthz?part=web").status_code == 200


def test_a_monitor_costs_a_handful_of_short_questions(client: Any, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(6):
        client.get("/healthz")


def test_where_the_database_does_not_answer_a_monitor_is_told_so() -> None:
    program = (
        "from django.test import Client; found = Client().get('/healthz');"
        "print(found.status_code, found.json()['database'], Client().get('/healthz?part=web').status_code)"
    )
    line = [sys.executable, "manage.py", "shell", "--no-imports", "-c", program]
    environment = {**os.environ, "DATABASE_URL": NOWHERE, "LOG_LEVEL": "CRITICAL"}
    done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.split("\n")[0] == "503 no answer 503", done.stderr


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
    reference = structlog.contextvars.get_contextvars()["failure"]
    assert list(Knock.objects.values_list("job", "failure")) == [("fails", f"ValueError, {reference}"), ("works", "")]
    assert [each.fails for each in Knock.objects.all()] == [True, False]
    works()
    assert "failure" not in structlog.contextvars.get_contextvars()


@pytest.fixture
def watch(settings: LazySettings, tmp_path: Path) -> alarm.Alarm:
    settings.ALERT_TO = ["watch@example.org"]
    return alarm.Alarm(since=NOW, sign=tmp_path / "rings")


def looks(watch: alarm.Alarm, *minutes: float) -> list[bool]:
    return [watch.look(at=NOW + timedelta(minutes=each)) for each in minutes]


def knocked(minutes: float) -> None:
    clock.note("send_letters", began=NOW, ended=NOW + timedelta(minutes=minutes))


def test_the_alarm_rings_once_and_once_when_it_is_over(watch: alarm.Alarm) -> None:
    assert looks(watch, 5, 10, 11, 15, 20) == [False, False, True, False, False]
    knocked(20)
    assert looks(watch, 20.5, 21, 25, 30, 31, 32) == [True, False, False, False, True, False]
    assert [each.subject for each in mail.outbox] == [
        "The portal's clock stands still",
        "The portal's clock goes again",
        "The portal's clock stands still",
    ]
    assert mail.outbox[0].to == ["watch@example.org"]
    assert not Mail.objects.exists()


def test_a_watcher_that_starts_anew_tells_nobody_twice_and_says_when_it_is_over(watch: alarm.Alarm) -> None:
    knocked(0)
    looks(watch, 5, 10, 11)
    again = alarm.Alarm(since=NOW + timedelta(minutes=12), sign=watch.sign)
    assert looks(again, 12, 16, 20, 24) == [False, False, False, False]
    knocked(24)
    assert looks(again, 24.5, 25) == [True, False]
    assert len(mail.outbox) == 2


def test_after_a_machine_slept_the_clock_has_its_ten_minutes_again(watch: alarm.Alarm) -> None:
    knocked(0)
    assert looks(watch, 4, 480, 484, 488, 490, 491) == [False, False, False, False, False, True]


def test_where_the_mail_server_does_not_answer_the_next_look_tries_again(
    watch: alarm.Alarm, settings: LazySettings
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
    settings.EMAIL_PORT = 1
    looks(watch, 5, 10)
    for minutes in (11, 12):
        with pytest.raises(OSError):
            looks(watch, minutes)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert looks(watch, 13, 14) == [True, False]


def test_without_a_name_for_it_the_secretariat_is_told(watch: alarm.Alarm, settings: LazySettings) -> None:
    settings.ALERT_TO = []
    person = secretariat()
    looks(watch, 5, 10, 11)
    assert mail.outbox[0].to == [person.email]


@pytest.mark.processes
def test_the_watcher_tells_of_a_database_that_does_not_answer(tmp_path: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": NOWHERE, "PORTAL_VAR": str(tmp_path), "EMAIL_URL": ""}
    environment |= {"ALERT_TO": "watch@example.org", "LOG_LEVEL": "CRITICAL"}
    line = [sys.executable, "manage.py", "watch", "--every", "0.2", "--after", "0.5"]
    process = subprocess.Popen(line, cwd=ROOT, env=environment)
    try:
        until((tmp_path / "clock-stands-still").exists, seconds=30)
        time.sleep(1)
    finally:
        process.terminate()
        process.wait(20)
    letters_kept = list((tmp_path / "mail").iterdir())
    assert len(letters_kept) == 1
    assert "The database does not answer" in letters_kept[0].read_text()
    assert process.returncode == 0


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
    for odd in ({"came": held.pk}, {"came": "9" * 40}, {"again": "²"}, {"nonsense": "1"}, {"use": held.pk + 99}):
        assert client.post("/group/letters/", odd).status_code == 302
    assert "Somebody has settled it meanwhile." in client.get("/group/letters/").content.decode()
    held.refresh_from_db()
    assert (held.state, held.resent) == (Mail.RETRY, 1)


def test_one_whose_words_could_not_be_written_can_only_be_tried_again(sign_in: Any) -> None:
    letter()
    gathering.gather(at=NOW)
    Mail.objects.update(state="held", reason="Its words could not be written; what went wrong is in the log.")
    client = sign_in(secretariat())
    page = client.get("/group/letters/").content.decode()
    assert ("Try again" in page, "It came" in page) == (True, False)
    client.post("/group/letters/", {"came": Mail.objects.get().pk})
    assert Mail.objects.get().state == Mail.RETRY


def test_each_part_of_the_page_says_when_there_is_nothing(sign_in: Any) -> None:
    page = sign_in(secretariat()).get("/group/letters/").content.decode()
    for words in (
        "The clock has not knocked yet",
        "No letter waits.",
        "0 mails went in the last hour,",
        "Nothing waits for you.",
        "Of every letter it is known whether it went.",
        "As far as anybody told, every letter arrived.",
        "Letters may go to every address.",
        "None has been done yet.",
    ):
        assert words in page


def test_the_page_tells_why_a_letter_did_not_arrive_and_what_fails(sign_in: Any) -> None:
    letter()
    gathering.gather(at=NOW)
    at = timezone.now() - timedelta(days=1)
    to = Mail.objects.get().to
    sender = Sender.objects.create(began_at=at)
    Mail.objects.update(state="sent", sent_at=at, subject="Hello", tries=1, sender=sender)
    bounces.take(Mail.objects.get(), bounces.Told(bounces.BOUNCED, "550 no such user"), at=at)
    clock.note("send_letters", began=at, ended=at, failure="ValueError, 1a2b3c4d")
    page = sign_in(secretariat()).get("/group/letters/").content.decode()
    for words in (
        to,
        "It came back: 550 no such user",
        "Send letters",
        "ValueError, 1a2b3c4d",
        "Use again",
        "not well",
    ):
        assert words in page
