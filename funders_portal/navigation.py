"""Where a person can go: one list, of which each sees what stands and what she may enter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access import FUNDERS, GRANTEES, Anyone, Kind, Officer, Secretariat, Viewer, may

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Place:
    """One entry: its URL name, its words, and the URL names that count as being there."""

    name: str
    words: Words
    names: tuple[str, ...] = ()
    beneath: tuple[Place, ...] = ()
    to: tuple[Kind, ...] = (Anyone,)

    def holds(self, name: str) -> bool:
        return name == self.name or name in self.names or any(each.holds(name) for each in self.beneath)


GRANT_PAGES = (
    "grant",
    "grant_edit",
    "grant_remove",
    "grant_restore",
    "grant_hold_back",
    "grant_protection",
    "grants_removed",
    "grant_invite",
)
SORT_PAGES = ("sort", "sort_paste", "suggestions_confirm")
NEED_PAGES = ("need_figures", "need_series", "need_add", "need_remove", "need_restore")
GAP_PAGES = ("gaps", "gap_set_aside", "gap_looking")
REPORT_PAGES = (
    "report_letters", "report", "report_questions", "report_evidence", "report_black_out", "report_file_add", "copy",
    "figures", "overlaps", "more_time", "learning_agree",
)  # fmt: skip
UPLOAD_PAGES = ("grant_add", "imports", "import", "import_progress", "import_missing")

MAIN = (
    Place("home", _("Home"), to=FUNDERS + GRANTEES),
    Place(
        "coverage",
        _("Coverage"),
        names=("coverage_grants", "funder_view"),
        to=FUNDERS,
        beneath=(
            Place("coverage", _("Where it falls short"), names=GAP_PAGES),
            Place("neglected", _("Named by the funders")),
            Place("coverage_by", _("By area and place")),
            Place("need", _("Beside need"), names=NEED_PAGES),
            Place("runs_out", _("When money runs out"), names=("runs_out_grants",)),
            Place("who_funds", _("Who funds what")),
            Place("try_a_grant", _("Try a grant")),
        ),
    ),
    Place(
        "grants",
        _("Grants"),
        to=FUNDERS,
        beneath=(
            Place("grants", _("All"), names=GRANT_PAGES),
            Place("to_sort", _("To sort"), names=SORT_PAGES),
            Place("same_work", _("Same work?"), to=(Officer, Viewer)),
            Place("upload", _("Add or upload"), names=UPLOAD_PAGES),
        ),
    ),
    Place(
        "to_answer",
        _("Reports"),
        to=(Officer, Viewer),
        beneath=(
            Place("to_answer", _("To answer"), names=("copy", "asked")),
            Place("dues", _("Due"), names=("due", "plan_reports", "renewal", "overlaps", "figures", "follow_up")),
            Place("letters", _("Letters"), names=("report_letters",)),
            Place("what_we_ask", _("What we ask")),
            Place("what_was_learned", _("What was learned")),
        ),
    ),
    Place("results", _("Results"), to=FUNDERS),
)
GRANTEE = (
    Place("home", _("To do"), to=GRANTEES),
    Place("our_reports", _("Our reports"), names=REPORT_PAGES, to=GRANTEES),
    Place("grants", _("Our grants"), names=(*GRANT_PAGES, "ask_change", "same_work"), to=GRANTEES),
    Place("our_charity", _("Our charity"), names=("colleague_invite",), to=GRANTEES),
)
UNDER_THE_NAME = (
    Place("what_was_learned", _("What was learned"), to=(Secretariat,)),
    Place("targets", _("Targets"), to=FUNDERS),
    Place("watch", _("What the group watches"), to=FUNDERS),
    Place("our_funder", _("Our people")),
    Place("organisations", _("Organisations")),
    Place("people", _("People")),
    Place("group_settings", _("Group settings")),
    Place("journal", _("Who did what")),
    Place("how_letters_go", _("How letters go")),
    Place("reports_to_black_out", _("Black something out"), names=("report_black_out",)),
    Place("tokens", _("API tokens")),
    Place("help", _("Help")),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A Place as one person sees it on one page."""

    name: str
    words: Words
    url: str
    here: bool
    beneath: tuple[Link, ...] = ()


def main(request: HttpRequest) -> tuple[Link, ...]:
    """The main navigation for this person; empty for strangers."""
    if not request.user.is_authenticated:
        return ()
    return links(MAIN if may(request.user, *FUNDERS) else GRANTEE, request)


def under_the_name(request: HttpRequest) -> tuple[Link, ...]:
    return links(UNDER_THE_NAME, request) if request.user.is_authenticated else ()


def links(places: tuple[Place, ...], request: HttpRequest) -> tuple[Link, ...]:
    return tuple(_links(places, request))


def _links(places: tuple[Place, ...], request: HttpRequest) -> Iterator[Link]:
    here = request.resolver_match.url_name if request.resolver_match else ""
    for place in places:
        url = open_door(place, request.user)
        if url:
            yield Link(place.name, place.words, url, place.holds(here or ""), links(place.beneath, request))


def open_door(place: Place, person: Any) -> str:
    """The place's address, or "" where it does not stand yet or this person may not enter."""
    if not may(person, *place.to):
        return ""
    url, guard = _door(place.name, settings.ROOT_URLCONF)
    return url if url and may(person, *guard) else ""


@lru_cache(maxsize=256)
def _door(name: str, addresses: str) -> tuple[str, tuple[Any, ...]]:
    """A URL name's address, "" where there is none, and its guard; `addresses`: the module that lists them."""
    try:
        url = reverse(name, addresses)
    except NoReverseMatch:
        return "", ()
    return url, getattr(resolve(url, addresses).func, "guard", (Anyone,))
