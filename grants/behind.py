"""Writes that are carried out while the next are being worked out: the database's time runs beside Python's."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections

TURN = 0.0005
"""Seconds after which the thread that works out lets the one that has heard from the database go on."""


class Behind:
    """One write at a time, by a thread of its own, on the connection and so in the transaction of whoever began it.

    Between `start` and `wait` nobody else may use that connection. What a write raises, `wait` raises.
    """

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._going: Future[None] | None = None

    def start(self, write: Callable[[], None]) -> None:
        self.wait()
        self._going = self._pool.submit(write)

    def wait(self) -> None:
        going, self._going = self._going, None
        if going is not None:
            going.result()


@contextmanager
def behind() -> Iterator[Behind]:
    """Leaves when the last write is done; where it was left by an exception, what the last write raised is dropped."""
    ours, turn = connections[DEFAULT_DB_ALIAS], sys.getswitchinterval()
    ours.inc_thread_sharing()
    sys.setswitchinterval(TURN)
    try:
        with ThreadPoolExecutor(1, "behind", connections.__setitem__, (DEFAULT_DB_ALIAS, ours)) as pool:
            writes = Behind(pool)
            yield writes
            writes.wait()
    finally:
        sys.setswitchinterval(turn)
        ours.dec_thread_sharing()
