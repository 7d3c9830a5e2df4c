"""Everything in one command: database made ready, then broker, worker with beat, and web server until Ctrl-C."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.utils import OperationalError

from celery_worker import supervisor


class Command(BaseCommand):
    help = "Start broker, worker and web server together, and keep them running until Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="where the web server listens")
        parser.add_argument("--host", default=os.environ.get("PORTAL_HOST") or "127.0.0.1")
        parser.add_argument("--demo", action="store_true", help="load the demo portfolio first, into an empty portal")
        parser.add_argument("--with-parent", action="store_true", help="end when the process that started it ends")

    def handle(self, *args: Any, port: str, host: str, demo: bool, with_parent: bool, **options: Any) -> None:
        number = valid(port)
        address = f"http://{'127.0.0.1' if host in {'0.0.0.0', '::'} else host}:{number}/"  # noqa: S104
        parent = os.getppid()
        lock = supervisor.Lock(settings.VAR / "up.lock")
        try:
            take(lock, address)
            check(host, number)
            os.environ.setdefault("PORTAL_SITE", address.rstrip("/"))
            self.prepare(demo)
            supervisor.Supervisor(supervisor.children(host, number), lock, self.say).run(
                while_=lambda: not with_parent or os.getppid() == parent,
                ready=lambda: listens(host, number),
                told=self.welcome(address),
            )
        except KeyboardInterrupt:  # While it was still preparing; once it runs, the supervisor hears the signals.
            self.say("")
        finally:
            lock.free()
        self.say("Ended; nothing is left running.")

    def prepare(self, demo: bool) -> None:
        """Tables, the demo where it is asked for, and the files that never change."""
        try:
            call_command("migrate", verbosity=0, interactive=False)
        except OperationalError as problem:
            raise CommandError(f"The database does not answer, so nothing was started: {problem}") from problem
        if demo:
            call_command("demo", once=True, verbosity=0)
        connections.close_all()
        if os.environ.setdefault("STATIC_HASHED", "1") != "0":
            collect_static()

    def welcome(self, address: str) -> str:
        mail = "" if settings.EMAIL_SET else f"\n  Letters are not sent but kept in {short(settings.VAR / 'mail')}/"
        return (
            f"\n  The portal is at {address}\n  Logs are in {short(settings.VAR / 'log')}/{mail}\n  Ctrl-C ends it.\n"
        )

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def valid(port: str) -> int:
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise CommandError(f"{port!r} is no port. Give a number from 1 to 65535, for example: make run PORT=8001")
    return int(port)


def take(lock: supervisor.Lock, address: str) -> None:
    try:
        lock.take(address)
    except supervisor.AlreadyRunning as problem:
        raise CommandError(
            f"The portal already runs from this folder, at {problem}. End that one first (Ctrl-C where it runs), "
            "or give this one its own data: make run PORT=8001 PORTAL_VAR=var-2"
        ) from problem


def check(host: str, port: int) -> None:
    try:
        supervisor.check_port(host, port)
    except supervisor.PortTaken as problem:
        raise CommandError(
            f"Port {port} cannot be used ({problem}): another program may be listening there. "
            f"Choose another: make run PORT={port + 1 if port < 65535 else 8000}"
        ) from problem


def listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=0.2):
            return True
    except OSError:
        return False


def collect_static() -> None:
    """Collect, name by hash and compress the static files, unless none has changed since it was last done."""
    stamp = settings.VAR / "static.stamp"
    files = (storage.path(name) for finder in get_finders() for name, storage in finder.list([]))
    seen = "\n".join(sorted(f"{path} {os.stat(path).st_size} {os.stat(path).st_mtime_ns}" for path in files))
    if stamp.exists() and stamp.read_text() == seen:
        return
    # In a process of its own, because this one may have been set up without hashed names.
    done = subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--clear", "--verbosity", "0"],
        cwd=settings.BASE_DIR,
        check=False,
    )
    if done.returncode:
        raise CommandError("The static files could not be collected; what is wrong stands above.")
    stamp.write_text(seen)


def short(path: Any) -> str:
    """A path as a person at the terminal would write it."""
    return os.path.relpath(path) if path.is_relative_to(os.getcwd()) else str(path)
