"""The amounts and dates of one row: read in every form that can be told apart, refused where they cannot be held."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from counting import money, periods
from grants import dates, standard
from grants.findings import Clean, RowCheck

_LEFT_OUT = {"not-a-date": "date-not-a-date", "no-such-day": "date-no-such-day", "absurd-year": "date-absurd-year"}
_PLAIN_NUMBER = re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)
LONGEST_DURATION = 1_200
_REFUSED = -1
_NO_PERIOD: dict[str, Clean] = {
    name: {f"{name}_start": None, f"{name}_start_precision": "", f"{name}_end": None, f"{name}_end_precision": ""}
    for name in ("planned", "actual")
}
_NO_PERIOD["planned"]["planned_months"] = None


class AmountsAndDates(RowCheck):
    """The checks of one row's money and days."""

    __slots__ = ()

    def currency(self) -> str:
        value = self.raw.get("currency")
        if type(value) is str and value in standard.CURRENCIES:
            return value
        text = self.text("currency", value)
        if not text:
            self.note("currency", "currency-missing")
            return ""
        meant = {"£": "GBP", "€": "EUR", "STG": "GBP", "UKP": "GBP"}.get(text.upper(), text.upper())
        if meant not in standard.CURRENCIES:
            self.note("currency", "currency-unknown", text)
            return ""
        if meant != text:
            self.note("currency", "currency-written-otherwise", text, meant)
        return meant

    def awarded(self, currency: str) -> int:
        """The amount, or _REFUSED where there is none that could be held."""
        value = self.raw.get("amountAwarded")
        if value is None or value == "":
            self.note("amountAwarded", "amount-missing")
            return _REFUSED
        try:
            pence = self.minor("amountAwarded", value, currency)
        except money.NotMoney as problem:
            too_large = str(problem) == "too-large"
            self.note("amountAwarded", "amount-too-large" if too_large else "amount-not-a-number", value)
            return _REFUSED
        if pence < 0:
            self.note("amountAwarded", "amount-negative", value)
            return _REFUSED
        return pence

    def other_amount(self, column: str, currency: str) -> int | None:
        """An amount that may be missing: what cannot be held is left out and listed."""
        value = self.raw.get(column)
        if value is None or value == "":
            return None
        try:
            pence = self.minor(column, value, currency)
        except money.NotMoney:
            pence = -1
        if pence >= 0:
            return pence
        self.note(column, "amount-left-out", value)
        return None

    def applied_for(self, currency: str, awarded: int) -> int | None:
        pence = self.other_amount("amountAppliedFor", currency)
        if pence == 0:
            self.note("amountAppliedFor", "applied-for-nought", 0)
            return None
        if pence is not None and pence < awarded:
            self.note("amountAppliedFor", "applied-for-less", self.raw.get("amountAppliedFor"))
        return pence

    def disbursed(self, currency: str, awarded: int) -> int | None:
        pence = self.other_amount("amountDisbursed", currency)
        if pence is not None and pence > awarded != _REFUSED:
            self.note("amountDisbursed", "disbursed-more-than-awarded", self.raw.get("amountDisbursed"))
        return pence

    def minor(self, column: str, value: Any, currency: str) -> int:
        """`value` in minor units; texts are mended, fractions of a penny rounded. Raises money.NotMoney."""
        if type(value) is int and currency == "GBP" and 0 <= value < 10**12:
            return value * 100
        if isinstance(value, str):
            value = self.number(column, value)
        if isinstance(value, float):
            value = Decimal(repr(value))
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            raise money.NotMoney("not-a-number")
        try:
            return money.minor(value, currency)
        except money.NotMoney as problem:
            if str(problem) != "finer-than-a-penny":
                raise
        unit = Decimal(1).scaleb(-money.digits(currency))
        rounded = Decimal(value).quantize(unit)
        self.note(column, "amount-rounded", value, rounded)
        return money.minor(rounded, currency)

    def number(self, column: str, written: str) -> Decimal:
        """A number that was written as text: "£1,250.50 " gives 1250.50. Raises money.NotMoney."""
        if len(written) > 60:
            raise money.NotMoney("not-a-number")
        text = re.sub(r"\s|^(?:GBP|£)|(?:GBP|£)$", "", written.strip(), flags=re.IGNORECASE)
        if not _PLAIN_NUMBER.fullmatch(text):
            raise money.NotMoney("not-a-number")
        number = Decimal(text.replace(",", ""))
        self.note(column, "number-as-text", written, number)
        return number

    # --- dates ----------------------------------------------------------------------------------------------------
    def award_date(self) -> str:
        value = self.raw.get("awardDate")
        if value is None or value == "":
            self.note("awardDate", "award-date-missing")
            return ""
        when = dates.read(value)
        if not when.precision:
            self.note("awardDate", f"award-date-{when.code}", value)
        elif when.precision != periods.DAY:
            self.note("awardDate", "award-date-partial", value)
        elif when.code:
            self.note("awardDate", when.code, value, when.first)
        return when.first

    def day(self, column: str, value: Any) -> dates.When | None:
        """A date that may be missing or partial: what is none is left out and listed."""
        if value is None or value == "":
            return None
        when = dates.read(value)
        if not when.precision:
            self.note(column, _LEFT_OUT[when.code], value)
            return None
        if when.code:
            self.note(column, when.code, value, when.first[: {"year": 4, "month": 7}.get(when.precision, 10)])
        return when

    def period(self, column: str, name: str, found: Clean) -> None:
        """Start, end and their precision under `name`; an end before its start is left out."""
        written = self.objects(column)
        if not written:
            found |= _NO_PERIOD[name]
            return
        one = written[0]
        if len(written) > 1:
            self.note(column, "several-periods", len(written))
        start = self.day(f"{column}/0/startDate", one.get("startDate"))
        end = self.day(f"{column}/0/endDate", one.get("endDate"))
        months = self.months(f"{column}/0/duration", one.get("duration"))
        found[f"{name}_start"], found[f"{name}_start_precision"] = (
            (start.first, start.precision) if start else (None, "")
        )
        found[f"{name}_end"], found[f"{name}_end_precision"] = (end.last, end.precision) if end else (None, "")
        if start and end and end.last < start.first:
            self.note(f"{column}/0/endDate", "end-before-start", one["endDate"])
            found[f"{name}_end"], found[f"{name}_end_precision"] = None, ""
        elif start and months and not end:
            day = periods.end_after(periods.partial(start.first).first, months)
            found[f"{name}_end"], found[f"{name}_end_precision"] = day.isoformat(), "duration"
        if name == "planned":
            found["planned_months"] = months

    def months(self, column: str, value: Any) -> int | None:
        if value is None or value == "":
            return None
        if type(value) is int and 0 <= value <= LONGEST_DURATION:
            return value or None
        try:
            number = Decimal(self.minor(column, value, "GBP")) / 100
        except money.NotMoney:
            number = Decimal(-1)
        if not 0 <= number <= LONGEST_DURATION:
            self.note(column, "duration-left-out", value)
            return None
        whole = int(number.to_integral_value())
        if whole != number:
            self.note(column, "duration-rounded", value, whole)
        return whole or None
