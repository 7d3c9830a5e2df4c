"""Files of a report: looked into before anything is kept, kept once, taken back, blacked out."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Collection
from datetime import datetime
from functools import partial
from pathlib import Path

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts import journal
from accounts.journal import Did
from accounts.models import Organisation, Person
from grants.models import Grant
from grants.texts import without_controls
from outcomes import asking, documents, drafts, file_contents, identifying, words
from outcomes.file_contents import ENDINGS, Looked, Unfit
from outcomes.guards import BLOCKS
from outcomes.models import Delivery, Evidence, Report, ReportFile, ReviewEvent

MOST_BYTES = 20 * 1024**2
LONGEST_NAME = 150


class NotTaken(Exception):
    """This file is not taken; says why, and what to do."""


class LookFirst(Exception):
    """Something in the file could tell who a person is: `tells` says what, `digest` names what was looked at. Nothing
    was kept.
    """

    def __init__(self, tells: list[str], digest: str) -> None:
        self.tells, self.digest = tells, digest
        super().__init__(_("Look at this before the file is kept; nothing of it was kept so far."))


def made_for(report: Report) -> list[Grant]:
    """The grants whose funders are owed this report, by funder."""
    grants = {due.grant_id: due.grant for due in asking.met_by(report)}
    return sorted(grants.values(), key=lambda each: (each.funder.name, each.pk))


def of_copy(copy: Delivery) -> list[ReportFile]:
    """As ReportFile.objects.delivered has it, of a copy whose events and report's files with their others are fetched
    beforehand.
    """
    came = max((each.at for each in copy.events.all() if each.step in ReviewEvent.CAME), default=None)
    grant = copy.due.grant_id
    return [
        each
        for each in copy.report.files.all()
        if not each.removed_at and came and each.at <= came
        if each.grant_id == grant or grant in {other.pk for other in each.others.all()}
    ]


def add(
    report: Report, *, content: bytes, name: str, grant: Grant, others: Collection[Grant] = (), none_in: str = "",
    by: Person, at: datetime,
) -> ReportFile:  # fmt: skip
    """Keep a file beside a report. none_in: the digest of what the person looked at and says holds none.

    Raises NotTaken, LookFirst, and AlreadyHandedIn.
    """
    name = plain_name(name)
    looked = look(content)
    digest = hashlib.sha256(content).hexdigest()
    if none_in != digest and (tells := what_tells(looked, name)):
        raise LookFirst(tells, digest)
    allowed = {each.pk for each in made_for(report)}
    if grant.pk not in allowed or not {each.pk for each in others} <= allowed:
        raise NotTaken(_("Choose the funder that this file was made for."))
    return _keep(report, looked, name=_ending(name, looked.kind), grant=grant, others=others, by=by, at=at)


def plain_name(name: str) -> str:
    """A name as a person reads it. Raises NotTaken where it is none."""
    plain = without_controls(name).strip()
    if not plain.strip(". ") or any(mark in plain for mark in "/\\"):
        raise NotTaken(_("This name leads somewhere else. Give the file a plain name, such as “figures.xlsx”."))
    return plain


def _ending(name: str, kind: str) -> str:
    """Shortened, and with the ending of what it is, whatever ending it came with."""
    stem, ending = os.path.splitext(name)
    if ending.lower() in ENDINGS[kind]:
        return stem[:LONGEST_NAME] + ending
    return name[:LONGEST_NAME] + ENDINGS[kind][0]


def look(content: bytes) -> Looked:
    """What is in it. Raises NotTaken."""
    if len(content) > MOST_BYTES:
        raise NotTaken(words.FILE_PROBLEMS["too-large"])
    try:
        return file_contents.look(content)
    except Unfit as problem:
        raise NotTaken(words.FILE_PROBLEMS[str(problem)]) from problem


def what_tells(looked: Looked, name: str) -> list[str]:
    """Sentences about everything in a file, its name and what stands beside its content, that could tell who somebody
    is.
    """
    found = {each.words: each for each in (*identifying.finds(name), *identifying.finds(looked.text))}
    told = [f"“{each.words}”: {words.IDENTIFYING[each.code]}" for each in found.values()]
    if looked.made_by:
        makers = ", ".join(f"“{each}”" for each in looked.made_by[:10])
        told.append(_("It names who wrote it or commented on it: %(names)s.") % {"names": makers})
    if looked.unread:
        told.append(_("We could not read all of it, as with a scan. Look through it yourself."))
    return told


@transaction.atomic
def _keep(
    report: Report, looked: Looked, *, name: str, grant: Grant, others: Collection[Grant], by: Person, at: datetime
) -> ReportFile:
    report = Report.objects.select_for_update().get(pk=report.pk)
    if not drafts.is_open(report):
        raise drafts.AlreadyHandedIn(report, by)
    evidence, _made = Evidence.objects.get_or_create(
        organisation=_charity(report, by), sha256=hashlib.sha256(looked.content).hexdigest(),
        defaults={"name": name, "size": len(looked.content), "kind": looked.kind},
    )  # fmt: skip
    if evidence.blacked_out_at:
        raise NotTaken(_("This very file was blacked out before, so it is not taken again."))
    if evidence.files.live().filter(report=report).exists():
        raise NotTaken(_("This very file is in the report already, as “%(name)s”.") % {"name": evidence.name})
    _write(evidence.path, looked.content)
    kept = ReportFile.objects.create(report=report, evidence=evidence, grant=grant, by=by, at=at)
    kept.others.set([each for each in others if each != grant])
    journal.record(what=Did.ADDED_FILE, about=kept, by=by, at=at, kind=evidence.kind, size=evidence.size)
    return kept


def _charity(report: Report, by: Person) -> Organisation:
    """The charity for which this person writes."""
    recipients = Organisation.objects.filter(pk__in=by.grantee_ids)
    own = Grant.objects.current().filter(project=report.project_id).values("recipients")
    return recipients.filter(pk__in=own).order_by("pk")[0]


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all. Where the transaction fails, a content that no row names is left, and taken up next time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    Path(file.name).replace(path)


@transaction.atomic
def take_back(kept: ReportFile, *, by: Person, at: datetime) -> None:
    """Take a file out of its report, from every funder too; its content goes where no other report holds it. Raises
    NotTaken where it took the place of a report that was handed in.
    """
    kept.report = Report.objects.select_for_update().get(pk=kept.report_id)
    if documents.is_all_there_is(kept):
        raise NotTaken(
            _("“%(name)s” is the report itself. Correct the report, add the document that takes its place, then take "
              "this one out.") % {"name": kept.evidence.name}
        )  # fmt: skip
    if ReportFile.objects.live().filter(pk=kept.pk).update(removed_at=at, removed_by=by):
        journal.record(what=Did.TOOK_FILE_BACK, about=kept, by=by, at=at)
        if not kept.evidence.files.live().exists():
            transaction.on_commit(partial(kept.evidence.path.unlink, missing_ok=True))


def strike(evidence: Evidence, *, at: datetime) -> None:
    """Black a whole file out: its content and its name, wherever it is shown. Call it inside a transaction."""
    Evidence.objects.filter(pk=evidence.pk).update(name=BLOCKS, blacked_out_at=at)
    transaction.on_commit(partial(evidence.path.unlink, missing_ok=True))


def new(report: Report) -> int:
    """How many files came or went since the report was last handed in."""
    last = ReviewEvent.objects.came().filter(delivery__report=report).aggregate(at=Max("at"))["at"]
    return report.files.live().filter(at__gt=last).count() if last else 0
