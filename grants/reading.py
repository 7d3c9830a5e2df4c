"""Files into rows: JSON, CSV and XLSX, streamed. What a file is, it shows by its first bytes; its name must agree."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath
from typing import Protocol

from grants import csv_files, json_files, workbooks
from grants.rows import Row, Unreadable

JSON, CSV, XLSX = "JSON", "CSV", "XLSX"
_BY_NAME = {".json": JSON, ".csv": CSV, ".tsv": CSV, ".xlsx": XLSX, ".xlsm": XLSX}
_SIGNS = {
    b"\xd0\xcf\x11\xe0": "old-excel",
    b"%PDF": "pdf",
    b"\x89PNG": "picture",
    b"\xff\xd8\xff": "picture",
    b"GIF8": "picture",
    b"\x1f\x8b": "packed",
    b"7z\xbc\xaf": "packed",
    b"Rar!": "packed",
}


class Source(Protocol):
    """A file of some kind: its rows, and how far it is read."""

    @property
    def done(self) -> int: ...

    def rows(self) -> Iterator[Row]: ...


class Rows:
    """The rows of a file, once; `done` of `size` are read so far. Raises Unreadable while it goes."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        self._source: Source | None = None

    @property
    def done(self) -> int:
        return self._source.done if self._source else 0

    @property
    def size(self) -> int:
        return getattr(self._source, "size", self.path.stat().st_size)

    def __iter__(self) -> Iterator[Row]:
        kind = kind_of(self.path, self.name)
        sources: dict[str, Callable[[Path], Source]] = {
            JSON: json_files.JsonFile,
            CSV: csv_files.CsvFile,
            XLSX: workbooks.Workbook,
        }
        self._source = source = sources[kind](self.path)
        yield from source.rows()


def rows(path: Path, name: str) -> Rows:
    """The rows of the file at `path`, which its sender called `name`."""
    return Rows(path, name)


def kind_of(path: Path, name: str) -> str:
    """JSON, CSV or XLSX. Raises Unreadable for anything else, and where the name says another of the three."""
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip(codecs.BOM_UTF8 + b" \t\r\n"):
        raise Unreadable("empty")
    for sign, code in _SIGNS.items():
        if start.startswith(sign):
            raise Unreadable(code)
    found = _by_content(start)
    said = _BY_NAME.get(PurePath(name).suffix.lower())
    if said and said != found:
        raise Unreadable("not-what-it-says", detail=f"{said} / {found}")
    return found


def _by_content(start: bytes) -> str:
    if start.startswith(b"PK"):
        return XLSX
    utf_16 = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = start.decode("utf-16", "ignore").encode() if utf_16 else start.removeprefix(codecs.BOM_UTF8)
    if b"\x00" in text:
        raise Unreadable("not-text")
    if json_files.is_json(text):
        return JSON
    if text.lstrip()[:1] == b"<":
        raise Unreadable("web-page")
    return CSV
