"""The journal as it is read: each line with who, what, about what, and what was different after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.urls import NoReverseMatch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.journal import Did
from accounts.models import JournalEntry, Organisation, Person

FIELDS = {
    "name": gettext_lazy("name"),
    "email": gettext_lazy("address"),
    "is_secretariat": gettext_lazy("secretariat"),
    "is_administrator": gettext_lazy("administrator"),
    "is_active": gettext_lazy("may sign in"),
    "roles": gettext_lazy("what it is"),
    "identifiers": gettext_lazy("identifiers"),
    "aliases": gettext_lazy("other names"),
    "organisation": gettext_lazy("organisation"),
    "role": gettext_lazy("role"),
    "address": gettext_lazy("address"),
    "first_name": gettext_lazy("first name"),
    "colleague": gettext_lazy("colleague"),
    "place": gettext_lazy("where"),
}
"""The details that are shown, in words; what else other rooms note beside their lines is for them to show."""


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    by: str
    did: str
    about: str
    url: str
    details: tuple[str, ...]


def told(entries: Iterable[JournalEntry]) -> list[Line]:
    """Journal entries in words; two queries for the names in them, however many there are."""
    entries = list(entries)
    names = named(entries)
    return [
        Line(
            at=entry.at,
            by=str(entry.by) if entry.by else _("the portal"),
            did=str(Did(entry.what).label) if entry.what in Did.values else entry.what,
            about=about_in_words(entry.about, names),
            url=address(entry.about, names),
            details=tuple(differences(entry.details)),
        )
        for entry in entries
    ]


def named(entries: list[JournalEntry]) -> dict[str, Model]:
    """The people and organisations that the entries are about, by what the entries call them."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        label, _colon, key = entry.about.partition(":")
        wanted[label].append(key)
    found: dict[str, Model] = {}
    for model in (Person, Organisation):
        label = model._meta.label_lower
        found |= {f"{label}:{pk}": row for pk, row in model._default_manager.in_bulk(wanted[label]).items()}
    return found


def about_in_words(about: str, names: dict[str, Model]) -> str:
    """A person's or organisation's name, else the kind of thing and its number."""
    if about in names:
        return str(names[about])
    label, _colon, key = about.partition(":")
    model = model_of(label)
    return f"{model._meta.verbose_name} {key}" if model else about


def address(about: str, names: dict[str, Model]) -> str:
    """The page of what a line is about, or "" where it has none."""
    label, _colon, key = about.partition(":")
    model = model_of(label)
    if model is None or not hasattr(model, "get_absolute_url") or not key.isdecimal():
        return ""
    if model in (Person, Organisation) and about not in names:
        return ""
    try:
        return str(model(pk=int(key)).get_absolute_url())
    except NoReverseMatch:
        return ""


def model_of(label: str) -> Any:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def differences(details: dict[str, Any]) -> Iterator[str]:
    """Each known detail as "name: before → after", or as "name: value"."""
    for field, words in FIELDS.items():
        value = details.get(field, "")
        if isinstance(value, list) and len(value) == 2:
            yield f"{words}: {in_words(value[0])} → {in_words(value[1])}"
        elif value not in ("", False):
            yield f"{words}: {in_words(value)}"


def in_words(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(str, value)) or _("none")
    return str(value) or _("none")
