"""A Table's rows as bars from left to right, each with its figure in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from plotly.graph_objects import Bar, Figure

from counting.tables import Table
from funders_portal.charts.looks import EDGE, FONT, INK, LINE, plain, sheet, wrapped

BAR_HEIGHT, HEAD = 44, 40
"""In CSS pixels: a row, and what stands beneath them all."""
ROOM = 1.35
"""How far the axis goes beyond the longest bar, so that the words behind it fit."""
COLOUR = "#0b5f5a"


def lengths(table: Table, words: Sequence[str]) -> dict[str, Any]:
    """The Table's last column as a Plotly figure (data and layout, ready for JSON); `words`: a row's figure, as told.

    Raises Unprotected for people that did not pass disclosure.
    """
    table.to_draw()
    return dict(Figure(data=[_bars(table, words)], layout=_layout(table)).to_plotly_json())


def _bars(table: Table, words: Sequence[str]) -> Bar:
    texts = [plain(each) for each in words]
    return Bar(
        orientation="h",
        y=list(range(len(table.rows))),
        x=[cells[-1] for cells in table.cells],
        text=texts,
        textposition="outside",
        cliponaxis=False,
        textfont={"family": FONT, "size": 14, "color": INK},
        marker={"color": COLOUR},
        customdata=[f"{plain(row.label)}: {text}" for row, text in zip(table.rows, texts, strict=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _layout(table: Table) -> Any:
    longest = max((cells[-1] for cells in table.cells), default=0)
    return sheet(
        height=HEAD + BAR_HEIGHT * max(len(table.rows), 1),
        margin={"l": 10, "r": 10, "t": 6, "b": 10},
        bargap=0.35,
        showlegend=False,
        xaxis={
            "range": [0, max(longest, 1) * ROOM],
            "tickmode": "array",
            "tickvals": [0],
            "ticktext": [""],
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
            "ticktext": [wrapped(row.label, 26) + "\u00a0\u00a0" for row in table.rows],
            "tickfont": {"size": 13},
            "ticks": "",
            "automargin": True,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
    )
