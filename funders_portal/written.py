"""Tables and shortfalls as CSV, for spreadsheets: what the page shows, in full."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from counting import money
from counting.tables import PENCE, Table
from priorities.neglected import Named
from priorities.shortfalls import Gap, Gaps

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for something else."""


def table_as_csv(table: Table) -> str:
    """A row a line, a column a line, with their totals; money in pounds, exact to the penny."""
    head = [capfirst(table.rows_name), *(line.label for line in table.columns), _("All")]
    body = [
        [row.label, *(_figure(table, each) for each in (*figures, total))]
        for row, figures, total in zip(table.rows, table.cells, table.row_totals, strict=True)
    ]
    foot = [_("All"), *(_figure(table, each) for each in (*table.column_totals, table.total))]
    others = [[code, money.major(amount, code)] for code, amount in sorted(table.other_currencies.items())]
    return _csv([head, *body, foot, *others])


def gaps_as_csv(found: Gaps) -> str:
    """One line a watched place that falls short, in the list's order; then those set aside, with their reason."""
    head = [
        _("What"),
        _("Rule"),
        _("Where"),
        _("Pounds"),
        _("Grants"),
        _("Until"),
        _("May be out of date"),
        _("Looked at again on"),
        _("Why it is set aside"),
        _("Sentence"),
    ]
    body = [_gap(gap) for gap in found.gaps]
    aside = [
        _gap(line.gaps[0], line.aside.look_again_on.isoformat(), line.aside.reason)
        for line in found.aside
        if line.aside
    ]
    return _csv([head, *body, *aside])


def _gap(gap: Gap, again: str = "", reason: str = "") -> list[Any]:
    return [
        gap.word,
        gap.rule,
        gap.place,
        money.major(gap.pence),
        gap.number,
        gap.until.isoformat() if gap.until else "",
        ", ".join(gap.out_of_date),
        again,
        reason,
        gap.sentence,
    ]


def neglected_as_csv(rows: Sequence[Named]) -> str:
    """Every group that the founding documents name, with what says that a grant reaches it."""
    head = [_("Group"), _("What says that it is reached"), _("Pounds"), _("Grants"), _("Per cent of running money")]
    body = [
        [
            row.group,
            "; ".join(f"{name}: {what}" for name, what, _query in row.reached_by),
            money.major(row.pence),
            row.number,
            "" if row.share is None else f"{row.share / 100:g}",
        ]
        for row in rows
    ]
    return _csv([head, *body])


def _figure(table: Table, figure: int) -> Any:
    return money.major(figure) if table.unit == PENCE else figure


def _csv(lines: Iterable[Sequence[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    return BYTE_ORDER_MARK + out.getvalue()
