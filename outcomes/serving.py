"""What the charity says of its answers and files: may they serve as evidence for the group's monitoring work?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts import journal
from accounts.journal import Did
from accounts.models import Person
from outcomes.models import Answer, DeliveredAnswer, EvidenceMark, Report, ReportFile

SHOWN = 300
"""Characters of an answer."""
READ_BY_FUNDERS = (Answer.NOW, Answer.AFTER_RENEWAL)


class NotAsked(Exception):
    """Something was answered that is not asked (any longer); worded for the charity."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that may serve or not. said: what the charity last said, "" for nothing."""

    thing: Answer | ReportFile
    said: str

    @property
    def name(self) -> str:
        """The name of its box."""
        return f"{'answer' if isinstance(self.thing, Answer) else 'file'}-{self.thing.pk}"

    @property
    def title(self) -> str:
        return self.thing.question.text if isinstance(self.thing, Answer) else self.thing.evidence.name

    @property
    def words(self) -> str:
        """What was answered, or as much of it as tells which answer it is."""
        if not isinstance(self.thing, Answer):
            return ""
        words = Truncator(self.thing.text).chars(SHOWN)
        return _("As a funder has it from before your correction: %s") % words if self.thing.superseded_at else words


def asked(report: Report) -> list[Asked]:
    """The answers and files that funders read or will: as they are now, and as a funder has them from before."""
    if not report.submitted_at:
        return []
    things: list[Answer | ReportFile] = [*_answers(report), *_files(report)]
    return [Asked(each, said_of(each)) for each in things]


def said_of(thing: Answer | ReportFile) -> str:
    """What was last said of it; "" where nothing was, which means no."""
    mark = getattr(thing, "evidence_mark", None)
    return mark.may_serve if mark else ""


def _answers(report: Report) -> Iterator[Answer]:
    had = DeliveredAnswer.objects.filter(delivery__report=report).values("answer")
    found = report.answers.filter(Q(superseded_at=None) | Q(pk__in=had), reader__in=READ_BY_FUNDERS).exclude(text="")
    yield from found.select_related("question", "evidence_mark")


def _files(report: Report) -> Iterator[ReportFile]:
    found = report.files.live().filter(evidence__blacked_out_at=None)
    yield from found.select_related("evidence", "evidence_mark")


@transaction.atomic
def say(report: Report, said: Mapping[str, str], *, by: Person, at: datetime) -> int:
    """Keep what the charity says, by name of box; how much of it is new. What is left out stays as it was said.

    Raises NotAsked where something was corrected or taken out meanwhile.
    """
    report = Report.objects.select_for_update().get(pk=report.pk)
    things = {each.name: each for each in asked(report)}
    if said.keys() - things.keys():
        raise NotAsked(_("Something here was corrected or taken out meanwhile. Look through it once more."))
    fresh = {name: may for name, may in said.items() if may != things[name].said}
    for name, may in fresh.items():
        thing = things[name].thing
        about = {"answer": thing} if isinstance(thing, Answer) else {"file": thing}
        EvidenceMark.objects.update_or_create(**about, defaults={"may_serve": may, "by": by, "at": at})
    if fresh:
        journal.record(what=Did.SAID_EVIDENCE, about=report, by=by, at=at, said=fresh)
    return len(fresh)
