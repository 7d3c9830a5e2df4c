"""Rows pasted from a spreadsheet: which grant, which areas, which places; each problem with its row and column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest

from django.utils.translation import gettext as _

from accounts.models import Person
from counting.money import WHOLE
from grants.models import Grant
from priorities import linking, suggesting
from priorities.models import Code, Dimension
from priorities.percents import NotAPercentage, basis_points

MOST_ROWS = 5_000
GRANT = "grant"
USUAL = (GRANT, Dimension.PRIORITY.value, Dimension.REGION.value)
"""The columns of rows that bring no headings."""
_HEADINGS = {
    GRANT: ("grant", "grant id", "grant identifier", "identifier", "id"),
    "priority": ("priority", "priorities", "area", "areas", "area(s)", "priority area"),
    "region": ("region", "regions", "place", "places", "place(s)"),
    "group": ("group", "people", "population group"),
    "exploitation": ("exploitation", "form of exploitation"),
    "service": ("service", "services", "service area"),
    "audience": ("audience", "audiences"),
    "term": ("term", "emergency or long-term"),
}
_SHARE = re.compile(r"(?P<name>.*?)[\s:=]+(?P<share>\d[\d.,]*)\s*%?")


@dataclass(slots=True)
class Problem:
    """What is wrong in one column of a row, in words."""

    column: str
    words: str


@dataclass(slots=True)
class Row:
    """One pasted row: its number as pasted (from 1), its cells, the grant it names and what it says of it."""

    number: int
    cells: list[str]
    grant: Grant | None = None
    answers: dict[str, dict[str, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    """For each column but the grant's: its label, and the cell as pasted."""


@dataclass(slots=True)
class Paste:
    """All rows with their columns' names as dimensions (or "grant")."""

    columns: tuple[str, ...]
    rows: list[Row]
    problem: str = ""

    @property
    def labels(self) -> list[str]:
        return [column_label(name) for name in self.columns]

    @property
    def sound(self) -> bool:
        return bool(self.rows) and not self.problem and not any(row.problems for row in self.rows)

    @property
    def answers(self) -> dict[int, linking.Answers]:
        return {row.grant.pk: row.answers for row in self.rows if row.grant}


def read(text: str, *, by: Person) -> Paste:
    """Read pasted rows (cells parted by tabs) for a person, who may sort only the grants she may write."""
    lines = [
        (number, [cell.strip() for cell in line.split("\t")])
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip()
    ]
    columns = _columns(lines[0][1]) if lines else None
    lines = lines[1:] if columns else lines
    columns = columns or USUAL
    if problem := _unreadable(columns, lines):
        return Paste(columns, [], problem)
    rows = [Row(number, cells) for number, cells in lines]
    _find_grants(rows, columns.index(GRANT), by)
    names, codes = _names(), suggesting.code_ids()
    for row in rows:
        _read_shares(row, columns, names, codes)
        cells = zip_longest(columns, row.cells[: len(columns)], fillvalue="")
        row.told = [(column_label(name), cell) for name, cell in cells if name != GRANT]
    return Paste(columns, rows)


def column_label(name: str) -> str:
    return _("grant identifier") if name == GRANT else str(Dimension(name).label)


def _columns(cells: list[str]) -> tuple[str, ...] | None:
    """The dimensions that a line of headings names, or None where the line is no headings."""
    by_heading = {heading: name for name, headings in _HEADINGS.items() for heading in headings}
    found = [by_heading.get(cell.lower()) for cell in cells]
    return tuple(name for name in found if name) if all(found) and found[0] == GRANT else None


def _unreadable(columns: tuple[str, ...], lines: list[tuple[int, list[str]]]) -> str:
    if not lines:
        return _("There are no rows. Copy them in the spreadsheet and paste them here.")
    if len(set(columns)) < len(columns):
        return _("Two columns have the same heading. Leave one of them out.")
    if len(columns) < 2:
        return _("There is only one column. Put an area or a place beside the grant's identifier.")
    if len(lines) > MOST_ROWS:
        return _("These are more than %(most)s rows. Paste them in parts.") % {"most": f"{MOST_ROWS:,}"}
    return ""


def _find_grants(rows: Iterable[Row], column: int, by: Person) -> None:
    """Set each row's grant, once each, among those that the person may write."""
    wanted = {row.cells[column] for row in rows if column < len(row.cells)}
    found = {grant.grant_id: grant for grant in Grant.objects.editable_by(by).filter(grant_id__in=wanted)}
    seen: dict[str, int] = {}
    for row in rows:
        name = row.cells[column] if column < len(row.cells) else ""
        row.grant = found.get(name)
        if not name:
            words = _("The grant's identifier is missing.")
        elif row.grant is None:
            words = _("No grant that you may sort has the identifier “%(name)s”. Copy it from the list of grants.")
        elif name in seen:
            words = _("Row %(row)s names the same grant. Leave one of the two out.")
        else:
            seen[name] = row.number
            continue
        row.problems.append(Problem(column_label(GRANT), words % {"name": name[:80], "row": seen.get(name, 0)}))


def _names() -> dict[tuple[str, str], str]:
    """Codes by dimension and by the words people write for them: label or code, in lower case."""
    names = {}
    for each in Code.objects.sharing():
        names[each.dimension, each.label.lower()] = names[each.dimension, each.code.lower()] = each.code
    return names


def _read_shares(
    row: Row, columns: tuple[str, ...], names: Mapping[tuple[str, str], str], codes: suggesting.Codes
) -> None:
    if len(row.cells) > len(columns):
        words = _("This row has %(count)s columns; %(most)s are expected.")
        row.problems.append(Problem("", words % {"count": len(row.cells), "most": len(columns)}))
    said = {name: cell for name, cell in zip(columns, row.cells, strict=False) if name != GRANT and cell}
    if not said:
        row.problems.append(Problem("", _("This row says nothing of the grant. Name an area or a place.")))
    for dimension, cell in said.items():
        try:
            row.answers[dimension] = _shares(dimension, cell, names)
            linking.checked(dimension, row.answers[dimension], codes)
        except (linking.CannotSort, NotAPercentage) as problem:
            row.problems.append(Problem(column_label(dimension), str(problem)))


def _shares(dimension: str, cell: str, names: Mapping[tuple[str, str], str]) -> dict[str, int]:
    """ "Victim services 80; Legal representation 20" as codes and basis points; a name alone is all of it."""
    parts = [part.strip() for part in cell.split(";") if part.strip()]
    shares: dict[str, int] = {}
    for part in parts:
        name, share = part, ""
        if (dimension, part.lower()) not in names and (found := _SHARE.fullmatch(part)):
            name, share = found["name"], found["share"]
        if not share and len(parts) > 1:
            raise linking.CannotSort(_("Say how many per cent go to “%(name)s”.") % {"name": name[:80]})
        code = names.get((dimension, name.lower()))
        if code is None:
            raise linking.CannotSort(
                _("“%(name)s” is no entry of the list “%(list)s”. Write it as the list does.")
                % {"name": name[:80], "list": Dimension(dimension).label}
            )
        if code in shares:
            raise linking.CannotSort(_("“%(name)s” is named twice. Add its shares up.") % {"name": name[:80]})
        shares[code] = basis_points(share) if share else WHOLE
    return shares
