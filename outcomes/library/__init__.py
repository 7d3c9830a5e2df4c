"""What the portal ships: the shared core of questions, the library of indicators, and the breakdowns.

Source: the names of the Modern Slavery Core Outcome Set of 2023 (seven outcomes for adult survivors), which names
outcomes and no numbers, so that the ways of counting are the portal's own, like all else in these files.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from counting.places import REGIONS

UNKNOWN = ("unknown", "not known")
"""The last category of every breakdown."""


def ship(*, at: datetime, questions: Any, cells: Any, indicators: Any, versions: Any) -> None:
    """Add what is shipped and not there yet; the four arguments are model classes (of a migration or of today)."""
    _ship_questions(questions)
    _ship_cells(cells)
    for position, row in enumerate(_read("indicators"), 1):
        kept = {"collection": row.pop("collection"), "position": position * 10}
        indicator, is_new = indicators.objects.get_or_create(code=row.pop("code"), defaults=kept)
        if is_new:
            told = {**row, **_ticked(row, "counts_people", "adults_only")}
            versions.objects.create(indicator=indicator, number=1, made_at=at, **told)


def _ship_questions(questions: Any) -> None:
    for position, row in enumerate(_read("questions"), 1):
        told = {**row, **_ticked(row, "required", "in_short", "chooses_reader"), "limit": int(row["limit"])}
        questions.objects.get_or_create(code=told.pop("code"), defaults={**told, "position": position * 10})


def _ship_cells(cells: Any) -> None:
    cells.objects.get_or_create(breakdown="", code="", defaults={"name": "everybody", "position": 0})
    for position, (breakdown, code, name) in enumerate(_categories(), 1):
        cells.objects.get_or_create(breakdown=breakdown, code=code, defaults={"name": name, "position": position * 10})


def _categories() -> Iterator[tuple[str, str, str]]:
    by: dict[str, list[tuple[str, str]]] = {}
    for row in _read("cells"):
        by.setdefault(row["breakdown"], []).append((row["code"], row["name"]))
    by["region"] = [(code, name) for code, (name, _gss) in REGIONS.items()]
    for breakdown, categories in by.items():
        for code, name in [*categories, UNKNOWN]:
            yield breakdown, code, name


def _ticked(row: dict[str, str], *names: str) -> dict[str, bool]:
    return {name: row[name] == "yes" for name in names}


def _read(name: str) -> Iterator[dict[str, str]]:
    with (Path(__file__).parent / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
