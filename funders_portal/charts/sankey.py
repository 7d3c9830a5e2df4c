"""Money on its way through three stages, as bands between them; every label stands on light ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

from plotly.graph_objects import Figure, Sankey

from counting.money import exact, short
from counting.tables import Line
from funders_portal.charts.looks import EDGE, FONT, INK, NO_SHARE, hue, plain, sheet

LEAST, A_NODE = 420, 48
"""Height in CSS pixels: the least, and for each node of the fullest stage."""
HEADS, BENEATH, APART, THICK = 30, 10, 22, 14
"""In CSS pixels: above and beneath the bands, between two nodes, and how wide a node is."""
LETTER, LONGEST = 6.5, 38
"""A letter's width in CSS pixels, and so many of a name stand beside its node; hover and the table have all."""
CUT_OFF = "\N{NO-BREAK SPACE}…"
SEE_THROUGH = "66"
"""The bands' opacity, as the last two digits of a colour."""
LIGHT = "rgba(255,255,255,0.82)"


@dataclass(frozen=True, slots=True)
class Way:
    """One amount, in pence, and where it passes: one line of each stage."""

    stages: Sequence[Line]
    pence: int


@dataclass(slots=True)
class _Node:
    """A line of a stage: what is said of it, the pence on its bands, and where its middle stands (1 is the whole
    width and height)."""

    stage: int
    line: Line
    pence: int = 0
    comes: int = 0
    goes: int = 0
    x: float = 0
    y: float = 0

    @property
    def drawn(self) -> int:
        return max(self.comes, self.goes)

    @property
    def label(self) -> str:
        return f"{shorten(self.line.label, LONGEST, placeholder=CUT_OFF)}  {short(self.pence)}"

    @property
    def colour(self) -> str:
        return hue(self.line.code) if hue(self.line.code) != NO_SHARE or self.stage == 1 else EDGE


Key = tuple[int, str]
"""A node's stage, and its line's code."""


def sankey(ways: Sequence[Way], *, heads: Sequence[str]) -> dict[str, Any]:
    """Ways as a Plotly figure (data and layout, ready for JSON): bands in the hue of the middle stage's line.

    heads: what each stage is called. Amounts below a penny are not drawn. Where nodes stand is reckoned here, since
    Plotly lays its own labels across the bands; its way of doing so is followed, so that the bands fit.
    """
    links = _links(ways)
    nodes = _nodes(ways, links)
    numbers = {key: number for number, key in enumerate(nodes)}
    height = max(LEAST, HEADS + BENEATH + A_NODE * max((len(each) for each in _stages(nodes)), default=1))
    _place(nodes, height - HEADS - BENEATH)
    looks = list(nodes.values())
    figure = Figure(
        data=[
            Sankey(
                arrangement="fixed",
                node={
                    "label": [""] * len(nodes),
                    "x": [each.x for each in looks],
                    "y": [each.y for each in looks],
                    "sort": "input",
                    "color": [each.colour for each in looks],
                    "pad": APART,
                    "thickness": THICK,
                    "line": {"width": 0},
                    "customdata": [plain(f"{each.line.label}: {exact(each.pence)}") for each in looks],
                    "hovertemplate": "%{customdata}<extra></extra>",
                },
                link={
                    "source": [numbers[one] for one, _other, _hue in links],
                    "target": [numbers[other] for _one, other, _hue in links],
                    "color": [f"{each}{SEE_THROUGH}" for _one, _other, each in links],
                    "value": list(links.values()),
                    "customdata": [
                        plain(f"{nodes[one].line.label} → {nodes[other].line.label}: {exact(pence)}")
                        for (one, other, _hue), pence in links.items()
                    ],
                    "hovertemplate": "%{customdata}<extra></extra>",
                },
            )
        ],
        layout=sheet(
            height=height,
            margin={"l": _beside(nodes, 0), "r": _beside(nodes, len(heads) - 1), "t": HEADS, "b": BENEATH},
        ),
    )
    last = max(len(heads) - 1, 1)
    above = [_words(text, place / last, 1, place, last, EDGE, y_shift=HEADS - 8) for place, text in enumerate(heads)]
    labels = [_words(each.label, each.x, 1 - each.y, each.stage, last, INK) for each in looks]
    figure.update_layout(annotations=[*above, *labels])
    return dict(figure.to_plotly_json())


def _links(ways: Sequence[Way]) -> dict[tuple[Key, Key, str], int]:
    """Pence between each two nodes of neighbouring stages; every way passes its middle stage's hue on."""
    found: dict[tuple[Key, Key, str], int] = {}
    for way in ways:
        middle = way.stages[len(way.stages) // 2]
        for stage, (one, other) in enumerate(zip(way.stages, way.stages[1:], strict=False)):
            key = (stage, one.code), (stage + 1, other.code), hue(middle.code)
            found[key] = found.get(key, 0) + way.pence
    return {key: pence for key, pence in found.items() if pence > 0}


def _nodes(ways: Sequence[Way], links: dict[tuple[Key, Key, str], int]) -> dict[Key, _Node]:
    """What the links join, in the order in which the ways come to it."""
    found: dict[Key, _Node] = {}
    for way in ways:
        for stage, line in enumerate(way.stages):
            found.setdefault((stage, line.code), _Node(stage, line)).pence += way.pence
    for (one, other, _hue), pence in links.items():
        found[one].goes += pence
        found[other].comes += pence
    return {key: node for key, node in found.items() if node.drawn}


def _stages(nodes: dict[Key, _Node]) -> list[list[_Node]]:
    return [
        [each for each in nodes.values() if each.stage == stage] for stage in sorted({stage for stage, _code in nodes})
    ]


def _place(nodes: dict[Key, _Node], height: int) -> None:
    """Each stage's nodes one beneath the other, about the middle; `height` in CSS pixels."""
    stages = _stages(nodes)
    scale = min(((height - APART * (len(each) - 1)) / sum(node.drawn for node in each) for each in stages), default=0)
    for number, stage in enumerate(stages):
        tall = sum(node.drawn for node in stage) * scale + APART * (len(stage) - 1)
        top = (height - tall) / 2
        for node in stage:
            # Plotly takes nought for "not said".
            node.x = max(number / max(len(stages) - 1, 1), 1e-6)
            node.y = max((top + node.drawn * scale / 2) / height, 1e-6)
            top += node.drawn * scale + APART


def _beside(nodes: dict[Key, _Node], stage: int) -> int:
    """How much room the labels outside the bands take."""
    return 2 * THICK + round(
        LETTER * max((len(each.label) for each in nodes.values() if each.stage == stage), default=0)
    )


def _words(text: str, x: float, y: float, stage: int, last: int, ink: str, *, y_shift: int = 0) -> dict[str, Any]:
    """Left of the first stage, right of the others; `y` from the bottom up."""
    first = stage == 0
    return {
        "x": x,
        "y": y,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "right" if first else "left",
        "yanchor": "middle",
        "xshift": -THICK if first else THICK,
        "yshift": y_shift,
        "showarrow": False,
        "text": plain(text),
        "font": {"family": FONT, "size": 13, "color": ink},
        "bgcolor": LIGHT if 0 < stage < last else "rgba(255,255,255,0)",
        "borderpad": 1,
    }
