"""Every reported figure in memory, by indicator, re-reading only what changed (docs/decisions/0019-results.md)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Hashable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import BigIntegerField, Case, F, IntegerField, Min, Value, When
from django.db.models.functions import Cast, Coalesce
from numpy.typing import NDArray

from accounts import bulk
from grants import joining
from grants.changes import Stamp
from outcomes import noting
from outcomes.adding import PerProject
from outcomes.models import Delivery, IndicatorVersion, Measurement
from outcomes.moments import NEVER, MinuteNumber
from priorities.columns import one_view
from priorities.memory import keeping
from priorities.memory.kept import Kept
from priorities.memory.reading import DayNumber

Ints = NDArray[np.integer]
Flags = NDArray[np.bool_]
FEW = 20_000
"""Up to so many figures of changed projects stand beside the others before all are read as one again."""
SMALL = 50_000
"""Up to so many figures are read whole within a request; more by another process, which saves them."""
KEPT = 32
"""So many answers by project are kept, about a megabyte each at a million figures of an indicator."""
KEEPER = keeping.Keeper("figures", form=2, log=noting.FIGURES)
OVER_TIME = [code for code, _words in IndicatorVersion.OVER_TIME]


@dataclass(frozen=True, slots=True)
class Rows:
    """Figures as columns, one row a revision, in the order of indicators, cells, projects and windows' ends.

    over: place in OVER_TIME. start, end: days from 1970. at, gone, accepted: minutes from 1970 at which it was given,
    superseded, and its report first accepted by a funder (NEVER: not yet). whole: out of how many, 0 for a plain one.
    """

    indicator: Ints
    project: Ints
    cell: Ints
    over: Ints
    start: Ints
    end: Ints
    at: Ints
    gone: Ints
    accepted: Ints
    value: Ints
    whole: Ints

    @property
    def size(self) -> int:
        return len(self.indicator)

    def taken(self, places: Any) -> Rows:
        return Rows(*(getattr(self, each.name)[places] for each in fields(self)))

    def of(self, indicator: int, cell: int) -> Rows:
        """Those of one indicator and cell; nothing is copied."""
        first, after = np.searchsorted(self.indicator, [indicator, indicator + 1])
        start, stop = first + np.searchsorted(self.cell[first:after], [cell, cell + 1])
        return self.taken(slice(start, stop))

    def joined(self, other: Rows) -> Rows:
        return Rows(*(np.concatenate([getattr(self, each.name), getattr(other, each.name)]) for each in fields(self)))


_KINDS: dict[str, Any] = {
    "indicator": np.int32, "project": np.int32, "cell": np.int16, "over": np.int8, "start": np.int32, "end": np.int32,
    "at": np.int32, "gone": np.int32, "value": np.int64, "whole": np.int64, "report": np.int64,
}  # fmt: skip
"""The columns in the order in which they are read; `accepted` is found by `report`."""


@dataclass(frozen=True, slots=True)
class Figures:
    """All reported figures as of one moment; never changed, only replaced. Those of `changed` projects are in edits.

    base_seq: the number of the change that base is of.
    """

    stamp: Stamp
    base_seq: int
    base: Rows
    edits: Rows
    changed: Ints
    kept: Kept = field(default_factory=Kept)
    """What was put together of base, whichever projects changed since."""

    def together(
        self,
        indicator: int,
        cell: int,
        key: Hashable,
        wanted: Callable[[Rows], Flags],
        put: Callable[[Rows], PerProject],
    ) -> PerProject:
        """The wanted figures of one indicator and cell, put together by project. key: what wanted and put hang on."""

        def of_base() -> PerProject:
            rows = self.base.of(indicator, cell)
            return put(rows.taken(np.flatnonzero(wanted(rows))))

        base: PerProject = self.kept.get("together", (indicator, cell, key), of_base, most=KEPT)
        if not len(self.changed):
            return base
        edits = self.edits.of(indicator, cell)
        new = put(edits.taken(np.flatnonzero(wanted(edits))))
        return base.taken(np.flatnonzero(~np.isin(base.project, self.changed))).joined(new)

    def of(self, indicator: int, cell: int, wanted: Callable[[Rows], Flags]) -> Rows:
        """Those figures of one indicator and cell that are wanted, by project and the end of their windows."""
        found = self.base.of(indicator, cell)
        found = found.taken(np.flatnonzero(wanted(found)))
        if not len(self.changed):
            return found
        found = found.taken(np.flatnonzero(~np.isin(found.project, self.changed)))
        edits = self.edits.of(indicator, cell)
        found = found.joined(edits.taken(np.flatnonzero(wanted(edits))))
        # Two runs that are in order already, which this sort goes through once.
        return found.taken(np.argsort(found.project.astype(np.int64) << 32 | found.end, kind="stable"))

    @classmethod
    def begun(cls, stamp: Stamp, base: Rows) -> Figures:
        """Figures of which none has changed since they were laid out."""
        return cls(stamp, stamp.seq, base, base.taken(slice(0)), np.empty(0, np.int64))

    @property
    def indicators(self) -> list[int]:
        """Those with a figure, in the order of their ids; of the figures that changed too."""
        base = self.kept.get("indicators", 0, lambda: _different(self.base.indicator), most=1)
        return sorted({*base.tolist(), *_different(self.edits.indicator).tolist()})

    def has_any_of(self, projects: Flags) -> bool:
        """Whether there is a figure of any of these projects (a flag for each number)."""

        def told() -> Flags:
            found = np.zeros(1 + int(self.base.project.max(initial=0)), bool)
            found[self.base.project] = True
            return found

        base: Flags = self.kept.get("projects", 0, told, most=1)
        both = min(len(base), len(projects))
        known = self.edits.project[self.edits.project < len(projects)]
        return bool((base[:both] & projects[:both]).any() or projects[known].any())

    def with_changed(self, projects: Collection[int], stamp: Stamp) -> Figures:
        changed = np.union1d(self.changed, np.fromiter(projects, np.int64, len(projects)))
        new = np.fromiter(projects, np.int64, len(projects))
        kept = self.edits.taken(~np.isin(self.edits.project, new))
        return replace(self, stamp=stamp, edits=_in_order(kept.joined(read(projects))), changed=changed)


_lock = threading.RLock()
_held: Figures | None = None


def current() -> Figures:
    """The figures as committed this moment (inside a transaction: as that transaction sees them)."""
    global _held
    with _lock:
        if connection.in_atomic_block:
            # What may yet be rolled back is nobody else's to see, so it is not held.
            return _brought_up(_held) or _whole()
        with one_view():
            found = _brought_up(_held)
            is_large = found is None and keeping.possible() and Measurement.objects.order_by()[SMALL:].exists()
        if is_large and KEEPER.wait(after=noting.head().seq):
            with one_view():
                found = _brought_up(_held)
        if found is None:
            with one_view():
                found = _whole()
        _held = found
        return found


def make_ready() -> None:
    """Begin from what is saved; where nothing is that serves, have it read beside whatever else goes on."""
    global _held
    with _lock:
        with one_view():
            _held = _brought_up(None)
            is_large = keeping.possible() and Measurement.objects.order_by()[SMALL:].exists()
        if _held is None and is_large:
            KEEPER.ask(after=noting.head().seq)


def forget() -> None:
    """Read everything anew at the next question; for tests and for a database that was replaced."""
    global _held
    with _lock:
        _held = None


def keep(*, after: int = 0) -> bool:
    """Read everything and save it for all processes of this machine, unless what is saved is of change `after` or
    later. Returns whether it was read. Raises OSError where it cannot be saved."""
    with KEEPER.alone():
        if KEEPER.has(noting.head(), after=after):
            return False
        with one_view():
            found = _whole()
        KEEPER.save({each.name: getattr(found.base, each.name) for each in fields(Rows)}, found.stamp)
    return True


def _brought_up(held: Figures | None) -> Figures | None:
    """The figures of this view of the database, begun from `held` or from what is saved; None where all must be read.

    Where very many changed since it was saved, another process saves all of it anew meanwhile.
    """
    now = noting.head()
    if held is None or not noting.FIGURES.continues(held.stamp, now):
        held = _saved(now)
    elif held.edits.size > FEW:
        held = _saved(now, after=held.base_seq + 1) or held
    if held is None or held.stamp == now:
        return held
    changed = noting.since(held.stamp, now)
    found = held.with_changed(changed, now) if changed is not None else None
    if found and found.edits.size > FEW and keeping.possible():
        KEEPER.ask(after=now.seq)
    return found


def _saved(now: Stamp, *, after: int = 0) -> Figures | None:
    """What was saved, mapped, if it is of this database and of change `after` or later."""
    found = KEEPER.load(now, after=after)
    return Figures.begun(found.stamp, Rows(**found.arrays)) if found else None


def _whole() -> Figures:
    return Figures.begun(noting.head(), read())


# --- read -------------------------------------------------------------------------------------------------------------
def read(projects: Collection[int] | None = None) -> Rows:
    """Every reported figure that can be added up, or those of some projects, in the order of indicators.

    Of grants that are joined the figures stand under the one project of their work, without those told twice.
    """
    rows = Measurement.objects.filter(status=Measurement.REPORTED, indicator__owner=None, told_twice=None).exclude(
        version__kind=IndicatorVersion.SCALE
    )
    if projects is not None:
        rows = bulk.among(rows, "project", sorted(projects))
    columns = _columns(rows)
    report = columns.pop("report")
    columns["project"] = _hosted(columns["project"])
    return _in_order(Rows(**columns, accepted=_accepted(report, few=projects is not None)))


def _hosted(project: Ints) -> Ints:
    """The project that has the grants now, in the place of one that was joined into it."""
    gone = joining.all_gone()
    if not gone:
        return project
    before = np.array(sorted(gone), np.int64)
    after = np.array([gone[each] for each in before.tolist()], np.int64)
    place = np.minimum(np.searchsorted(before, project), len(before) - 1)
    return np.where(before[place] == project, after[place], project).astype(project.dtype)


def _columns(rows: Any) -> dict[str, Any]:
    over = Case(*(When(over_time=code, then=Value(place)) for place, code in enumerate(OVER_TIME)))
    rows = rows.order_by().annotate(
        over=Cast(over, IntegerField()), first=DayNumber("start"), last=DayNumber("end"),
        given=MinuteNumber("at"), gone=MinuteNumber("superseded_at"),
        number=Coalesce("value", "numerator"), out_of=Coalesce("denominator", Value(0, BigIntegerField())),
    )  # fmt: skip
    names = ("indicator", "project", "cell", "over", "first", "last", "given", "gone", "number", "out_of", "report")
    pieces: dict[str, list[Any]] = {name: [np.empty(0, kind)] for name, kind in _KINDS.items()}
    for chunk in chunks(rows.values_list(*names)):
        for (name, kind), values in zip(_KINDS.items(), zip(*chunk, strict=True), strict=True):
            pieces[name].append(np.array(values, kind))
    return {name: np.concatenate(each) for name, each in pieces.items()}


def chunks(rows: Any) -> Iterator[list[tuple[Any, ...]]]:
    """A query's rows as the database gives them: Django's own way of reading takes three times as long."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(*rows.query.sql_with_params())
        while chunk := cursor.fetchmany(50_000):
            yield chunk


