"""One child: started, mended with growing pauses, taken for dead when silent, ended with all that it started."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from celery_worker import children
from celery_worker.children import Child, end_all
from tests.celery_worker.portal import group, running, until

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
PARENT = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    one = Child("sleeper", SLEEPER, tmp_path / "sleeper.log")
    yield one
    end_all([one], 0)


def test_one_that_gives_no_sign_of_life_is_taken_for_dead(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "LONGEST_SILENCE", 0.2)
    child.silence = lambda: 1000.0
    child.start()
    assert child.has_ended() is None
    assert until(child.has_ended, seconds=5) == -9
    until(lambda: child.is_due, seconds=5)


def test_one_that_ends_leaves_none_of_its_own_behind(child: Child) -> None:
    child.command = [sys.executable, "-c", PARENT]
    child.start()
    leader = child.group
    assert until(lambda: child.has_ended() is not None, seconds=10)
    until(lambda: not [number for number, _ in running() if group(number) == leader], seconds=5)


def test_pauses_grow_to_half_a_minute_and_no_further(child: Child) -> None:
    pauses = []
    for ends in range(1, 10):
        child.ends = ends
        pauses.append(child.pause)
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_a_log_that_has_grown_large_is_put_aside(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "LARGEST_LOG", 10)
    child.log.write_text("a line of yesterday")
    child.start()
    assert child.log.with_suffix(".old.log").read_text() == "a line of yesterday"
    assert child.log.read_text() == ""
