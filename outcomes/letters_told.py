"""The letters about one report as its charity and its funders read them: planned, sent, stopped, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import composing, kinds, letters
from accounts.models import Letter
from outcomes import reminders
from outcomes.models import Delivery, Report

TO_OFFICERS = ("late", "handed-in", "waiting")
"""The kinds that a funder's officers get; the charity reads that they did, not what was said."""


@dataclass(frozen=True, slots=True)
class Told:
    """One letter, with its words where this reader may have them."""

    letter: Letter
    words: str
    subject: str
    text: str = ""

    @property
    def is_to_come(self) -> bool:
        return self.letter.state == Letter.PLANNED


def about(report: Report, person: Any, *, at: datetime) -> Sequence[Told]:
    """Every letter about this report and its copies that this person may see: to come first, then the newest first.

    The charity sees its people's, and that its funders' officers were told; a funder sees the charity's reminders and
    what its own officers got.
    """
    copies = Delivery.objects.filter(report=report)
    own = copies.filter(due__grant__funder__in=person.funder_ids)
    ours = bool(set(person.grantee_ids)) and Report.objects.written_by(person).filter(pk=report.pk).exists()
    of_copies = [letters.named(each) for each in (copies if ours else own)]
    which = Q(about=reminders.named(report.pk)) | Q(about__in=of_copies)
    found = Letter.objects.filter(which).select_related("mail", "person").order_by("due_at", "id")
    rows = [each for each in found if _may_see(each, person, ours)]
    to_come = [each for each in rows if each.state == Letter.PLANNED]
    gone = [each for each in reversed(rows) if each.state != Letter.PLANNED]
    words = _words_of(to_come, at)
    return [_told(each, words, ours) for each in [*to_come, *gone]]


def _may_see(letter: Letter, person: Any, ours: bool) -> bool:
    if ours or letter.kind == reminders.REMINDER:
        return True
    if letter.person is None or letter.kind not in TO_OFFICERS:
        return letter.kind not in TO_OFFICERS
    return bool(set(person.funder_ids) & {each.organisation_id for each in letter.person.memberships.all()})


def _words_of(to_come: Sequence[Letter], at: datetime) -> dict[int, kinds.Words]:
    """What letters to come would say if they went now."""
    return dict(zip((each.pk for each in to_come), composing.words_of(to_come, at), strict=True))


def _told(letter: Letter, to_come: dict[int, kinds.Words], ours: bool) -> Told:
    known = str(kinds.of(letter.kind).words)
    if ours and letter.kind in TO_OFFICERS:
        return Told(letter, known, _("to your funder's officer"))
    said = to_come.get(letter.pk)
    if said is None:
        mail = letter.mail
        subject = letter.subject or (mail.subject if mail else "")
        return Told(letter, known, subject, letter.body or (mail.text if mail else ""))
    return Told(letter, known, said.subject, said.body)
