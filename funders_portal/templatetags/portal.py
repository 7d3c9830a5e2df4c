"""Template tags for money and dates, the same on every page."""

from datetime import date

from django import template
from django.utils.formats import date_format

from counting import money

register = template.Library()


@register.filter
def pounds(pence: int | None, currency: str = "GBP") -> str:
    """Exact, for tables: 14000000 gives £140,000."""
    return "" if pence is None else money.exact(pence, currency)


@register.filter
def short_pounds(pence: int | None, currency: str = "GBP") -> str:
    """Rounded, for sentences: 370000000 gives £3.7m."""
    return "" if pence is None else money.short(pence, currency)


@register.filter
def day(value: date | None) -> str:
    """31 March 2025."""
    return date_format(value, "j F Y") if value else ""


@register.filter
def percent(share: int | None) -> str:
    """Basis points as a percentage: 7726 gives 77.3 %."""
    if share is None:
        return ""
    tenths = (share + 5) // 10
    return f"{tenths // 10}.{tenths % 10}\u00a0%" if tenths % 10 else f"{tenths // 10}\u00a0%"
