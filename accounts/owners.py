"""Whose a mail is while it is being sent: a process with a lock that the system frees at any death of it."""

from __future__ import annotations

import fcntl
import hashlib
from datetime import datetime
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import IO, Any

import psycopg
from django.conf import settings
from django.db import connection

from accounts.models import Mail, Sender

SPACE = 7_230_001
"""Keeps the portal's advisory locks apart from those of other programs in the same database."""
RECENT = 1.0
"""Seconds for which a lock that was held is taken to be held still; far less than a mail is left in doubt."""


class LockLost(Exception):
    """The lock is gone, so others take this process for dead; it must end what it does and begin anew."""


class Owner:
    """This process while it sends; `with Owner(at=...) as owner:`. Raises LockLost from check()."""

    def __init__(self, *, at: datetime) -> None:
        self.sender = Sender.objects.create(began_at=at)
        self.lock: _Advisory | _File = _lock_of(self.sender.pk)
        if not self.lock.take():
            raise LockLost
        self.held_at = monotonic()

    def __enter__(self) -> Owner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.lock.free()

    def check(self) -> None:
        """Raises LockLost unless the lock was still held within the last second."""
        if monotonic() - self.held_at > RECENT:
            if not self.lock.is_held():
                raise LockLost
            self.held_at = monotonic()


def dead() -> list[int]:
    """The senders that have mails in `sending` and are no longer alive."""
    busy = Mail.objects.filter(state=Mail.SENDING).values_list("sender_id", flat=True).distinct()
    return [number for number in busy if number is not None and _is_dead(number)]


def _is_dead(number: int) -> bool:
    lock = _lock_of(number)
    try:
        return lock.take()
    finally:
        lock.free()


def _lock_of(number: int) -> _Advisory | _File:
    return _Advisory(number) if connection.vendor == "postgresql" else _File(number)


class _Advisory:
    """A session's advisory lock of PostgreSQL, on a connection of its own that no pool gives to anybody else."""

    def __init__(self, number: int) -> None:
        self.number = number % 2**31
        self.session: psycopg.Connection[Any] | None = None

    def take(self) -> bool:
        asked = connection.get_connection_params()
        for ours in ("cursor_factory", "context", "pool", "prepare_threshold"):
            asked.pop(ours, None)
        self.session = psycopg.connect(**asked, autocommit=True)
        row = self.session.execute("SELECT pg_try_advisory_lock(%s, %s)", [SPACE, self.number]).fetchone()
        return bool(row and row[0])

    def is_held(self) -> bool:
        try:
            return self.session is not None and self.session.execute("SELECT 1").fetchone() is not None
        except psycopg.Error:
            return False

    def free(self) -> None:
        if self.session is not None:
            self.session.close()
            self.session = None


class _File:
    """A lock on a file, for SQLite, whose processes share a machine."""

    def __init__(self, number: int) -> None:
        # Of this database alone: others may have their files in the same folder.
        database = hashlib.sha256(str(connection.settings_dict["NAME"]).encode()).hexdigest()[:8]
        self.path: Path = settings.VAR / "senders" / f"{database}-{number}"
        self.file: IO[str] | None = None

    def take(self) -> bool:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self.file = file
        return True

    def is_held(self) -> bool:
        return self.file is not None

    def free(self) -> None:
        """Each number is held by one process ever, so nobody waits for the file that goes."""
        if self.file is not None:
            self.path.unlink(missing_ok=True)
            self.file.close()
            self.file = None
