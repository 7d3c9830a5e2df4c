"""`manage.py up`: one command starts all, keeps it running and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from celery_worker import supervisor
from tests.celery_worker.portal import PYTHON, ROOT, Portal, free_port, group, opened, portal, until

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def up(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(tmp_path_factory.mktemp("up")) as one:
        one.start("--demo")
        yield one


@pytest.fixture(scope="module")
def another(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One that each test starts, and leaves ended."""
    with portal(tmp_path_factory.mktemp("another")) as one:
        one.environment["STATIC_HASHED"] = "0"
        yield one


def up_again(one: Portal, port: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PYTHON, "up", "--port", str(port)], cwd=ROOT, env=one.environment, capture_output=True, text=True, check=False
    )


def test_it_says_where_it_is(up: Portal) -> None:
    assert f"The portal is at http://127.0.0.1:{up.port}/" in until(up.said, seconds=10)


def test_the_demo_is_loaded_once(up: Portal) -> None:
    assert up.runs("from grants.models import Grant; print(Grant.objects.count())") == 45
    assert up.runs("from django.core.management import call_command as c; c('demo', once=True); print(1)") == 1
    assert up.runs("from grants.models import Grant; print(Grant.objects.count())") == 45


def test_the_worker_listens_through_the_broker(up: Portal) -> None:
    until(up.worker_answers, seconds=20)


def test_static_files_are_named_by_their_hash_and_compressed(up: Portal) -> None:
    assert list((up.var / "static" / "funders_portal").glob("*.css.br"))


@pytest.mark.parametrize("name", ["web", "worker", "beat", "broker", "warden"])
def test_a_killed_child_is_started_again_and_its_orphans_are_gone(up: Portal, name: str) -> None:
    if name == "broker" and not up.has_own_broker:
        name = "worker"  # Redis is not ours to kill
    until(up.worker_answers, seconds=20)
    before = up.child(name)
    assert before
    orphans = {n for n in up.processes() if group(n) == before}

    os.kill(before, signal.SIGKILL)

    after = until(lambda: up.child(name) not in {None, before} and up.child(name), seconds=20, why=up.said)
    assert after != before
    assert not orphans & set(up.processes())
    until(up.answers, seconds=20)
    until(up.worker_answers, seconds=30)


def test_a_second_one_in_the_same_folder_says_so_and_leaves_the_first_alone(up: Portal) -> None:
    second = up_again(up, free_port())
    assert second.returncode == 1
    assert f"already runs from this folder, at http://127.0.0.1:{up.port}/" in second.stderr
    assert "Traceback" not in second.stderr
    assert up.answers()


def test_a_port_in_use_is_said_in_words(up: Portal, another: Portal) -> None:
    second = up_again(another, up.port)
    assert second.returncode == 1
    assert f"Port {up.port} cannot be used" in second.stderr
    assert f"make run PORT={up.port + 1}" in second.stderr
    assert "Traceback" not in second.stderr


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1"])
def test_a_port_that_is_none_is_said_in_words(another: Portal, port: str) -> None:
    line = [*PYTHON, "up", f"--port={port}"]
    done = subprocess.run(line, cwd=ROOT, env=another.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"'{port}' is no port" in done.stderr


@pytest.mark.parametrize("what", [signal.SIGINT, signal.SIGHUP])
def test_it_ends_with_nothing_left_running(another: Portal, what: signal.Signals) -> None:
    another.start()
    until(another.worker_answers, seconds=20)

    assert another.end(what) == 0

    assert another.processes() == {}
    assert not another.answers()
    assert "nothing is left running" in another.said()


def test_killed_itself_it_still_leaves_nothing_running_and_can_start_again(another: Portal) -> None:
    another.start()
    until(another.worker_answers, seconds=20)

    another.end(signal.SIGKILL)

    until(lambda: not another.processes(), seconds=20, why=lambda: str(another.processes()))
    another.start()
    assert another.end() == 0


def test_it_starts_over_what_a_killed_one_left_in_its_folder(another: Portal) -> None:
    another.start()
    until(another.worker_answers, seconds=20)
    another.kill_all()

    another.start()
    until(another.worker_answers, seconds=20)
    assert another.end() == 0


def test_ended_before_it_runs_it_says_so_in_words(another: Portal) -> None:
    held = supervisor.Lock(another.var / "up.lock")
    held.take("nowhere")
    held.file.truncate(0)  # Held by nobody alive, as by a killed one's last process: the next one waits.
    waiting = subprocess.Popen(
        [*PYTHON, "up", "--port", str(another.port)], cwd=ROOT, env=another.environment, stdout=-1, stderr=-1, text=True
    )
    until(lambda: str(another.var / "up.lock") in opened(waiting.pid), seconds=20)

    waiting.send_signal(signal.SIGINT)
    said, complaint = waiting.communicate(timeout=10)

    held.free()
    assert (waiting.returncode, complaint) == (0, "")
    assert "nothing is left running" in said
