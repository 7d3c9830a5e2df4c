"""CSV of any usual encoding and delimiter, row by row."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from grants import sheets
from grants.findings import Problem
from grants.rows import Row, Unreadable

LONGEST_LINE = 4 * 1024 * 1024
LONGEST_VALUE = 1024 * 1024
_BLOCK = 1024 * 1024
_DELIMITERS = ",;\t|"


class CsvFile:
    """A CSV file; `done` bytes of it are read so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.done = 0

    def rows(self) -> Iterator[Row]:
        """Its grants. Raises Unreadable."""
        encoding = _encoding(self.path)
        csv.field_size_limit(LONGEST_VALUE)
        with self.path.open(encoding=encoding, newline="") as file:
            first = file.readline(LONGEST_LINE)
            file.seek(0)
            yield from self._grants(self._lines(file), _delimiter(first), encoding)

    def _grants(self, lines: Iterator[str], delimiter: str, encoding: str) -> Iterator[Row]:
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        number = 0
        try:
            head = sheets.columns(next(reader, []))
            for row in sheets.grants(head, enumerate(reader, start=2)):
                if not number and encoding == "cp1252":
                    row.problems.insert(0, Problem("", "encoding-guessed", "", "Windows-1252"))
                number = row.number
                yield row
        except csv.Error as problem:
            raise Unreadable(_code(problem), row=max(number, 1), detail=str(reader.line_num)) from problem
        except UnicodeDecodeError as problem:
            raise Unreadable("csv-encoding", row=max(number, 1)) from problem
        if not number:
            raise Unreadable("no-rows")

    def _lines(self, file) -> Iterator[str]:  # type: ignore[no-untyped-def]
        while line := file.readline(LONGEST_LINE):
            if len(line) >= LONGEST_LINE:
                raise Unreadable("csv-line-too-long", row=1)
            self.done += len(line)
            yield line


def _code(problem: csv.Error) -> str:
    if "unexpected end of data" in str(problem):
        return "csv-breaks-off"
    return "csv-value-too-long" if "field larger" in str(problem) else "csv-quotes"


def _encoding(path: Path) -> str:
    """UTF-8, UTF-16 by its mark, or Windows-1252 where the file is not UTF-8 to its last byte."""
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _delimiter(titles: str) -> str:
    """Whichever parts the titles most often, outside quotation marks."""
    outside = "".join(titles.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)
