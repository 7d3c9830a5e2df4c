"""What the list of shortfalls is made of: a gap, a sentence, the whole list. How they are found is in finding.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from django.utils.translation import gettext, ngettext

from accounts import bulk
from grants.models import Grant
from priorities import kinds
from priorities.kinds import KINDS
from priorities.models import GapRules, Looking, SetAside
from priorities.shortfall import emptiness

NAMED = 100
"""So many of a gap's grants are printed by their identifiers; `number` says how many there are."""


@dataclass(frozen=True, eq=False)
class Gap:
    """One watched cell that falls short in one way, with the sentence that says so.

    row: an area's code; dimension and column: the place, people, service or audience (codes counted together joined
    by "+"), or "" and None for the area as a whole. place: the cell in words, Victim services in Wales.
    pence: what is short of the target (under_target, and an empty cell that has one), what runs out (ending), what the
    one holds (fragile), what pays for one service each (too_narrow), what runs there (under_need), one's own grants'
    part (no_evidence). may_reach: pence that run for all of the UK or for several together and may reach it (empty).
    number: how many grants its sentence speaks of; opens: their ids, as far as this person may know them; shows: what
    those of an empty cell are (emptiness.COMING and the others).
    rule: the rule in words with its threshold. until: the day on which the money runs out (ending, fragile); within:
    within how many months that is (ending). rests_on: grant, funder or charity (fragile). source: where the need is
    told, and its address (under_need). out_of_date: names of funders who have funded here before and have added
    nothing for 12 months.
    """

    kind: str
    row: str
    dimension: str
    column: str | None
    pence: int
    number: int
    sentence: str
    place: str
    rule: str
    opens: Callable[[], Sequence[int]] = tuple
    may_reach: int = 0
    shows: str = ""
    until: date | None = None
    within: int | None = None
    rests_on: str = ""
    source: tuple[str, str] = ("", "")
    out_of_date: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Weaker kinds that the cell is as well, in words."""
    set_aside: SetAside | None = None
    """What takes it out of the list, where it is told beside it all the same."""

    @cached_property
    def grants(self) -> tuple[int, ...]:
        """Ids of the grants that its sentence speaks of and that this person may know."""
        return tuple(dict.fromkeys(self.opens()))

    @property
    def key(self) -> str:
        """Names the cell in an address: victim_services.region.WAL, or research for an area as a whole."""
        return ".".join(part for part in (self.row, self.dimension, self.column) if part)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.column.split("+")) if self.column else ()

    @property
    def word(self) -> str:
        return kinds.word(self.kind, self.rests_on)

    @property
    def held_back(self) -> int:
        """How many of its grants only their own funders may see named."""
        return max(0, self.number - len(self.grants)) if self.kind == kinds.NO_EVIDENCE else 0

    def as_dict(self, grants: Sequence[str], looking: Sequence[Looking]) -> dict[str, Any]:
        """The gap as printed, `grants` being the identifiers of its first grants, `looking` who says to look at it."""
        return {
            "kind": self.kind,
            "row": self.row,
            "dimension": self.dimension or None,
            "column": self.column,
            "pence": self.pence or self.may_reach,
            "number": self.number,
            "grants": list(grants),
            "held_back": self.held_back,
            "sentence": self.sentence,
            "rule": self.rule,
            "until": self.until and self.until.isoformat(),
            "within_months": self.within,
            "rests_on": self.rests_on or None,
            "also": list(self.also),
            "source": self.source[0] or None,
            "out_of_date": list(self.out_of_date),
            "looking": [{"funder": str(row.funder), "note": row.note, "open": row.is_open} for row in looking],
        }


class Seen(NamedTuple):
    """A funder that says it is looking at a line, as it said at once; `places`: where it is not all of it."""

    row: Looking
    places: Sequence[str]


@dataclass(frozen=True, eq=False)
class Sentence:
    """One line of the page's list: the sentence for one cell, or for several of one area and kind.

    aside: who set it aside and until when; looking: who says to be looking at it, as far as this person may see.
    """

    kind: str
    text: str
    gaps: Sequence[Gap]
    aside: SetAside | None = None
    looking: Sequence[Seen] = ()

    @property
    def key(self) -> str:
        return self.gaps[0].key

    @property
    def word(self) -> str:
        return self.gaps[0].word

    @property
    def rule(self) -> str:
        return self.gaps[0].rule

    @property
    def also(self) -> Sequence[str]:
        return self.gaps[0].also if len(self.gaps) == 1 else ()

    @property
    def source(self) -> tuple[str, str]:
        return self.gaps[0].source

    @cached_property
    def grants(self) -> list[int]:
        if len(self.gaps) == 1:
            return sorted(self.gaps[0].grants)
        return sorted({each for gap in self.gaps for each in gap.grants})

    @cached_property
    def number(self) -> int:
        """How many grants it opens; known without looking them up where it speaks of one cell."""
        if len(self.gaps) > 1 or self.kind == kinds.NO_EVIDENCE:
            return len(self.grants)
        return self.gaps[0].number

    @property
    def show(self) -> str:
        """The words of the link to its grants."""
        kinds_of = {gap.shows for gap in self.gaps if gap.number}
        return emptiness.show(self.number, kinds_of.pop() if len(kinds_of) == 1 else emptiness.MIXED)

    @property
    def out_of_date(self) -> list[str]:
        return sorted({each for gap in self.gaps for each in gap.out_of_date})


@dataclass(frozen=True)
class Task:
    """Something to do beside the list: what is not yet sorted (by an area or place), or waits for our answer.

    action: what to do, in words. query: parameters of the address at which its grants are shown.
    """

    kind: str
    text: str
    pence: int
    number: int
    rule: str
    query: str
    action: str = ""
    grants: Sequence[int] = ()

    @property
    def word(self) -> str:
        return kinds.word(self.kind)


@dataclass(frozen=True)
class Gaps:
    """Every gap on a day in the order of the list, and the list's lines.

    gaps and lines: each cell once, as the strongest kind that it is. every: each kind of each cell, by which one kind
    is asked for. aside: what was set aside and stands at the end; left_out: every gap that is out of the list for it.
    tasks: what to do first. reports_recorded: whether any report is recorded; reports_told: whether the day is today,
    of which alone they are told; reports_owed_elsewhere: how many grants of other funders than this person's owe one,
    as far as may be told. not_looked_at: what the group does not watch, in words. looking: who says to be looking at a
    gap, as far as this person may see.
    """

    on: date
    rules: GapRules
    gaps: Sequence[Gap]
    lines: Sequence[Sentence]
    every: Sequence[Gap] = ()
    aside: Sequence[Sentence] = ()
    left_out: Sequence[Gap] = ()
    tasks: Sequence[Task] = ()
    reports_recorded: bool = False
    reports_told: bool = True
    reports_owed_elsewhere: int = 0
    not_looked_at: Sequence[str] = ()
    looking: Callable[[Gap], Sequence[Looking]] = field(default=lambda gap: (), repr=False)
    tell: Callable[[Sequence[Gap]], list[Sentence]] = field(default=lambda gaps: [], repr=False)

    def gap(self, key: str, kind: str = "") -> Gap:
        """One cell's gap, its strongest or that of a kind; raises KeyError where nothing is short there."""
        for gap in self.every if kind else self.gaps:
            if gap.key == key and kind in ("", gap.kind):
                return gap
        raise KeyError(key)

    def line(self, kind: str, key: str) -> Sentence:
        """The line of a kind that begins with this cell; raises KeyError where there is none."""
        for lines in (self.lines, self.only(kind=kind).lines, self.aside):
            for line in lines:
                if (line.kind, line.key) == (kind, key):
                    return line
        raise KeyError(key)

    def only(self, *, kind: str = "", row: str = "") -> Gaps:
        """The gaps and lines of one kind (also where a stronger one stands in the list), of one area, or of both;
        `every` keeps all kinds of the area."""

        def wanted(gap: Gap) -> bool:
            return kind in ("", gap.kind) and row in ("", gap.row)

        if not kind:
            gaps, lines = self.gaps, self.lines
        else:
            gaps = [gap for gap in self.every if gap.kind == kind]
            lines = self.tell(gaps)
        return replace(
            self,
            gaps=[gap for gap in gaps if wanted(gap)],
            lines=[line for line in lines if all(map(wanted, line.gaps))],
            every=[gap for gap in self.every if row in ("", gap.row)],
            aside=[line for line in self.aside if all(map(wanted, line.gaps))],
        )

    @cached_property
    def by_kind(self) -> list[tuple[str, str, int]]:
        """Each kind that there is, with its word and how many cells are it."""
        counts = {kind: sum(gap.kind == kind for gap in self.every) for kind in KINDS}
        return [(kind, kinds.word(kind), count) for kind, count in counts.items() if count]

    def nothing(self) -> str:
        """What an empty list says."""
        told = gettext("Nothing short in what the group watches.")
        if not self.not_looked_at:
            return told
        return f"{told} " + gettext("Not looked at: %(these)s.") % {"these": ", ".join(self.not_looked_at)}

    def of_reports(self) -> str:
        """What is to be said of reports beside the list: that none are recorded or told, or how many others owe."""
        if not self.reports_recorded:
            return gettext("No reports are recorded here yet, so nothing is said about them.")
        if not self.reports_told:
            return gettext("Reports are told of today only, so nothing is said about them on this day.")
        if not self.reports_owed_elsewhere:
            return ""
        return ngettext(
            "%(n)s running grant of another funder owes a report; which, only that funder sees.",
            "%(n)s running grants of other funders owe a report; which, only their own funders see.",
            self.reports_owed_elsewhere,
        ) % {"n": f"{self.reports_owed_elsewhere:,}"}

    def as_dict(self) -> dict[str, Any]:
        """The list as the command and the API print it; money in pence, grants by their identifiers."""
        wanted = {grant for gap in [*self.gaps, *self._aside_gaps] for grant in gap.grants[:NAMED]}
        names = dict(bulk.among(Grant.objects.all(), "id", sorted(wanted)).values_list("id", "grant_id"))

        def printed(gap: Gap) -> dict[str, Any]:
            grants = [names[grant] for grant in gap.grants[:NAMED] if grant in names]
            return gap.as_dict(grants, self.looking(gap))

        return {
            "on": self.on.isoformat(),
            "gaps": [printed(gap) for gap in self.gaps],
            "lines": [
                {"kind": line.kind, "sentence": line.text, "cells": [gap.key for gap in line.gaps]}
                for line in self.lines
            ],
            "set_aside": [
                {
                    **printed(line.gaps[0]),
                    "reason": line.aside.reason,
                    "look_again_on": line.aside.look_again_on.isoformat(),
                }
                for line in self.aside
                if line.aside
            ],
            "tasks": [
                {"kind": task.kind, "sentence": task.text, "pence": task.pence, "grants": task.number}
                for task in self.tasks
            ],
            "reports_recorded": self.reports_recorded,
            "reports_owed_elsewhere": self.reports_owed_elsewhere,
        }

    @property
    def _aside_gaps(self) -> list[Gap]:
        return [gap for line in self.aside for gap in line.gaps]
