"""Pictures of every page, wide and narrow, for whoever wants to see the portal before running it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
WIDTHS = (1280, 390)
"""Pixels; docs/pictures/NAME-WIDTH.png is the page behind the URL name NAME, from its top to its foot."""


def files(names: Iterable[str]) -> set[str]:
    """The files that show these pages."""
    return {f"{name}-{width}.png" for name in names for width in WIDTHS}
