"""From letters to mails: what cannot wait goes in a mail of its own, the rest in one mail a person a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.models import Letter, Mail, Person
from counting import working_days

AT_A_TIME = 500


def gather(*, at: datetime) -> int:
    """Put every letter that is due into a mail; how many mails were made. Any number may do it side by side."""
    made = 0
    while batch := _gather_at_once(at):
        made += batch
    while working_days.is_open(at) and (touched := _gather_digests(at)):
        made += touched
    return made


@transaction.atomic
def _gather_at_once(at: datetime) -> int:
    due = Letter.objects.due(at).filter(at_once=True).select_for_update(skip_locked=True, of=("self",))
    letters = list(due.select_related("person").order_by("due_at", "id")[:AT_A_TIME])
    mails = [Mail(person=each.person, to=each.to, **_fresh(at)) for each in letters]
    _keep(zip(Mail.objects.bulk_create(mails), ([each] for each in letters), strict=True), at)
    return len(mails)


@transaction.atomic
def _gather_digests(at: datetime) -> int:
    """One digest for each of some people who have letters due; how many people that were.

    Her row is locked meanwhile, so that two who gather do not make two mails of a day.
    """
    today = working_days.local_day(at)
    due = Letter.objects.due(at).filter(at_once=False)
    # The oldest first; a person of many letters is found once.
    wanted = dict.fromkeys(due.order_by("due_at", "id").values_list("person", flat=True)[: 4 * AT_A_TIME])
    if not wanted:
        return 0
    has_one = Exists(Mail.objects.filter(person=OuterRef("pk"), day=today))
    free = Person.objects.filter(pk__in=list(wanted)).order_by("pk").select_for_update(skip_locked=True, no_key=True)
    people = {each.pk: each for each in free[:AT_A_TIME]}
    served = set(Person.objects.filter(has_one, pk__in=list(people)).values_list("pk", flat=True))
    letters: dict[int, list[Letter]] = defaultdict(list)
    for letter in due.filter(person__in=list(people)).select_for_update(of=("self",)).order_by("due_at", "id"):
        assert letter.person_id
        letters[letter.person_id].append(letter)
    late = [each.pk for person, theirs in letters.items() if person in served for each in theirs]
    Letter.objects.filter(pk__in=late).update(due_at=working_days.next_opening(at), changed_at=at)
    newest = {person: _newest(theirs, at) for person, theirs in letters.items() if person not in served}
    mails = [Mail(person=people[each], to=people[each].email, day=today, **_fresh(at)) for each in newest]
    _keep(zip(Mail.objects.bulk_create(mails), newest.values(), strict=True), at)
    return len(letters)


def _newest(letters: Sequence[Letter], at: datetime) -> list[Letter]:
    """Of several steps about one thing only the newest; after days without a sender nobody wants them all."""
    last = {(each.kind, each.about): each for each in letters}
    passed = [each.pk for each in letters if last[each.kind, each.about] is not each]
    Letter.objects.filter(pk__in=passed).update(
        state=Letter.SUPERSEDED, reason=_("The next one was due before it could go."), changed_at=at
    )
    return list(last.values())


def _fresh(at: datetime) -> dict[str, object]:
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    return {"message_id": f"{uuid4().hex}@{host}", "made_at": at, "not_before": at, "changed_at": at}


def _keep(pairs: Iterable[tuple[Mail, Sequence[Letter]]], at: datetime) -> None:
    gathered = []
    for mail, letters in pairs:
        for letter in letters:
            letter.mail, letter.state, letter.changed_at = mail, Letter.GATHERED, at
            gathered.append(letter)
    Letter.objects.bulk_update(gathered, ["mail", "state", "changed_at"], batch_size=500)
