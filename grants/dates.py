"""Dates as people write them in files, with a code where they are not written as the standard asks."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from counting import periods

FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Years outside these are taken for slips of the pen."""

_TIME = r"[Tt ]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
_ZONE = r"\s*(?:[Zz]|[+-]\d{2}:?\d{2})"
_WITH_TIME = re.compile(rf"(\d{{4}}-\d{{2}}-\d{{2}})({_TIME})({_ZONE})?")
_DAY_FIRST = re.compile(rf"(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}})(?:{_TIME}(?:{_ZONE})?)?")
_YEAR_FIRST = re.compile(rf"(\d{{4}})[/.](\d{{1,2}})[/.](\d{{1,2}})(?:{_TIME})?")
_MONTH_FIRST = re.compile(r"(\d{1,2})[/.-](\d{4})")
_IN_WORDS = re.compile(r"(?:(\d{1,2})(?:st|nd|rd|th)?[\s-]+)?([A-Za-z]{3,9})\.?,?[\s-]+(\d{4})")
_FULL_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTHS = {name[:3]: number for number, name in enumerate(_FULL_MONTHS, start=1)}


class When(NamedTuple):
    """A date as it is known: first and last day it may be (ISO texts), precision, and the code of its form.

    code: "" as the standard asks; a repair's code where it is written otherwise; where precision is "", why it is
    no date: not-a-date, no-such-day or absurd-year.
    """

    first: str
    last: str
    precision: str
    code: str


def read(value: object) -> When:
    """Read a date, date-time or partial date in any form that can be told apart; never raises."""
    if isinstance(value, str):
        return _read(value) if len(value) < 60 else When("", "", "", "not-a-date")
    if isinstance(value, int) and not isinstance(value, bool) and FIRST_YEAR <= value <= LAST_YEAR:
        return _known(str(value), "other-date-form")
    return When("", "", "", "not-a-date")


@lru_cache(maxsize=16_384)
def _read(written: str) -> When:
    text = written.strip().strip("\u00a0\u200b\ufeff")
    found = _standard(text) or _otherwise(text)
    if found is None:
        return When("", "", "", "not-a-date")
    if found.precision and not found.code and text != written:
        return found._replace(code="blanks-around")
    return found


def _standard(text: str) -> When | None:
    if re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text, re.ASCII):
        return _known(text, "")
    if found := _WITH_TIME.fullmatch(text):
        day, time, zone = found.groups()
        return _known(day, "" if zone and time[0] in "Tt" else "date-with-time")
    return None


def _otherwise(text: str) -> When | None:
    if found := _DAY_FIRST.fullmatch(text):
        day, _, month, year = found.groups()
        return _known(f"{year}-{int(month):02}-{int(day):02}", "day-first-date")
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = found.groups()
        return _known(f"{year}-{int(month):02}-{int(day):02}", "other-date-form")
    if found := _MONTH_FIRST.fullmatch(text):
        return _known(f"{found.group(2)}-{int(found.group(1)):02}", "other-date-form")
    if found := _IN_WORDS.fullmatch(text):
        return _from_words(*found.groups())
    return None


def _from_words(day: str | None, name: str, year: str) -> When | None:
    month = _MONTHS.get(name[:3].lower())
    if month is None or not _FULL_MONTHS[month - 1].startswith(
        name.lower().removesuffix("t") if month == 9 else name.lower()
    ):
        return None
    return _known(f"{year}-{month:02}" + (f"-{int(day):02}" if day else ""), "date-in-words")


def _known(text: str, code: str) -> When:
    """`text` in the standard's form, checked to exist."""
    try:
        known = periods.partial(text)
    except periods.NotADate:
        return When("", "", "", "no-such-day")
    if not FIRST_YEAR <= known.first.year <= LAST_YEAR:
        return When("", "", "", "absurd-year")
    return When(known.first.isoformat(), known.last.isoformat(), known.precision, code)
