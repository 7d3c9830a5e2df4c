"""What is typed and not handed in yet: saved box by box, so that two people at once overwrite nothing unseen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Person
from outcomes import identifying
from outcomes.asking import NONE
from outcomes.identifying import Find
from outcomes.models import Report

MOST_CHARACTERS = 40_000
"""In one box; twice the largest limit, so that nothing is lost while somebody shortens it."""


class AlreadyHandedIn(Exception):
    """The report was handed in before; says when and by whom."""

    def __init__(self, report: Report, person: Person) -> None:
        who = _("by you") if report.submitted_by_id == person.pk else _("by a colleague")
        self.report = report
        handed_in = timezone.localtime(report.submitted_at)
        told = {"at": date_format(handed_in, "H:i"), "day": date_format(handed_in, "j F Y"), "who": who}
        super().__init__(_("Already handed in at %(at)s on %(day)s %(who)s.") % told)


class Change(NamedTuple):
    """A box as somebody left it, and the version of it that she had before her."""

    value: str
    base: int


@dataclass(frozen=True, slots=True)
class Saved:
    """versions: of every box that was kept. unlike: boxes that a colleague changed meanwhile, as they stand now.
    held: boxes that were not kept, since something in them could tell who a person is, with all that was found.
    """

    versions: Mapping[str, int]
    unlike: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    held: Mapping[str, list[Find]] = field(default_factory=dict)


def is_open(report: Report) -> bool:
    """Whether it can be written on: not handed in yet, or reopened since."""
    return not report.submitted_at or bool(report.draft)


@transaction.atomic
def save(report: Report, changes: Mapping[str, Change], *, names: Collection[str], by: Person, at: datetime) -> Saved:
    """Keep what was typed. A box that has moved on since its `base` stays as it is and is told as `unlike`, unless it
    holds the very same. One in which something could tell who a person is stays too and is told as `held`, until
    somebody said of every find that it is none. Names that the form does not have are left out. Raises AlreadyHandedIn.
    """
    report = Report.objects.select_for_update().get(pk=report.pk)
    if not is_open(report):
        raise AlreadyHandedIn(report, by)
    versions: dict[str, int] = {}
    unlike: dict[str, Mapping[str, Any]] = {}
    held: dict[str, list[Find]] = {}
    changed = False
    for name, change in changes.items():
        if name not in names:
            continue
        now = report.draft.get(name, {"value": "", "version": 0})
        value = change.value[:MOST_CHARACTERS]
        if value != now["value"]:
            if change.base != now["version"]:
                unlike[name] = now
                continue
            if found := _tells(name, value, report, changes, names):
                held[name] = found
                continue
            now = {"value": value, "version": now["version"] + 1, "by": by.pk, "at": at.isoformat()}
            report.draft[name] = now
            changed = True
        versions[name] = now["version"]
    if changed:
        report.draft_version += 1
        report.draft_at, report.draft_by = at, by
        report.save(update_fields=["draft", "draft_version", "draft_at", "draft_by"])
    return Saved(versions, unlike, held)


def _tells(name: str, value: str, report: Report, changes: Mapping[str, Change], names: Collection[str]) -> list[Find]:
    """What in a box of words could tell who a person is, and nobody said that it is none."""
    beside = f"{name}{NONE}"
    if beside not in names:
        return []
    said = changes[beside].value if beside in changes else report.draft.get(beside, {"value": ""})["value"]
    return identifying.left(value, said.splitlines())


def values(report: Report) -> dict[str, str]:
    """What stands in every box, by name."""
    return {name: kept["value"] for name, kept in report.draft.items()}


def filled(texts: Mapping[str, str], *, by: Person, at: datetime) -> dict[str, dict[str, Any]]:
    """A draft that holds these texts from the beginning."""
    return {
        name: {"value": value, "version": 1, "by": by.pk, "at": at.isoformat()}
        for name, value in texts.items()
        if value
    }
