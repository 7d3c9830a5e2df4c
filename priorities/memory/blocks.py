"""Grants as columns, and their money cut at running shares: the arithmetic of every table, without a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from counting.money import WHOLE
from priorities.memory.kept import Kept
from priorities.memory.layouts import AT_ONCE, KEPT_UP_TO, Layout, laid_out

Ints = NDArray[np.integer]
Flags = NDArray[np.bool_]
NEVER = -(2**31)
"""The day of what has no date."""
NOBODY = -1
"""The recipient of a grant that goes to several organisations, or to none that is known."""
KEPT_LAYOUTS = 3
"""How many pairs of dimensions a block keeps laid out."""
_EXACT = 2**53
"""Up to here a sum of whole numbers is exact as a float."""


def bits_of(codes: Flags) -> Any:
    """Codes as one number with a bit each, to hold against Shares.bits. Raises ValueError beyond 64 codes."""
    if len(codes) > 64:
        raise ValueError("A dimension has at most 64 codes.")
    return (np.uint32 if len(codes) <= 32 else np.uint64)(sum(1 << int(place) for place in np.flatnonzero(codes)))


@dataclass(frozen=True)
class Shares:
    """One dimension's shares, grant after grant: code (position) and the running share at its end (basis points).

    starts[g] to starts[g + 1] are grant g's, in the codes' order; their running shares end at 10,000. bits: one number
    a grant with a bit for each code in which it has a share.
    """

    starts: Ints
    code: Ints
    high: Ints
    bits: Ints

    @classmethod
    def running(cls, size: int, grant: Ints, code: Ints, share: Ints, codes: int = 32) -> Shares:
        """Lay out shares that come to 10,000 for each of `size` grants, in the codes' order; `codes`: how many there
        are in the dimension."""
        order = np.argsort(grant.astype(np.int64) * 64 + code, kind="stable")
        grant, code, share = grant[order], code[order], share[order]
        starts = np.zeros(size + 1, np.int32)
        np.cumsum(np.bincount(grant, minlength=size), out=starts[1:])
        high = np.cumsum(share, dtype=np.int64) - grant.astype(np.int64) * WHOLE
        one = bits_of(np.zeros(codes, bool)).dtype.type(1)
        bits = np.bitwise_or.reduceat(one << code.astype(one.dtype), starts[:-1]) if size else np.empty(0, one.dtype)
        return cls(starts, code.astype(np.uint8), high.astype(np.int16), bits)

    @property
    def size(self) -> int:
        return len(self.bits)

    @cached_property
    def grant(self) -> Ints:
        """The grant (row of the block) of each entry."""
        return np.repeat(np.arange(self.size, dtype=np.int32), np.diff(self.starts))

    def touching(self, codes: Flags) -> Flags:
        """Which grants have a share in any of these codes."""
        return np.asarray((self.bits & bits_of(codes)) != 0)

    def touching_each(self, grants: Ints, codes: int) -> Ints:
        """How many of these grants (rows) have a share in each of so many codes."""
        if len(grants) == self.size:
            return np.bincount(self.code, minlength=codes)
        return np.bincount(self.code.take(self.of(grants)[1]), minlength=codes)

    def beyond(self, codes: Flags) -> Flags:
        """Which grants have a share in any other code than these."""
        return self.touching(~codes)

    def joined(self, other: Shares, alive: Flags, other_alive: Flags) -> Shares:
        """Both one after the other, of living grants only."""
        kept = [(shares, live, np.repeat(live, np.diff(shares.starts))) for shares, live in
                ((self, alive), (other, other_alive))]  # fmt: skip
        counts = np.concatenate([np.diff(shares.starts)[live] for shares, live, _ in kept])
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        return Shares(
            starts,
            np.concatenate([shares.code[entries] for shares, _, entries in kept]),
            np.concatenate([shares.high[entries] for shares, _, entries in kept]),
            np.concatenate([shares.bits[live] for shares, live, _ in kept]),
        )

    def taken(self, grants: Ints) -> Shares:
        """Those of some grants (rows) alone, in their order."""
        first = self.starts.take(grants)
        count = self.starts.take(grants + 1) - first
        starts = np.zeros(len(grants) + 1, np.int32)
        np.cumsum(count, out=starts[1:])
        entry = np.repeat(first - starts[:-1], count)
        entry += np.arange(len(entry), dtype=np.int32)
        return Shares(starts, self.code.take(entry), self.high.take(entry), self.bits.take(grants))

    def of(self, grants: Ints) -> tuple[Ints, Ints, Ints]:
        """Every entry of these grants (rows): its place among `grants`, its place among all entries, and the running
        share at which it begins."""
        first = self.starts.take(grants).astype(np.intp)
        count = self.starts.take(grants + 1) - first
        ends = np.cumsum(count)
        begins = ends - count
        again = np.repeat(np.arange(len(grants)), count)
        entry = np.arange(len(again)) + np.repeat(first - begins, count)
        low = np.empty(len(again), np.int16)
        low[1:] = self.high.take(entry[:-1])
        low[begins] = 0
        return again, entry, low


class Amounts(NamedTuple):
    """What is left to cut: amounts to be added (True) or taken away, one an entry."""

    adds: bool
    pence: Ints


@dataclass(frozen=True, slots=True)
class Crossing:
    """Grants crossed by dimensions: one entry for each grant and each of its combinations of codes.

    Each cut is rounded down; the part of an entry is the difference of neighbouring cuts at every corner, so parts add
    up to the amount, and one can be a penny below 0.
    """

    grant: Ints
    codes: tuple[Ints, ...]
    amounts: tuple[Amounts, ...]

    def parts(self) -> Ints:
        """What each entry gets of its grant's amounts."""
        first, *rest = self.amounts
        found = first.pence.copy() if rest else first.pence
        for adds, pence in rest:
            (np.add if adds else np.subtract)(found, pence, out=found)
        return found

    def by(self, shares: Shares, kept: Flags | None = None) -> Crossing:
        """The same crossed by one dimension more; with `kept`, by these of its codes only."""
        again, entry, low = shares.of(self.grant)
        high, code = shares.high.take(entry), shares.code.take(entry)
        if kept is not None and not kept.all():
            keep = np.flatnonzero(kept.take(code))
            again, low, high, code = again[keep], low[keep], high[keep], code[keep]
        return Crossing(
            self.grant.take(again),
            (*(each.take(again) for each in self.codes), code),
            tuple(part for each in self.amounts for part in cut(each, again, low, high)),
        )


