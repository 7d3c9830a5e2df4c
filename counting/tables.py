"""A Table: the one shape in which every figure of the portal is counted, drawn, downloaded and kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

PENCE, GRANTS, SHARE = "pence", "grants", "share"


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
    "share" (basis points).
    on: the day it speaks of; first, last: its window, where the measure has one.
    cells: one list a row, one whole number a column. total: of all cells, each grant once (for grants that is
    fewer than the sum of cells, because a grant touches several). row_totals and column_totals likewise.
    other_currencies: currency code to minor units, listed and never added. held_back: grants that the reader may
    not see and that are therefore in no figure. undated: grants left out because their dates are not known.
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
    held_back: int = 0
    undated: int = 0
    rows_name: str = ""
    columns_name: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The Table as the command and the API print it; money in pence."""
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
