"""Money by any two dimensions, exact to the penny."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from typing import Any

import numpy as np
from django.utils import timezone

from counting import tables
from counting.tables import PENCE, Line, Table
from grants.models import Recipient
from priorities import columns
from priorities.columns import Portfolio
from priorities.memory import totals
from priorities.memory.blocks import Amounts, Block, Flags, Ints, spread, sums
from priorities.memory.layouts import AT_ONCE, KEPT_UP_TO, laid_out
from priorities.memory.reading import Entry
from priorities.models import Dimension

LIVE, AWARDED, SPREAD, GRANTS = "live", "awarded", "spread", "grants"
MEASURES = (LIVE, AWARDED, SPREAD, GRANTS)
ORDER = tuple(Dimension.values)
"""In this order money is cut, whatever is asked."""
Parts = tuple[Ints, Ints, Ints, Ints]
"""Grants (rows of a block), the places of their row and column in the table, and pence; one of each a part."""
EPOCH = date(1970, 1, 1).toordinal()
FEW, MANY = 12, 4
"""From a twelfth of a block's grants on a pair that is laid out is the quicker way; from a quarter on, it is worth
laying out."""


@dataclass(frozen=True)
class Question:
    """What is asked of the portfolio.

    rows, columns: two different dimensions. measure: live (whole awards of grants that run on `on`), awarded (whole
    awards by award date from `first` to `last`, either open), spread (each award shared out evenly by day over its
    planned period, the days from `first` to `last`), grants (how many grants touch a cell: of those running on `on`,
    or, with a window, of those awarded in it). funders, recipients: organisations' ids; programmes: titles; codes:
    dimension to codes. Each empty selection keeps all; several choices of one kind are alternatives.
    """

    rows: str = Dimension.PRIORITY.value
    columns: str = Dimension.REGION.value
    measure: str = LIVE
    on: date = field(default_factory=timezone.localdate)
    first: date | None = None
    last: date | None = None
    funders: tuple[int, ...] = ()
    recipients: tuple[int, ...] = ()
    programmes: tuple[str, ...] = ()
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.rows == self.columns:
            raise ValueError("Rows and columns are two different dimensions.")

    @property
    def unit(self) -> str:
        return tables.GRANTS if self.measure == GRANTS else PENCE

    @property
    def has_window(self) -> bool:
        return self.first is not None or self.last is not None

    @property
    def shown(self) -> tuple[str, str]:
        return self.rows, self.columns

    @property
    def cut(self) -> tuple[str, ...]:
        """The dimensions that cut the money, in the one order of cuts; what is neither shown nor asked for is whole."""
        return tuple(each for each in ORDER if each in self.shown or self.codes.get(each))


def table(question: Question, *, portfolio: Portfolio | None = None) -> Table:
    """The figures by the question's rows and columns, each grant's money divided once and for all.

    Pounds sterling alone are in the cells; other currencies are listed beside them, never added.
    """
    return Asked(question, portfolio or columns.current()).table()


def row_counts(question: Question, *, portfolio: Portfolio | None = None) -> dict[str, int]:
    """How many grants of this question touch each row (by code): its row totals with `grants` as measure."""
    asked = Asked(replace(question, measure=GRANTS), portfolio or columns.current())
    found = np.sum([asked.touching(block, chosen, question.rows) for block, chosen in asked.chosen()], axis=0)
    return {entry.code: int(count) for (_, entry), count in zip(asked.entries[question.rows], found, strict=True)}


def row_pounds(question: Question, *, portfolio: Portfolio | None = None) -> dict[str, int]:
    """Pence by row (code): the row totals of this question's table of money."""
    asked = Asked(question, portfolio or columns.current())
    totals_of = asked.cells().sum(axis=1).tolist()
    return {entry.code: pence for (_, entry), pence in zip(asked.entries[question.rows], totals_of, strict=True)}


def grant_ids(
    question: Question, *, row: str | None = None, column: str | None = None, portfolio: Portfolio | None = None
) -> list[int]:
    """The grants (ids) that a cell, a row, a column or the whole table of this question speaks of.

    Raises KeyError where the question's rows or columns have no such code.
    """
    asked = Asked(question, portfolio or columns.current())
    wanted = [(each, code) for each, code in zip(question.shown, (row, column), strict=True) if code is not None]
    found: list[int] = []
    for block, chosen in asked.chosen():
        for dimension, code in wanted:
            chosen = chosen & block.touching(dimension, asked.one(dimension, code))
        found += block.ids[chosen].tolist()
    return found


