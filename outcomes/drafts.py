"""What is typed and not handed in yet: saved box by box, so that two people at once overwrite nothing unseen."""

from __future__ import annotations

import re
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


CARRIED = "carried"
"""A box that no form has: of which reports which boxes were taken along, and in what version."""
WORDS = re.compile(r"q[0-9]+")
"""Names of boxes for answers in words."""
Box = Mapping[str, Any]


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


def take_along(report: Report, boxes: Mapping[str, Box], *, origin: int, names: Collection[str]) -> bool:
    """Put into a draft what was typed in another report (`origin`, its primary key); whether that changed anything.

    Words go beneath what stands there, anything else only where nothing does. A box remembers what it was before, so
    that give_back can undo it; what was taken along once is not taken again. The report is not saved.
    """
    memory = report.draft.get(CARRIED) or {"value": "", "version": 0, "from": {}}
    seen = memory["from"].setdefault(str(origin), {})
    fresh = {
        name: box
        for name, box in boxes.items()
        if name in names and box["value"].strip() and seen.get(name, 0) < box["version"]
    }
    for name, box in fresh.items():
        seen[name] = box["version"]
        now = report.draft.get(name, {"value": "", "version": 0})
        before = now["before"] if now.get("origin") == origin else now
        value = _both(name, before["value"], box["value"])
        if value != now["value"]:
            told = {"by": box["by"], "at": box["at"], "origin": origin, "before": before}
            report.draft[name] = {"value": value, "version": now["version"] + 1, **told}
    if fresh:
        report.draft[CARRIED] = memory
    return bool(fresh)


def _both(name: str, here: str, there: str) -> str:
    if not here or here == there:
        return there
    return f"{here}\n\n{there}" if WORDS.fullmatch(name) else here


def give_back(report: Report, keep: Collection[int]) -> bool:
    """Take out of a draft what came from reports other than `keep` and nobody changed since; whether any did.

    The report is not saved.
    """
    memory = report.draft.get(CARRIED)
    gone = {int(origin) for origin in memory["from"]} - set(keep) if memory else set()
    if memory is None or not gone:
        return False
    for name, box in list(report.draft.items()):
        before = box
        while before.get("origin") in gone:
            before = before["before"]
        if before is not box:
            report.draft[name] = {**before, "version": box["version"] + 1}
            if not before["version"]:  # Nothing was ever typed there.
                del report.draft[name]
    memory["from"] = {origin: seen for origin, seen in memory["from"].items() if int(origin) not in gone}
    if not memory["from"]:
        del report.draft[CARRIED]
    return True


def origins(report: Report) -> set[int]:
    """The reports (primary keys) from which something was taken along."""
    memory = report.draft.get(CARRIED)
    return {int(origin) for origin in memory["from"]} if memory else set()


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
