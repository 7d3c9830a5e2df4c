"""A Table as stacked bars: its rows from left to right, its columns one upon the other, each in its own hue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from plotly.graph_objects import Bar, Figure

from counting import money
from counting.tables import Line, Table
from funders_portal.charts.looks import EDGE, FONT, INK, LINE, NO_SHARE, exactly, hue, plain, sheet, wrapped

HEIGHT, TOP, BOTTOM, LEFT, RIGHT = 460, 34, 62, 170, 70
"""In CSS pixels, and the margins around the bars."""
LETTERS = 18
"""So many pixels apart stand the labels beside the bars."""
WARNING = "#8a3208"
EVERY = 3
"""One bar in so many has its row's label beneath it."""
WIDE, TALL = 5, 40
"""How much room a mark's words take, also where the bars are narrow as on paper: in bars, and in CSS pixels."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is said, in a line or more, of the step between one row (its number) and the next."""

    row: int
    words: str


@dataclass(frozen=True, slots=True)
class _Layer:
    code: str
    label: str
    figures: Sequence[int]


def bars(table: Table, *, rest: str, mark: Mark | None = None) -> dict[str, Any]:
    """The Table as a Plotly figure (data and layout, ready for JSON); `rest` names all that carries no share.

    The first column is on top; its label stands at the left of the first bar, so that no legend is needed.
    """
    table.to_draw()
    layers = list(_layers(table, rest))
    figure = Figure(data=[_bar(table, each) for each in reversed(layers)], layout=_layout(table))
    figure.update_layout(annotations=[*_labels(table, layers), *_said(table, mark)], shapes=list(_step(table, mark)))
    return dict(figure.to_plotly_json())


def _layers(table: Table, rest: str) -> Iterator[_Layer]:
    whole: list[int] = [0] * len(table.rows)
    for line, figures in zip(table.columns, _by_column(table), strict=True):
        if line.residual:
            whole = [one + other for one, other in zip(whole, figures, strict=True)]
        else:
            yield _Layer(line.code, line.label, figures)
    if any(whole):
        yield _Layer("", rest, whole)


def _by_column(table: Table) -> list[list[int]]:
    return [[row[place] for row in table.cells] for place in range(len(table.columns))]


def _bar(table: Table, layer: _Layer) -> Bar:
    return Bar(
        x=list(range(len(table.rows))),
        y=list(layer.figures),
        name=plain(layer.label),
        marker={"color": _colour(layer), "line": {"color": "#ffffff", "width": 1}},
        customdata=[
            plain(f"{row.label} · {layer.label}: {exactly(figure, table.unit)}")
            for row, figure in zip(table.rows, layer.figures, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _colour(layer: _Layer) -> str:
    return hue(layer.code) if layer.code else NO_SHARE


def _top(table: Table) -> int:
    return max(max(table.row_totals, default=0), 1)


def _labels(table: Table, layers: Sequence[_Layer]) -> Iterator[dict[str, Any]]:
    """The columns' labels at the height of the first bar's parts, moved apart where they would touch."""
    apart = LETTERS * _top(table) / (HEIGHT - TOP - BOTTOM)
    base, lowest = 0, 0.0
    for layer in reversed(layers):
        if table.rows:
            height = max(base + layer.figures[0] / 2, lowest)
            base, lowest = base + layer.figures[0], height + apart
            yield {
                "x": -0.6,
                "y": height,
                "text": plain(layer.label),
                "xanchor": "right",
                "showarrow": False,
                "font": {"family": FONT, "size": 13, "color": _colour(layer) if layer.code else EDGE},
            }


def _said(table: Table, mark: Mark | None) -> Iterator[dict[str, Any]]:
    """Right of the step where there is room, else left of it; above every bar that the words pass."""
    if mark:
        right = mark.row + 1 + WIDE <= len(table.rows)
        passed = table.row_totals[mark.row + 1 :][:WIDE] if right else table.row_totals[: mark.row + 1][-WIDE:]
        tall = TALL * _top(table) / (HEIGHT - TOP - BOTTOM)
        yield {
            "x": mark.row + (0.62 if right else 0.5),
            "y": max(*passed, table.row_totals[mark.row] - tall),
            "text": plain(mark.words),
            "xanchor": "left" if right else "right",
            "yanchor": "bottom",
            "align": "left",
            "showarrow": False,
            "font": {"family": FONT, "size": 14, "color": WARNING},
        }


def _step(table: Table, mark: Mark | None) -> Iterator[dict[str, Any]]:
    """From the height of one bar down to that of the next."""
    if mark:
        high, low = table.row_totals[mark.row], table.row_totals[mark.row + 1]
        x = mark.row + 0.5
        line = {"color": WARNING, "width": 3}
        yield {"type": "line", "x0": x, "x1": x, "y0": low, "y1": high, "line": line}
        yield {"type": "line", "x0": x - 0.9, "x1": x, "y0": high, "y1": high, "line": line}


def _layout(table: Table) -> Any:
    return sheet(
        height=HEIGHT,
        margin={"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM},
        barmode="stack",
        bargap=0.12,
        showlegend=False,
        xaxis={
            "tickmode": "array",
            "tickvals": list(range(0, len(table.rows), EVERY)),
            "ticktext": [wrapped(line.label, 7) for line in _every(table.rows)],
            "tickangle": 0,
            "ticks": "outside",
            "tickcolor": LINE,
            "tickfont": {"size": 12},
            "range": [-0.6, len(table.rows) - 0.4],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
        yaxis={
            "side": "right",
            "tickmode": "array",
            "tickvals": (ticks := list(_ticks(_top(table)))),
            "ticktext": [money.short(each) for each in ticks],
            "tickfont": {"size": 12, "color": INK},
            "gridcolor": LINE,
            "zeroline": False,
            "range": [0, _top(table) * 1.08],
            "fixedrange": True,
        },
    )


def _every(lines: Sequence[Line]) -> Sequence[Line]:
    return lines[::EVERY]


def _ticks(top: int) -> range:
    """Round figures from nought up, about five of them."""
    step = 1
    while top / step > 5:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return range(0, top + 1, step)
