"""Columns saved to a file and mapped from it: a restart reads nothing, and processes share one copy in memory."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from priorities.memory import totals
from priorities.memory.blocks import Block, Shares
from priorities.memory.totals import Totals

FORM = 2
"""Raised whenever what is saved changes its shape; files of another form are as if there were none."""
_ALIGNED = 64
_OF_SHARES = ("starts", "code", "high", "bits")
_OF_TOTALS = ("pence", "grants", "first", "second")


@dataclass(frozen=True, slots=True)
class Saved:
    """A block as it was saved, with what its saver told of it (`about`: anything that JSON holds)."""

    about: Mapping[str, Any]
    block: Block


def save(path: Path, block: Block, about: Mapping[str, Any]) -> None:
    """Write the block to `path`, whole or not at all; who has the file before mapped keeps that one. Raises OSError."""
    arrays = dict(_arrays(block))
    places, end = [], 0
    for name, array in arrays.items():
        places.append([name, array.dtype.str, len(array), end])
        end += -(-array.nbytes // _ALIGNED) * _ALIGNED
    head = orjson.dumps({"form": FORM, "about": about, "arrays": places})
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


def about(path: Path) -> Mapping[str, Any] | None:
    """What was told of the saved block; None where there is no such file, or none of this form."""
    head = _head(path)
    return head["about"] if head else None


def load(path: Path) -> Saved | None:
    """The block, its columns mapped from the file; None where there is no such file, or none of this form."""
    head = _head(path)
    if head is None:
        return None
    with suppress(OSError, ValueError):
        mapped = np.memmap(path, np.uint8, "r", offset=_start(head["length"]))
        columns = {name: _column(mapped, kind, length, start) for name, kind, length, start in head["arrays"]}
        sums = _totals(columns)
        names = {name.split(".")[1] for name in columns if "." in name}
        shares = {
            each: Shares(*(columns.pop(f"shares.{each}.{part}") for part in _OF_SHARES)) for each in sorted(names)
        }
        # In memory of its own, since every change of a grant copies it.
        alive = np.ones(len(columns["ids"]), bool)
        block = Block(**columns, alive=alive, shares=shares)
        for pair, found in sums.items():
            block.kept.put(totals.KIND, pair, found, most=len(sums))
        return Saved(head["about"], block)
    return None


def _totals(columns: dict[str, Any]) -> dict[tuple[str, ...], Totals]:
    """The kept sums among what was saved, taken out of it; the few that there are stand in memory of their own."""
    counted = columns.pop("counted", None)
    names = sorted({name.rsplit(".", 1)[0] for name in columns if name.startswith("totals.")})
    found = {}
    for name in names:
        pence, grants, first, second = (np.array(columns.pop(f"{name}.{part}")) for part in _OF_TOTALS)
        shape = (len(first), len(second))
        pair = tuple(name.removeprefix("totals.").split("+"))
        found[pair] = Totals(counted, pence.reshape(shape), grants.reshape(shape), first, second)
    return found


def _column(mapped: Any, kind: str, length: int, start: int) -> Any:
    kind_of = np.dtype(kind)
    found = np.asarray(mapped)[start : start + length * kind_of.itemsize].view(kind_of)
    if len(found) != length:
        raise ValueError("The file ends before its columns do.")
    return found


def _arrays(block: Block) -> Iterator[tuple[str, Any]]:
    for name in Block.__slots__:
        if name not in ("alive", "shares", "kept"):
            yield name, getattr(block, name)
    for dimension, shares in block.shares.items():
        for part in _OF_SHARES:
            yield f"shares.{dimension}.{part}", getattr(shares, part)
    for pair, kept in block.kept.all(totals.KIND).items():
        if kept.pence.dtype == object:  # Sums beyond 64 bits are not worth a form of their own.
            continue
        for part in _OF_TOTALS:
            yield f"totals.{'+'.join(pair)}.{part}", getattr(kept, part).ravel()
        yield "counted", kept.counted


def _head(path: Path) -> dict[str, Any] | None:
    with suppress(OSError, ValueError), path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        head = orjson.loads(file.read(length)) if 0 < length < 2**31 else {}
        if head.get("form") == FORM:
            return {**head, "length": length}
    return None


def _start(head: int) -> int:
    """Where the first column begins, `head` being the length of what is told before it."""
    return -(-(8 + head) // _ALIGNED) * _ALIGNED
