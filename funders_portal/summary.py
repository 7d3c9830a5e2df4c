"""A Table in sentences and as rows for a narrow screen: what a chart would say, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from counting import money, places
from counting.money import WHOLE
from counting.tables import PENCE, Line, Table
from priorities import freshness
from priorities.columns import Portfolio
from priorities.coverage import Question
from priorities.freshness import Places
from priorities.memory.reading import Entry
from priorities.models import NOT_STATED
from priorities.sentences import named


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a row: where, how much, and whether it can be opened."""

    line: Line
    figure: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row as a narrow screen shows it: its total, its share of the largest row (basis points), its parts.

    places: the parts by size, noughts last, what is wider than one place and what is not sorted always at the end.
    without: how many proper columns have nothing; grants: how many grants touch the row, or None where not counted.
    """

    line: Line
    total: int
    bar: int
    places: Sequence[Figure]
    without: int
    grants: int | None


def rows(table: Table, counts: Mapping[str, int]) -> list[Row]:
    """The Table row by row, in its own order; `counts`: how many grants touch each row, by its code."""
    largest = max(table.row_totals, default=0)
    return [
        Row(
            line=line,
            total=total,
            bar=total * WHOLE // largest if largest else 0,
            places=_by_size(table, figures),
            without=sum(1 for each in _by_size(table, figures) if each.figure == 0 and not _stands_apart(each.line)),
            grants=counts.get(line.code),
        )
        for line, figures, total in zip(table.rows, table.cells, table.row_totals, strict=True)
    ]


def trimmed(table: Table) -> Table:
    """Without the rows and columns that carry no share and hold nothing; what is not yet sorted always stands."""
    rows = [n for n, line in enumerate(table.rows) if _stands(line, table.row_totals[n])]
    across = [n for n, line in enumerate(table.columns) if _stands(line, table.column_totals[n])]
    return replace(
        table,
        rows=[table.rows[n] for n in rows],
        columns=[table.columns[n] for n in across],
        cells=[[table.cells[row][n] for n in across] for row in rows],
        row_totals=[table.row_totals[n] for n in rows],
        column_totals=[table.column_totals[n] for n in across],
    )


def _stands(line: Line, total: int) -> bool:
    return bool(total) or not line.residual or line.code == NOT_STATED


def _by_size(table: Table, figures: Sequence[int]) -> list[Figure]:
    found = [Figure(line, figure) for line, figure in zip(table.columns, figures, strict=True)]
    return sorted(found, key=lambda each: (_stands_apart(each.line), each.line.residual, -each.figure))


def _stands_apart(line: Line) -> bool:
    """Wider than one place, or no place at all: never a blank among the places."""
    return line.residual or line.code in (places.UK_WIDE, places.INTERNATIONAL)


def total_in_words(table: Table) -> str:
    """£8.2m in 45 grants; for grants alone: 45 grants."""
    if table.unit != PENCE:
        return ngettext("%(n)s grant", "%(n)s grants", table.total) % {"n": f"{table.total:,}"}
    words = ngettext("%(pounds)s in %(n)s grant", "%(pounds)s in %(n)s grants", table.grants)
    return words % {"pounds": money.short(table.total), "n": f"{table.grants:,}"}


def whole_pounds(pence: int) -> str:
    """To the pound, for a wide table: £1,235. Less than a pound stays in pence, so that it is never nought: 22p."""
    if 0 < abs(pence) < 100:
        return f"{pence}p"
    pounds = (abs(pence) + 50) // 100
    return money.exact(-pounds * 100 if pence < 0 else pounds * 100)


def places_in_words(where: Places) -> str:
    """London 63.7 %, elsewhere 16.6 %, UK-wide 19.7 %; "" where nothing is counted."""
    if not where.total:
        return ""
    parts = [
        (_("London"), where.london),
        (_("elsewhere"), where.regions),
        (_("UK-wide"), where.uk_wide),
        (_("abroad, not sorted or not divided"), where.other),
    ]
    return ", ".join(f"{word} {percent(pence, where.total)}" for word, pence in parts if pence or word != parts[-1][0])


def places_line(question: Question, *, portfolio: Portfolio | None = None) -> dict[str, str]:
    """For places_line.html, on any page: where the running money of the question's day and funders is."""
    return {"where": places_in_words(freshness.running_places(question, portfolio=portfolio))}


def percent(part: int, whole: int) -> str:
    """To a tenth, halves up: 77.3 %."""
    tenth = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{tenth}\u00a0%"


def finding(table: Table, dimension: str) -> str:
    """The largest row's largest column, as pence of each pound: what the picture shows at first sight, or "".

    dimension: of the columns.
    """
    proper = [
        (total, index)
        for index, (line, total) in enumerate(zip(table.rows, table.row_totals, strict=True))
        if total and not line.residual
    ]
    if table.unit != PENCE or not proper:
        return ""
    total, index = max(proper)
    figure, column = max(
        ((figure, column) for column, figure in zip(table.columns, table.cells[index], strict=True)),
        key=lambda each: each[0],
    )
    pence = int((Decimal(figure) * 100 / Decimal(total)).quantize(Decimal(1), ROUND_HALF_UP))
    if column.residual or not pence:
        return ""
    return _("%(row)s: %(pence)sp of every pound goes to %(column)s.") % {
        "row": table.rows[index].label,
        "pence": pence,
        "column": named(Entry(0, dimension, column.code, column.label, False, False, None)),
    }


def other_currencies(table: Table) -> list[str]:
    """Sums in other currencies, exact, by currency code."""
    return [money.exact(amount, code) for code, amount in sorted(table.other_currencies.items())]