def _accepted(report: Ints, *, few: bool) -> Ints:
    """When the report of each figure was first accepted by a funder."""
    copies = Delivery.objects.filter(state=Delivery.ACCEPTED).order_by()
    if few:
        copies = bulk.among(copies, "report", sorted(set(report.tolist())))
    firsts = copies.values_list("report").annotate(first=Min("answered_at")).values("report", "first")
    rows = firsts.annotate(minute=MinuteNumber(F("first"))).values_list("report", "minute")
    found = sorted(row for chunk in chunks(rows) for row in chunk)
    known = np.array([each[0] for each in found], np.int64)
    minute = np.array([each[1] for each in found], np.int32)
    accepted = np.full(len(report), NEVER, np.int32)
    if len(known):
        place = np.minimum(np.searchsorted(known, report), len(known) - 1)
        mine = known[place] == report
        accepted[mine] = minute[place[mine]]
    return accepted


def _in_order(rows: Rows) -> Rows:
    return rows.taken(np.lexsort((rows.end, rows.project, rows.cell, rows.indicator)))


def _different(numbers: Ints) -> Ints:
    """The different ones of numbers in order."""
    if not len(numbers):
        return numbers
    return np.asarray(numbers[np.concatenate([[True], numbers[1:] != numbers[:-1]])])


def minutes(moment: datetime) -> int:
    """Minutes from 1970, as the columns have them."""
    return int(moment.timestamp() // 60)
