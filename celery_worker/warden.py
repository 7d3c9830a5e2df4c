"""The last to leave: when `manage.py up` is gone, however it went, this small process ends what it had started.

It reads process groups from its input, one line each time they change ("123 456"). When the input closes, the one who
wrote is dead, and every group of the last line is ended.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable

GRACE = 5.0
"""Seconds between asking and killing."""


def main() -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    groups: list[int] = []
    for line in sys.stdin:
        groups = [int(word) for word in line.split()]
    end(groups)


def end(groups: list[int], grace: float = GRACE) -> None:
    """Ask each group's leader to end, give all of them `grace` seconds, then kill what is left of the groups."""
    for group in groups:
        send(os.kill, group, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while time.monotonic() < deadline and any(send(os.kill, group, 0) for group in groups):
        time.sleep(0.1)
    for group in groups:
        send(os.killpg, group, signal.SIGKILL)


def send(kill: Callable[[int, int], None], number: int, what: int) -> bool:
    """True if there was somebody to hear it."""
    try:
        kill(number, what)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    main()
