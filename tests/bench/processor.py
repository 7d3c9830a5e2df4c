"""Processor time of the database server's processes that serve one database, as this machine's /proc tells it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

EVERY = 0.1
"""Seconds between two looks; what a process does after the last one before its end is not seen."""


class Seen:
    """The seconds that each process was last seen to have taken."""

    def __init__(self, database: str) -> None:
        self.title = f" {database} ".encode()
        self.by_process: dict[str, float] = {}

    @property
    def seconds(self) -> float:
        return sum(self.by_process.values())

    def look(self) -> None:
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                called = (process / "cmdline").read_bytes()
                if called.startswith(b"postgres:") and self.title in called:
                    self.by_process[process.name] = _taken(process)


def _taken(process: Path) -> float:
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def of_server(url: str) -> Iterator[Seen]:
    """While it lasts, the server's processes are watched; nothing is seen where it runs elsewhere or there is none."""
    seen, ended = Seen(urlsplit(url).path.strip("/") or "-"), threading.Event()

    def watch() -> None:
        while not ended.wait(EVERY):
            seen.look()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()