def grant_parts(
    question: Question, *, row: str | None = None, column: str | None = None, portfolio: Portfolio | None = None
) -> dict[int, int]:
    """Grant (id) to its part in a cell, a row, a column or the whole table, in minor units of its own currency.

    Raises KeyError where the question's rows or columns have no such code.
    """
    ids, parts = Asked(question, portfolio or columns.current()).behind(row, column)
    return dict(zip(ids.tolist(), parts.tolist(), strict=True))


def pounds_together(ids: Ints, parts: Ints, portfolio: Portfolio) -> int:
    """What grants' parts come to, in pence; other currencies are never added."""
    order = np.argsort(ids)
    together = 0
    for block in portfolio.blocks:
        rows = block.rows_of(ids)
        sterling = block.ids[rows[block.alive[rows] & (block.currency[rows] == 0)]]
        together += sum(parts[order[np.searchsorted(ids, sterling, sorter=order)]].tolist())
    return together


class Asked:
    """One question put to one portfolio."""

    def __init__(self, question: Question, portfolio: Portfolio) -> None:
        self.question, self.portfolio = question, portfolio
        on_a_day = not self.by_award and question.measure != SPREAD
        # What runs on one day is a small part of all, of which a block of its own is kept.
        self.looked_at = portfolio.running_on(day_number(question.on)) if on_a_day else portfolio
        self.kept = {each: self._kept(each) for each in question.cut}
        self.entries = {each: self._shown(each) for each in question.shown}
        # Where a code's figures stand among the rows or columns, by its position in the vocabulary.
        self.place = {each: self._places(each) for each in question.shown}
        self.size = (len(self.entries[question.rows]), len(self.entries[question.columns]))
        self.recipients = self._recipients()
        self.selected = [(block, self._selected(block)) for block in self.looked_at.blocks]

    def table(self) -> Table:
        """The whole answer."""
        question = self.question
        cells, row_totals, column_totals, total, others = self.counts() if question.measure == GRANTS else self.money()
        return Table(
            measure=question.measure,
            unit=question.unit,
            on=question.on,
            first=question.first,
            last=question.last,
            rows=self.lines(question.rows),
            columns=self.lines(question.columns),
            cells=cells,
            row_totals=row_totals,
            column_totals=column_totals,
            total=total,
            grants=sum(int(chosen.sum()) for _, chosen in self.chosen()),
            other_currencies=others,
            held_back=self.portfolio.held_back,
            undated=self.undated(),
            rows_name=str(Dimension(question.rows).label),
            columns_name=str(Dimension(question.columns).label),
        )

    def lines(self, dimension: str) -> list[Line]:
        return [Line(entry.code, entry.label, entry.residual) for _, entry in self.entries[dimension]]

    def one(self, dimension: str, code: str) -> Flags:
        """A flag for one code alone."""
        only = np.zeros(len(self.portfolio.vocabulary[dimension]), bool)
        only[self.portfolio.vocabulary.at(dimension, code)] = True
        return only

    def chosen(self) -> Iterator[tuple[Block, Flags]]:
        """The grants whose figures are in the cells, block by block; for money those in pounds sterling."""
        for block, selected in self.selected:
            chosen = selected & self.in_time(block)
            yield block, chosen & (block.currency == 0) if self.question.unit == PENCE else chosen

    def undated(self) -> int:
        """How many of the selected grants have no date by which this measure could count them."""
        if self.by_award:
            return 0
        if self.question.measure == SPREAD:
            return sum(int((selected & ~block.planned_between(None, None)).sum()) for block, selected in self.selected)
        return sum(int(self._selected(block).sum()) for block in self.portfolio.undated().blocks)

    @property
    def by_award(self) -> bool:
        return self.question.measure == AWARDED or (self.question.measure == GRANTS and self.question.has_window)

    def in_time(self, block: Block) -> Flags:
        """The grants of the question's day or window."""
        if self.question.measure == SPREAD:
            return block.planned_between(*self.window)
        if not self.by_award:
            return np.ones(block.size, bool)
        first, last = self.question.first, self.question.last
        inside = np.ones(block.size, bool)
        if first:
            inside &= block.award >= day_number(first)
        if last:
            inside &= block.award <= day_number(last)
        return inside

    def money(self) -> tuple[list[list[int]], list[int], list[int], int, dict[str, int]]:
        """Cells, totals of rows and columns, the total (pence), and the sums of other currencies (minor units)."""
        grid, others = self.cells(), dict[str, int]()
        for block, selected in self.selected:
            for name, amount in self._other_currencies(block, selected & self.in_time(block) & (block.currency != 0)):
                others[name] = others.get(name, 0) + amount
        return grid.tolist(), grid.sum(axis=1).tolist(), grid.sum(axis=0).tolist(), int(grid.sum()), others

    def cells(self) -> Any:
        """Pence by row and column."""
        found: Any = np.zeros(self.size[0] * self.size[1], np.int64)
        for block, selected in self.selected:
            found = found + self._added_up(block, selected & self.in_time(block) & (block.currency == 0))
        return found.reshape(self.size)

    def _added_up(self, block: Block, grants: Flags) -> Any:
        """Pence by cell; of nearly all of a block's whole awards sums are kept."""
        rows, across = self.size
        whole = grants & ~self._cut_further(block)
        kept = totals.of(block, self.pair, whole, self.portfolio.vocabulary)
        cells: Any = np.zeros(rows * across, np.int64) if kept is None else self._in_table(kept.pence).ravel()
        for _, row, column, pence in self.pieces(block, grants if kept is None else grants & ~whole):
            cells = cells + sums(row * across + column, pence, rows * across)
        return cells

    def _in_table(self, found: Any) -> Any:
        """What is told by all codes of both dimensions, in the order of cuts, by rows and columns."""
        by_row = found if self.question.shown == self.pair else found.T
        return by_row[np.ix_(*(self.positions(each) for each in self.question.shown))]

    def positions(self, dimension: str) -> list[int]:
        """The codes that stand as rows or columns, by their positions in the vocabulary."""
        return [position for position, _ in self.entries[dimension]]

    def _other_currencies(self, block: Block, grants: Flags) -> Iterator[tuple[str, int]]:
        """The sum of each currency that is there, in minor units."""
        if not grants.any():
            return
        if all(kept.all() for kept in self.kept.values()) and self.question.measure != SPREAD:
            grant: Ints = np.flatnonzero(grants)  # Whole awards, since nothing keeps a part of one alone.
            pence = block.pence[grant]
        else:
            grant, _, _, pence = self.parts(block, grants)
        currency = block.currency[grant]
        for name, number in self.portfolio.names.currencies.items():
            mine = np.flatnonzero(currency == number)
            if len(mine):
                yield name, int(sums(0 * mine, pence[mine], 1)[0])

    def counts(self) -> tuple[list[list[int]], list[int], list[int], int, dict[str, int]]:
        """Distinct grants touching each cell, each row, each column, and all of them; of every currency."""
        rows, across = self.size
        cells, by_row, by_column, total = np.zeros(rows * across, int), np.zeros(rows, int), np.zeros(across, int), 0
        for block, chosen in self.chosen():
            kept = totals.of(block, self.pair, chosen, self.portfolio.vocabulary)
            if kept is not None:
                cells += self._in_table(kept.grants).ravel()
            else:
                for _, row, column, _ in self._crossed(block, np.flatnonzero(chosen), self.pair, whole=True):
                    cells += np.bincount(row * across + column, minlength=rows * across)
            by_row += self.touching(block, chosen, self.question.rows)
            by_column += self.touching(block, chosen, self.question.columns)
            total += int(chosen.sum())
        return cells.reshape(rows, across).tolist(), by_row.tolist(), by_column.tolist(), total, {}

    def _kept(self, dimension: str) -> Flags:
        asked_for = self.question.codes.get(dimension)
        return np.array([not asked_for or entry.code in asked_for for entry in self.portfolio.vocabulary[dimension]])

    def _shown(self, dimension: str) -> list[tuple[int, Entry]]:
        """The codes that stand as rows or columns, with their positions.

        An ended code stands as long as a grant still has a share in it, else tables would not add up.
        """
        entries = list(enumerate(self.portfolio.vocabulary[dimension]))
        ended = {place for place, entry in entries if entry.valid_to and entry.valid_to < self.question.on}
        if ended:
            used = [np.bitwise_or.reduce(block.shares[dimension].bits) for block in self.portfolio.blocks]
            ended = {place for place in ended if not any(int(bits) >> place & 1 for bits in used)}
        return [(place, entry) for place, entry in entries if place not in ended and self.kept[dimension][place]]

    def _places(self, dimension: str) -> Ints:
        places = np.zeros(len(self.portfolio.vocabulary[dimension]), np.int64)
        for place, (position, _) in enumerate(self.entries[dimension]):
            places[position] = place
        return places

    def _recipients(self) -> Ints | None:
        if not self.question.recipients:
            return None
        rows = Recipient.objects.filter(organisation__in=self.question.recipients)
        return np.array(rows.values_list("grant", flat=True), np.int64)

    def _selected(self, block: Block) -> Flags:
        """Grants that the filters keep, of any time and currency."""
        question = self.question
        selected = self.portfolio.counted(block)
        if question.funders:
            selected &= _among(block.funder, question.funders)
        if question.programmes:
            known = self.portfolio.names.programmes
            selected &= np.isin(block.programme, [known[each] for each in question.programmes if each in known])
        if self.recipients is not None:
            theirs = np.zeros(block.size, bool)
            theirs[block.rows_of(self.recipients)] = True
            selected &= theirs
        for dimension, codes in self.kept.items():
            if not codes.all():
                selected &= block.touching(dimension, codes)
        return selected

    @cached_property
    def pair(self) -> tuple[str, str]:
        """Rows and columns in the order of cuts."""
        first, second = sorted(self.question.shown, key=ORDER.index)
        return first, second

    @cached_property
    def window(self) -> tuple[int | None, int | None]:
        """The first and last day of the window, None where it is open."""
        first, last = self.question.first, self.question.last
        return day_number(first) if first else None, day_number(last) if last else None

    def behind(self, row: str | None, column: str | None) -> tuple[Ints, Ints]:
        """Ids and parts of the grants behind a cell, a row, a column or the whole table, in minor units of their own
        currencies. Raises KeyError where rows or columns have no such code."""
        wanted = [
            None if code is None else {entry.code: at for at, (_, entry) in enumerate(self.entries[dimension])}[code]
            for dimension, code in zip(self.question.shown, (row, column), strict=True)
        ]
        found = [self.by_grant(block, chosen, wanted) for block, chosen in self.chosen()]
        ids, parts = (np.concatenate(each) for each in zip(*found, strict=True))
        return ids, parts

    def by_grant(self, block: Block, grants: Flags, wanted: Sequence[int | None]) -> tuple[Ints, Ints]:
        """Ids, and parts in the wanted row and column (None: all), of the grants that have any."""
        for dimension, place in zip(self.question.shown, wanted, strict=True):
            if place is not None:
                grants = grants & block.touching(dimension, self.one(dimension, self.entries[dimension][place][1].code))
        whole, touched = np.zeros(block.size, np.int64), np.zeros(block.size, bool)
        for grant, *places, pence in self.pieces(block, grants):
            here = [place == position for place, position in zip(places, wanted, strict=True) if position is not None]
            if here:
                keep = np.flatnonzero(np.logical_and.reduce(here))
                grant, pence = grant[keep], pence[keep]
            touched[grant] = True
            np.add.at(whole, grant, pence)
        rows = np.flatnonzero(touched)
        return block.ids[rows], whole[rows]

    def parts(self, block: Block, grants: Flags) -> Parts:
        """The parts of these grants that the question's cells and filters keep."""
        pieces = list(self.pieces(block, grants)) or [(np.empty(0, np.int32),) * 4]
        grant, row, column, pence = (np.concatenate(each) for each in zip(*pieces, strict=True))
        return grant, row, column, pence

    def pieces(self, block: Block, grants: Flags) -> Iterator[Parts]:
        """The same in pieces, so that little stands in memory at a time.

        Cuts telescope: a grant that falls whole into the window and into the filtered codes of what is not shown has
        the same parts as without these, so only the others are cut by them.
        """
        whole = grants & ~self._cut_further(block)
        yield from self._crossed(block, np.flatnonzero(whole), self.pair, whole=True)
        rest = np.flatnonzero(grants & ~whole)
        if len(rest):
            yield from self._crossed(block, rest, self.question.cut, whole=False)

    def _cut_further(self, block: Block) -> Flags:
        """Grants of which the window or the codes asked for of a dimension that is not shown keep only a part."""
        further = np.zeros(block.size, bool)
        for dimension in self.question.cut:
            if dimension not in self.question.shown and not self.kept[dimension].all():
                further |= block.shares[dimension].beyond(self.kept[dimension])
        if self.question.measure == SPREAD:
            first, last = self.window
            if first is not None:
                further |= block.planned_from < first
            if last is not None:
                further |= block.planned_to > last
        return further

    def _crossed(self, block: Block, grants: Ints, cut: tuple[str, ...], *, whole: bool) -> Iterator[Parts]:
        """These grants (rows) crossed by `cut`; whole: nothing but the pair shown cuts them, so a layout serves."""
        enough = FEW if block.kept.has("layout", self.pair) else MANY
        if whole and block.size <= KEPT_UP_TO and len(grants) * enough > block.size:
            yield from self._laid_out(block, grants)
            return
        if whole and not self.narrowed:
            yield from self._some_laid_out(block, grants)
            return
        amounts = block.whole if whole or self.question.measure != SPREAD else partial(self._in_window, block)
        for crossing in block.crossings(cut, grants, self.kept, amounts):
            by_dimension = dict(zip(cut, crossing.codes, strict=True))
            row, column = (self.place[each].take(by_dimension[each]) for each in self.question.shown)
            yield crossing.grant, row, column, crossing.parts()

    @property
    def narrowed(self) -> bool:
        """Whether some codes of what is shown are not asked for."""
        return not all(self.kept[each].all() for each in self.pair)

    def _some_laid_out(self, block: Block, grants: Ints) -> Iterator[Parts]:
        """The pair laid out for these grants alone, and not kept; right for whole awards and all codes."""
        across = len(self.portfolio.vocabulary[self.pair[1]])
        for start in range(0, len(grants), AT_ONCE):
            layout = laid_out(block, *self.pair, across, grants[start : start + AT_ONCE])
            by_dimension = dict(zip(self.pair, layout.codes(slice(None)), strict=True))
            row, column = (self.place[each].take(by_dimension[each]) for each in self.question.shown)
            yield layout.grant, row, column, layout.pence

    def _laid_out(self, block: Block, grants: Ints) -> Iterator[Parts]:
        """From the pair that the block keeps laid out; right for whole awards alone."""
        first, second = self.pair
        layout = block.layout(first, second, len(self.portfolio.vocabulary[second]))
        narrowed = self.narrowed
        flags = np.zeros(block.size, bool)
        flags[grants] = True
        for start in range(0, len(layout.grant), AT_ONCE):
            grant = layout.grant[start : start + AT_ONCE]
            keep = np.flatnonzero(flags.take(grant))
            if not len(keep):
                continue
            codes = layout.codes(start + keep)
            if narrowed:
                inside = np.flatnonzero(self.kept[first][codes[0]] & self.kept[second][codes[1]])
                keep, codes = keep[inside], (codes[0][inside], codes[1][inside])
            by_dimension = dict(zip(self.pair, codes, strict=True))
            row, column = (self.place[each].take(by_dimension[each]) for each in self.question.shown)
            yield grant[keep], row, column, layout.pence[start + keep]

    def _in_window(self, block: Block, grants: Ints) -> tuple[Amounts, Amounts]:
        """What of these awards is over at the window's end, less what was before it began."""
        first, last = self.window
        pence, days = block.pence.take(grants), block.planned_days(grants)
        over = block.elapsed(last, grants, otherwise=1)
        before = block.elapsed(None if first is None else first - 1, grants, otherwise=0)
        return Amounts(True, spread(pence, over, days)), Amounts(False, spread(pence, before, days))

    def touching(self, block: Block, chosen: Flags, dimension: str) -> Ints:
        """How many of the chosen grants have a share in each row or column."""
        kept = totals.of(block, self.pair, chosen, self.portfolio.vocabulary)
        if kept is not None:
            found = kept.first if dimension == self.pair[0] else kept.second
        else:
            codes = len(self.portfolio.vocabulary[dimension])
            found = block.shares[dimension].touching_each(np.flatnonzero(chosen), codes)
        return found[self.positions(dimension)]


def day_number(day: date) -> int:
    """Days since 1970, as the columns hold them."""
    return day.toordinal() - EPOCH


def _among(numbers: Ints, wanted: Sequence[int]) -> Flags:
    return numbers == wanted[0] if len(wanted) == 1 else np.isin(numbers, wanted)
