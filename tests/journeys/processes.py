"""The portal as it really runs, for a browser: its own data, its own port, web server, broker and worker."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings

PATIENCE = 90
"""Seconds that a step may take on a busy machine before the journey gives up."""
DATABASE, BROKER = "portal_journey", "/13"
"""Names of the journey's own database and of its own part of Redis, so that nobody else's worker takes its jobs."""


class Portal:
    """A running portal: its address, its environment, and where its letters and logs are kept."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in OTHERS},
            "PORTAL_VAR": str(folder),
            "PORT": str(self.port),
            **environment,
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    def manage(self, *words: str) -> str:
        """Run one command to its end, and give what it printed."""
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(command, cwd=settings.BASE_DIR, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    def start(self, *command: str) -> None:
        name = f"{len(self.processes)}.log"
        with (self.folder / name).open("wb") as log:
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, *command],
                    cwd=settings.BASE_DIR,
                    env=self.environment,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            )

    def wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert all(process.poll() is None for process in self.processes), self.logs()
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}/healthz", timeout=5)
                return
            time.sleep(0.2)
        raise AssertionError(f"The portal did not answer. {self.logs()}")

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-3000:] for path in sorted(self.folder.rglob("*.log")))

    def code_sent_to(self, address: str) -> str:
        """The sign-in code in the newest letter to somebody."""
        for path in sorted((self.folder / "mail").glob("*"), key=lambda path: path.stat().st_mtime, reverse=True):
            letter = message_from_bytes(path.read_bytes())
            if address in letter["To"] and (found := re.search(r"\b\d{8}\b", letter.as_string())):
                return found[0]
        raise AssertionError(f"No code was sent to {address}.")

    def stop(self) -> None:
        """End every process, the newest first, and all that it started."""
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


OTHERS = {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "PORTAL_VAR", "PORT", "DJANGO_ALLOW_ASYNC_UNSAFE", "STATIC_HASHED"}
"""What the surroundings may say for other runs."""


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


@contextlib.contextmanager
def on_sqlite(folder: Path) -> Iterator[Portal]:
    """`manage.py up`, as `make run` starts it: SQLite, the broker that it brings along, worker and web server."""
    portal = Portal(folder)
    try:
        portal.start("manage.py", "up", "--demo")
        portal.wait_until_it_answers()
        yield portal
    finally:
        portal.stop()


@contextlib.contextmanager
def on_postgresql(folder: Path, database_url: str, redis_url: str) -> Iterator[Portal]:
    """A fresh database on the given PostgreSQL server, the given Redis, a Celery worker with beat, and gunicorn."""
    make_database(database_url)
    portal = Portal(
        folder, DATABASE_URL=with_path(database_url, f"/{DATABASE}"), REDIS_URL=with_path(redis_url, BROKER)
    )
    try:
        for words in (["migrate"], ["demo"], ["collectstatic", "--noinput"]):
            portal.manage(*words, "--verbosity", "0")
        portal.start("-m", "celery", "-A", "celery_worker.app", "worker", "-B", "--concurrency", "2")
        portal.start("-m", "gunicorn", "funders_portal.wsgi")
        portal.wait_until_it_answers()
        yield portal
    finally:
        portal.stop()


def with_path(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=path))


def make_database(url: str) -> None:
    server = with_path(url, "/postgres").replace("postgis://", "postgresql://")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
