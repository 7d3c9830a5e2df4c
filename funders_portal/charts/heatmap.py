"""A Table as a matrix of squares: darker is more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from plotly.graph_objects import Figure, Heatmap, Layout

from counting.tables import Line, Table
from funders_portal.charts.looks import EDGE, FONT, GREY, INK, exactly, plain, said, sheet, wrapped

ONE_HUE = [[0, "#ffffff"], [0.12, "#d9ebe9"], [0.5, "#7bb5af"], [1, "#0b5f5a"]]
HALF = 0.46
"""Half the width of a square, where neighbours stand 1 apart."""
DEEP = 0.62
"""From this part of the darkest shade on, words are white."""
ROW_HEIGHT, HEAD_HEIGHT = 56, 90
"""In CSS pixels."""


def heatmap(table: Table) -> dict[str, Any]:
    """A Table as a Plotly figure (data and layout, ready for JSON).

    Money in one hue from white; nought is paper with a dashed edge; what carries no share is hatched grey. The
    shade follows the square root of the figure, so that small sums beside a large one are still seen.
    """
    table.to_draw()
    figure = Figure(data=[_pale(table), _deep(table), _grey(table), _paper(table)], layout=_layout(table))
    figure.update_layout(shapes=[*_dashed_edges(table), *_hatching(table)])
    return dict(figure.to_plotly_json())


def _pale(table: Table) -> Heatmap:
    """Figures light enough for ink upon them."""
    deepest = _deepest(table)
    return _tinted(table, deepest, lambda shade: shade <= DEEP * deepest, INK)


def _deep(table: Table) -> Heatmap:
    """Figures so dark that their words are white."""
    deepest = _deepest(table)
    return _tinted(table, deepest, lambda shade: shade > DEEP * deepest, "#ffffff")


def _tinted(table: Table, deepest: float, wanted: Callable[[float], bool], ink: str) -> Heatmap:
    return _squares(
        table,
        [
            [
                figure**0.5 if figure > 0 and not _residual(row, column) and wanted(figure**0.5) else None
                for column, figure in cells
            ]
            for row, cells in _rows(table)
        ],
        ink,
        colorscale=ONE_HUE,
        zmin=0,
        zmax=deepest,
    )


def _deepest(table: Table) -> float:
    return max((figure for row, column, figure in table.records() if not _residual(row, column)), default=0) ** 0.5 or 1


def _grey(table: Table) -> Heatmap:
    return _squares(
        table,
        [
            [1 if figure > 0 and _residual(row, column) else None for column, figure in cells]
            for row, cells in _rows(table)
        ],
        INK,
        colorscale=[[0, GREY], [1, GREY]],
    )


def _paper(table: Table) -> Heatmap:
    return _squares(
        table,
        [[None if figure > 0 else 0 for _column, figure in cells] for _row, cells in _rows(table)],
        INK,
        colorscale=[[0, "rgba(255,255,255,0)"], [1, "rgba(255,255,255,0)"]],
    )


def _squares(table: Table, z: list[list[float | None]], ink: str, **looks: Any) -> Heatmap:
    """One layer. The gaps keep browsers under a strict content policy from smoothing the squares."""
    return Heatmap(
        z=z,
        x=list(range(len(table.columns))),
        y=list(range(len(table.rows))),
        text=[
            [
                said(figure, table.unit) if figure and shade is not None else ""
                for figure, shade in zip(figures, shades, strict=True)
            ]
            for figures, shades in zip(table.cells, z, strict=True)
        ],
        texttemplate="%{text}",
        textfont={"family": FONT, "size": 12, "color": ink},
        customdata=[
            [plain(f"{row.label} · {column.label}: {exactly(figure, table.unit)}") for column, figure in cells]
            for row, cells in _rows(table)
        ],
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
        showscale=False,
        xgap=4,
        ygap=4,
        **looks,
    )


def _rows(table: Table) -> list[tuple[Line, list[tuple[Line, int]]]]:
    return [
        (row, list(zip(table.columns, figures, strict=True)))
        for row, figures in zip(table.rows, table.cells, strict=True)
    ]


def _residual(row: Line, column: Line) -> bool:
    return row.residual or column.residual


def _dashed_edges(table: Table) -> list[dict[str, Any]]:
    return [
        {
            "type": "rect",
            "x0": x - HALF,
            "x1": x + HALF,
            "y0": y - HALF + 0.02,
            "y1": y + HALF - 0.02,
            "line": {"color": EDGE, "width": 1, "dash": "3px,3px"},
        }
        for y, (row, cells) in enumerate(_rows(table))
        for x, (column, figure) in enumerate(cells)
        if figure == 0 and not _residual(row, column)
    ]


def _hatching(table: Table) -> list[dict[str, Any]]:
    return [
        {"type": "path", "path": _strokes(x, y), "line": {"color": "#b6bec8", "width": 1}}
        for y, (row, cells) in enumerate(_rows(table))
        for x, (column, figure) in enumerate(cells)
        if figure > 0 and _residual(row, column)
    ]


def _strokes(x: int, y: int, count: int = 6) -> str:
    """Slanting strokes over the square at (x, y), as an SVG path in the axes' own numbers."""
    step = 2 * HALF / count
    down = [f"M{x - HALF + n * step:.3f},{y - HALF:.3f}L{x + HALF:.3f},{y + HALF - n * step:.3f}" for n in range(count)]
    up = [
        f"M{x - HALF:.3f},{y - HALF + n * step:.3f}L{x + HALF - n * step:.3f},{y + HALF:.3f}" for n in range(1, count)
    ]
    return "".join(down + up)


def _layout(table: Table) -> Layout:
    return sheet(
        height=HEAD_HEIGHT + ROW_HEIGHT * max(len(table.rows), 1),
        xaxis=_axis(table.columns, str(table.columns_name), side="top", width=9),
        yaxis=_axis(table.rows, str(table.rows_name), autorange="reversed", width=16),
    )


def _axis(lines: Sequence[Line], name: str, *, width: int, **more: Any) -> dict[str, Any]:
    return {
        "title": {"text": plain(name[:1].upper() + name[1:]), "standoff": 14},
        "tickfont": {"size": 12},
        "ticks": "",
        "tickmode": "array",
        "tickvals": list(range(len(lines))),
        "ticktext": [wrapped(line.label, width) for line in lines],
        "tickangle": 0,
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        **more,
    }
