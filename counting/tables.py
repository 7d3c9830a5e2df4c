"""A Table: the one shape in which every figure of the portal is counted, drawn, downloaded and kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

PENCE, GRANTS, SHARE, NUMBER = "pence", "grants", "share", "number"


class Unprotected(Exception):
    """A Table that counts people was about to be shown as it is to somebody who may only see it protected."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row or column: a stable code, the words for it, and whether it holds what carries no share."""

    code: str
    label: str
    residual: bool = False

    def as_dict(self) -> dict[str, str]:
        return {"code": self.code, "label": self.label}


@dataclass(frozen=True, slots=True)
class Table:
    """Figures by two dimensions.

    measure: awarded, live, spread or grants. unit: "pence" (whole pounds sterling pence), "grants" or
    "share" (basis points), or "number" (of people or things).
    on: the day it speaks of; first, last: its window, where the measure has one.
    cells: one list a row, one whole number a column. total: of all cells, each grant once (for grants that is
    fewer than the sum of cells, because a grant touches several). row_totals and column_totals likewise.
    other_currencies: currency code to minor units, listed and never added. held_back: whether funders hold grants
    back, which are in no figure, whoever asks. undated: grants left out because their dates are not known.
    people: it counts people helped. protected: it went through disclosure.protect, which alone says so. own: it is for
    the charity itself and the funders of those grants alone. narrowed: names of the filters by which it was cut.
    about: its figures are rounded. withheld: nothing of it may be shown, and it holds nothing. kept_back: rows of which
    nothing is shown apart.
    """

    measure: str
    unit: str
    on: date
    rows: Sequence[Line]
    columns: Sequence[Line]
    cells: Sequence[Sequence[int]]
    row_totals: Sequence[int]
    column_totals: Sequence[int]
    total: int
    grants: int = 0
    first: date | None = None
    last: date | None = None
    other_currencies: Mapping[str, int] = field(default_factory=dict)
    held_back: bool = False
    undated: int = 0
    rows_name: str = ""
    columns_name: str = ""
    people: bool = False
    protected: bool = False
    own: bool = False
    narrowed: Sequence[str] = ()
    about: bool = False
    withheld: bool = False
    kept_back: Sequence[Line] = ()

    def to_draw(self) -> Table:
        """The Table itself, where it may be drawn on its page; raises Unprotected where it may not."""
        if self.people and not (self.protected or self.own):
            raise Unprotected("Figures of people are drawn after disclosure.protect, or for their own funders alone.")
        return self

    def to_give_away(self) -> Table:
        """The Table itself, where it may leave the portal or be frozen; raises Unprotected where it may not."""
        if self.people and not self.protected:
            raise Unprotected("Figures of people leave the portal after disclosure.protect alone.")
        return self

    def as_dict(self) -> dict[str, Any]:
        """The Table as the command and the API print it; money in pence. Raises Unprotected."""
        self.to_give_away()
        return {
            "measure": self.measure,
            "unit": self.unit,
            "on": self.on.isoformat(),
            "rows": [line.as_dict() for line in self.rows],
            "columns": [line.as_dict() for line in self.columns],
            "cells": [list(row) for row in self.cells],
            "other_currencies": dict(self.other_currencies),
            "held_back": self.held_back,
        }

    def cell(self, row: str, column: str) -> int:
        """The figure at two codes; raises KeyError where the table has no such row or column."""
        return self.cells[_at(self.rows, row)][_at(self.columns, column)]

    def records(self) -> Iterator[tuple[Line, Line, int]]:
        """Every cell with its row and column, row by row."""
        for row, figures in zip(self.rows, self.cells, strict=True):
            for column, figure in zip(self.columns, figures, strict=True):
                yield row, column, figure


def _at(lines: Sequence[Line], code: str) -> int:
    for index, line in enumerate(lines):
        if line.code == code:
            return index
    raise KeyError(code)
