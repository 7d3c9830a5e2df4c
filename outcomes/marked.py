"""Texts that an officer writes: what in them could tell who a person is is marked, and asked about before they go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict

from outcomes import filled, sent
from outcomes.asking import NONE


@dataclass(frozen=True, slots=True)
class Marked:
    """One box: its name and what was typed, what was said to tell nobody, and what is left, each with a sentence."""

    name: str
    value: str = ""
    none: str = ""
    finds: tuple[tuple[str, str], ...] = ()


def read(given: QueryDict, names: Iterable[str]) -> dict[str, Marked]:
    """The boxes of these names, by name, as they were sent."""
    return {name: _read(given, name) for name in names}


def _read(given: QueryDict, name: str) -> Marked:
    value, none = sent.text(given, name), sent.none_in(given, f"{name}{NONE}")
    return Marked(name, value, none, tuple(filled.finds(value, none)))


def none_in(boxes: dict[str, Marked]) -> list[str]:
    """All that was said to tell nobody."""
    return [line for each in boxes.values() for line in each.none.splitlines()]
