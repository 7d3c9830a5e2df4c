"""Whether reports came, as columns: which running grants owe one, which had one accepted, which wait for an answer.

Names a grant only to the people of its own funder; everybody else gets a number, and that only where it points to no
grant (`told`), and only of today: numbers of several days could be subtracted from each other.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from django.db.models import CharField
from django.db.models.functions import Cast

from counting import periods
from grants import changes
from grants.changes import Stamp
from priorities.columns import Portfolio
from priorities.coverage import EPOCH, day_number
from priorities.memory.blocks import NEVER, Block, Flags, Ints
from priorities.memory.reading import Names
from priorities.models import Evidence
from priorities.shortfall.watching import Standing

FEWEST = 3
"""Of fewer grants of other funders a number would tell which they are."""


def told(owing: Any, running: Any) -> Any:
    """How many of other funders' running grants, in a cell or over all, owe a report, as far as that may be told.

    Nothing is told of fewer than FEWEST, nor where all of them owe, since the number would name them. Both numbers, or
    arrays of them.
    """
    return np.where((np.asarray(running) >= FEWEST) & (np.asarray(owing) < running), owing, 0)


@dataclass(frozen=True, slots=True)
class Reports:
    """Every grant of which anything is recorded: its id and three days (counted from 1970, NEVER: none)."""

    ids: Ints
    owed: Ints
    handed_in: Ints
    accepted: Ints

    @classmethod
    def read(cls, ids: Collection[int] | None = None) -> Reports:
        rows: Any = Evidence.objects.all() if ids is None else Evidence.objects.filter(grant__in=ids)
        days = ("owed_since", "handed_in_on", "accepted_on")
        texts = rows.annotate(**{f"{name}_text": Cast(name, CharField()) for name in days}).order_by("grant")
        columns: list[Any] = list(zip(*texts.values_list("grant", *(f"{name}_text" for name in days)), strict=True))
        if not columns:
            return cls(*(np.empty(0, np.int64) for _ in range(4)))
        return cls(np.array(columns[0], np.int64), *(_days(texts) for texts in columns[1:]))

    def with_changed(self, ids: Collection[int]) -> Reports:
        """The same with these grants as they are now."""
        kept, new = ~np.isin(self.ids, np.fromiter(ids, np.int64, len(ids))), Reports.read(ids)
        pairs = [(getattr(self, name)[kept], getattr(new, name)) for name in Reports.__slots__]
        return Reports(*(np.concatenate(pair) for pair in pairs))


class Owed(NamedTuple):
    """A cell in which reports are owed and none was accepted of late.

    grants: how many owe one, as far as may be told; own: ids of those that are the person's own funders', and their
    pence there.
    """

    grants: int
    own: tuple[int, ...]
    own_pence: int

    @property
    def held_back(self) -> int:
        return self.grants - len(self.own)


class Looked:
    """The reports of one portfolio on a day, for one person's funders; `now`: its grants that run on that day.

    today: whether that day is today; of any other day nothing is said.
    """

    LATE, ACCEPTED = np.uint8(1), np.uint8(2)

    def __init__(
        self,
        portfolio: Portfolio,
        now: Portfolio,
        on: date,
        *,
        today: bool,
        months: int,
        funders: Collection[int],
    ) -> None:
        self.portfolio, self.now, self.funders = portfolio, now, np.array(sorted(funders), np.int64)
        self.today, self.reports = today, as_of(portfolio)
        self.day, self.since = day_number(on), day_number(periods.add_months(on, -months))
        self._states = {id(block): self._state(block) for block in now.blocks} if self.tells else {}

    @property
    def recorded(self) -> bool:
        """Whether any report is recorded at all."""
        return bool(len(self.reports.ids))

    @property
    def tells(self) -> bool:
        return self.recorded and self.today

    def owed(self, standing: Standing) -> dict[int, Owed]:
        """Cells (area * width + code) without a recent report, as this person may know them."""
        if not self.tells:
            return {}
        size = standing.running.size
        owing, running, accepted = (np.zeros(size, np.int64) for _ in range(3))
        own: dict[int, list[tuple[int, int]]] = {}
        for block, grant, cell, pence in standing.now:
            state, owned = self._states[id(block)].take(grant), self._mine(block).take(grant)
            owes = (state & self.LATE) > 0
            owing += np.bincount(cell[owes & ~owned], minlength=size)
            running += np.bincount(cell[~owned], minlength=size)
            accepted += np.bincount(cell[(state & self.ACCEPTED) > 0], minlength=size)
            mine = np.flatnonzero(owes & owned)
            worth = np.where(block.currency.take(grant[mine]) == 0, pence[mine], 0)
            for place, each, amount in zip(
                cell[mine].tolist(), block.ids[grant[mine]].tolist(), worth.tolist(), strict=True
            ):
                own.setdefault(place, []).append((each, amount))
        found, others = {}, told(owing, running)
        for place in sorted({*np.flatnonzero(others).tolist(), *own}):
            if not accepted[place]:
                mine_here = own.get(place, [])
                ids = tuple(sorted(each for each, _ in mine_here))
                number = int(others[place]) + len(ids)
                found[place] = Owed(number, ids, sum(amount for _, amount in mine_here))
        return found

    def owed_elsewhere(self) -> int:
        """How many running grants of other funders owe a report, as far as that may be told."""
        owing = running = 0
        for block in self.now.blocks if self.tells else ():
            others = self.now.counted(block) & ~self._mine(block)
            owing += int(((self._states[id(block)] & self.LATE) > 0)[others].sum())
            running += int(others.sum())
        return int(told(owing, running))

    def waiting(self) -> tuple[list[int], date | None]:
        """The person's own funders' grants whose report waits for an answer, and since when the oldest does."""
        if not self.tells:
            return [], None
        found, reports = list[int](), self.reports
        waits = (reports.handed_in != NEVER) & (reports.handed_in <= self.day) & (reports.accepted < reports.handed_in)
        for block in self.portfolio.blocks if waits.any() else ():
            rows = block.rows_of(reports.ids[waits])
            found += block.ids[rows[(block.alive & self._mine(block))[rows]]].tolist()
        since = reports.handed_in[np.isin(reports.ids, found)]
        return sorted(found), date.fromordinal(int(since.min()) + EPOCH) if len(since) else None

    def _mine(self, block: Block) -> Flags:
        return np.isin(block.funder, self.funders)

    def _state(self, block: Block) -> Ints:
        """LATE and ACCEPTED of each of a block's grants."""
        reports, day = self.reports, self.day
        recent = (reports.accepted > self.since) & (reports.accepted <= day)
        late = (reports.owed != NEVER) & (reports.owed <= day) & (reports.handed_in == NEVER) & ~recent
        found = np.zeros(block.size, np.uint8)
        for which, state in ((late, self.LATE), (recent, self.ACCEPTED)):
            if which.any():
                found |= (block.alive & np.isin(block.ids, reports.ids[which])) * state
        return found


