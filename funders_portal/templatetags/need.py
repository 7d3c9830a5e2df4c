"""Tags for need figures: of whom they speak, and one as a row of a table."""

from typing import Any

from django import template

from counting import places
from priorities.models import Code, Dimension, NeedFigure, NeedSeries
from priorities.need import words as need_words
from priorities.need.files import PARTED
from priorities.need.history import Line

register = template.Library()


@register.simple_tag(takes_context=True)
def part_of(context: dict[str, Any], figure: need_words.Partial) -> str:
    """Of whom a figure speaks; the portal's own labels are read once a page."""
    labels = context.render_context.get("need_labels")  # type: ignore[attr-defined]
    if labels is None:
        rows = Code.objects.filter(dimension__in=PARTED).values_list("dimension", "code", "label")
        labels = context.render_context["need_labels"] = {(each, code): label for each, code, label in rows}  # type: ignore[attr-defined]
    return need_words.part(figure, labels)


@register.inclusion_tag("funders_portal/need_line.html")
def need_line(figure: NeedFigure) -> dict[str, Any]:
    return {"figure": figure}


@register.filter
def list_name(dimension: str) -> str:
    return str(Dimension(dimension).label)


@register.filter
def kind_name(kind: str) -> str:
    return str(dict(NeedSeries.KINDS)[kind])


@register.filter
def place_name(place: str) -> str:
    return places.named(place)


@register.filter
def of_all(line: Line) -> str:
    return need_words.of_all(line)


@register.filter
def whole_percent(points: int) -> str:
    return need_words.whole_percent(points)


@register.filter
def grown(points: int | None) -> str:
    return "" if points is None else need_words.grown(points)
