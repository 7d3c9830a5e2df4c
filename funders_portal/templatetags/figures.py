"""Tags for what stands on a page by the hundred: as template nodes these would cost more than counting them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from counting import money
from counting.tables import Line
from funders_portal.summary import Figure

register = template.Library()


@register.simple_tag(takes_context=True)
def figure_cells(context: dict[str, Any], row: Line, figures: Iterable[tuple[Line, int]]) -> SafeString:
    """One row's figures as cells of the table, each leading to its grants."""
    opens, in_pounds = _opens(context, row), context["in_pounds"]
    cells = (
        f'<td><a href="{opens}{escape(column.code)}">{_said(figure, in_pounds)}</a></td>'
        if figure
        else f'<td><span class="nought">{_said(0, in_pounds)}</span></td>'
        for column, figure in figures
    )
    return _joined(cells)


@register.simple_tag(takes_context=True)
def figure_items(context: dict[str, Any], row: Line, figures: Iterable[Figure]) -> SafeString:
    """One row's figures as items of a list, for a narrow screen."""
    opens, in_pounds = _opens(context, row), context["in_pounds"]
    items = (
        f'<li><a href="{opens}{escape(each.line.code)}">{escape(each.line.label)}</a> '
        f'<span class="amount">{_said(each.figure, in_pounds)}</span></li>'
        if each.figure
        else f'<li><span>{escape(each.line.label)}</span> <span class="nought">{_said(0, in_pounds)}</span></li>'
        for each in figures
    )
    return _joined(items)


@register.simple_tag
def tick_boxes(name: str, offered: Sequence[tuple[str, str, bool]]) -> SafeString:
    """Check boxes that share a name, each with its words and whether it is ticked."""
    name = escape(name)
    boxes = (
        f'<div><label><input type="checkbox" name="{name}" value="{escape(value)}"'
        f"{' checked' if ticked else ''}> {escape(words)}</label></div>\n"
        for value, words, ticked in offered
    )
    return _joined(boxes)


def _opens(context: dict[str, Any], row: Line) -> str:
    """The address of a row's grants up to the column's code, ready to stand in an attribute."""
    query = f"{escape(context['query'])}&amp;" if context["query"] else ""
    return f"{escape(context['opens'])}?{query}row={escape(row.code)}&amp;column="


def _said(figure: int, in_pounds: bool) -> str:
    return money.exact(figure) if in_pounds else str(figure)


def _joined(parts: Iterable[str]) -> SafeString:
    """Every part was escaped where it was made."""
    return mark_safe("".join(parts))  # noqa: S308
