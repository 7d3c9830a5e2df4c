"""Days and hours in which letters may go: working days in England, in London's time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

LONDON = ZoneInfo("Europe/London")
OPENS, CLOSES = time(9), time(17)
"""Letters that can wait go from nine to five, so that nobody finds one in the night."""


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working(day: date) -> bool:
    """Whether it is neither a weekend nor a bank holiday in England."""
    return day.weekday() < 5 and day not in _bank_holidays(day.year)


def on_or_before(day: date) -> date:
    while not is_working(day):
        day -= timedelta(days=1)
    return day


def on_or_after(day: date) -> date:
    while not is_working(day):
        day += timedelta(days=1)
    return day


def opening(day: date) -> datetime:
    """Nine in the morning of that day in London, whichever clock it has."""
    return datetime.combine(day, OPENS, tzinfo=LONDON)


def local_day(at: datetime) -> date:
    """The day that it is in London at that instant."""
    return at.astimezone(LONDON).date()


def is_open(at: datetime) -> bool:
    """Whether letters that can wait may go at that instant."""
    there = at.astimezone(LONDON)
    return is_working(there.date()) and OPENS <= there.time() < CLOSES


def next_opening(at: datetime) -> datetime:
    """The first nine in the morning of a working day after the day of that instant."""
    return opening(on_or_after(local_day(at) + timedelta(days=1)))