class _Held(NamedTuple):
    """Reports as of one moment. names: of the portfolio that was read then; one that was read anew has others."""

    names: Names
    stamp: Stamp
    reports: Reports


_lock = threading.Lock()
_held: _Held | None = None


def as_of(portfolio: Portfolio) -> Reports:
    """The reports as they stood when the portfolio was read, or a moment later.

    Whoever writes one notes it in the change log, so that only what changed is read again.
    """
    global _held
    if connection.in_atomic_block:
        # What may yet be rolled back is nobody else's to see.
        return Reports.read()
    with _lock:
        if _held is None or _held.names is not portfolio.names or _held.stamp != portfolio.stamp:
            _held = _Held(portfolio.names, portfolio.stamp, _brought_up(_held, portfolio))
        return _held.reports


def _brought_up(held: _Held | None, portfolio: Portfolio) -> Reports:
    if held is None or held.names is not portfolio.names or held.stamp.seq > portfolio.stamp.seq:
        return Reports.read()
    changed = changes.since(held.stamp.seq).grant_ids
    return Reports.read() if changed is None else held.reports.with_changed(changed)


def _days(texts: Collection[str | None]) -> Ints:
    days = np.array(texts, "datetime64[D]")
    return np.where(np.isnat(days), NEVER, days.astype(np.int64))
