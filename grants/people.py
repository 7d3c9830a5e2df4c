"""Rows about a person: known as such, and kept without her name and everything that could lead to her."""

from __future__ import annotations

from typing import Any

from counting import places
from grants import standard
from grants.findings import objects
from grants.texts import without_contacts, without_names

_GENERIC_NAMES = frozenset(
    {"", "individual", "individual recipient", "recipient", "anonymous", "individuals", "redacted"}
)
_ABOUT_PEOPLE = frozenset(standard.OBJECTS)
_WHAT_PERSONS_KEEP = standard.KNOWN - {"recipientOrganization", "relatedDocument", "url"}


def names_somebody(raw: Any) -> bool:
    """Whether the row is about a person, so that most of it must not be kept."""
    if not isinstance(raw, dict):
        return False
    if not _ABOUT_PEOPLE.isdisjoint(raw):
        return True
    if standard.KNOWN.issuperset(raw):
        return False
    return any(_is_personal(key) for key in raw.keys() - standard.KNOWN)


def _is_personal(key: Any) -> bool:
    plain = str(key).replace(" ", "").casefold()
    return plain.startswith(("recipientind", "toindividuals"))


def safe(raw: Any) -> Any:
    """The row as it may be kept: whole, but for a person's name and everything that could lead to her."""
    if not names_somebody(raw):
        return raw
    names = names_of(raw)
    kept = {key: _unnamed(value, names) for key, value in raw.items() if key in _WHAT_PERSONS_KEEP}
    if "recipientIndividual" in raw:
        kept["recipientIndividual"] = {}
    if raw.get("beneficiaryLocation"):
        kept["beneficiaryLocation"] = [_coarse(each) for each in objects(raw["beneficiaryLocation"])]
    return kept


def names_of(raw: dict[str, Any]) -> tuple[str, ...]:
    """The people's names that the row holds; what is said in place of a name is none."""
    people = [each for key, value in raw.items() if _is_personal(key) for each in objects(value)]
    found = [each["name"].strip() for each in people if isinstance(each.get("name"), str)]
    return tuple(name for name in found if name.casefold() not in _GENERIC_NAMES)


def _unnamed(value: Any, names: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        return without_contacts(without_names(value, names))
    if isinstance(value, list):
        return [_unnamed(each, names) for each in value]
    if isinstance(value, dict):
        return {key: _unnamed(each, names) for key, each in value.items()}
    return value


def _coarse(location: dict[str, Any]) -> dict[str, Any]:
    """A person's place: its region and country, nothing finer."""
    region = places.region_of(str(location.get("geoCode") or ""))
    gss = places.REGIONS[region][1] if region in places.REGIONS else ""
    return {"countryCode": location.get("countryCode")} | ({"geoCode": gss} if gss else {})
