"""Figures and windows as people read them."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from counting import money
from outcomes.models import IndicatorVersion, Measurement


def figure(measured: Measurement) -> str:
    """30, 12 of 40, £1,250, 3.75, or why there is none."""
    if measured.status != Measurement.REPORTED:
        return str(measured.get_status_display())
    if measured.numerator is not None:
        return _("%(part)s of %(whole)s") % {"part": f"{measured.numerator:,}", "whole": f"{measured.denominator:,}"}
    value = measured.value or 0
    if measured.version.kind == IndicatorVersion.MONEY:
        return money.exact(value)
    return f"{value:,}" if measured.version.kind != IndicatorVersion.SCALE else f"{value / 100:.2f}"


def window(start: date, end: date) -> str:
    """1 April to 30 June 2026, with both years where they differ."""
    first = date_format(start, "j F" if start.year == end.year else "j F Y")
    return _("%(first)s to %(last)s") % {"first": first, "last": date_format(end, "j F Y")}
