"""Grants as columns, and their money cut at running shares: the arithmetic of every table, without a database."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from counting.money import WHOLE

Ints = NDArray[np.integer]
Flags = NDArray[np.bool_]
NEVER = -(2**31)
"""The day of what has no date."""
NOBODY = -1
"""The recipient of a grant that goes to several organisations, or to none that is known."""
KEPT_LAYOUTS = 16
"""How many crossings of dimensions a block keeps laid out, those asked for last; 5 MB each for 100,000 grants."""
LAID_OUT = 3
"""Up to so many dimensions a crossing is worth keeping; of more there are too many."""
_EXACT = 2**53
"""Up to here a sum of whole numbers is exact as a float."""


@dataclass(frozen=True, slots=True)
class Shares:
    """One dimension's shares, entry by entry: grant (row in the block), code (position), and the running shares
    between which it lies (basis points). starts[g] to starts[g + 1] are grant g's; they end at 10,000."""

    starts: Ints
    grant: Ints
    code: Ints
    low: Ints
    high: Ints

    @classmethod
    def running(cls, size: int, grant: Ints, code: Ints, share: Ints) -> Shares:
        """Lay out shares that come to 10,000 for each of `size` grants, in the codes' order."""
        order = np.lexsort((code, grant))
        grant, code, share = grant[order], code[order], share[order]
        high = np.cumsum(share, dtype=np.int64) - grant.astype(np.int64) * WHOLE
        starts = np.concatenate([[0], np.cumsum(np.bincount(grant, minlength=size))]).astype(np.int64)
        small = np.int32
        return cls(starts, grant.astype(small), code.astype(np.int16), (high - share).astype(small), high.astype(small))

    def joined(self, other: Shares, alive: Flags, other_alive: Flags) -> Shares:
        """Both one after the other, of living grants only."""
        size = int(alive.sum())
        pieces = [(self, alive, np.cumsum(alive) - 1), (other, other_alive, size + np.cumsum(other_alive) - 1)]
        kept = [(shares, live[shares.grant], place) for shares, live, place in pieces]
        return Shares.running(
            size + int(other_alive.sum()),
            np.concatenate([place[shares.grant[keep]] for shares, keep, place in kept]),
            np.concatenate([shares.code[keep] for shares, keep, _ in kept]),
            np.concatenate([shares.high[keep] - shares.low[keep] for shares, keep, _ in kept]),
        )


@dataclass(frozen=True, slots=True)
class Crossing:
    """Grants crossed by dimensions: one entry for each grant and each of its combinations of codes."""

    grant: Ints
    codes: tuple[Ints, ...]
    bounds: tuple[tuple[Ints, Ints], ...]

    def parts(self, pence: Ints) -> Ints:
        """What each entry gets of its grant's `pence` (one amount a grant of the block)."""
        return cut(pence.take(self.grant), self.bounds)


@dataclass(frozen=True, slots=True)
class Layout:
    """A crossing of all of a block's grants, with the parts of their whole awards."""

    grant: Ints
    codes: tuple[Ints, ...]
    pence: Ints
    numbered: dict[int, Ints] = field(default_factory=dict)

    def cells(self, across: int) -> Ints:
        """Each entry's codes of the first two dimensions as one number, the second having `across` codes."""
        found = self.numbered.get(across)
        if found is None:
            found = self.codes[0].astype(np.int32)
            if len(self.codes) > 1:
                found = found * across + self.codes[1]
            self.numbered[across] = found
        return found


