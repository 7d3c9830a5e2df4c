"""Template tags for grants: dates as finely as they are known, texts and states as they may be shown."""

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants import portfolio, words
from grants.models import Grant

register = template.Library()

STATES = {
    "to-come": gettext_lazy("not yet begun"),
    "running": gettext_lazy("running"),
    "ended": gettext_lazy("ended"),
    "undated": gettext_lazy("end not known"),
}


@register.filter
def known(grant: Grant, name: str) -> str:
    """{{ grant|known:"planned_end" }} gives 31 March 2025, March 2025 or 2025, as finely as it is known."""
    precision = getattr(grant, f"{name}_precision")
    told = words.day(getattr(grant, name), precision)
    return _("%s (worked out from the months)") % told if precision == "duration" else told


@register.filter
def end(grant: Grant) -> str:
    """When the grant ends, actually or as planned; "" where nobody said."""
    name = "actual_end" if grant.actual_end else "planned_end"
    return words.day(getattr(grant, name), getattr(grant, f"{name}_precision"))


@register.filter
def shown_title(grant: Grant) -> str:
    return portfolio.shown_text(grant, grant.title)


@register.filter
def shown_description(grant: Grant) -> str:
    return portfolio.shown_text(grant, grant.description)


@register.filter
def shown(grant: Grant, text: str) -> str:
    """{{ grant|shown:grant.programme }} is a text of the grant's funder as it may be shown."""
    return portfolio.shown_text(grant, text)


@register.filter
def state(grant: Grant) -> str:
    """The code of the grant's state today, as in .state-CODE."""
    return portfolio.state_on(grant, timezone.localdate())


@register.filter
def state_words(code: str) -> str:
    return str(STATES[code])
