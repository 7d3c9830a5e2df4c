"""Processes that are kept running: each leads a group of its own, so that whatever it starts can be ended with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

LONG_ENOUGH = 30.0
"""Seconds after which a child counts as well again and its next end as its first."""
LONGEST_PAUSE = 30.0
LARGEST_LOG = 10 * 1024 * 1024


LONGEST_SILENCE = 90.0
"""Seconds without a sign of life after which a child that gives signs is taken for dead."""


def nothing() -> None:
    """What most children need before they start again."""


def zero() -> float:
    """How long most children have been silent: they give no sign, so nobody listens for one."""
    return 0.0


@dataclass
class Child:
    """One program that should always run.

    `before_again` is called before its third restart in a row and each one after. `silence` tells for how many seconds
    it has given no sign of life.
    """

    name: str
    command: list[str]
    log: Path
    before_again: Callable[[], None] = nothing
    silence: Callable[[], float] = zero
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    ended: float = 0.0
    ends: int = 0

    @property
    def group(self) -> int | None:
        return self.process.pid if self.process else None

    @property
    def pause(self) -> float:
        """Seconds to wait before the next start: 0.5, 1, 2 ... 30."""
        return float(min(0.5 * 2 ** max(self.ends - 1, 0), LONGEST_PAUSE))

    @property
    def is_due(self) -> bool:
        return self.process is None and time.monotonic() >= self.ended + self.pause

    def start(self) -> None:
        if self.ends > 2:
            self.before_again()
        with opened(self.log) as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started = time.monotonic()

    def has_ended(self) -> int | None:
        """Its exit code if it ended since it was last asked; then what it left behind is killed too."""
        if self.process is None:
            return None
        if self.process.poll() is None and not self.is_silent:
            return None
        process = self.process
        self.kill()
        self.ended = time.monotonic()
        self.ends = 1 if self.ended - self.started > LONG_ENOUGH else self.ends + 1
        return process.returncode

    @property
    def is_silent(self) -> bool:
        """Whether it exists and yet does nothing, as workers sometimes do after their broker went away."""
        return min(time.monotonic() - self.started, self.silence()) > LONGEST_SILENCE

    def ask_to_end(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the whole group: a worker's pool and beat outlive a worker that was killed."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None


def end_all(children: Iterable[Child], grace: float) -> None:
    """Ask all of them at once, wait `grace` seconds at most, kill what is left."""
    children = [child for child in children if child.process]
    for child in children:
        child.ask_to_end()
    deadline = time.monotonic() + grace
    for child in children:
        if child.process:
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(max(deadline - time.monotonic(), 0))
    for child in children:
        child.kill()


class Warden:
    """The process that ends the children if this one cannot. It keeps `held` (a lock) open until that is done."""

    def __init__(self, held: int) -> None:
        self.held = held
        self.process: subprocess.Popen[bytes] | None = None

    def tell(self, children: Iterable[Child]) -> None:
        """Make sure that it lives, and that it knows who is there."""
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "celery_worker.warden"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                cwd=Path(__file__).parent.parent,
                pass_fds=(self.held,),
                start_new_session=True,
            )
        line = " ".join(str(child.group) for child in children if child.group)
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    @property
    def is_gone(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def dismiss(self) -> None:
        if self.process and self.process.stdin:
            self.process.stdin.close()
            self.process.wait()


def opened(log: Path) -> BinaryIO:
    """A log to append to; one that has grown large is put aside first, so that two of them are kept at most."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".old.log"))
    return log.open("ab")
