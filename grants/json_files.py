"""360Giving JSON, one grant at a time, in memory that does not grow with the file.

The C parser trusts its input in places (a number of more than 4,300 digits stops the whole process), so every chunk is
looked over before the parser gets it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from decimal import DecimalException
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

import ijson
from ijson.common import JSONError

from grants.rows import NO_TITLES, Row, Unreadable

CHUNK = 64 * 1024
LARGEST_GRANT = 4 * 1024 * 1024
"""Bytes; more than this without a whole grant is refused, so that no single one fills the memory."""
DEEPEST = 200
LONGEST_NUMBER = 1_000

_parser = ijson.get_backend("yajl2_c")
if _parser.backend_name != "yajl2_c":
    raise ImportError("JSON is read by ijson's C parser; install ijson from its wheel.")

_DIGITS = bytes.maketrans(b"0123456789", b"0000000000")
_TOO_MANY_DIGITS = b"0" * LONGEST_NUMBER
_NO_BRACKET = bytes(byte for byte in range(256) if byte not in b"[]{}")
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
_NOT_A_NUMBER = re.compile(r"[:\[,]\s*(-?(?:NaN|Infinity))")


class Guarded:
    """A file whose every chunk is looked over, and mended where a half character is spelt out, before it is parsed."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.done = 0
        self.since_grant = 0
        self.depth = 0
        self.in_text = 0
        self.escape = b""
        self.tail = b""
        self.held = b""

    def read(self, size: int = CHUNK) -> bytes:
        if size == 0:
            return b""
        chunk = self.file.read(CHUNK)
        self.done += len(chunk)
        self.since_grant += len(chunk)
        if self.since_grant > LARGEST_GRANT:
            raise Unreadable("json-grant-too-large")
        self._check_numbers(chunk)
        self._check_depth(chunk)
        return self._without_half_characters(chunk)

    def _check_numbers(self, chunk: bytes) -> None:
        digits = self.tail + chunk.translate(_DIGITS)
        if _TOO_MANY_DIGITS in digits:
            raise Unreadable("json-number-too-long")
        self.tail = digits[-LONGEST_NUMBER:]

    def _check_depth(self, chunk: bytes) -> None:
        """What opens and closes at once is no depth."""
        brackets = self._outside_texts(chunk).translate(None, _NO_BRACKET)
        for _ in range(5):
            brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if not brackets:
            return
        depths = accumulate((_STEP[each] for each in brackets), initial=self.depth)
        deepest = last = self.depth
        for last in depths:
            deepest = last if last > deepest else deepest
        if deepest > DEEPEST:
            raise Unreadable("json-too-deep")
        self.depth = max(last, 0)

    def _outside_texts(self, chunk: bytes) -> bytes:
        """The chunk without what stands between quotation marks; `escape` is a backslash whose character is to come."""
        chunk, self.escape = self.escape + chunk, b""
        if b"\\" in chunk:
            if (len(chunk) - len(chunk.rstrip(b"\\"))) % 2:
                chunk, self.escape = chunk[:-1], b"\\"
            chunk = chunk.replace(b"\\\\", b"").replace(b'\\"', b"")
        pieces = chunk.split(b'"')
        outside = b"".join(pieces[self.in_text :: 2])
        self.in_text = (self.in_text + len(pieces) - 1) % 2
        return outside

    def _without_half_characters(self, chunk: bytes) -> bytes:
        """A lone surrogate becomes U+FFFD, which the checks then name; the parser would make it a question mark."""
        if not self.held and b"\\" not in chunk:
            return chunk
        text = self.held + chunk
        self.held = b""
        if chunk and (cut := text.rfind(b"\\", len(text) - 12)) >= 0:
            cut = _start_of_escapes(text, cut)
            text, self.held = text[:cut], text[cut:]
        if b"\\ud" in text or b"\\uD" in text:
            text = _ESCAPE.sub(lambda found: b"\\ufffd" if found[1] else found[0], text)
        return text if text or not chunk else self.read()


def _start_of_escapes(text: bytes, at: int) -> int:
    """Where the last run of escapes begins, so that no pair is cut in two."""
    while at > 0 and (before := text.rfind(b"\\", max(at - 6, 0), at)) >= 0:
        at = before
    return at


class JsonFile:
    """A JSON file; `done` bytes of it are read so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._guard: Guarded | None = None

    @property
    def done(self) -> int:
        return self._guard.done if self._guard else 0

    def rows(self) -> Iterator[Row]:
        """Its grants. Raises Unreadable."""
        with self.path.open("rb") as file:
            start = file.read(2)
            file.seek(0)
            if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
                raise Unreadable("not-utf-8", row=1)
            self._guard = Guarded(file)
            yield from rows(file, self._guard)


def rows(file: BinaryIO, guard: Guarded) -> Iterator[Row]:
    """The grants of a package ({"grants": [...]}) or of a bare list. Raises Unreadable."""
    number = 0
    prefix = "item" if _first_byte(file) == b"[" else "grants.item"
    try:
        for fields in _parser.items(guard, prefix, buf_size=CHUNK):
            number += 1
            guard.since_grant = 0
            yield Row(number, fields, fields, [], NO_TITLES)
    except Unreadable as problem:
        raise Unreadable(problem.code, row=number + 1) from problem
    except (JSONError, DecimalException, UnicodeDecodeError, ValueError) as problem:
        raise _explained(problem, number + 1) from problem
    if not number:
        raise Unreadable("json-no-grants")


def _first_byte(file: BinaryIO) -> bytes:
    start = file.read(4096)
    file.seek(3 if start.startswith(codecs.BOM_UTF8) else 0)
    return start.removeprefix(codecs.BOM_UTF8).lstrip()[:1]


def _explained(problem: Exception, row: int) -> Unreadable:
    said = str(problem)
    if found := _NOT_A_NUMBER.search(said):
        return Unreadable("json-not-a-number", row=row, detail=found.group(1))
    if "premature EOF" in said or "incomplete" in said.lower():
        return Unreadable("json-breaks-off", row=row)
    if "UTF8" in said or isinstance(problem, UnicodeDecodeError):
        return Unreadable("not-utf-8", row=row)
    if isinstance(problem, DecimalException):
        return Unreadable("json-number-too-long", row=row)
    return Unreadable("json-broken", row=row, detail=_place(said))


def _place(said: str) -> str:
    """The few characters about the fault, from the parser's own message."""
    lines = [line.strip() for line in said.splitlines()]
    return lines[1][:80] if len(lines) > 1 else ""


def is_json(start: bytes) -> bool:
    return start.lstrip()[:1] in (b"{", b"[")
