"""Money by any two dimensions, exact to the penny."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
from django.utils import timezone

from counting import tables
from counting.tables import PENCE, Line, Table
from grants.models import Recipient
from priorities import columns
from priorities.blocks import LAID_OUT, NEVER, Block, Crossing, Flags, Ints, spread, sums
from priorities.columns import Portfolio
from priorities.models import Dimension
from priorities.reading import Entry

LIVE, AWARDED, SPREAD, GRANTS = "live", "awarded", "spread", "grants"
MEASURES = (LIVE, AWARDED, SPREAD, GRANTS)
ORDER = tuple(Dimension.values)
"""In this order money is cut, whatever is asked."""
Parts = tuple[Ints, Ints, Ints, Ints]
"""Grants (rows of a block), the places of their row and column in the table, and pence; one of each a part."""
EPOCH = date(1970, 1, 1).toordinal()


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


def pounds_together(parts: Mapping[int, int | None], portfolio: Portfolio) -> int:
    """What grants' parts (by id, None counting nothing) come to, in pence; other currencies are never added."""
    ids = np.fromiter(parts, np.int64, len(parts))
    together = 0
    for block in portfolio.blocks:
        sterling = block.ids[block.alive & (block.currency == 0) & np.isin(block.ids, ids)]
        together += sum(parts[each] or 0 for each in sterling.tolist())
    return together


def grant_parts(
    question: Question, *, row: str | None = None, column: str | None = None, portfolio: Portfolio | None = None
) -> dict[int, int]:
    """Grant (id) to its part in a cell, a row, a column or the whole table, in minor units of its own currency.

    Raises KeyError where the question's rows or columns have no such code.
    """
    asked = Asked(question, portfolio or columns.current())
    wanted = [
        None if code is None else {entry.code: place for place, (_, entry) in enumerate(asked.entries[dimension])}[code]
        for dimension, code in zip(question.shown, (row, column), strict=True)
    ]
    found: dict[int, int] = {}
    for block, chosen in asked.chosen():
        grant, *places, pence = asked.parts(block, chosen)
        keep = np.ones(len(grant), bool)
        for place, position in zip(places, wanted, strict=True):
            if position is not None:
                keep &= place == position
        whole = np.zeros(block.size, np.int64)
        np.add.at(whole, grant[keep], pence[keep])
        found |= {int(block.ids[each]): int(whole[each]) for each in np.unique(grant[keep])}
    return found


