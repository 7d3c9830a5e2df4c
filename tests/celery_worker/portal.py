"""A whole portal as `make run` starts it: real processes, a folder and a port of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psycopg
from celery import Celery
from django.db import connection
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = [sys.executable, str(ROOT / "manage.py")]
NAMES = {
    "broker": "valkey-server",
    "worker": "celery_worker.app worker",
    "beat": "celery_worker.app beat",
    "web": "gunicorn",
    "warden": "celery_worker.warden",
}


@dataclass
class Portal:
    """One `manage.py up` under test; `var` is its folder, by which its processes are told from all others."""

    var: Path
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def has_own_broker(self) -> bool:
        return "REDIS_URL" not in self.environment

    def start(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [*PYTHON, "up", "--port", str(self.port), *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=(self.var / "said").open("w"),
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        # Not by an answer alone: it may come from what a killed one left behind.
        until(lambda: "The portal is at" in self.said() and self.answers(), seconds=60, why=self.said)

    def end(self, what: signal.Signals = signal.SIGINT) -> int:
        assert self.process
        self.process.send_signal(what)
        return self.process.wait(30)

    def said(self) -> str:
        return (self.var / "said").read_text()

    def answers(self) -> bool:
        try:
            with urlopen(self.address + "accounts/login/", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    @property
    def broker(self) -> str:
        return self.environment.get("REDIS_URL", f"redis+socket://{self.var}/broker/broker.sock")

    def worker_answers(self) -> bool:
        """Whether a worker hears what is said through the broker."""
        with Celery(broker=self.broker, set_as_current=False) as app:
            app.conf.broker_connection_retry = False
            try:
                return bool(app.control.ping(timeout=1.0, limit=1))
            except (OSError, OperationalError, RedisError):
                return False

    def processes(self) -> dict[int, str]:
        """Every process that belongs to this portal, however orphaned: number and command line."""
        return {number: line for number, line in running() if belongs(number, line, self.var)}

    def child(self, name: str) -> int | None:
        """The process of that name that the supervisor itself started."""
        assert self.process
        found = [n for n, line in self.processes().items() if NAMES[name] in line and parent(n) == self.process.pid]
        return found[0] if found else None

    def kill_all(self) -> None:
        """The supervisor first, which would start again what is killed, then whatever was started meanwhile."""
        self.end(signal.SIGKILL)
        while left := self.processes():
            for number in left:
                kill(number)

    def runs(self, program: str) -> Any:
        """What `program`, a few lines of Python in this portal, prints as JSON."""
        line = [*PYTHON, "shell", "--no-imports", "-c", program]
        done = subprocess.run(line, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def running() -> Iterator[tuple[int, str]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if words:
                yield int(entry.name), words.replace(b"\0", b" ").decode(errors="replace")


def belongs(number: int, line: str, var: Path) -> bool:
    try:
        told = (Path("/proc") / str(number) / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
    # The broker writes over its own environment, but names its socket in its title.
    return f"PORTAL_VAR={var}".encode() in told or f"unixsocket:{var}/" in line


def parent(number: int) -> int | None:
    return stat(number, 1)


def group(number: int) -> int | None:
    return stat(number, 2)


def stat(number: int, place: int) -> int | None:
    """One number of what the system tells about a process; nothing where it is gone."""
    try:
        return int((Path("/proc") / str(number) / "stat").read_text().rpartition(")")[2].split()[place])
    except OSError:
        return None


def catches(number: int, what: signal.Signals) -> bool:
    """Whether a process does something of its own at that signal."""
    status = (Path("/proc") / str(number) / "status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (what - 1) & 1)


def opened(number: int) -> set[str]:
    """The files that a process has open."""
    found = set()
    for each in (Path("/proc") / str(number) / "fd").iterdir():
        with suppress(FileNotFoundError):  # Closed in this very moment.
            found.add(os.readlink(each))
    return found


def until(true: Callable[[], Any], *, seconds: float, why: Callable[[], str] = str) -> Any:
    """Wait until it is true and give what it gave."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s. {why()}")


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


@contextmanager
def database() -> Iterator[dict[str, str]]:
    """Environment that names a database of this portal's own, on the kind of server that the tests run on."""
    if connection.vendor != "postgresql":
        yield {}
        return
    name, options = f"portal_{os.getpid()}_{time.monotonic_ns()}", connection.settings_dict
    access = {"host": options["HOST"], "port": options["PORT"] or 5432, "user": options["USER"]}
    password = {"password": options["PASSWORD"]} if options["PASSWORD"] else {}
    with psycopg.connect(dbname="postgres", autocommit=True, **access, **password) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            word = f":{options['PASSWORD']}" if options["PASSWORD"] else ""
            yield {"DATABASE_URL": f"postgres://{access['user']}{word}@{access['host']}:{access['port']}/{name}"}
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def portal(var: Path) -> Iterator[Portal]:
    """A portal not yet started; whatever the test does, nothing of it is left running."""
    var.mkdir(parents=True, exist_ok=True)
    leave_out = {"DATABASE_URL", "REDIS_URL", "PORT", "PYTEST_CURRENT_TEST"}
    inherited = {name: value for name, value in os.environ.items() if name not in leave_out}
    with database() as named:
        broker = {"REDIS_URL": f"{server}/{database_number()}"} if (server := redis_server()) else {}
        one = Portal(var, free_port(), {**inherited, **named, **broker, "PORTAL_VAR": str(var)})
        try:
            yield one
        finally:
            for number in one.processes():
                kill(number)
            if one.process:
                one.process.wait(10)


def redis_server() -> str:
    """REDIS_URL without its database, or "" where the tests run without Redis."""
    return "/".join(os.environ.get("REDIS_URL", "").split("/")[:3])


def database_number() -> int:
    """Another one for each process that tests at the same moment: what is said in one is not heard in the others."""
    return 8 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8


def kill(number: int) -> None:
    try:
        os.kill(number, signal.SIGKILL)
    except ProcessLookupError:
        return
