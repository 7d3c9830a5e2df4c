"""The whole of a grant as JSON, as each revision keeps it, and what differs between two of them in words.

The content is an object with every field of Grant by its name (dates and moments in ISO form, amounts in minor units),
"funder" {"id", "name"}, "project" {"id", "title"}, "recipients" [{"id", "name"}] by id, "locations" as a list of
objects with LOCATION's names, and "relations", the identifiers of related grants in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

import orjson
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from counting import money
from grants import words

DATES = ("planned_start", "planned_end", "actual_start", "actual_end")
"""Dates that may be known to the month or year only; each has a field of its precision beside it."""
PLAIN = (
    "grant_id", "to_individual", "title", "description", "programme_code", "programme", "currency", "amount_awarded",
    "amount_applied_for", "amount_disbursed", "award_date", *DATES, *(f"{name}_precision" for name in DATES),
    "planned_months", "regrant_type", "joint_share", "protected_location", "source_digest", "added_on", "removed_at",
)  # fmt: skip
"""The fields of Grant that the content holds as they are."""
LOCATION = ("name", "geo_code", "geo_code_type", "country_code", "region")

Content = dict[str, Any]


class Reason(TextChoices):
    """Why a revision was written."""

    ADDED = "added", _("added")
    CHANGED = "changed", _("changed")
    REMOVED = "removed", _("removed")
    RESTORED = "restored", _("brought back")
    PROTECTION = "protection", _("protection of its place changed")
    IMPORT = "import", _("read from a file")
    UNDO = "undo", _("import undone")
    DEMO = "demo", _("loaded with the demo")
    JOINED = "joined", _("joined with other grants as one work")
    PARTED = "parted", _("parted from the grants that it was joined with")


class Difference(NamedTuple):
    """One field that changed: its name, its label, and what it said before and after, in words."""

    field: str
    label: str
    old: str
    new: str


def content(
    grant: Any,
    *,
    funder: tuple[int, str],
    project: tuple[int, str],
    recipients: Iterable[tuple[int, str]],
    locations: Iterable[Any],
    relations: Iterable[str],
) -> Content:
    """The whole of a grant; funder, project and recipients are (id, name), locations have LOCATION's attributes."""
    return {
        **{name: _plain(getattr(grant, name)) for name in PLAIN},
        "funder": {"id": funder[0], "name": funder[1]},
        "project": {"id": project[0], "title": project[1]},
        "recipients": [{"id": pk, "name": name} for pk, name in sorted(recipients)],
        "locations": [{name: getattr(each, name) for name in LOCATION} for each in locations],
        "relations": sorted(relations),
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def as_json(whole: Content) -> str:
    """The same text for the same content, whatever order its keys came in."""
    return orjson.dumps(whole, option=orjson.OPT_SORT_KEYS).decode()


def from_json(text: str) -> Content:
    whole: Content = orjson.loads(text)
    return whole


def values(whole: Content) -> dict[str, Any]:
    """The plain fields as Grant takes them: dates and moments as such. The inverse of what `content` does to them."""
    read: dict[str, Any] = {name: whole[name] for name in PLAIN}
    for name in (*DATES, "award_date", "added_on"):
        read[name] = date.fromisoformat(read[name]) if read[name] else None
    read["removed_at"] = datetime.fromisoformat(read["removed_at"]) if read["removed_at"] else None
    return read


def same(before: Content, after: Content) -> bool:
    return as_json(before) == as_json(after)


def _money(name: str) -> Callable[[Content], str]:
    return lambda whole: "" if whole[name] is None else money.exact(whole[name], whole["currency"])


def _day(name: str) -> Callable[[Content], str]:
    def told(whole: Content) -> str:
        value = date.fromisoformat(whole[name]) if whole[name] else None
        return words.day(value, whole.get(f"{name}_precision", "day"))

    return told


def _text(name: str) -> Callable[[Content], str]:
    return lambda whole: "" if whole[name] is None else str(whole[name])


def _yes(name: str) -> Callable[[Content], str]:
    return lambda whole: words.yes_no(whole[name])


def places(whole: Content, *, fine: bool) -> str:
    """The grant's places in words; `fine` False says nothing finer than a region."""
    names = [fine_place(each) if fine else words.place(each["region"]) for each in whole["locations"]]
    return ", ".join(sorted({name for name in names if name}))


def fine_place(location: Mapping[str, str]) -> str:
    return location["name"] or words.place(location["region"]) or location["geo_code"] or location["country_code"]


_TOLD: dict[str, tuple[Any, Callable[[Content], str]]] = {
    "title": (_("Title"), _text("title")),
    "description": (_("Description"), _text("description")),
    "funder": (_("Funder"), lambda whole: whole["funder"]["name"]),
    "recipients": (_("Recipients"), lambda whole: ", ".join(each["name"] for each in whole["recipients"])),
    "to_individual": (_("To an individual"), _yes("to_individual")),
    "project": (_("Project"), lambda whole: whole["project"]["title"]),
    "amount_awarded": (_("Amount awarded"), _money("amount_awarded")),
    "amount_applied_for": (_("Amount applied for"), _money("amount_applied_for")),
    "amount_disbursed": (_("Amount paid so far"), _money("amount_disbursed")),
    "award_date": (_("Award date"), _day("award_date")),
    "planned_start": (_("Planned start"), _day("planned_start")),
    "planned_end": (_("Planned end"), _day("planned_end")),
    "planned_months": (_("Planned months"), _text("planned_months")),
    "actual_start": (_("Actual start"), _day("actual_start")),
    "actual_end": (_("Actual end"), _day("actual_end")),
    "programme": (_("Programme"), _text("programme")),
    "regrant_type": (_("Kind of regrant"), _text("regrant_type")),
    "joint_share": (_("Joint share of another grant"), _yes("joint_share")),
    "protected_location": (_("Place protected"), _yes("protected_location")),
    "relations": (_("Related grants"), lambda whole: ", ".join(whole["relations"])),
    "grant_id": (_("Grant identifier"), _text("grant_id")),
    "removed_at": (_("Removed"), _yes("removed_at")),
}


def differences(before: Content, after: Content, *, fine: bool = False) -> list[Difference]:
    """What changed, field by field, in the order of the page; fields that nobody reads are left out.

    `fine` True names places as the funder wrote them where both contents are unprotected, else regions only.
    """
    found = []
    for field, (label, told) in _TOLD.items():
        old, new = told(before), told(after)
        if old != new:
            found.append(Difference(field, str(label), old, new))
    if before["locations"] != after["locations"]:
        found.append(_places_differ(before, after, fine=fine))
    return found


def _places_differ(before: Content, after: Content, *, fine: bool) -> Difference:
    """Where the regions stay the same, the line still says that places changed, and no more."""
    old, new = (places(each, fine=fine and not each["protected_location"]) for each in (before, after))
    return Difference("locations", str(_("Places")), old, new)
