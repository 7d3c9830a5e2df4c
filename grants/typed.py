"""What people type, read kindly: amounts such as £120,000 and dates such as March 2025."""

from __future__ import annotations

import re

from counting import money, periods
from counting.periods import NotADate, PartialDate

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = re.compile(r"(?:(\d{1,2})[/.-])?(\d{1,2})[/.-](\d{4})", re.ASCII)
_NAMED = re.compile(r"(?:(\d{1,2})(?:st|nd|rd|th)?\s+)?([a-z]+)\.?,?\s+(\d{4})", re.IGNORECASE | re.ASCII)
_AMOUNT = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?", re.ASCII)
_SIGNS = {"GBP": ("£",), "EUR": ("€",), "USD": ("US$", "$")}
_FULL_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december", "sept",
)  # fmt: skip


def amount(text: str, currency: str = "GBP") -> int:
    """Minor units from "£120,000", "120000.50" or "1,250"; raises money.NotMoney with its code for anything else."""
    bare = re.sub(r"\s", "", text)
    for sign in (currency, *_SIGNS.get(currency, ())):
        bare = bare.removeprefix(sign)
    found = _AMOUNT.fullmatch(bare)
    if not found:
        raise money.NotMoney("not-a-number")
    return money.minor(found[1].replace(",", "") + (found[2] or ""), currency)


def day(text: str) -> PartialDate:
    """A date known to the day, month or year: 2025, 2025-03, 2025-03-31, 31/3/2025, 3/2025, March 2025, 31 March 2025.

    Numbers are read as in Britain, day first. Raises NotADate for anything else and for days that do not exist.
    """
    text = " ".join(text.split())
    if found := _NUMBERS.fullmatch(text):
        return _partial(found[3], found[2], found[1])
    if found := _NAMED.fullmatch(text):
        return _partial(found[3], _month(found[2]), found[1])
    return periods.partial(text)


def _partial(year: str, month: str, day_of_month: str | None) -> PartialDate:
    return periods.partial("-".join([year, month.zfill(2), *([day_of_month.zfill(2)] if day_of_month else [])]))


def _month(name: str) -> str:
    lowered = name.lower()
    if lowered not in _MONTHS and lowered not in _FULL_MONTHS:
        raise NotADate(name)
    return str(_MONTHS.index(lowered[:3]) + 1)
