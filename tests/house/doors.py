"""Every door of the portal, read from the URLconf, and who may pass it, written down a second time by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.house.world import (
    ADMINISTRATOR,
    ADVISER,
    CONTRIBUTOR,
    KINDS,
    LEAD,
    OFFICER,
    OTHER_LEAD,
    OTHER_OFFICER,
    PUBLIC_BODY,
    SECRETARIAT,
    STRANGER,
    VIEWER,
    World,
)

EVERYBODY = frozenset(KINDS)
SIGNED_IN = EVERYBODY - {STRANGER}
OFFICERS = frozenset({OFFICER, OTHER_OFFICER})
READERS = OFFICERS | {VIEWER, SECRETARIAT}
"""Those who look over the whole portfolio."""
WRITERS = frozenset({OFFICER, SECRETARIAT})
"""Those who may change a grant of the funder."""
KEEPERS = frozenset({SECRETARIAT, ADMINISTRATOR})
"""Those who keep the group's own rows: people, organisations, settings."""
OWN = frozenset({LEAD, CONTRIBUTOR})
MEMBERS_ELSEWHERE = frozenset({OTHER_LEAD, PUBLIC_BODY, ADVISER})
"""Leads of other organisations: the same kind of person as the recipient's lead, but this grant is not theirs."""


@dataclass(frozen=True)
class Door:
    """Who gets in; who is told that there is no such thing (it is not theirs); everybody else is refused.

    at: the address's parts. posts: it only takes POST, with this data. answers: what a GET that gets in is answered.
    """

    enter: frozenset[str]
    hidden: frozenset[str] = frozenset()
    at: Callable[[World], dict[str, Any]] = lambda world: {}
    posts: Callable[[World], dict[str, Any]] | None = None
    answers: tuple[int, ...] = (200,)
    query: dict[str, str] = field(default_factory=dict)

    def expects(self, kind: str) -> str:
        if kind in self.enter:
            return "in"
        if kind in self.hidden:
            return "hidden"
        return "sign in" if kind == STRANGER else "refused"


def patterns(within: Iterable[Any] | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every pattern of the URLconf with its whole route, those of included files too."""
    for each in get_resolver().url_patterns if within is None else within:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns, route)
        else:
            yield route, each


def guard_of(pattern: URLPattern) -> tuple[Any, ...] | None:
    """What a view says of who may enter; None where it says nothing."""
    stated = getattr(pattern.callback, "guard", None)
    return stated if stated is not None else getattr(getattr(pattern.callback, "cls", None), "guard", None) or None


def unguarded(within: Iterable[Any] | None = None) -> list[str]:
    return [route for route, each in patterns(within) if not guard_of(each) and each.name not in LIBRARY_DOORS]


def address(name: str, world: World) -> str:
    return reverse(name, kwargs=DOORS[name].at(world))


def grant(world: World) -> dict[str, Any]:
    return {"pk": world.grant.pk}


LIBRARY_DOORS: dict[str, str] = {}
"""Doors that are not ours, and so carry no guard of ours: name to the reason why they stand."""

DOORS: dict[str, Door] = {
    "home": Door(EVERYBODY),
    "help": Door(EVERYBODY),
    "api-root": Door(SIGNED_IN),
    "api-schema": Door(SIGNED_IN),
    "api-docs": Door(SIGNED_IN),
    "api-nothing": Door(EVERYBODY, at=lambda world: {"rest": "nothing/here/"}, answers=(404,)),
}
