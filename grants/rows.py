"""What a file gives: rows, or the reason why it cannot be read to its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grants.findings import Problem

NO_TITLES: Mapping[str, str] = {}


@dataclass(slots=True)
class Row:
    """One grant as a file holds it.

    number: where a person finds it (JSON: its place in `grants`, from 1; sheet: the row, titles are row 1).
    fields: the standard's nested form, not yet checked. written: the row verbatim. problems: what reading itself
    found. titles: from path to the sheet's own column title; empty for JSON, whose paths are its names.
    """

    number: int
    fields: Any
    written: Any
    problems: list[Problem] = field(default_factory=list)
    titles: Mapping[str, str] = field(default_factory=lambda: NO_TITLES)


class Unreadable(Exception):
    """The file cannot be read to its end, so nothing of it is taken: a code, the row where it stopped, and a detail."""

    def __init__(self, code: str, *, row: int = 0, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.row, self.detail = code, row, detail
