"""Excel workbooks, looked over byte by byte before any library opens them: a small file can claim to be endless."""

from __future__ import annotations

import datetime
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from grants import sheets, standard
from grants.rows import Row, Unreadable
from grants.sheets import Columns, Values

MOST_MEMBERS = 2_000
MOST_UNPACKED = 400 * 1024**2
MOST_TIMES_LARGER = 150
"""How many times larger than packed a file may be once it is above a size where that could hurt."""
SMALL = 20 * 1024**2
MOST_ROWS = 1_048_576
MOST_PLACES = 8_000_000
MOST_TEXT = 400 * 1024**2
LONGEST_STRING = 2 * 1024**2

_CHUNK = 256 * 1024
_OVERLAP = 512
_MARKUP = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_PLACE = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]{1,4})(\d{1,9})\s*["']""")
_ROW = re.compile(rb"""\br\s*=\s*["']\s*(\d{1,12})\s*["']""")
_SHARED = re.compile(rb"""t\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v>(\d{1,9})<""")
_SHARED_STRINGS = re.compile(rb"<(?:\w+:)?sst[\s>/]")
_STRING = re.compile(rb"<(?:\w+:)?si[ />]")
_META = "meta"
_XML = (".xml", ".rels", ".vml")


def check(path: Path, *, holds: str = "xl/workbook.xml") -> None:
    """Refuse a workbook (or another packed document, by what it `holds`) that would fill the memory or asks for
    anything outside itself. Raises Unreadable.
    """
    try:
        with zipfile.ZipFile(path) as packed, path.open("rb") as file:
            members = packed.infolist()
            names = {each.filename.lower() for each in members}
            if holds not in names:
                raise Unreadable("zip-not-a-workbook")
            if len(members) > MOST_MEMBERS:
                raise Unreadable("workbook-too-large", detail=str(len(members)))
            _check_sizes(members)
            _check_members(file, members)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as problem:
        raise Unreadable("workbook-broken") from problem


def _check_sizes(members: list[zipfile.ZipInfo]) -> None:
    unpacked, packed = sum(each.file_size for each in members), sum(each.compress_size for each in members)
    if unpacked > MOST_UNPACKED or (unpacked > SMALL and unpacked > packed * MOST_TIMES_LARGER):
        raise Unreadable("workbook-too-large", detail=f"{unpacked // 1024**2} MB")
    if any(each.flag_bits & 1 for each in members):
        raise Unreadable("workbook-locked")


def _check_members(file: BinaryIO, members: list[zipfile.ZipInfo]) -> None:
    """Unpack every part of XML without keeping it: sizes may lie, and what is inside may too."""
    parts = [each for each in members if each.filename.lower().endswith(_XML)]
    shared = next((each for each in parts if _SHARED_STRINGS.search(next(_pieces(file, each), b""))), None)
    lengths = _string_lengths(_pieces(file, shared)) if shared else []
    text = sum(_check_sheet(_overlapping(_pieces(file, each)), lengths) for each in parts if each is not shared)
    if text > MOST_TEXT:
        raise Unreadable("workbook-too-large", detail=f"{text // 1024**2} MB")


