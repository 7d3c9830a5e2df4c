"""Small pictures that the server draws itself, as SVG coordinates; the words and the table beside them say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, EDGE = 240, 64, 6
"""Of a line's frame, in the units of its own view box; points stand so far from its edges."""


@dataclass(frozen=True, slots=True)
class Spark:
    """A line through dated sums, from nought up to its own highest: its points, and the same in SVG's own writing."""

    points: Sequence[tuple[int, int]]

    @property
    def path(self) -> str:
        return " ".join(f"{x},{y}" for x, y in self.points)

    @property
    def last(self) -> tuple[int, int]:
        return self.points[-1]


def line(figures: Sequence[int]) -> Spark:
    """Figures at equal distances of time, the earliest on the left; the last stands at the right edge."""
    highest, gaps = max(*figures, 1), max(len(figures) - 1, 1)
    return Spark(
        [
            (EDGE + (WIDTH - 2 * EDGE) * place // gaps, HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * figure // highest)
            for place, figure in enumerate(figures)
        ]
    )
