"""Where columns are saved on this machine, whose they are, and the other process that saves them."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import connection

from grants.changes import Log, Stamp
from priorities.memory import mapped

AGAIN = 5.0
"""Seconds before another process is started after one that failed."""
_log = structlog.get_logger(__name__)


def possible() -> bool:
    """Whether another process can see this database at all; one in memory it cannot."""
    return not (connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"]))


def identity() -> str:
    """Which of the server's databases this is, where one was dropped and another has its name. SQLite's have none."""
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        return str(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class Saved:
    """Arrays as they were saved, the change that they are of, and what else was told of them."""

    stamp: Stamp
    about: Mapping[str, Any]
    arrays: dict[str, Any]


class Keeper:
    """One kind of columns, saved to a file of its own.

    kind: as `save_columns --only` calls it. form: raised whenever what is saved changes its shape. log: the changes
    that whoever begins from the file reads after it.
    """

    def __init__(self, kind: str, *, form: int, log: Log) -> None:
        self.kind, self.form, self.log = kind, f"{kind} {form}", log
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    @property
    def path(self) -> Path:
        """The file of this database's columns."""
        told = connection.settings_dict
        name = f"{connection.vendor} {told['HOST']} {told['PORT']} {told['NAME']}"
        return Path(settings.VAR) / "columns" / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.{self.kind}"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One saver of this kind at a time on this machine; the others wait."""
        lock = self.path.with_suffix(f".{self.kind}-lock")
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    # --- the file ---------------------------------------------------------------------------------------------------
    def save(self, arrays: Mapping[str, Any], stamp: Stamp, *, of: Any = None, **about: Any) -> None:
        """Write arrays as of one change; `of`: what must be alike for anybody who begins from them. Raises OSError."""
        told = {"stamp": list(stamp), "database": identity(), "of": of, **about}
        mapped.save(self.path, self.form, told, arrays)

    def has(self, now: Stamp, *, of: Any = None, after: int = 0) -> bool:
        """Whether something is saved from which `now` can be read on, of change `after` or later."""
        return self._continued(mapped.about(self.path, self.form), now, of, after) is not None

    def load(self, now: Stamp, *, of: Any = None, after: int = 0) -> Saved | None:
        """The same, mapped."""
        found = mapped.load(self.path, self.form)
        then = self._continued(found.about, now, of, after) if found else None
        return Saved(then, found.about, found.arrays) if found and then else None

    def _continued(self, told: Mapping[str, Any] | None, now: Stamp, of: Any, after: int) -> Stamp | None:
        """The change that is saved, where the log goes on from it and it is of this database."""
        if told is None:
            return None
        then = Stamp(*told["stamp"])
        if then.seq < after:
            return None
        if told["database"] != identity() or not self.log.continues(then, now):
            _log.warning("saved_columns_passed_over", file=self.path.name, because="It is of another database.")
            return None
        return then if told["of"] == of else None

    # --- the other process ------------------------------------------------------------------------------------------
    def ask(self, *, after: int = 0) -> subprocess.Popen[bytes] | None:
        """Have another process read and save everything, unless one is at it; `after`: what is saved must be of this
        change or later. None where one has just failed."""
        before = self._process
        if before is None or before.poll() is not None:
            if before is not None and before.returncode and time.monotonic() < self._started + AGAIN:
                return None
            if before is not None and before.returncode:
                _log.error("columns_not_saved", kind=self.kind, status=before.returncode)
            command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "save_columns"]
            words = [f"--only={self.kind}", f"--after={after}", f"--database={connection.settings_dict['NAME']}"]
            self._process = subprocess.Popen([*command, *words], stdin=subprocess.DEVNULL)
            self._started = time.monotonic()
        return self._process

    def wait(self, *, after: int = 0) -> bool:
        """Have everything read and saved, and wait for it. Returns whether that went well."""
        if not possible():
            return False
        process = self.ask(after=after)
        return process is not None and process.wait() == 0
