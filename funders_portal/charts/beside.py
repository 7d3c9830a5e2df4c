"""A Table of shares as pairs of bars: each row's share of the money beside its share of the people."""

from __future__ import annotations

from typing import Any

from plotly.graph_objects import Bar, Figure

from counting.money import WHOLE
from counting.tables import Table
from funders_portal.charts.looks import EDGE, FONT, INK, LINE, plain, sheet, wrapped

BAR_HEIGHT, HEAD = 64, 24
"""In CSS pixels: a row's two bars, and what stands above and beneath them all."""
COLOURS = ("#0b5f5a", "#b6bec8")
"""Of the money, and of the people; every bar says which it is."""
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000)
"""Between ticks, in basis points."""
ROOM = 1.2
"""How far the axis goes beyond the longest bar, so that the words behind it fit."""


def beside(table: Table) -> dict[str, Any]:
    """A Table in basis points, its two columns drawn as bars, as a Plotly figure (data and layout, ready for JSON).

    Each bar carries its figure and its column's name, so that no legend is needed.
    """
    table.to_draw()
    figure = Figure(data=[_bars(table, column) for column in range(len(table.columns))], layout=_layout(table))
    return dict(figure.to_plotly_json())


def _bars(table: Table, column: int) -> Bar:
    name = plain(table.columns[column].label)
    texts = [f"{percent(figures[column])} {name}" for figures in table.cells]
    return Bar(
        orientation="h",
        name=name,
        y=list(range(len(table.rows))),
        x=[figures[column] / 100 for figures in table.cells],
        text=texts,
        textposition="outside",
        cliponaxis=False,
        textfont={"family": FONT, "size": 13, "color": INK},
        marker={"color": COLOURS[column], "line": {"color": EDGE, "width": 1 if column else 0}},
        customdata=[f"{plain(row.label)}: {text}" for row, text in zip(table.rows, texts, strict=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _apart(label: str) -> str:
    """A label that keeps its distance from the axis, on each of its lines."""
    space = "\u00a0\u00a0"
    return label.replace("<br>", f"{space}<br>") + space


def percent(points: int) -> str:
    """Basis points with one digit after the point."""
    tenths = (points + 5) // 10
    return f"{tenths // 10}.{tenths % 10}\u00a0%"


def _scale(largest: int) -> tuple[list[float], float]:
    """Two to six ticks from nought, and where the axis ends (per cent): the longest bar nearly fills it.

    What is left at its end is for the words behind the bar. largest: in basis points.
    """
    step = next((each for each in STEPS if 0 < largest <= 5 * each), STEPS[-1])
    end = largest * ROOM if largest else 5 * step
    return [each / 100 for each in range(0, min(int(end), WHOLE) + 1, step)], end / 100


def _layout(table: Table) -> Any:
    ticks, end = _scale(max((each for figures in table.cells for each in figures), default=0))
    return sheet(
        height=HEAD + 40 + BAR_HEIGHT * len(table.rows),
        margin={"l": 10, "r": 10, "t": 6, "b": 34},
        barmode="group",
        bargap=0.28,
        bargroupgap=0.08,
        showlegend=False,
        xaxis={
            "range": [0, end],
            "tickmode": "array",
            "tickvals": ticks,
            "ticktext": [f"{each:g}\u00a0%" for each in ticks],
            "tickfont": {"size": 12},
            "ticks": "",
            "gridcolor": LINE,
            "zeroline": True,
            "zerolinecolor": EDGE,
            "fixedrange": True,
        },
        yaxis={
            "autorange": "reversed",
            "tickmode": "array",
            "tickvals": list(range(len(table.rows))),
            "ticktext": [_apart(wrapped(row.label, 22)) for row in table.rows],
            "tickfont": {"size": 13},
            "ticks": "",
            "automargin": True,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
    )
