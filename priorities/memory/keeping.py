"""Where columns are saved on this machine, and the other process that saves them."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from django.conf import settings
from django.db import connection

AGAIN = 5.0
"""Seconds before another process is started after one that failed."""
_log = structlog.get_logger(__name__)
_process: subprocess.Popen[bytes] | None = None
_started = 0.0


def path() -> Path:
    """The file of this database's columns."""
    told = connection.settings_dict
    name = f"{connection.vendor} {told['HOST']} {told['PORT']} {told['NAME']}"
    return Path(settings.VAR) / "columns" / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.columns"


def possible() -> bool:
    """Whether another process can see this database at all; one in memory it cannot."""
    return not (connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"]))


@contextmanager
def alone() -> Iterator[None]:
    """One saver at a time on this machine; the others wait."""
    lock = path().with_suffix(".lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def ask(*, after: int = 0) -> subprocess.Popen[bytes] | None:
    """Have another process read and save everything, unless one is at it; `after`: what is saved must be of this
    change or later. None where one has just failed."""
    global _process, _started
    if _process is None or _process.poll() is not None:
        if _process is not None and _process.returncode and time.monotonic() < _started + AGAIN:
            return None
        if _process is not None and _process.returncode:
            _log.error("columns_not_saved", status=_process.returncode)
        name = str(connection.settings_dict["NAME"])
        command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "save_columns"]
        _process = subprocess.Popen([*command, f"--after={after}", f"--database={name}"], stdin=subprocess.DEVNULL)
        _started = time.monotonic()
    return _process


def wait() -> bool:
    """Have everything read and saved, and wait for it. Returns whether that went well."""
    if not possible():
        return False
    process = ask()
    return process is not None and process.wait() == 0
