"""What did not work, told to the group without a name: only once three charities have written, edited, agreed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts import journal
from accounts.journal import Did
from accounts.models import Person
from grants.models import Grant, Recipient
from outcomes.models import Answer, Learning, Report

FEWEST = 3
"""Of fewer charities the group could guess whose words they are."""


class NotNow(Exception):
    """It cannot be edited or agreed so; worded for the reader."""


def offered() -> list[Answer]:
    """The current answers that charities gave to the group's learning, oldest first; none until three have written."""
    given = Answer.objects.filter(
        reader=Answer.LEARNING, superseded_at=None, blacked_out_at=None, report__submitted_at__isnull=False
    ).exclude(text="")
    answers = list(given.order_by("at", "id").select_related("question"))
    grants = Grant.objects.current().filter(project__in={each.report.project_id for each in answers})
    charities = Recipient.objects.filter(grant__in=grants).values("organisation").distinct().count()
    return answers if charities >= FEWEST else []


def to_edit() -> list[tuple[Answer, Learning | None]]:
    """What is offered and not agreed yet, with the text as it was last edited."""
    edited = {each.answer_id: each for each in Learning.objects.all()}
    pairs = [(each, edited.get(each.pk)) for each in offered()]
    return [(answer, kept) for answer, kept in pairs if kept is None or kept.agreed_at is None]


@transaction.atomic
def edit(answer: Answer, *, text: str, by: Person, at: datetime) -> Learning:
    """Put names and places out; the charity is asked for its word again. Raises NotNow."""
    if answer not in offered():
        raise NotNow(_("This is not offered to the group, or not yet: three charities must have written."))
    if not text.strip():
        raise NotNow(_("Leave something to learn from."))
    kept = Learning.objects.select_for_update().filter(answer=answer).first()
    if kept and kept.agreed_at:
        raise NotNow(_("The charity has agreed to this text; it stays."))
    told = {"text": text.strip(), "edited_by": by, "edited_at": at}
    learning, _new = Learning.objects.update_or_create(answer=answer, defaults=told)
    journal.record(what=Did.EDITED_LEARNING, about=learning, by=by, at=at)
    return learning


def to_agree(person: Any) -> Any:
    """Texts that wait for the word of this person's charities."""
    written = Report.objects.written_by(person)
    waiting = Learning.objects.filter(agreed_at=None, answer__report__in=written, answer__superseded_at=None)
    return waiting.select_related("answer__report__project")


@transaction.atomic
def agree(learning: Learning, *, text: str, by: Person, at: datetime) -> Learning:
    """The charity's yes to the very text it saw. Raises NotNow where the secretariat changed it meanwhile."""
    learning = Learning.objects.select_for_update().get(pk=learning.pk)
    if learning.agreed_at:
        return learning
    if learning.text != text.replace("\r\n", "\n"):
        raise NotNow(_("The text was changed while you read it. Read it once more."))
    learning.agreed_by, learning.agreed_at = by, at
    learning.save(update_fields=["agreed_by", "agreed_at"])
    journal.record(what=Did.AGREED_LEARNING, about=learning, by=by, at=at)
    return learning


@transaction.atomic
def keep_back(learning: Learning, *, by: Person, at: datetime) -> None:
    """The charity's no: its answer is kept by itself from now on, and the edited text goes."""
    journal.record(what=Did.KEPT_BACK_LEARNING, about=learning, by=by, at=at)
    answer = learning.answer
    learning.delete()
    Answer.objects.filter(pk=answer.pk).update(superseded_at=at)
    Answer.objects.create(
        report=answer.report, question=answer.question, text=answer.text, reader=Answer.KEPT, by=by, at=at,
        revision=answer.revision + 1, reason=_("Kept by us after all."),
    )  # fmt: skip


def agreed() -> Any:
    """What the whole group reads: texts and the month of agreement, no name, in no telling order."""
    still = Answer.objects.filter(pk=OuterRef("answer"), reader=Answer.LEARNING, superseded_at=None)
    return Learning.objects.filter(Exists(still), agreed_at__isnull=False).order_by("-agreed_at")
