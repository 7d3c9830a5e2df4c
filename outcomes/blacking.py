"""What got through is blacked out: in every revision, note, draft, letter and row of a file, for good. Figures stay."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, models, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import journal, letters
from accounts.journal import Did
from accounts.models import JournalEntry, Letter, Mail, Person
from grants import striking, texts
from outcomes import files, works
from outcomes.guards import BLOCKS
from outcomes.models import Evidence, Measurement, Report, ReportDue, ReportFile, ReviewEvent

LEAST = 2
"""Characters of a passage; one letter would strike too much."""
ANSWERS, FIGURES, NOTES, FEEDBACK, DATES, DRAFT = "answers", "figures", "notes", "feedback", "dates", "draft"
FILES, LETTERS = "files", "letters"


class NothingToStrike(Exception):
    """There is no such passage, or it is too short; worded for the person who asked."""


class Kind(NamedTuple):
    """Rows of a report that hold texts: by which name, which rows, which columns, whether they note when."""

    name: str
    rows: QuerySet[Any]
    columns: tuple[str, ...]
    stamped: bool


def look(report: Report, passage: str) -> dict[str, int]:
    """In how many rows or boxes of each kind the passage stands. Raises NothingToStrike."""
    return {name: len(where) for name, where in _strike(report, _striker(passage), by=None, at=None).items() if where}


@transaction.atomic
def black_out(report: Report, passage: str, *, by: Person, at: datetime) -> dict[str, int]:
    """Put blocks in the place of a passage wherever it stands, whatever its capitals and accents. The journal says
    where, never what. Raises NothingToStrike.
    """
    report = Report.objects.select_for_update().get(pk=report.pk)
    _forget_on_disk()
    found = {name: where for name, where in _strike(report, _striker(passage), by=by, at=at).items() if where}
    if not found:
        raise NothingToStrike(_("This stands nowhere in the report."))
    journal.record(what=Did.BLACKED_OUT, about=report, by=by, at=at, **found)
    return {name: len(where) for name, where in found.items()}


@transaction.atomic
def black_out_file(kept: ReportFile, *, by: Person, at: datetime) -> None:
    """Black a whole file out, its name too, in every report that holds it and in every funder's copy."""
    Report.objects.select_for_update().get(pk=kept.report_id)
    files.strike(kept.evidence, at=at)
    journal.record(what=Did.BLACKED_OUT, about=kept.report, by=by, at=at, whole_files=[kept.pk])


def done(report: Report) -> QuerySet[JournalEntry]:
    """What was blacked out in it so far: when and by whom, the newest first."""
    about = f"{report._meta.label_lower}:{report.pk}"
    return JournalEntry.objects.filter(what=Did.BLACKED_OUT, about=about).select_related("by").order_by("-at")


def strike(text: str, passage: str) -> str:
    """`text` with blocks in the place of every such passage."""
    return _striker(passage)(text)


def _striker(passage: str) -> Callable[[str], str]:
    words = _plain(passage)[0].split()
    if sum(map(len, words)) < LEAST or not any(each.isalnum() for word in words for each in word):
        raise NothingToStrike(_("Give at least two letters or digits."))
    # Not by \b: a name in “maria_k.jpg” is a word as well.
    pattern = re.compile(r"(?<![^\W_])" + r"\s+".join(map(re.escape, words)) + r"(?![^\W_])", re.IGNORECASE)

    def strike_one(text: str) -> str:
        plain, places = _plain(text)
        for found in reversed(list(pattern.finditer(plain))):
            text = text[: places[found.start()]] + BLOCKS + text[places[found.end()] :]
        return text

    return strike_one


def _plain(text: str) -> tuple[str, list[int]]:
    """A text without accents and characters that nobody sees, and where in it each of them stood; last its end."""
    kept = [place for place, each in enumerate(text) if unicodedata.category(each) not in ("Mn", "Cf")]
    return texts.without_accents("".join(text[place] for place in kept)), [*kept, len(text)]


def _kinds(report: Report) -> Iterator[Kind]:
    yield Kind(ANSWERS, report.answers.all(), ("text", "reason"), True)
    yield Kind(FIGURES, Measurement.objects.filter(report=report).exclude(reason=""), ("reason",), False)
    yield Kind(NOTES, ReviewEvent.objects.filter(delivery__report=report), ("note",), True)
    yield Kind(FEEDBACK, report.deliveries.all(), ("feedback",), False)
    yield Kind(FILES, Evidence.objects.filter(files__report=report).distinct(), ("name",), False)
    about = [letters.named(report), *(letters.named(each) for each in report.deliveries.all())]
    of_it = Letter.objects.filter(about__in=about)
    yield Kind(LETTERS, of_it, ("subject", "body"), False)
    yield Kind(LETTERS, Mail.objects.filter(letters__in=of_it).distinct(), ("subject", "text"), False)
    dues = ReportDue.objects.filter(grant__project=report.project_id, start__lte=report.end, end__gte=report.start)
    yield Kind(DATES, dues.exclude(waived_because=""), ("waived_because",), False)


def _strike(
    report: Report, strike_one: Callable[[str], str], *, by: Person | None, at: datetime | None
) -> dict[str, list[Any]]:
    """Where it stands, by kind: ids of rows, names of boxes; struck there where `at` says when."""
    found: dict[str, list[Any]] = {}
    for kind in _kinds(report):
        found.setdefault(kind.name, [])
        for row in list(kind.rows):
            changed = {
                name: new for name in kind.columns if (new := _fits(row, name, strike_one)) != getattr(row, name)
            }
            if changed:
                found[kind.name].append(row.pk)
                if at:
                    stamp = {"blacked_out_at": at} if kind.stamped else {}
                    kind.rows.model._default_manager.filter(pk=row.pk).update(**changed, **stamp)
    found |= striking.strike(works.projects_of(report.project_id), strike_one, keep=at is not None)
    found[DRAFT] = _strike_draft(report, strike_one, by=by, at=at)
    return found


def _fits(row: models.Model, name: str, strike_one: Callable[[str], str]) -> str:
    """The struck text; where blocks make it longer than its column, blocks alone."""
    struck, most = strike_one(getattr(row, name)), getattr(row._meta.get_field(name), "max_length", None)
    return struck if most is None or len(struck) <= most else BLOCKS


def _strike_draft(
    report: Report, strike_one: Callable[[str], str], *, by: Person | None, at: datetime | None
) -> list[str]:
    """A box that is struck gets a new version, so that no old tab brings back what stood there."""
    struck: Mapping[str, str] = {name: strike_one(kept["value"]) for name, kept in report.draft.items()}
    names = [name for name, value in struck.items() if value != report.draft[name]["value"]]
    if names and by and at:
        for name in names:
            kept = report.draft[name]
            told = {"value": struck[name], "version": kept["version"] + 1, "by": by.pk, "at": at.isoformat()}
            report.draft[name] = told
        report.draft_version += 1
        report.save(update_fields=["draft", "draft_version"])
    return names


def _forget_on_disk() -> None:
    """SQLite leaves what was there in the file until something else is written over it, unless it is told not to."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=ON")