def cut(whole: Amounts, again: Ints, low: Ints, high: Ints) -> Iterator[Amounts]:
    """Amounts, repeated for their entries, cut at the entries' running shares: up to each one's end, less up to its
    beginning."""
    pence = whole.pence.take(again)
    yield Amounts(whole.adds, pence * high // WHOLE)
    yield Amounts(not whole.adds, pence * low // WHOLE)


class Taken(Mapping[str, Shares]):
    """The shares of some grants (rows) of a block, each dimension's taken when it is first asked for."""

    def __init__(self, shares: Mapping[str, Shares], grants: Ints) -> None:
        self._of, self._grants = shares, grants
        self._taken: dict[str, Shares] = {}

    def __getitem__(self, dimension: str) -> Shares:
        if dimension not in self._taken:
            self._taken[dimension] = self._of[dimension].taken(self._grants)
        return self._taken[dimension]

    def __iter__(self) -> Iterator[str]:
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)


@dataclass(frozen=True, slots=True)
class Block:
    """Grants as columns, one row a grant. Days are counted from 1970 (NEVER: not known); pence are minor units.

    project: the work that it pays for (id). currency and programme are numbers of Names. recipient: the organisation
    (id) it goes to, NOBODY where several or none. regrants: marked as money to be granted on. alive: rows that still
    count; the others were replaced or removed.
    """

    ids: Ints
    funder: Ints
    project: Ints
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
    kept: Kept = field(default_factory=Kept)
    """What was worked out of its rows, the dead ones too; shared by all blocks with the same rows."""

    @property
    def size(self) -> int:
        return len(self.ids)

    def without(self, ids: Ints) -> Block:
        """The same columns with these grants no longer alive; what was laid out is shared."""
        if not self.size:
            return self
        alive = self.alive.copy()
        alive[self.rows_of(ids)] = False
        return replace(self, alive=alive)

    def rows_of(self, ids: Ints) -> Ints:
        """The rows of these grants, of those that are in the block; a block read whole is in the order of ids."""
        if self.size < AT_ONCE:
            return np.flatnonzero(np.isin(self.ids, ids))
        place = np.minimum(np.searchsorted(self.ids, ids), self.size - 1)
        return np.asarray(place[self.ids[place] == ids])

    def joined(self, other: Block) -> Block:
        """The living grants of both as one block."""
        columns: dict[str, Any] = {
            each.name: np.concatenate([getattr(self, each.name)[self.alive], getattr(other, each.name)[other.alive]])
            for each in fields(self)
            if each.name not in ("shares", "kept")
        }
        shares = {name: mine.joined(other.shares[name], self.alive, other.alive) for name, mine in self.shares.items()}
        return Block(**columns, shares=shares)

    def touching(self, dimension: str, codes: Flags) -> Flags:
        """Which grants have a share in any of these codes (one flag a position)."""
        return self.shares[dimension].touching(codes)

    def crossings(
        self, dimensions: Sequence[str], grants: Ints, kept: Mapping[str, Flags], amounts: Callable[[Ints], Any]
    ) -> Iterator[Crossing]:
        """These grants (rows) crossed by dimensions in the order given, some grants at a time; of a dimension in `kept`
        only those codes. `amounts` gives what is cut, as Amounts, of some grants."""
        for first in range(0, len(grants), AT_ONCE):
            some = grants[first : first + AT_ONCE]
            crossing = Crossing(some, (), amounts(some))
            for dimension in dimensions:
                crossing = crossing.by(self.shares[dimension], kept.get(dimension))
            yield crossing

    def whole(self, grants: Ints) -> tuple[Amounts, ...]:
        """The whole awards of some grants, to be cut."""
        return (Amounts(True, self.pence.take(grants)),)

    def layout(self, first: str, second: str, across: int) -> Layout:
        """All grants crossed by two dimensions (in the order of cuts), with the parts of their whole awards.

        Kept by a block that is not too large, since most questions of a day are about the same few pairs. across: how
        many codes the second has.
        """
        if self.size > KEPT_UP_TO:
            return laid_out(self, first, second, across)
        return self.kept.get(
            "layout",
            (first, second),
            lambda: laid_out(self, first, second, across),
            most=KEPT_LAYOUTS,
        )

    def alone(self, kind: str, key: int, flags: Callable[[], Flags]) -> Block:
        """A block of the flagged grants alone, living and dead; kept by kind and key, the last of each kind."""

        def take() -> tuple[Ints, Block]:
            grants = np.flatnonzero(flags())
            columns = {
                each.name: getattr(self, each.name).take(grants)
                for each in fields(self)
                if each.name not in ("shares", "kept")
            }
            return grants, Block(**columns, shares=Taken(self.shares, grants))

        grants, found = self.kept.get(kind, key, take, most=1)
        return replace(found, alive=self.alive.take(grants))

    def running_alone(self, day: int, *, kind: str = "a day") -> Block:
        """The grants that run on a day alone; `kind`: as what it is kept."""
        return self.alone(kind, day, lambda: self.running_on(day))

    def undated_alone(self) -> Block:
        """The grants of which nobody knows when they end alone."""
        return self.alone("undated", 0, lambda: np.asarray(self.runs_to == NEVER))

    def running_on(self, day: int) -> Flags:
        """Which grants run on a day, its first and last day included."""
        return (self.runs_from <= day) & (self.runs_to >= day)

    def elapsed(self, day: int | None, grants: Ints, *, otherwise: int) -> Ints:
        """How many days of these grants' planned periods are over at the end of `day`.

        Without a day: none of them (otherwise 0) or all (otherwise 1).
        """
        whole = self.planned_days(grants)
        return whole * otherwise if day is None else np.clip(day - self.planned_from[grants] + 1, 0, whole)

    def planned_days(self, grants: Ints) -> Ints:
        """How many days these grants' planned periods have, 0 where one is not known."""
        ends = self.planned_to[grants].astype(np.int64)
        return np.where(ends == NEVER, 0, np.maximum(ends - self.planned_from[grants] + 1, 0))

    def planned_between(self, first: int | None, last: int | None) -> Flags:
        """Which grants' planned periods have a day between these, both included; an open end keeps all."""
        found = (self.planned_to != NEVER) & (self.planned_to >= self.planned_from)
        if first is not None:
            found &= self.planned_to >= first
        if last is not None:
            found &= self.planned_from <= last
        return np.asarray(found)


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
    if len(pence) * max(int(pence.max(initial=0)), -int(pence.min(initial=0))) < _EXACT:
        return np.bincount(index, pence, size).astype(np.int64)
    high = np.bincount(index, pence >> 26, size).astype(np.int64).astype(object)
    low = np.bincount(index, pence & (2**26 - 1), size).astype(np.int64).astype(object)
    return high * 2**26 + low
