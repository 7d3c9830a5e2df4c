"""A file's rows read, checked and spelt out for keeping: all that needs no database.

A large file is prepared by a process of its own, so that a second processor checks while the first writes. It is this
same code, started on its own with plain pipes, since a Celery worker may have no multiprocessing children.
"""

from __future__ import annotations

import gc
import marshal
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

import orjson

from grants import checking, people, reading, standard
from grants.findings import Clean, Problem
from grants.rows import NO_TITLES, Row, Unreadable
from grants.texts import shown

LARGE = 4 * 1024 * 1024
"""Bytes; from this size on a process of its own is worth its start."""
_HOME = Path(__file__).resolve().parent.parent
_ROWS, _END, _UNREADABLE = "rows", "end", "unreadable"
_LENGTH = 8
"""Bytes that say how many follow."""
_PROGRAM = "from grants import prepared; prepared.write_out()"

Party = tuple[str, str]


class Facts(NamedTuple):
    """What the portal must know of a clean row to hold it against what stands; the rest is in its text."""

    funder: Party
    recipients: tuple[Party, ...]
    currency: str
    awarded: int
    to_individual: bool
    award_date: str
    relations: tuple[str, ...]


class Prepared(NamedTuple):
    """One row, ready to be kept.

    raw: the row as JSON, without anybody's name. text: the clean grant as JSON, "" where the row is refused, and then
    facts is None. extra: columns that the standard does not know.
    """

    number: int
    identifier: str
    raw: str
    text: str
    facts: Facts | None
    problems: list[Problem]
    titles: Mapping[str, str]
    extra: tuple[str, ...]


class Batch(NamedTuple):
    """Some rows, and how far the file was read with them, in bytes."""

    rows: list[Prepared]
    done: int
    size: int


class ReaderDied(Exception):
    """The process that read the file ended before the file did."""


def batches(path: Path, name: str, *, size: int) -> Iterator[Batch]:
    """The file's rows, `size` at a time. Raises Unreadable, and ReaderDied where a large file's process was lost."""
    return _from_elsewhere(path, name, size) if path.stat().st_size >= LARGE else _here(path, name, size)


def _here(path: Path, name: str, size: int) -> Iterator[Batch]:
    found = reading.rows(path, name)
    rows = map(prepare, found)
    while some := list(islice(rows, size)):
        yield Batch(some, found.done, found.size)


# --- in a process of its own ---------------------------------------------------------------------------------------
def _from_elsewhere(path: Path, name: str, size: int) -> Iterator[Batch]:
    command = [sys.executable, "-c", _PROGRAM, str(path.resolve()), name, str(size)]
    with subprocess.Popen(command, cwd=_HOME, stdout=subprocess.PIPE) as process:
        try:
            yield from _received(cast(BinaryIO, process.stdout))
        finally:
            process.kill()


def _received(pipe: BinaryIO) -> Iterator[Batch]:
    while True:
        length = pipe.read(_LENGTH)
        packed = pipe.read(int.from_bytes(length, "big"))
        if len(length) < _LENGTH or len(packed) < int.from_bytes(length, "big"):
            raise ReaderDied
        kind, *told = marshal.loads(packed)  # noqa: S302 - written by this very module
        if kind == _UNREADABLE:
            code, row, detail = told
            raise Unreadable(code, row=row, detail=detail)
        if kind == _END:
            return
        rows, done, size = told
        yield Batch([_unpacked(*row) for row in rows], done, size)


def write_out() -> None:
    """The other process: batches to standard output, then the end, or an Unreadable's code, row and detail."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Who started it ends it; or its next batch finds the pipe closed.
    gc.disable()
    path, name, size = sys.argv[1:]
    try:
        for batch in _here(Path(path), name, int(size)):
            _tell(_ROWS, [_packed(row) for row in batch.rows], batch.done, batch.size)
        _tell(_END)
    except Unreadable as problem:
        _tell(_UNREADABLE, problem.code, problem.row, problem.detail)
    except BrokenPipeError:
        sys.stdout = cast(Any, None)


def _tell(*what: Any) -> None:
    """Plain tuples and texts, which marshal spells in a third of the time that pickle takes for objects."""
    packed = marshal.dumps(what)
    sys.stdout.buffer.write(len(packed).to_bytes(_LENGTH, "big") + packed)
    sys.stdout.buffer.flush()


def _packed(row: Prepared) -> tuple[Any, ...]:
    number, identifier, raw, text, facts, found, titles, extra = row
    problems = [tuple(each) for each in found] if found else ()
    return number, identifier, raw, text, facts and tuple(facts), problems, dict(titles) if titles else None, extra


def _unpacked(
    number: int, identifier: str, raw: str, text: str, facts: Any, problems: Any, titles: Any, extra: tuple[str, ...]
) -> Prepared:
    found = [Problem(*each) for each in problems]
    return Prepared(number, identifier, raw, text, facts and Facts(*facts), found, titles or NO_TITLES, extra)


# --- one row -------------------------------------------------------------------------------------------------------
def prepare(row: Row) -> Prepared:
    """Check one row and spell it out; never raises."""
    cleaned, found = checking.clean(row.fields)
    identifier = cleaned["grant_id"] if cleaned else _identifier(row.fields)
    personal = cleaned["to_individual"] if cleaned else people.names_somebody(row.fields)
    if row.problems:
        refused = any(each.code in checking.REFUSALS for each in row.problems)
        cleaned, found = (None if refused else cleaned), [*row.problems, *found]
    return Prepared(
        row.number,
        identifier,
        as_json(people.safe(row.fields) if personal else row.written),
        orjson.dumps(cleaned).decode() if cleaned else "",
        _facts(cleaned) if cleaned else None,
        found,
        row.titles,
        _extra(row.fields),
    )


def _facts(cleaned: Clean) -> Facts:
    return Facts(
        tuple(cleaned["funder"]),
        tuple(map(tuple, cleaned["recipients"])),
        cleaned["currency"],
        cleaned["amount_awarded"],
        cleaned["to_individual"],
        cleaned["award_date"],
        tuple(cleaned["relations"]),
    )


def _extra(fields: Any) -> tuple[str, ...]:
    if not isinstance(fields, dict) or standard.KNOWN.issuperset(fields):
        return ()
    return tuple(shown(name)[:100] for name in fields.keys() - standard.KNOWN)


def _identifier(fields: Any) -> str:
    value = fields.get("id") if isinstance(fields, dict) else None
    return shown(value)[:255] if isinstance(value, (str, int)) else ""


# --- as text -------------------------------------------------------------------------------------------------------
def as_json(raw: Any) -> str:
    """The row as text, numbers as they were written; what JSON cannot hold is written as text."""
    try:
        return orjson.dumps(raw, default=_number, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:
        return orjson.dumps(_spelt(raw), default=_number).decode()


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value)) if value.is_finite() else str(value)
    return shown(value)


def _spelt(value: Any, depth: int = 0) -> Any:
    """`value` without what orjson refuses: numbers of more than 64 bits, halves of characters, too many levels."""
    if isinstance(value, dict) and depth < 200:
        return {shown(key): _spelt(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list) and depth < 200:
        return [_spelt(each, depth + 1) for each in value]
    if value is None or isinstance(value, (bool, float)):
        return value
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else _number(value)
