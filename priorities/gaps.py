"""Where coverage falls short of what the group watches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from priorities.columns import Portfolio

EMPTY, UNDER_TARGET, ENDING = "empty", "under_target", "ending"
KINDS = (EMPTY, UNDER_TARGET, ENDING)
"""Strongest first: a cell that is several of them is shown as the first."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One watched cell that falls short, with the sentence that says so.

    row: an area's code; dimension and column: the place, people, service or audience, or "" and None for the area as
    a whole. pence: what is short of the target (under_target), what runs out (ending), or what runs for all of the
    UK or for several together and may reach the cell (empty). grants: ids of the grants that its sentence speaks of.
    until: the day on which the money runs out (ending). out_of_date: names of funders who have funded here before
    and have added nothing for 12 months.
    """

    kind: str
    row: str
    dimension: str
    column: str | None
    pence: int
    grants: tuple[int, ...]
    sentence: str
    until: date | None = None
    out_of_date: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Names the cell in an address: victim_services.region.WAL, or research for an area as a whole."""
        return ".".join(part for part in (self.row, self.dimension, self.column) if part)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of the page's list: the sentence for one cell, or for several of one area and kind."""

    kind: str
    text: str
    gaps: Sequence[Gap]

    @property
    def grants(self) -> list[int]:
        return sorted({each for gap in self.gaps for each in gap.grants})

    @property
    def out_of_date(self) -> list[str]:
        return sorted({each for gap in self.gaps for each in gap.out_of_date})


@dataclass(frozen=True, slots=True)
class Gaps:
    """Every gap on a day in the order of the list, and the list's lines."""

    on: date
    gaps: Sequence[Gap]
    lines: Sequence[Sentence]


def table(*, on: date, portfolio: Portfolio | None = None) -> Gaps:
    """What falls short on a day of all that the group watches, in the order that the page prints."""
    return Gaps(on, (), ())