def _pieces(file: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member unpacked, piece after piece, and no further than it says it reaches."""
    file.seek(member.header_offset)
    header = file.read(30)
    if header[:4] != b"PK\x03\x04":
        raise Unreadable("workbook-broken")
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    left, out = member.compress_size, 0
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unreadable("workbook-broken")
    unpacker = zlib.decompressobj(-15) if member.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0 and (packed := file.read(min(_CHUNK, left))):
        left -= len(packed)
        while packed:
            piece = unpacker.decompress(packed, _CHUNK * 4) if unpacker else packed
            packed = unpacker.unconsumed_tail if unpacker else b""
            out += len(piece)
            if out > member.file_size:
                raise Unreadable("workbook-too-large", detail=member.filename[:80])
            if piece:
                yield piece


def _overlapping(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Each piece with the end of the one before it, so that nothing hides where two meet."""
    tail = b""
    for piece in pieces:
        yield tail + piece
        tail = piece[-_OVERLAP:]


def _check_markup(piece: bytes) -> None:
    if _MARKUP.search(piece):
        raise Unreadable("workbook-entities")
    if b"\x00" in piece[:200] or piece[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Unreadable("workbook-broken")


def _check_sheet(pieces: Iterable[bytes], lengths: list[int]) -> int:
    """How many bytes of shared text a part repeats; refuses one that reaches too far. Any part may be a sheet."""
    columns = rows = text = 0
    known = len(lengths)
    for piece in pieces:
        _check_markup(piece)
        places = set(_PLACE.findall(piece))
        columns = max([columns, *(_column(letters) for letters, _ in places)])
        rows = max([rows, *(int(number) for _, number in places), *map(int, _ROW.findall(piece))])
        text += sum(lengths[each] for each in map(int, _SHARED.findall(piece)) if each < known)
        if columns > sheets.MOST_COLUMNS:
            raise Unreadable("too-many-columns", row=1, detail=f"{columns:,}")
        if rows > MOST_ROWS or rows * columns > MOST_PLACES:
            raise Unreadable("sheet-too-long", detail=f"{rows:,}")
    return text


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _string_lengths(pieces: Iterable[bytes]) -> list[int]:
    """The bytes of each shared text, markup included."""
    lengths: list[int] = []
    held = b""
    for piece in pieces:
        _check_markup(held[-_OVERLAP:] + piece)
        held += piece
        starts = [found.start() for found in _STRING.finditer(held)]
        lengths += [after - before for before, after in pairwise(starts)]
        held = held[starts[-1] :] if starts else held
        if len(held) > LONGEST_STRING:
            raise Unreadable("workbook-too-large", detail=f"{len(held) // 1024**2} MB")
    return [*lengths, len(held)]


# --- reading ------------------------------------------------------------------------------------------------------
class Workbook:
    """An Excel file; `done` of `size` counts rows here, because sheets are unpacked as a whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.done, self.size = 0, 1

    def rows(self) -> Iterator[Row]:
        """The grants of every sheet that holds any, with what the side sheets add. Raises Unreadable."""
        check(self.path)
        try:
            book = CalamineWorkbook.from_path(str(self.path))
            found = [book.get_sheet_by_name(name) for name in book.sheet_names if name.strip().lower() != _META]
        except (CalamineError, OSError, ValueError) as problem:
            raise Unreadable("workbook-broken") from problem
        yield from self._grants([each for each in found if each.height])

    def _grants(self, found: list[CalamineSheet]) -> Iterator[Row]:
        self.size = sum(sheet.total_height for sheet in found) or 1
        read = [(sheet, _head(sheet)) for sheet in found]
        main = [(sheet, head) for sheet, head in read if head and _holds_grants(head)]
        if not main:
            raise Unreadable(
                "no-titles" if found else "no-rows", row=1, detail=", ".join(each.name for each in found)[:120]
            )
        side: dict[str, list[dict[standard.Path, str]]] = {}
        for sheet, head in read:
            if head and not _holds_grants(head) and head.identifier() is not None:
                for key, told in sheets.merged(_values(sheet), _below(head, sheet.name)).items():
                    side.setdefault(key, []).extend(told)
        any_row = False
        for number, (sheet, head) in enumerate(main):
            for row in sheets.grants(head, self._counted(sheet), side=side, name=sheet.name if number else ""):
                any_row = True
                yield row
        if not any_row:
            raise Unreadable("no-rows")

    def _counted(self, sheet: CalamineSheet) -> Iterator[tuple[int, Values]]:
        for numbered in _values(sheet):
            self.done += 1
            yield numbered


def _head(sheet: CalamineSheet) -> Columns | None:
    """The sheet's columns by its first row, or None where that is no row of titles."""
    first = next(iter(sheet.iter_rows()), [])
    if sheet.start is None or sheet.start[0] > 0:
        return None
    try:
        return sheets.columns([_text(value) for value in first])
    except Unreadable as problem:
        if problem.code == "no-titles":
            return None
        raise


def _holds_grants(head: Columns) -> bool:
    return ("amountAwarded",) in head.paths or ("title",) in head.paths


def _below(head: Columns, name: str) -> Columns:
    """A side sheet's titles may leave out what its own name says: on “Planned Dates” Start Date will do."""
    titles = [title if path else f"{name}:{title}" for title, path in zip(head.titles, head.paths, strict=True)]
    return Columns(titles)


def _values(sheet: CalamineSheet) -> Iterator[tuple[int, Values]]:
    rows = iter(sheet.iter_rows())
    next(rows, None)
    for number, values in enumerate(rows, start=2):
        yield number, [_text(value) for value in values]


def _text(value: Any) -> str:
    """A value of a sheet as a person would type it: whole numbers without a point, dates as 2025-03-31."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)
