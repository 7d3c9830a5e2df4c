"""Broker, worker and web server as one: started together, kept running, ended together."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings

from celery_worker import broker, healthy
from celery_worker.children import Child, Warden, end_all

TICK = 0.2
GRACE = 10.0
"""Seconds that the web server and the worker get to finish what they are at."""
PATIENCE = 15.0
"""Seconds to wait for the broker, or for a killed predecessor's processes to go."""
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class AlreadyRunning(Exception):
    """Another `up` works in the same folder. Says where it is."""


class PortTaken(Exception):
    """Something else listens on the port."""


class Lock:
    """One `up` a folder: held until the last process that it started is gone, freed by the system on any death."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = path.open("a+")

    def take(self, address: str) -> None:
        """Raises AlreadyRunning; waits a little where the holder is dead and its processes are just being ended."""
        deadline = time.monotonic() + PATIENCE
        while not self.is_free():
            holder = self.holder()
            if is_alive(holder.get("process")) or time.monotonic() > deadline:
                raise AlreadyRunning(holder.get("address", ""))
            time.sleep(TICK)
        self.file.truncate(0)
        json.dump({"process": os.getpid(), "address": address}, self.file)
        self.file.flush()

    def is_free(self) -> bool:
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def holder(self) -> dict[str, Any]:
        self.file.seek(0)
        try:
            return dict(json.load(self.file))
        except ValueError:
            return {}

    def free(self) -> None:
        self.file.close()


def is_alive(process: int | None) -> bool:
    try:
        os.kill(process or 0, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return process is not None


def check_port(host: str, port: int) -> None:
    """Raises PortTaken where the web server could not listen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            line.bind((host, port))
        except OSError as problem:
            raise PortTaken(str(problem.strerror)) from problem


def children(host: str, port: int) -> list[Child]:
    """What runs, in the order of starting; the broker first where it is ours."""
    python, log = sys.executable, settings.VAR / "log"
    celery = [python, "-m", "celery", "-A", "celery_worker.app"]
    worker = [*celery, "worker", "--concurrency", "2", "--without-mingle", "--without-gossip", "--loglevel", "INFO"]
    bound = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    ours = [Child("broker", broker.command(), log / "broker.log", before_again=broker.set_aside)]
    return [
        *(ours if broker.is_embedded() else []),
        Child("worker", worker, log / "worker.log", silence=worker_silence),
        # On its own rather than inside the worker (-B), which would not start it again.
        Child("beat", [*celery, "beat", "--pidfile=", "--loglevel", "INFO"], log / "beat.log"),
        Child("watch", [python, "manage.py", "watch"], log / "watch.log", silence=watch_silence),
        Child("web", [python, "-m", "gunicorn", "funders_portal.wsgi", "--bind", bound], log / "web.log"),
    ]


def worker_silence() -> float:
    return healthy.silence(healthy.worker_sign(settings.VAR))


def watch_silence() -> float:
    return healthy.silence(healthy.watch_sign(settings.VAR))


class Supervisor:
    """Runs the children until it is told to end. `say` takes one line of words for the person at the terminal."""

    def __init__(self, family: list[Child], lock: Lock, say: Callable[[str], None]) -> None:
        self.children = family
        self.warden = Warden(lock.file.fileno())
        self.say = say
        self.ending = 0

    def run(self, *, while_: Callable[[], bool] = lambda: True, ready: Callable[[], bool], told: str) -> None:
        """Start all, say `told` once `ready`, and mend until a signal comes or `while_` turns false."""
        before = {name: signal.signal(name, self.end) for name in ENDING}
        try:
            self.start_all()
            is_told = False
            while not self.ending and while_():
                self.mend()
                if not is_told and ready():
                    self.say(told)
                    is_told = True
                time.sleep(TICK)
        finally:
            self.stop()
            for name, handler in before.items():
                signal.signal(name, handler)

    def end(self, number: int, frame: FrameType | None) -> None:
        """The first signal asks; a second one does not wait any longer."""
        self.ending += 1
        if self.ending > 1:
            for child in self.children:
                if child.group:
                    os.killpg(child.group, signal.SIGKILL)

    def start_all(self) -> None:
        for child in self.children:
            child.start()
            self.warden.tell(self.children)
            if child.name == "broker":
                self.wait_for_broker()

    def wait_for_broker(self) -> None:
        """A worker that finds no broker would wait longer than the broker needs."""
        deadline = time.monotonic() + PATIENCE
        while not self.ending and not broker.answers() and time.monotonic() < deadline:
            time.sleep(0.05)

    def mend(self) -> None:
        """Start again what has ended, after a pause that grows."""
        changed = self.warden.is_gone
        for child in self.children:
            code = child.has_ended()
            if code is not None:
                self.say(f"{child.name} {how(code)}; it starts again in {child.pause:g} s. Why: {child.log}")
                changed = True
            if child.is_due and not self.ending:
                child.start()
                changed = True
        if changed:
            self.warden.tell(self.children)

    def stop(self) -> None:
        """Web and worker first, then the broker they talk to, then the warden."""
        end_all([child for child in self.children if child.name != "broker"], GRACE)
        end_all(self.children, GRACE)
        self.warden.dismiss()


def how(code: int) -> str:
    if code < 0:
        return f"was killed ({signal.Signals(-code).name})"
    return f"ended by itself (code {code})"
