"""Files into rows: JSON, CSV and XLSX, streamed. What a file is, it shows by its first bytes, not by its name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from grants import json_files
from grants.rows import Row, Unreadable

__all__ = ["Row", "Rows", "Unreadable", "rows"]


class Rows:
    """The rows of a file, once; `done` of `size` bytes are read so far. Raises grants.rows.Unreadable while it goes."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        self.size = path.stat().st_size
        self._guard: json_files.Guarded | None = None

    @property
    def done(self) -> int:
        return self._guard.done if self._guard else 0

    def __iter__(self) -> Iterator[Row]:
        with self.path.open("rb") as file:
            self._guard = json_files.Guarded(file)
            yield from json_files.rows(file, self._guard)


def rows(path: Path, name: str) -> Rows:
    """The rows of the file at `path`, which its sender called `name`."""
    return Rows(path, name)
