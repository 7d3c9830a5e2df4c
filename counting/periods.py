"""Days, months and dates known only to the month or the year."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

DAY, MONTH, YEAR = "day", "month", "year"
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


class NotADate(ValueError):
    """The text is no date that exists, or is none in the form YYYY, YYYY-MM or YYYY-MM-DD."""


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as it is known: first and last day it may be, and how finely it is known (day, month or year)."""

    first: date
    last: date
    precision: str

    def __str__(self) -> str:
        return as_text(self.first, self.precision)


def partial(text: str) -> PartialDate:
    """Read YYYY, YYYY-MM or YYYY-MM-DD; raises NotADate for anything else and for days that do not exist."""
    found = _PARTIAL.fullmatch(text)
    if not found:
        raise NotADate(text)
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    try:
        if month is None:
            return PartialDate(date(year, 1, 1), date(year, 12, 31), YEAR)
        if day is None:
            return PartialDate(date(year, month, 1), last_of_month(year, month), MONTH)
        return PartialDate(date(year, month, day), date(year, month, day), DAY)
    except ValueError as problem:
        raise NotADate(text) from problem


def as_text(day: date, precision: str) -> str:
    """The date to its own precision and no finer: 2024, 2024-03 or 2024-03-31."""
    return day.isoformat()[: {YEAR: 4, MONTH: 7}.get(precision, 10)]


def last_of_month(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def add_months(day: date, months: int) -> date:
    """The same day `months` later (or earlier), or the month's last day where it has none such.

    Raises OverflowError beyond the years 1 to 9999.
    """
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    if not 1 <= year <= 9999:
        raise OverflowError(f"{day} plus {months} months")
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def end_after(start: date, months: int) -> date:
    """The last day of a period of whole `months` that begins on `start`: 1 April 2022 and 36 give 31 March 2025."""
    return add_months(start, months) - timedelta(days=1)


def months_between(earlier: date, later: date) -> int:
    """Whole months from `earlier` to `later`, rounded down; negative where later comes first."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months - (later.day < earlier.day and add_months(earlier, months) > later)


def quarter_start(day: date) -> date:
    """The first day of the calendar quarter in which a day lies."""
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def quarter_end(day: date) -> date:
    """The last day of the calendar quarter in which a day lies."""
    return end_after(quarter_start(day), 3)


def quarters(first: date, last: date) -> list[tuple[date, date]]:
    """Every calendar quarter that has a day from `first` to `last`, whole."""
    found, start = [], quarter_start(first)
    while start <= last:
        found.append((start, quarter_end(start)))
        start = add_months(start, 3)
    return found


def last_closed(day: date) -> date:
    """The last day of the quarter that was the last to be over on a day."""
    return quarter_start(day) - timedelta(days=1)