@dataclass(frozen=True, slots=True)
class Block:
    """Grants as columns, one row a grant. Days are counted from 1970 (NEVER: not known); pence are minor units.

    currency and programme are numbers of Names. recipient: the organisation (id) it goes to, NOBODY where several or
    none. regrants: marked as money to be granted on. alive: rows that still count; the others were replaced or removed.
    """

    ids: Ints
    funder: Ints
    pence: Ints
    currency: Ints
    programme: Ints
    joint: Flags
    recipient: Ints
    regrants: Flags
    award: Ints
    runs_from: Ints
    runs_to: Ints
    planned_from: Ints
    planned_to: Ints
    added_on: Ints
    alive: Flags
    shares: Mapping[str, Shares]
    layouts: OrderedDict[tuple[str, ...], Layout] = field(default_factory=OrderedDict)

    @property
    def size(self) -> int:
        return len(self.ids)

    def without(self, ids: Ints) -> Block:
        """The same columns with these grants no longer alive; what was laid out is shared."""
        return replace(self, alive=self.alive & ~np.isin(self.ids, ids)) if self.size else self

    def joined(self, other: Block) -> Block:
        """Both as one, of living grants only."""
        columns: dict[str, Any] = {
            each.name: np.concatenate([getattr(self, each.name)[self.alive], getattr(other, each.name)[other.alive]])
            for each in fields(self)
            if each.name not in ("shares", "layouts")
        }
        shares = {name: mine.joined(other.shares[name], self.alive, other.alive) for name, mine in self.shares.items()}
        return Block(**columns, shares=shares)

    def touching(self, dimension: str, codes: Flags) -> Flags:
        """Which grants have a share in any of these codes (one flag a position)."""
        shares = self.shares[dimension]
        touched = np.zeros(self.size, bool)
        touched[shares.grant.take(np.flatnonzero(codes.take(shares.code)))] = True
        return touched

    def crossing(self, dimensions: Sequence[str], grants: Ints, kept: Mapping[str, Flags]) -> Crossing:
        """These grants (rows) crossed by dimensions in the order given; of a dimension in `kept`, only those codes."""
        owner = grants
        picked: list[Ints] = []
        for dimension in dimensions:
            shares = self.shares[dimension]
            first = shares.starts[owner]
            count = shares.starts[owner + 1] - first
            again = np.repeat(np.arange(len(owner)), count)
            entry = np.arange(len(again)) + np.repeat(first - (np.cumsum(count) - count), count)
            if dimension in kept:
                keep = kept[dimension][shares.code[entry]]
                again, entry = again[keep], entry[keep]
            owner, picked = owner[again], [*(each[again] for each in picked), entry]
        pairs = [(self.shares[dimension], entry) for dimension, entry in zip(dimensions, picked, strict=True)]
        return Crossing(
            owner,
            tuple(shares.code[entry] for shares, entry in pairs),
            tuple((shares.low[entry], shares.high[entry]) for shares, entry in pairs),
        )

    def layout(self, *dimensions: str) -> Layout:
        """All grants crossed by these dimensions (in the order of cuts), with the parts of their whole awards.

        Kept, since most questions of a day are about the same few crossings.
        """
        # Taken out and put back last; another thread that misses it meanwhile makes its own.
        found = self.layouts.pop(dimensions, None)
        if found is None:
            crossing = self.crossing(dimensions, np.arange(self.size), {})
            found = Layout(crossing.grant.astype(np.int32), crossing.codes, crossing.parts(self.pence))
        self.layouts[dimensions] = found
        while len(self.layouts) > KEPT_LAYOUTS:
            self.layouts.popitem(last=False)
        return found

    def running_on(self, day: int) -> Flags:
        """Which grants run on a day, its first and last day included."""
        return (self.runs_from <= day) & (self.runs_to >= day)

    def elapsed(self, day: int | None, otherwise: int) -> tuple[Ints, Ints]:
        """Days of each planned period that are over at the end of `day`, and all its days (0 where it has no period).

        Without a day: none of them (otherwise 0) or all (otherwise 1).
        """
        whole = np.where(self.planned_to == NEVER, 0, self.planned_to.astype(np.int64) - self.planned_from + 1)
        whole = np.maximum(whole, 0)
        over = whole * otherwise if day is None else np.clip(day - self.planned_from.astype(np.int64) + 1, 0, whole)
        return over, whole


def cut(pence: Ints, bounds: Sequence[tuple[Ints, Ints]]) -> Ints:
    """The part of each amount between its running shares, dimension after dimension, each cut rounded down.

    The difference of neighbouring cuts at every corner, so parts add up to the amount; a part can be a penny below 0.
    """
    if not bounds:
        return pence
    (low, high), rest = bounds[0], bounds[1:]
    return cut(pence * high // WHOLE, rest) - cut(pence * low // WHOLE, rest)


def spread(pence: Ints, over: Ints, whole: Ints) -> Ints:
    """pence * over // whole without leaving 64 bits; nothing where there is no period."""
    found = np.where((over >= whole) & (whole > 0), pence, 0)
    # Dividing is what takes the time, and most periods are over or have not begun.
    under_way = np.flatnonzero((over > 0) & (over < whole))
    over, whole = over[under_way], whole[under_way]
    each, rest = np.divmod(pence[under_way], whole)
    found[under_way] = each * over + rest * over // whole
    return found


def sums(index: Ints, pence: Ints, size: int) -> Any:
    """Exact sums of `pence` by index, `size` of them: 64-bit, or Python's own integers where amounts are vast."""
    if float(np.abs(pence).sum(dtype=np.float64)) < _EXACT:
        return np.bincount(index, pence, size).astype(np.int64)
    high = np.bincount(index, pence >> 26, size).astype(np.int64).astype(object)
    low = np.bincount(index, pence & (2**26 - 1), size).astype(np.int64).astype(object)
    return high * 2**26 + low
