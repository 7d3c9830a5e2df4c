"""What waits is done: by the worker when beat knocks, or by `manage.py work` with no broker at all."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.management import CommandError, call_command
from redis import Redis

from celery_worker import jobs
from celery_worker.app import app
from celery_worker.management.commands import work
from grants import imports
from grants.models import Import
from priorities.models import Suggestion
from tests.celery_worker.portal import PYTHON, ROOT, Portal, catches, portal, until
from tests.factories import GrantFactory

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
GRANT = {
    "id": "360G-example-1",
    "title": "Advice for people who were trafficked",
    "description": "Casework",
    "currency": "GBP",
    "amountAwarded": 1000,
    "awardDate": "2026-03-01",
    "recipientOrganization": [{"id": "GB-CHC-1000001", "name": "Example Charity"}],
    "fundingOrganization": [{"id": "GB-CHC-1000002", "name": "Example Funder"}],
}
FILE = json.dumps({"grants": [GRANT]}).encode()
RECEIVE = f"""
import io, datetime
from grants import imports
at = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
print(imports.receive(file=io.BytesIO({FILE!r}), name="grants.json", by=None, at=at).pk)
"""
STATE = "import json; from grants.models import Import; print(json.dumps(Import.objects.get(pk={}).state))"
READ = """
import json, time
from grants.models import Import
deadline = time.monotonic() + {seconds}
while (state := Import.objects.get(pk={waiting}).state) != Import.CHECKED and time.monotonic() < deadline:
    time.sleep(0.1)
print(json.dumps(state))
"""


@pytest.fixture(scope="module")
def up(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(tmp_path_factory.mktemp("up")) as one:
        one.environment["STATIC_HASHED"] = "0"
        one.start()
        yield one


def read_within(seconds: float, up: Portal, waiting: int) -> bool:
    """Whether the portal has read what waits within so many seconds; one process looks until then."""
    return bool(up.runs(READ.format(waiting=waiting, seconds=seconds)) == Import.CHECKED)


@pytest.fixture
def waiting(db: None) -> Import:
    return imports.receive(file=io.BytesIO(FILE), name="grants.json", by=None, at=AT)


def test_every_job_has_its_knock_and_every_knock_its_job() -> None:
    knocks = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert knocks == {job.name for job in jobs.ALL}


def test_a_knock_that_nobody_heard_before_the_next_one_expires() -> None:
    for entry in app.conf.beat_schedule.values():
        assert entry["options"]["expires"] <= entry["schedule"]


@pytest.mark.processes
def test_a_waiting_file_is_read_by_the_worker_within_seconds(up: Portal) -> None:
    until(up.worker_answers, seconds=20)
    waiting = up.runs(RECEIVE)
    assert read_within(20, up, waiting), up.said()


@pytest.mark.processes
def test_two_beats_and_an_emptied_broker_cost_a_few_seconds_and_nothing_else(up: Portal) -> None:
    until(up.worker_answers, seconds=20)
    line = [sys.executable, "-m", "celery", "-A", "celery_worker.app", "beat", "--pidfile=", "--schedule"]
    second = subprocess.Popen([*line, str(up.var / "second")], cwd=ROOT, env=up.environment, stderr=subprocess.DEVNULL)
    try:
        until(lambda: list(up.var.glob("second*")), seconds=20)
        for _each in range(3):
            waiting = up.runs(RECEIVE)
            with Redis.from_url(up.broker.replace("redis+socket", "unix")) as broker:
                broker.flushdb()
            assert read_within(20, up, waiting), up.said()
    finally:
        second.terminate()
        second.wait(20)
    left = "import json; from grants.models import Import; print(Import.objects.exclude(state='checked').count())"
    assert up.runs(left) == 0


@pytest.mark.processes
def test_a_file_received_while_the_worker_is_dead_is_read_when_it_is_back(up: Portal) -> None:
    assert up.process
    until(up.worker_answers, seconds=20)
    up.end(signal.SIGKILL)
    until(lambda: not up.processes(), seconds=20)
    waiting = up.runs(RECEIVE)
    assert up.runs(STATE.format(waiting)) == Import.WAITING

    up.start()

    assert read_within(30, up, waiting), up.said()


@pytest.mark.django_db
def test_work_once_reads_what_waits_and_suggests_links(waiting: Import) -> None:
    grant = GrantFactory(title="Safe house for women who were trafficked, London")
    from grants import changes

    changes.touch([grant.pk])

    call_command("work", once=True)

    waiting.refresh_from_db()
    assert waiting.state == Import.CHECKED
    assert Suggestion.objects.filter(grant=grant).exists()


@pytest.mark.django_db
def test_done_twice_a_job_finds_nothing_left_to_do(waiting: Import) -> None:
    call_command("work", once=True)
    waiting.refresh_from_db()
    before = {**vars(waiting), "_state": None}

    call_command("work", once=True)

    waiting.refresh_from_db()
    assert {**vars(waiting), "_state": None} == before


@pytest.mark.django_db
def test_a_job_that_fails_is_named_and_keeps_no_other_from_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    did: list[str] = []

    @app.task(name="tests.fails")
    def fails() -> None:
        raise SoftTimeLimitExceeded

    @app.task(name="tests.comes_after")
    def comes_after() -> None:
        did.append("came")

    monkeypatch.setattr(jobs, "ALL", (fails, comes_after))
    with pytest.raises(CommandError, match="fails"):
        call_command("work", once=True)
    assert did == ["came"]
    assert work.work() == ["fails"]


@pytest.mark.processes
def test_work_without_a_broker_goes_on_until_it_is_told_to_end(up: Portal) -> None:
    """Beside a running portal: two that look for work at the same moment do it once."""
    line: list[Any] = [*PYTHON, "work", "--every", "0.2"]
    worker = subprocess.Popen(line, cwd=ROOT, env=up.environment, stderr=subprocess.PIPE, text=True)
    try:
        # The other one may have read it before this one listens to any signal.
        until(lambda: catches(worker.pid, signal.SIGTERM), seconds=30)
        assert read_within(30, up, up.runs(RECEIVE))
        time.sleep(0.5)
    finally:
        worker.send_signal(signal.SIGTERM)
        said = worker.communicate(timeout=20)[1]
    assert worker.returncode == 0, said
    assert "Traceback" not in said
