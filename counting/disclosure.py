"""What everybody may see of figures that count people: the one function that every such Table passes. Pure.

Until a fuller disclosure control stands, only what these rules let through is seen by anybody but the charity itself
and the funders of its grants: closed quarters; the whole, or along one list; three charities or more behind every
figure, none with more than 85 %; everything rounded to the nearest ten; nothing narrowed by funder, charity or project;
nothing that can be worked out from what stands beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from counting import periods
from counting.tables import Line, Table

Given = NDArray[np.int64]
"""What each charity (a column) gave to each row: whole numbers from nought up."""
FEWEST_CHARITIES, LARGEST_SHARE, ROUNDED_TO = 3, 85, 10
"""LARGEST_SHARE in per cent."""
PEOPLE, PART, WHOLE = "people", "part", "whole"
ONE_LIST = ((PEOPLE,), (PART, WHOLE))
"""The columns that a Table of people may have: a number, or so many out of so many. Anything else crosses two lists."""
TOGETHER = "together"
"""The code of the row in which those stand that are not shown apart."""


class NotToBeShown(Exception):
    """This question about people is not answered for everybody; `reason` is one of the codes below."""

    OPEN, CROSSED, NARROWED, NOT_PEOPLE = "open", "crossed", "narrowed", "not people"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Behind:
    """What each charity gave to a Table of people: to each column's cells, and to that column's total.

    The total is not always the sum of the rows: a project may stand in several.
    """

    cells: Sequence[Given]
    """One array a column, in it one line a row."""
    totals: Sequence[Given]
    """One array a column."""


def protect(table: Table, behind: Behind, *, adds_up: bool) -> Table:
    """The Table as everybody may see it. adds_up: whether each person stands in one row alone.

    Rows that would show fewer than three charities, or one with nearly all, go together, with as many others as it
    takes until all of them together may be shown; rows of nobody are left out. Where the total itself may not be shown
    nothing is. Raises NotToBeShown for what is never answered.
    """
    _check(table)
    values = [[int(each) for each in row] for row in table.cells]
    given, totals = _with_the_rest(behind)
    if not all(map(may_be_shown, totals)) or not totals[0].any():
        return _nothing(table)
    used = [row for row in range(len(table.rows)) if any(values[row]) or any(each[row].any() for each in given)]
    hidden = _hidden([each[used] for each in given], totals)
    shown = [row for place, row in enumerate(used) if place not in hidden]
    back = [row for place, row in enumerate(used) if place in hidden]
    lines = [(table.rows[row], values[row]) for row in shown]
    if back and shown and adds_up:
        lines.append((Line(TOGETHER, ""), [sum(values[row][n] for row in back) for n in range(len(table.columns))]))
    cells = [[rounded(each) for each in figures] for _line, figures in lines]
    return replace(
        table,
        rows=[line for line, _figures in lines],
        cells=cells,
        row_totals=[each[-1] for each in cells],
        column_totals=[rounded(each) for each in table.column_totals],
        total=rounded(table.total),
        protected=True,
        about=True,
        kept_back=[table.rows[row] for row in back],
    )


def rounded(number: int) -> int:
    """To the nearest ten, a half upwards."""
    return (number + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO


def may_be_shown(given: Given) -> bool:
    """Whether so much from each charity may be told as one figure: nought, or three charities and none nearly all."""
    whole = int(given.sum())
    enough = int(np.count_nonzero(given)) >= FEWEST_CHARITIES
    return whole == 0 or (enough and int(given.max()) * 100 <= whole * LARGEST_SHARE)


def _check(table: Table) -> None:
    if not table.people or table.protected:
        raise NotToBeShown(NotToBeShown.NOT_PEOPLE)
    if table.narrowed or table.own:
        raise NotToBeShown(NotToBeShown.NARROWED)
    if table.columns_name or tuple(each.code for each in table.columns) not in ONE_LIST:
        raise NotToBeShown(NotToBeShown.CROSSED)
    first, last = table.first, table.last
    if not (first and last and first == periods.quarter_start(first) and last == periods.quarter_end(last)):
        raise NotToBeShown(NotToBeShown.OPEN)
    if last >= table.on:
        raise NotToBeShown(NotToBeShown.OPEN)


def _with_the_rest(behind: Behind) -> tuple[list[Given], list[Given]]:
    """The columns, and of so many out of so many also the others, who can be worked out. The largest stands first."""
    if len(behind.cells) == 1:
        return list(behind.cells), list(behind.totals)
    part, whole = behind.cells
    part_total, whole_total = behind.totals
    return [whole, part, whole - part], [whole_total, part_total, whole_total - part_total]


def _hidden(given: list[Given], totals: list[Given]) -> set[int]:
    """The rows not shown apart: those that may not be, and the smallest others until nothing can be worked out."""
    sizes = given[0].sum(axis=1) if given[0].size else np.zeros(len(given[0]), np.int64)
    count = len(sizes)
    hidden = {row for row in range(count) if not _row_may_be_shown(given, row)}
    # Of rows of one size, those of more charities first, so that the order in which they came does not matter.
    order = sorted(set(range(count)) - hidden, key=lambda row: (sizes[row], *_shape(given, row)))
    while hidden and order and not _cannot_be_worked_out(given, totals, hidden):
        size = _rank(given, sizes, order[0])
        alike = [row for row in order if _rank(given, sizes, row) == size]
        hidden |= set(alike)
        order = [row for row in order if row not in hidden]
    return hidden


def _row_may_be_shown(given: list[Given], row: int) -> bool:
    return bool(given[0][row].any()) and all(may_be_shown(each[row]) for each in given)


def _shape(given: list[Given], row: int) -> tuple[int, ...]:
    return tuple(int(number) for each in given for number in (np.count_nonzero(each[row]), each[row].max(initial=0)))


def _rank(given: list[Given], sizes: Given, row: int) -> tuple[int, ...]:
    return (int(sizes[row]), *_shape(given, row))


def _cannot_be_worked_out(given: list[Given], totals: list[Given], hidden: set[int]) -> bool:
    """Whether neither the hidden rows together, nor what the total leaves over the shown ones, tells too much."""
    inside = sorted(hidden)
    shown = [row for row in range(len(given[0])) if row not in hidden]
    for column, total in zip(given, totals, strict=True):
        left = np.maximum(total - column[shown].sum(axis=0), 0)
        if not (may_be_shown(column[inside].sum(axis=0)) and may_be_shown(left)):
            return False
    return len(inside) > 1 or not given[0][inside].any()


def _nothing(table: Table) -> Table:
    return replace(
        table, rows=[], cells=[], row_totals=[], column_totals=[0] * len(table.columns), total=0, protected=True,
        about=True, withheld=True, kept_back=[],
    )  # fmt: skip
