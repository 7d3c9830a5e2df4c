"""Arrays in one file, mapped from it: a restart reads nothing, and processes share one copy in memory."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import orjson
import structlog

_ALIGNED = 64
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Mapped:
    """Arrays by name as they were saved, with what their saver told of them (`about`: anything that JSON holds)."""

    about: Mapping[str, Any]
    arrays: dict[str, Any]


def save(path: Path, form: str, about: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
    """Write flat arrays to `path`, whole or not at all; who has the file before mapped keeps that one. Raises OSError.

    form: what is in the file and in which shape; one of another form is as if there were none.
    """
    places, end = [], 0
    for name, array in arrays.items():
        places.append([name, array.dtype.str, len(array), end])
        end += -(-array.nbytes // _ALIGNED) * _ALIGNED
    head = orjson.dumps({"form": form, "about": about, "arrays": places})
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    try:
        with draft.open("wb") as file:
            file.write(len(head).to_bytes(8, "little") + head)
            file.write(bytes(_start(len(head)) - file.tell()))
            for array in arrays.values():
                file.write(np.ascontiguousarray(array).data)
                file.write(bytes(-array.nbytes % _ALIGNED))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def load(path: Path, form: str) -> Mapped | None:
    """The arrays, mapped; None where there is no file, or (which is logged) none of this form, or a damaged one."""
    try:
        with path.open("rb") as file:
            about, places, start = _head(file, form)
            mapped = np.memmap(file, np.uint8, "r", offset=start)
            return Mapped(about, {name: _array(mapped, *place) for name, *place in places})
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as problem:
        _passed_over(path, problem)
        return None


def about(path: Path, form: str) -> Mapping[str, Any] | None:
    """What was told of what is saved; None as with `load`."""
    try:
        with path.open("rb") as file:
            return _head(file, form)[0]
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as problem:
        _passed_over(path, problem)
        return None


def _passed_over(path: Path, problem: Exception) -> None:
    _log.warning("saved_columns_passed_over", file=path.name, because=str(problem))


def _head(file: BinaryIO, form: str) -> tuple[Mapping[str, Any], list[Any], int]:
    """What was told, where each array is, and where the first one begins. Raises ValueError."""
    length = int.from_bytes(file.read(8), "little")
    if not 0 < length < 2**31:
        raise ValueError("It holds no columns.")
    head = orjson.loads(file.read(length))
    if not isinstance(head, dict) or head.get("form") != form:
        raise ValueError(f"It is not of the form {form}.")
    return head["about"], head["arrays"], _start(length)


def _array(mapped: Any, kind: str, length: int, start: int) -> Any:
    kind_of = np.dtype(kind)
    found = np.asarray(mapped)[start : start + length * kind_of.itemsize].view(kind_of)
    if len(found) != length:
        raise ValueError("It ends before its columns do.")
    return found


def _start(head: int) -> int:
    """Where the first column begins, `head` being the length of what is told before it."""
    return -(-(8 + head) // _ALIGNED) * _ALIGNED
