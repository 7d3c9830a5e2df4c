"""Tables and shortfalls as CSV, for spreadsheets: what the page shows, in full."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from counting import money
from counting.tables import PENCE, Line, Table
from grants import spreadsheet
from priorities.beside import Beside, Part
from priorities.kinds import EMPTY, NEGLECTED
from priorities.models import Dimension, Looking
from priorities.running_out import RunningOut
from priorities.shortfall.neglected import Named
from priorities.shortfall.shortfalls import Gap, Gaps
from priorities.trend import Trend
from priorities.who_funds import WhoFunds


def table_as_csv(table: Table) -> str:
    """A row a line, a column a line, with their totals; money in pounds, exact to the penny."""
    table.to_give_away()
    head = [capfirst(table.rows_name), *(line.label for line in table.columns), _("All")]
    body = [
        [row.label, *(_figure(table, each) for each in (*figures, total))]
        for row, figures, total in zip(table.rows, table.cells, table.row_totals, strict=True)
    ]
    foot = [_("All"), *(_figure(table, each) for each in (*table.column_totals, table.total))]
    return spreadsheet.text([head, *body, foot, *_others(table)])


def results_as_csv(table: Table) -> str:
    """A row a line, then the whole, which rows do not always add up to; what is rounded says so. Raises Unprotected."""
    table.to_give_away()
    about = _("about, to the nearest ten") if table.about else ""
    head = [capfirst(table.rows_name), *(line.label for line in table.columns), _("Exact or rounded")]
    body = [[row.label, *(_figure(table, each) for each in cells), about] for row, cells in _by_row(table)]
    apart = [[row.label, *[_("not shown apart")] * len(table.columns), ""] for row in table.kept_back]
    whole = (
        [_("not shown")] * len(table.columns) if table.withheld else [_figure(table, n) for n in table.column_totals]
    )
    return spreadsheet.text([head, *body, *apart, [_("The whole"), *whole, about]])


def _by_row(table: Table) -> list[tuple[Line, Sequence[int]]]:
    return list(zip(table.rows, table.cells, strict=True))


def trend_as_csv(trend: Trend) -> str:
    """A priority area a line, and all together: running money in pounds and running grants on each of the days."""
    head = [
        Dimension.PRIORITY.label.capitalize(),
        *(_("Running money %(day)s") % {"day": day.isoformat()} for day in trend.days),
        *(_("Running grants %(day)s") % {"day": day.isoformat()} for day in trend.days),
    ]
    lines = [(each.line.label, each) for each in trend.areas] + [(_("All"), trend.together)]
    return spreadsheet.text([head, *([label, *map(money.major, each.pence), *each.grants] for label, each in lines)])


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
    return spreadsheet.text([head, *body])


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


def _hundredths(part: int, whole: int) -> Decimal | str:
    """Per cent to a hundredth; empty of nothing."""
    return round(Decimal(part) * 100 / Decimal(whole), 2) if whole else ""


def gaps_as_csv(found: Gaps) -> str:
    """One line a watched place that falls short, in the list's order; then those set aside, with their reason."""
    head = [
        _("What"),
        _("Rule"),
        _("Where"),
        _("Pounds"),
        _("Pounds for all of the UK or several together"),
        _("Grants"),
        _("Until"),
        _("May be out of date"),
        _("Looking at it"),
        _("Looked at again on"),
        _("Why it is set aside"),
        _("Sentence"),
    ]
    body = [_gap(gap, found.looking(gap)) for gap in found.gaps]
    aside = [
        _gap(line.gaps[0], found.looking(line.gaps[0]), line.aside.look_again_on.isoformat(), line.aside.reason)
        for line in found.aside
        if line.aside
    ]
    return spreadsheet.text([head, *body, *aside])


def _gap(gap: Gap, looking: Sequence[Looking], again: str = "", reason: str = "") -> list[Any]:
    """Where nothing runs, pounds stand only where so much is short of what was agreed; what runs for all of the UK, or
    for several together, stands in a column of its own, since it is the same money line after line."""
    nothing_runs = gap.kind in (EMPTY, NEGLECTED)
    return [
        gap.word,
        gap.rule,
        gap.place,
        "" if nothing_runs and not gap.pence else money.major(gap.pence),
        money.major(gap.may_reach) if nothing_runs else "",
        gap.number,
        gap.until.isoformat() if gap.until else "",
        ", ".join(gap.out_of_date),
        "; ".join(f"{row.funder}: {row.note}" if row.note else str(row.funder) for row in looking),
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
            "" if row.share is None else Decimal(row.share) / 100,
        ]
        for row in rows
    ]
    return spreadsheet.text([head, *body])


def running_out_as_csv(found: RunningOut) -> str:
    """One line a month: what runs on its first day and what ends in it, by area; then what still runs after them."""
    areas = [line.label for line in found.running.columns]
    head = [
        _("Month"),
        _("Running on"),
        *areas,
        _("All"),
        _("Grants ending in the month"),
        *(_("Ends: %(area)s") % {"area": area} for area in areas),
        _("Ends: all"),
    ]
    days = [*(month.first for month in found.months), found.after]
    lines: list[list[Any]] = [
        [day.isoformat()[:7], day.isoformat(), *map(money.major, [*figures, total])]
        for day, figures, total in zip(days, found.running.cells, found.running.row_totals, strict=True)
    ]
    for line, month, figures in zip(lines, found.months, found.ending.cells, strict=False):
        line += [month.grants, *map(money.major, [*figures, month.ending])]
    return spreadsheet.text([head, *lines, *_others(found.running)])


def meetings_as_csv(found: WhoFunds) -> str:
    """One line an area and place in which several funders have running grants."""
    head = [_("Area"), _("Place"), _("Pounds"), _("Charities in common"), _("Number of funders"), _("Funders")]
    body = [
        [
            each.area.label,
            each.place.label,
            money.major(each.pence),
            each.charities,
            len(each.funders),
            "; ".join(line.label for line in each.funders),
        ]
        for each in found.meetings
    ]
    return spreadsheet.text([head, *body])


def pairs_as_csv(found: WhoFunds) -> str:
    """One line for every two funders with charities in common."""
    head = [_("Funder"), _("Funder"), _("Charities in common"), _("Areas and places that both fund")]
    body = [[each.first.label, each.second.label, each.charities, each.places] for each in found.pairs]
    return spreadsheet.text([head, *body])


def parts_as_csv(found: WhoFunds) -> str:
    """One line for every funder, area and place with money in it."""
    head = [_("Funder"), _("Area"), _("Place"), _("Pounds")]
    body = [[part.funder.label, part.area.label, part.place.label, money.major(part.pence)] for part in found.parts()]
    return spreadsheet.text([head, *body])


def _others(table: Table) -> list[list[Any]]:
    return [[code, money.major(amount, code)] for code, amount in sorted(table.other_currencies.items())]


def _figure(table: Table, figure: int) -> Any:
    return money.major(figure) if table.unit == PENCE else figure
