"""A block of grants as the flat arrays that are saved, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from priorities.memory import totals
from priorities.memory.blocks import Block, Shares
from priorities.memory.totals import Totals

FORM = 3
"""Raised whenever what is saved changes its shape."""
_OF_SHARES = ("starts", "code", "high", "bits")
_OF_TOTALS = ("pence", "grants", "first", "second")


def arrays(block: Block) -> dict[str, Any]:
    """A block's columns, shares and kept sums by name."""
    found = {name: getattr(block, name) for name in Block.__slots__ if name not in ("alive", "shares", "kept")}
    for dimension, shares in block.shares.items():
        for part in _OF_SHARES:
            found[f"shares.{dimension}.{part}"] = getattr(shares, part)
    for pair, kept in block.kept.all(totals.KIND).items():
        if kept.pence.dtype == object:  # Sums beyond 64 bits are not worth a form of their own.
            continue
        for part in _OF_TOTALS:
            found[f"totals.{'+'.join(pair)}.{part}"] = getattr(kept, part).ravel()
        found["counted"] = kept.counted
    return found


def block(saved: Mapping[str, Any]) -> Block:
    """The block of which these are the arrays."""
    columns = dict(saved)
    sums = _totals(columns)
    names = {name.split(".")[1] for name in columns if "." in name}
    shares = {each: Shares(*(columns.pop(f"shares.{each}.{part}") for part in _OF_SHARES)) for each in sorted(names)}
    # In memory of its own, since every change of a grant copies it.
    alive = np.ones(len(columns["ids"]), bool)
    found = Block(**columns, alive=alive, shares=shares)
    for pair, each in sums.items():
        found.kept.put(totals.KIND, pair, each, most=len(sums))
    return found


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
