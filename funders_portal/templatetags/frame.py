"""Tags of the frame: where a person can go from here."""

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

from funders_portal import navigation
from grants import joining
from priorities import columns
from priorities.to_sort import own_backlog

register = template.Library()


@register.inclusion_tag("funders_portal/navigation.html", takes_context=True)
def main_navigation(context: dict[str, Any]) -> dict[str, Any]:
    """The main navigation, and beneath it that of the room one stands in."""
    if "request" not in context:
        return {"places": ()}
    places = navigation.main(context["request"])
    counted = any(place.here and place.name == "grants" and place.beneath for place in places)
    waiting = own_backlog(context["request"].user, columns.current()).grants if counted else None
    same_work = joining.waiting(context["request"].user) if counted else None
    return {"places": places, "to_sort": waiting, "same_work": same_work}


@register.simple_tag
def figures_are_behind() -> bool:
    """Whether the figures are those before a very large change that is being counted in."""
    return columns.is_behind()


@register.simple_tag(takes_context=True)
def name_links(context: dict[str, Any]) -> tuple[navigation.Link, ...]:
    return navigation.under_the_name(context["request"])


@register.simple_tag
def address_of(name: str, *args: Any) -> str:
    """The address of a URL name, or "" where it does not stand yet."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
