"""The clock's own processes, started again when they end, and killed with -9 at any moment."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection

from accounts import owners
from accounts.models import Mail
from celery_worker.app import app
from tests.proofs import servers
from tests.proofs.stage import Stage

CHILD, WORKER, BEAT = "child", "worker", "beat"
CHILDREN = 2
"""Of each worker, as `manage.py up` starts it."""


@dataclass
class Process:
    """A worker or a beat; it leads a group of its own."""

    kind: str
    line: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self, environment: dict[str, str]) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.line, cwd=servers.ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )

    @property
    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    @property
    def children(self) -> list[int]:
        """The worker's pool; none where it has not begun or has ended."""
        assert self.process
        try:
            found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        except OSError:
            return []
        return [int(each) for each in found.split()]


@dataclass
class Clock:
    """Workers and beats, as a context; `tend` starts again what ended, as the portal's supervisor does.

    Without a beat `tend` itself knocks, which saves a process where the fault in a worker is what matters.
    """

    stage: Stage
    workers: int = 1
    beats: int = 1
    period: float = 1.0
    mutant: str = ""
    chance: random.Random = field(default_factory=random.Random)
    processes: list[Process] = field(default_factory=list)
    killed: dict[str, int] = field(default_factory=lambda: {CHILD: 0, WORKER: 0, BEAT: 0})
    killed_at: list[float] = field(default_factory=list)
    knocked: float = 0.0
    while_sending: int = 0
    """Of those killed, how many had a mail in `sending`."""

    def __enter__(self) -> Clock:
        log = self.stage.var / "log"
        log.mkdir(exist_ok=True)
        celery = [sys.executable, "-m", "celery", "-A", "tests.proofs.clock"]
        pool = [
            "worker",
            "--concurrency",
            str(CHILDREN),
            "--without-mingle",
            "--without-gossip",
            "--loglevel",
            "WARNING",
        ]
        for number in range(self.workers):
            self.processes.append(
                Process(WORKER, [*celery, *pool, "-n", f"w{number}@%h"], log / f"worker-{number}.log")
            )
        for number in range(self.beats):
            schedule = str(self.stage.var / f"beat-{number}")
            line = [*celery, "beat", "--pidfile=", "-s", schedule, "--loglevel", "WARNING"]
            self.processes.append(Process(BEAT, line, log / f"beat-{number}.log"))
        self.tend()
        return self

    def __exit__(self, *_: object) -> None:
        for each in self.processes:
            if each.process:
                with suppress(ProcessLookupError):
                    os.killpg(each.process.pid, signal.SIGKILL)
                each.process.wait()

    def tend(self) -> None:
        if not self.beats and time.monotonic() > self.knocked + self.period:
            app.send_task("celery_worker.jobs.send_letters", expires=self.period)
            self.knocked = time.monotonic()
        for each in self.processes:
            if each.has_ended:
                each.start(self.stage.environment(PROOF_MUTANT=self.mutant, PROOF_PERIOD=str(self.period)))

    @property
    def kills(self) -> int:
        return sum(self.killed.values())

    def kill_one(self, *kinds: str) -> bool:
        """Kill any process with -9, of these kinds where some are named; False where none is there yet.

        It is stopped first, to look whether it had a mail in `sending`; where it stopped, it dies.
        """
        living = [each for each in self.processes if not each.has_ended]
        mains = [(each.kind, each.process.pid, each.children) for each in living if each.process]
        pool = [(CHILD, child, []) for kind, _pid, children in mains if kind == WORKER for child in children]
        found = [each for each in [*mains, *pool] if not kinds or each[0] in kinds]
        if not pool or not found:
            return False
        kind, pid, children = self.chance.choice(found)
        stopped = [each for each in [pid, *children] if _signal(each, signal.SIGSTOP)]
        self.while_sending += bool(kind != BEAT and _in_sending(stopped, self.stage.var))
        if not _signal(pid, signal.SIGKILL):
            return False
        # A worker's children die with it (PR_SET_PDEATHSIG), stopped as they are, unless they have just begun.
        for each in children:
            _signal(each, signal.SIGKILL)
        servers.until(lambda: not any(map(_is_there, stopped)), seconds=20, what=f"{kind} and its children are gone")
        self.killed[kind] += 1
        self.killed_at.append(time.time())
        return True


def _signal(pid: int, what: signal.Signals) -> bool:
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return False
    return True


def _is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _in_sending(pids: list[int], var: Path) -> int:
    """How many mails these processes have in `sending`, by the locks that they hold."""
    held = _advisory(pids) if connection.vendor == "postgresql" else _files(pids, var / "senders")
    return Mail.objects.filter(state=Mail.SENDING, sender__in=held).count()


def _advisory(pids: list[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory'"
            " AND classid = %s AND application_name = ANY(%s)",
            [owners.SPACE, [f"proof {each}" for each in pids]],
        )
        return [number for (number,) in cursor.fetchall()]


def _files(pids: list[int], folder: Path) -> list[int]:
    found = []
    for pid in pids:
        for each in Path(f"/proc/{pid}/fd").iterdir():
            path = Path(os.readlink(each))
            if path.parent == folder:
                found.append(int(path.name.rpartition("-")[2]))
    return found
