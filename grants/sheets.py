"""A sheet's rows into grants: titles to the standard's fields, several rows of one identifier to one grant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any

from grants import standard
from grants.findings import Problem
from grants.rows import Row, Unreadable
from grants.standard import Path

MOST_COLUMNS = 1_000
HIGHEST_NUMBER = 999
"""The highest number in a title such as Beneficiary Location:3:Name."""
_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?", re.ASCII)
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})

Values = Sequence[str]
Side = Mapping[str, Sequence[Mapping[Path, str]]]


@dataclass
class Columns:
    """What the titles of a sheet mean."""

    titles: list[str]
    paths: list[Path | None] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)
    """From the path as a text, as the checks name it, to the title."""

    def __post_init__(self) -> None:
        self.paths = [standard.path_of(title) for title in self.titles]
        for title, path in zip(self.titles, self.paths, strict=True):
            if path:
                self.shown.setdefault("/".join(str(step) for step in path), title)
                self.shown.setdefault(str(path[0]), title)

    def identifier(self) -> int | None:
        return self.paths.index(("id",)) if ("id",) in self.paths else None

    def notices(self) -> list[Problem]:
        """Titles that the standard does not have, and titles that come twice."""
        named = zip(self.titles, self.paths, strict=True)
        return [Problem(title, "column-unknown", title[:200]) for title, path in named if title and path is None]


def columns(titles: Sequence[str]) -> Columns:
    """The columns of a sheet by its first row. Raises Unreadable where it is no row of titles."""
    while titles and not titles[-1].strip():
        titles = titles[:-1]
    if len(titles) > MOST_COLUMNS:
        raise Unreadable("too-many-columns", row=1, detail=str(len(titles)))
    found = Columns([title.strip().strip("\ufeff") for title in titles])
    if found.identifier() is None and sum(path is not None for path in found.paths) < 3:
        raise Unreadable("no-titles", row=1, detail=", ".join(found.titles)[:120])
    return found


def grants(
    head: Columns, rows: Iterable[tuple[int, Values]], *, side: Side | None = None, name: str = ""
) -> Iterator[Row]:
    """Rows, numbered as the sheet numbers them, into grants; rows beneath one another with one identifier are one.

    side: what other sheets add to a grant, by identifier. name: the sheet's, where there are several.
    """
    place = head.identifier()
    shown = {path: f"{name}: {title}" if name else title for path, title in head.shown.items()}
    notices = head.notices()
    group: list[tuple[int, Values]] = []
    for number, values in rows:
        if not any(value.strip() for value in values):
            continue
        key = _at(values, place)
        if group and (not key or key != _at(group[0][1], place)):
            yield _grant(head, group, side or {}, shown, notices)
            group, notices = [], []
        group.append((number, values))
    if group:
        yield _grant(head, group, side or {}, shown, notices)


def _at(values: Values, place: int | None) -> str:
    return values[place].strip() if place is not None and place < len(values) else ""


def _grant(
    head: Columns, group: list[tuple[int, Values]], side: Side, shown: Mapping[str, str], notices: list[Problem]
) -> Row:
    number, first = group[0]
    fields: dict[str, Any] = {}
    problems = list(notices)
    for _, values in group:
        _merge(fields, _told(head, values, problems), problems, shown)
    for more in side.get(_at(first, head.identifier()), ()):
        _merge(fields, more, problems, shown)
    written: Any = [_written(head, values) for _, values in group]
    return Row(number, _finished(fields), written[0] if len(written) == 1 else written, problems, shown)


def _written(head: Columns, values: Values) -> dict[str, str]:
    """The row as it stands, by title; a title that comes twice keeps both values."""
    kept: dict[str, str] = {}
    for place, value in enumerate(values):
        if value:
            title = head.titles[place] if place < len(head.titles) and head.titles[place] else f"({place + 1})"
            kept[title if title not in kept else f"{title} ({place + 1})"] = value
    return kept


def _told(head: Columns, values: Values, problems: list[Problem]) -> dict[Path, str]:
    if any(value.strip() for value in values[len(head.titles) :]):
        problems.append(Problem("", "cells-beyond-titles"))
    told: dict[Path, str] = {}
    for title, path, value in zip(head.titles, head.paths, values, strict=False):
        if not value.strip() or path is None or path in told:
            continue
        if value.strip() in _ERRORS:
            problems.append(Problem(title, "cell-is-error", value.strip()))
        else:
            told[path] = value
    return told


def _merge(fields: dict[str, Any], told: Mapping[Path, str], problems: list[Problem], shown: Mapping[str, str]) -> None:
    """Lay one row's values into the grant. Later rows only add: plain values stay, objects join their lists."""
    objects: dict[tuple[str, int], dict[Path, str]] = {}
    for path, value in told.items():
        if len(path) > 2 and isinstance(path[1], int):
            objects.setdefault((str(path[0]), path[1]), {})[path[2:]] = value
        else:
            _set(fields, path, value, problems, shown)
    for (name, _), parts in sorted(objects.items(), key=lambda each: each[0]):
        added: dict[str, Any] = {}
        for path, value in parts.items():
            _set(added, path, value, problems, shown)
        here = fields.setdefault(name, [])
        if added not in here:
            here.append(added)


def _set(into: dict[str, Any], path: Path, value: str, problems: list[Problem], shown: Mapping[str, str]) -> None:
    for step, after in pairwise(path):
        if isinstance(step, int):
            continue
        below = into.setdefault(str(step), [{}] if isinstance(after, int) else {})
        into = below[0] if isinstance(below, list) else below
    name = str(path[-1])
    meant = _typed(name, value)
    if name not in into:
        into[name] = meant
    elif into[name] != meant:
        column = shown.get("/".join(str(step) for step in path), name)
        problems.append(Problem(column, "conflicting-rows", value[:200], str(into[name])[:200]))


def _typed(name: str, value: str) -> Any:
    """A value as JSON would have it: numbers where numbers belong, lists where a semicolon parts several."""
    if name in standard.TEXT_LISTS:
        return [part.strip() for part in value.split(";") if part.strip()]
    if name in standard.NUMBERS and _NUMBER.fullmatch(value.strip()):
        return Decimal(value.strip())
    return value


def _finished(fields: dict[str, Any]) -> dict[str, Any]:
    """An organisation that a sheet leaves wholly empty is not there at all."""
    return {name: value for name, value in fields.items() if value not in ([], {})}


def merged(rows: Iterable[tuple[int, Values]], head: Columns) -> dict[str, list[dict[Path, str]]]:
    """What a side sheet adds, by the identifier of the grant it belongs to."""
    place = head.identifier()
    found: dict[str, list[dict[Path, str]]] = {}
    for _, values in rows:
        key = _at(values, place)
        told = {path: value for path, value in _told(head, values, []).items() if path != ("id",)}
        if key and told:
            found.setdefault(key, []).append(told)
    return found
