"""Tables and shortfalls as CSV, for spreadsheets: what the page shows, in full."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from counting import money
from counting.tables import PENCE, Table
from priorities.beside import Beside, Part
from priorities.gaps import EMPTY, ENDING, UNDER_TARGET, Gap
from priorities.models import Dimension
from priorities.trend import Trend

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


def trend_as_csv(trend: Trend) -> str:
    """A priority area a line, and all together: running money in pounds and running grants on each of the days."""
    head = [
        Dimension.PRIORITY.label.capitalize(),
        *(_("Running money %(day)s") % {"day": day.isoformat()} for day in trend.days),
        *(_("Running grants %(day)s") % {"day": day.isoformat()} for day in trend.days),
    ]
    lines = [(each.line.label, each) for each in trend.areas] + [(_("All"), trend.together)]
    return _csv([head, *([label, *map(money.major, each.pence), *each.grants] for label, each in lines)])


def beside_as_csv(funder: str, lists: Sequence[tuple[str, Beside]]) -> str:
    """An area or place a line: the funder's running money and the group's, in pounds, their shares, their grants."""
    head = [_("List"), _("Entry"), funder, _("%(funder)s, share (%%)") % {"funder": funder}]
    head += [
        _("All funders here"),
        _("All funders here, share (%)"),
        _("%(funder)s, share of all (%%)") % {"funder": funder},
    ]
    head += [_("%(funder)s, grants") % {"funder": funder}, _("All funders here, grants")]
    body = [
        [name, label, *_both(part, beside.together)]
        for name, beside in lists
        for label, part in [*((part.line.label, part) for part in beside.parts), (_("All"), beside.together)]
    ]
    return _csv([head, *body])


def _both(part: Part, whole: Part) -> list[Any]:
    return [
        money.major(part.own),
        _hundredths(part.own, whole.own),
        money.major(part.group),
        _hundredths(part.group, whole.group),
        _hundredths(part.own, part.group),
        part.own_grants,
        part.group_grants,
    ]


def _hundredths(part: int, whole: int) -> str:
    """Per cent to a hundredth; empty of nothing."""
    return f"{Decimal(part) * 100 / Decimal(whole):.2f}" if whole else ""


def gaps_as_csv(gaps: Sequence[Gap]) -> str:
    """One line a watched place that falls short, in the list's order."""
    kinds = {EMPTY: _("No grant here"), UNDER_TARGET: _("Below what we agreed"), ENDING: _("Money running out")}
    head = [_("What"), _("Where"), _("Pounds"), _("Grants"), _("Until"), _("May be out of date"), _("Sentence")]
    body = [
        [
            kinds[gap.kind],
            gap.place,
            money.major(gap.pence),
            len(gap.grants),
            gap.until.isoformat() if gap.until else "",
            ", ".join(gap.out_of_date),
            gap.sentence,
        ]
        for gap in gaps
    ]
    return _csv([head, *body])


def _figure(table: Table, figure: int) -> Any:
    return money.major(figure) if table.unit == PENCE else figure


def _csv(lines: Iterable[Sequence[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    return BYTE_ORDER_MARK + out.getvalue()
