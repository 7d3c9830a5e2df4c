"""Tags for what stands on a page by the hundred: as template nodes these would cost more than counting them."""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import add
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from counting import money
from counting.tables import Line
from funders_portal import charts
from funders_portal.alongside import Row
from funders_portal.summary import Figure, whole_pounds
from priorities.models import Dimension

register = template.Library()
NOTHING = format_html("{}", "")


@register.simple_tag(takes_context=True)
def figure_cells(context: dict[str, Any], row: Line, figures: Iterable[tuple[Line, int]]) -> SafeString:
    """One row's figures as cells of the table, each leading to its grants."""
    opens = _opens(context, row)
    return _joined(
        format_html('<td><a href="{}{}">{}</a></td>', opens, column.code, figure_in_words(context, figure))
        if figure
        else format_html('<td><span class="nought">{}</span></td>', figure_in_words(context, 0))
        for column, figure in figures
    )


@register.simple_tag(takes_context=True)
def figure_in_words(context: dict[str, Any], figure: int) -> str:
    """A figure of the table: exact, or to the pound where the table has pence and would be too wide with them."""
    return whole_pounds(figure) if context["rounded"] else _said(figure, context["in_pounds"])


@register.simple_tag(takes_context=True)
def figure_items(context: dict[str, Any], row: Line, figures: Iterable[Figure]) -> SafeString:
    """One row's figures as items of a list, for a narrow screen."""
    opens, in_pounds = _opens(context, row), context["in_pounds"]
    link = '<li><a href="{}{}">{}</a> <span class="amount">{}</span></li>'
    nought = '<li><span>{}</span> <span class="nought">{}</span></li>'
    return _joined(
        format_html(link, opens, each.line.code, each.line.label, _said(each.figure, in_pounds))
        if each.figure
        else format_html(nought, each.line.label, _said(0, in_pounds))
        for each in figures
    )


@register.simple_tag(takes_context=True)
def beside_rows(context: dict[str, Any], rows: Iterable[Row], name: str) -> SafeString:
    """A funder's figures beside the group's; with a list's name each of its own sums leads to its grants."""
    code = "row" if name == Dimension.PRIORITY else "column"
    cell = '<td class="figure with-share" data-label="{}">{} <span class="quiet">{}</span></td>'
    return _joined(
        format_html(
            '<tr><th scope="row">{}</th>{}{}<td class="figure" data-label="{}">{}</td></tr>\n',
            row.part.line.label or gettext("All"),
            format_html(cell, gettext("Own"), _own(context, row, name and code), row.own_share),
            format_html(cell, gettext("All funders here"), money.exact(row.part.group), row.group_share),
            gettext("Own part of all"),
            row.of_group,
        )
        for row in rows
    )


def _own(context: dict[str, Any], row: Row, code: str) -> SafeString:
    pounds = money.exact(row.part.own)
    if not (row.part.own and code):
        return format_html("{}", pounds)
    link = '<a href="{}?{}&amp;{}={}">{}</a>'
    return format_html(link, context["opens"], context["query"], code, row.part.line.code, pounds)


@register.filter
def parted(label: str) -> str:
    return charts.parted(label)


@register.simple_tag
def tick_boxes(name: str, offered: Sequence[tuple[str, str, bool]]) -> SafeString:
    """Check boxes that share a name, each with its words and whether it is ticked."""
    box = '<div><label><input type="checkbox" name="{}" value="{}"{}> {}</label></div>\n'
    return format_html_join(
        "", box, ((name, value, " checked" if ticked else "", words) for value, words, ticked in offered)
    )


def _opens(context: dict[str, Any], row: Line) -> SafeString:
    """The address of a row's grants up to the column's code, ready to stand in an attribute."""
    query = f"{context['query']}&" if context["query"] else ""
    return format_html("{}?{}row={}&column=", context["opens"], query, row.code)


def _said(figure: int, in_pounds: bool) -> str:
    return money.exact(figure) if in_pounds else f"{figure:,}"


def _joined(parts: Iterable[SafeString]) -> SafeString:
    """All in one; a part that was not escaped would make the whole plain text again, and so be escaped."""
    return reduce(add, parts, NOTHING)
