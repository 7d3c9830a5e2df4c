"""What a proof comes to: one line for people, and whether it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """How much a proof does: letters, how often something strikes, and whether it is one of the full runs."""

    letters: int
    strikes: int
    is_full: bool = False


@dataclass(frozen=True)
class Result:
    """One run. `faults` in words; none where it holds."""

    name: str
    figures: Sequence[str]
    faults: Sequence[str]

    @property
    def holds(self) -> bool:
        return not self.faults

    def __str__(self) -> str:
        end = "PASS" if self.holds else f"FAIL ({', '.join(self.faults)})"
        return f"{self.name}: {', '.join(self.figures)} {end}"
