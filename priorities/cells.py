"""What the group watches, one cell after the other, and what of a grant is in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from priorities.memory.reading import Entry
from priorities.models import Target


class Part(NamedTuple):
    """One grant's part in a cell: id, funder's id, pence of its currency, and its first and last day."""

    grant: int
    funder: int
    pence: int
    currency: str
    starts: date
    ends: date | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A watched cell: an area with one code of a dimension, or (dimension "", no entry) as a whole."""

    area: Entry
    dimension: str
    entry: Entry | None
    targets: Sequence[Target]

    @property
    def code(self) -> str | None:
        return self.entry.code if self.entry else None

    @property
    def named(self) -> bool:
        """The funders' own list names it as neglected."""
        return bool(self.entry and self.entry.neglected)
