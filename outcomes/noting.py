"""The log of changed figures: writers touch, the figures in memory tail."""

from __future__ import annotations

from collections.abc import Collection

from grants.changes import MANY, Log, Stamp
from outcomes.models import FigureChange, FigureCounter

FIGURES = Log(FigureCounter, FigureChange, "project")

__all__ = ["MANY", "head", "since", "touch"]


def touch(projects: Collection[int]) -> int:
    """Note that figures of these projects changed, or who accepted them; the LAST call of the transaction that did it.

    Returns the new number. Raises RuntimeError outside a transaction.
    """
    return FIGURES.touch(projects)


def head() -> Stamp:
    return FIGURES.stamp()


def since(then: Stamp, now: Stamp) -> frozenset[int] | None:
    """The projects that changed between two heads; None where a reader must read everything anew."""
    return FIGURES.between(then.seq, now.seq) if FIGURES.continues(then, now) else None
