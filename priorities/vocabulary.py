"""The funders' own list and the vocabularies beside it, from vocabulary.csv into the database."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from priorities.models import Code, Watch

FILE = Path(__file__).with_name("vocabulary.csv")
VERSION = 1
"""Counted up when vocabulary.csv changes; entries that a version adds or changes carry its number."""

SHIPPED_WATCH = (
    ("victim_services", "region"),
    ("victim_services", "group"),
    ("victim_services", "service"),
    ("legal_representation", "region"),
    ("awareness", "audience"),
    ("accountability", ""),
    ("research", ""),
)
"""What a new installation watches: an area by a dimension's codes, or (blank) as a whole."""

_COMPARED = ("kind", "label", "order", "neglected", "watchable", "source", "valid_from", "valid_to", "parent_id")


def read(path: Path = FILE) -> list[dict[str, Any]]:
    """The entries of a vocabulary file in its order, flags as booleans and dates as dates; `parent` is a code or ""."""
    with path.open(newline="", encoding="utf-8") as file:
        return [_typed(row) for row in csv.DictReader(file)]


@transaction.atomic
def load(*, on: date, path: Path = FILE, version: int = VERSION, codes: Any = Code) -> int:
    """Bring the database up to a vocabulary file; returns how many entries were added, changed or ended.

    Nothing is deleted: an entry that the file no longer has ends on `on`, since grants may hold shares in it.
    `codes` is the model, which a migration hands in as it was then.
    """
    entries = read(path)
    standing = {(each.dimension, each.code): each for each in codes.objects.all()}
    changed = 0
    for entry in sorted(entries, key=lambda entry: bool(entry["parent"])):
        key = entry["dimension"], entry["code"]
        parent = standing.get((entry["dimension"], entry["parent"]))
        row = standing.setdefault(key, codes(dimension=key[0], code=key[1]))
        changed += _bring_up(row, {**entry, "parent_id": parent and parent.pk, "valid_to": None}, version)
    named = {(entry["dimension"], entry["code"]) for entry in entries}
    gone = [row.pk for key, row in standing.items() if key not in named and row.valid_to is None]
    ended: int = codes.objects.filter(pk__in=gone).update(valid_to=on, version=version)
    return changed + ended


def ship_watch(*, codes: Any = Code, watches: Any = Watch) -> None:
    """Watch what a new installation watches; for the first load only, since people change the list afterwards."""
    areas = {each.code: each for each in codes.objects.filter(dimension="priority", kind="share")}
    for area, dimension in SHIPPED_WATCH:
        watches.objects.get_or_create(area=areas[area], dimension=dimension)


def _typed(row: dict[str, str]) -> dict[str, Any]:
    return row | {
        "order": int(row["order"]),
        "neglected": row["neglected"] == "1",
        "watchable": row["watchable"] == "1",
        "valid_from": date.fromisoformat(row["valid_from"]),
    }


def _bring_up(row: Any, entry: dict[str, Any], version: int) -> bool:
    """Give `row` what the entry says and save it where that is anything new."""
    before = {name: getattr(row, name) for name in _COMPARED}
    after = {name: entry[name] for name in _COMPARED}
    if row.pk and before == after:
        return False
    for name, value in after.items():
        setattr(row, name, value)
    row.version = version
    row.save()
    return True
