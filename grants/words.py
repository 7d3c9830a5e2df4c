"""Grants in words: dates as finely as they are known, places by name, yes and no."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counting import places

PLACES = {
    **{code: name for code, (name, _gss) in places.REGIONS.items()},
    places.UK_WIDE: gettext_lazy("UK-wide"),
    places.INTERNATIONAL: gettext_lazy("International"),
}
"""Place codes and their names, in the order of every table."""


def place(code: str) -> str:
    """A place code's name, or "" for a place that is in no known region."""
    return str(PLACES.get(code, ""))


def day(value: date | None, precision: str = "day") -> str:
    """31 March 2025, March 2025 or 2025, as finely as it is known; "" for no date."""
    if value is None:
        return ""
    return date_format(value, {"year": "Y", "month": "F Y"}.get(precision, "j F Y"))


def yes_no(value: object) -> str:
    return _("yes") if value else _("no")
