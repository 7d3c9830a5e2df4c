"""Template tags for money and dates, the same on every page."""

from datetime import date

from django import template
from django.utils.formats import date_format

from counting import money
from counting.money import WHOLE
from funders_portal import summary
from priorities import freshness, linking

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


@register.inclusion_tag("funders_portal/held_back_line.html")
def held_back_line() -> dict[str, bool]:
    """Says of figures that some grants are in none of them, to everybody alike; nothing where there are none."""
    return {"some_held_back": freshness.some_held_back()}


@register.filter
def percent(share: int | None) -> str:
    """Basis points that were counted, to a tenth: 7726 gives 77.3 %, 800 gives 8.0 %."""
    return "" if share is None else summary.percent(share, WHOLE)


@register.filter
def stated_percent(share: int) -> str:
    """Basis points as somebody stated them: 5000 gives 50 %."""
    return f"{linking.in_percent(share)}\u00a0%"
