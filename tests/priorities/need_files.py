"""Need files as short to write as possible: a line says only what the test is about."""

from __future__ import annotations

import csv
import io

from priorities.need import loading as need_loading
from priorities.need.files import COLUMNS
from tests import factories

USUAL = {"source": "Annual report", "url": "https://www.example.org/report"}
PEOPLE = {"people": "People counted", "kind": "referrals", "whole": "UK", "codes": "priority: victim_services"}


def year(number: int, **cells: str) -> dict[str, str]:
    """A line for a calendar year."""
    return {"first": f"{number}-01-01", "last": f"{number}-12-31", **cells}


def file(*lines: dict[str, str], series: str = "counted", **defined: str) -> str:
    """A file about one new statistic, which its first line defines."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="")
    writer.writeheader()
    for number, line in enumerate(lines):
        writer.writerow({"series": series, **USUAL, **({**PEOPLE, **defined} if number == 0 else {}), **line})
    return out.getvalue()


def added(*lines: dict[str, str], **defined: str) -> int:
    return need_loading.add(text=file(*lines, **defined), by=None, at=factories.NOW)


def told(text: str) -> list[tuple[int, str, str]]:
    """What is wrong with a file: line, column, words."""
    return [(each.line, each.column, each.words) for each in need_loading.check(text, on=factories.NOW.date()).problems]