class Asked:
    """One question put to one portfolio."""

    def __init__(self, question: Question, portfolio: Portfolio) -> None:
        self.question, self.portfolio = question, portfolio
        self.kept = {each: self._kept(each) for each in question.cut}
        self.entries = {each: self._shown(each) for each in question.shown}
        # Where a code's figures stand among the rows or columns, by its position in the vocabulary.
        self.place = {each: self._places(each) for each in question.shown}
        self.size = (len(self.entries[question.rows]), len(self.entries[question.columns]))
        self.recipients = self._recipients()
        self._periods: dict[int, tuple[Ints, Ints, Ints]] = {}
        self.selected = [(block, self._selected(block)) for block in portfolio.blocks]

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
        spreads = self.question.measure == SPREAD
        return sum(
            int((selected & (self._window(block)[2] == 0 if spreads else block.runs_to == NEVER)).sum())
            for block, selected in self.selected
        )

    @property
    def by_award(self) -> bool:
        return self.question.measure == AWARDED or (self.question.measure == GRANTS and self.question.has_window)

    def in_time(self, block: Block) -> Flags:
        """The grants of the question's day or window."""
        if self.question.measure == SPREAD:
            over, before, _ = self._window(block)
            return over > before
        if not self.by_award:
            return block.running_on(day_number(self.question.on))
        first, last = self.question.first, self.question.last
        inside = np.ones(block.size, bool)
        if first:
            inside &= block.award >= day_number(first)
        if last:
            inside &= block.award <= day_number(last)
        return inside

    def money(self) -> tuple[list[list[int]], list[int], list[int], int, dict[str, int]]:
        """Cells, totals of rows and columns, the total (pence), and the sums of other currencies (minor units)."""
        rows, across = self.size
        cells: Ints = np.zeros(rows * across, np.int64)
        others: dict[str, int] = {}
        for block, selected in self.selected:
            counted, in_pounds = selected & self.in_time(block), block.currency == 0
            _, row, column, pence = self.parts(block, counted & in_pounds)
            cells = cells + sums(row * across + column, pence, rows * across)
            for name, amount in self._other_currencies(block, counted & ~in_pounds):
                others[name] = others.get(name, 0) + amount
        grid = cells.reshape(rows, across)
        return grid.tolist(), grid.sum(axis=1).tolist(), grid.sum(axis=0).tolist(), int(grid.sum()), others

    def _other_currencies(self, block: Block, grants: Flags) -> Iterator[tuple[str, int]]:
        """The sum of each currency that is there, in minor units."""
        if not grants.any():
            return
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
            _, row, column, _ = self._laid_out(block, chosen, tuple(sorted(self.question.shown, key=ORDER.index)))
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
            ended -= {int(code) for block in self.portfolio.blocks for code in np.unique(block.shares[dimension].code)}
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
            selected &= np.isin(block.funder, question.funders)
        if question.programmes:
            known = self.portfolio.names.programmes
            selected &= np.isin(block.programme, [known[each] for each in question.programmes if each in known])
        if self.recipients is not None:
            selected &= np.isin(block.ids, self.recipients)
        for dimension, codes in self.kept.items():
            if not codes.all():
                selected &= block.touching(dimension, codes)
        return selected

    def _window(self, block: Block) -> tuple[Ints, Ints, Ints]:
        """Of each planned period: days over at the window's end, days over before it, and all its days."""
        if id(block) not in self._periods:
            first, last = self.question.first, self.question.last
            over, whole = block.elapsed(day_number(last) if last else None, otherwise=1)
            before, _ = block.elapsed(day_number(first) - 1 if first else None, otherwise=0)
            self._periods[id(block)] = over, before, whole
        return self._periods[id(block)]

    def parts(self, block: Block, grants: Flags) -> Parts:
        """The parts of these grants that the question's cells and filters keep."""
        cut = self.question.cut
        if self.question.measure != SPREAD and len(cut) <= LAID_OUT:
            return self._laid_out(block, grants, cut)
        crossing = block.crossing(cut, np.flatnonzero(grants), self.kept)
        return self._placed(cut, crossing.grant, crossing.codes, self._pence(block, crossing))

    def _laid_out(self, block: Block, grants: Flags, cut: tuple[str, ...]) -> Parts:
        """From the crossing that the block keeps; right for whole awards alone."""
        layout = block.layout(*cut)
        keep = np.flatnonzero(grants.take(layout.grant))
        for dimension, code in zip(cut, layout.codes, strict=True):
            if not self.kept[dimension].all():
                keep = keep[self.kept[dimension][code[keep]]]
        return self._placed(cut, layout.grant[keep], [code[keep] for code in layout.codes], layout.pence[keep])

    def _placed(self, cut: Sequence[str], grant: Ints, codes: Sequence[Ints], pence: Ints) -> Parts:
        by_dimension = dict(zip(cut, codes, strict=True))
        row, column = (self.place[each].take(by_dimension[each]) for each in self.question.shown)
        return grant, row, column, pence

    def _pence(self, block: Block, crossing: Crossing) -> Ints:
        """Whole awards, or what of them falls into the window: its end's running share less its beginning's."""
        if self.question.measure != SPREAD:
            return crossing.parts(block.pence)
        over, before, whole = self._window(block)
        return crossing.parts(spread(block.pence, over, whole)) - crossing.parts(spread(block.pence, before, whole))

    def touching(self, block: Block, chosen: Flags, dimension: str) -> Ints:
        """How many of the chosen grants have a share in each row or column."""
        shares = block.shares[dimension]
        keep = chosen.take(shares.grant)
        if not self.kept[dimension].all():
            keep &= self.kept[dimension].take(shares.code)
        places = self.place[dimension].take(shares.code[keep])
        return np.bincount(places, minlength=len(self.entries[dimension]))


def day_number(day: date) -> int:
    """Days since 1970, as the columns hold them."""
    return day.toordinal() - EPOCH
