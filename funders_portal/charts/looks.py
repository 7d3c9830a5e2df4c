"""What all charts have in common: type, ink, the areas' hues, and how figures and labels are written in them."""

from __future__ import annotations

import html
import re
import textwrap
from typing import Any

from plotly.graph_objects import Layout

from counting import money
from counting.tables import PENCE

INK, LINE, EDGE, GREY = "#1b2430", "#d5dbe3", "#66717f", "#dfe3e8"
FONT = "Atkinson Hyperlegible, system-ui, sans-serif"
HUES = {
    "accountability": "#117733",
    "awareness": "#8c6d00",
    "legal_representation": "#b8506a",
    "victim_services": "#332288",
    "research": "#3a7ca5",
}
"""One hue an area, the same as in the style sheet; whatever carries no share is grey."""
NO_SHARE = "#9aa3ad"
_LONG_WORD = re.compile(r"\b(\w{5,})(tation|dation|tional)\b")
"""Words wider than a square, and where they part."""


def sheet(**more: Any) -> Layout:
    """White paper, our type, nothing to drag: what every chart stands on."""
    looks: dict[str, Any] = {
        "template": "none",
        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
        "font": {"family": FONT, "size": 14, "color": INK},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "dragmode": False,
        "hoverlabel": {"bgcolor": INK, "font": {"family": FONT, "size": 14, "color": "#ffffff"}},
    }
    return Layout(**{**looks, **more})


def hue(code: str) -> str:
    return HUES.get(code, NO_SHARE)


def said(figure: int, unit: str) -> str:
    """A figure inside its square: short, and less than a pound in pence, so that it is never nought."""
    if unit != PENCE:
        return f"{figure:,}"
    return money.short(figure) if abs(figure) >= 100 else f"{figure}p"


def exactly(figure: int, unit: str) -> str:
    """A figure as the table says it."""
    return money.exact(figure) if unit == PENCE else f"{figure:,}"


def plain(text: str) -> str:
    """A text that Plotly draws as it is: a name of somebody's making is never taken for a tag. A line a line."""
    return html.escape(text, quote=False).replace("\n", "<br>")


def parted(label: str, between: str = "\u00ad") -> str:
    """A label whose words that are too wide for a column may part: with a soft hyphen, which shows only there."""
    return _LONG_WORD.sub(rf"\1{between}\2", label)


def wrapped(label: str, width: int) -> str:
    """A label in full and plain, broken between words into lines of about `width` letters."""
    spaced = parted(label.replace("/", "/ "), "- ")
    return plain("\n".join(textwrap.wrap(spaced, width, break_long_words=False, break_on_hyphens=False)))
