"""Money on its way through three stages, as bands between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from plotly.graph_objects import Figure, Sankey

from counting.money import exact, short
from counting.tables import Line
from funders_portal.charts.looks import EDGE, FONT, INK, NO_SHARE, hue, plain, sheet

LEAST, A_NODE = 420, 48
"""Height in CSS pixels: the least, and for each node of the fullest stage."""
LINE_OF_HEADS = 40
SEE_THROUGH = "66"
"""The bands' opacity, as the last two digits of a colour."""


@dataclass(frozen=True, slots=True)
class Way:
    """One amount, in pence, and where it passes: one line of each stage."""

    stages: Sequence[Line]
    pence: int


def sankey(ways: Sequence[Way], *, heads: Sequence[str]) -> dict[str, Any]:
    """Ways as a Plotly figure (data and layout, ready for JSON): bands in the hue of the middle stage's line.

    heads: what each stage is called. Amounts below a penny are not drawn.
    """
    nodes = _nodes(ways)
    links = _links(ways, nodes)
    figure = Figure(
        data=[
            Sankey(
                arrangement="snap",
                domain={"y": [0, 0.94]},
                textfont={"family": FONT, "size": 13, "color": INK, "shadow": "none"},
                node=_node_looks(ways, nodes),
                link={
                    "source": [source for source, _target, _hue in links],
                    "target": [target for _source, target, _hue in links],
                    "color": [f"{each}{SEE_THROUGH}" for _source, _target, each in links],
                    "value": list(links.values()),
                    "customdata": [
                        plain(f"{_label(nodes, source)} → {_label(nodes, target)}: {exact(pence)}")
                        for (source, target, _hue), pence in links.items()
                    ],
                    "hovertemplate": "%{customdata}<extra></extra>",
                },
            )
        ],
        layout=sheet(height=max(LEAST, LINE_OF_HEADS + A_NODE * _fullest(nodes))),
    )
    figure.update_layout(annotations=[_head(words, place, len(heads)) for place, words in enumerate(heads)])
    return dict(figure.to_plotly_json())


def _nodes(ways: Sequence[Way]) -> dict[tuple[int, str], tuple[int, str]]:
    """Each stage's codes with the number and label of their node, as they come."""
    found: dict[tuple[int, str], tuple[int, str]] = {}
    for way in ways:
        for stage, line in enumerate(way.stages):
            found.setdefault((stage, line.code), (len(found), line.label))
    return found


def _links(ways: Sequence[Way], nodes: dict[tuple[int, str], tuple[int, str]]) -> dict[tuple[int, int, str], int]:
    """Pence between each two nodes of neighbouring stages; every way passes its middle stage's hue on."""
    found: dict[tuple[int, int, str], int] = {}
    for way in ways:
        middle = way.stages[len(way.stages) // 2]
        for stage, (one, other) in enumerate(zip(way.stages, way.stages[1:], strict=False)):
            key = nodes[stage, one.code][0], nodes[stage + 1, other.code][0], hue(middle.code)
            found[key] = found.get(key, 0) + way.pence
    return {key: pence for key, pence in found.items() if pence > 0}


def _node_looks(ways: Sequence[Way], nodes: dict[tuple[int, str], tuple[int, str]]) -> dict[str, Any]:
    through: dict[tuple[int, str], int] = {}
    for way in ways:
        for stage, line in enumerate(way.stages):
            through[stage, line.code] = through.get((stage, line.code), 0) + way.pence
    return {
        "label": [plain(f"{label}  {short(through[key])}") for key, (_number, label) in nodes.items()],
        "color": [hue(code) if hue(code) != NO_SHARE or stage == 1 else EDGE for stage, code in nodes],
        "pad": 22,
        "thickness": 14,
        "line": {"width": 0},
        "customdata": [plain(f"{label}: {exact(through[key])}") for key, (_number, label) in nodes.items()],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _label(nodes: dict[tuple[int, str], tuple[int, str]], number: int) -> str:
    return next(label for each, label in nodes.values() if each == number)


def _fullest(nodes: dict[tuple[int, str], tuple[int, str]]) -> int:
    stages = [stage for stage, _code in nodes]
    return max((stages.count(each) for each in set(stages)), default=1)


def _head(words: str, place: int, count: int) -> dict[str, Any]:
    anchors = {0: "left", count - 1: "right"}
    return {
        "x": place / max(count - 1, 1),
        "y": 1,
        "xref": "paper",
        "yref": "paper",
        "xanchor": anchors.get(place, "center"),
        "yanchor": "top",
        "showarrow": False,
        "text": plain(words),
        "font": {"family": FONT, "size": 13, "color": EDGE},
    }
