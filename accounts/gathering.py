"""From letters to mails: what cannot wait goes in a mail of its own, the rest in one mail a person a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts import bulk, changing
from accounts.models import Letter, Mail, Person
from counting import working_days

AT_A_TIME = 500


def gather(*, at: datetime) -> int:
    """Put every letter that is due into a mail; how many mails were made. Any number may do it side by side."""
    made = 0
    while batch := _gather_at_once(at):
        made += batch
    if working_days.is_open(at):
        while _take_apart(at):
            continue
        while touched := _gather_digests(at):
            made += touched
    return made


@transaction.atomic
def _gather_at_once(at: datetime) -> int:
    due = Letter.objects.due(at).filter(at_once=True).select_for_update(skip_locked=True, of=("self",))
    wanted = due.order_by("due_at", "id").values_list("pk", "person", "person__email", "address")
    with bulk.by_index():
        letters = list(wanted[:AT_A_TIME])
    mails = _make([(person, email or address, None) for _pk, person, email, address in letters], at)
    _keep(zip((pk for pk, *_to in letters), mails, strict=True), at)
    return len(letters)


@transaction.atomic
def _take_apart(at: datetime) -> int:
    """Of digests that nobody began to send on their day the letters are planned again, so that only the newest go."""
    left = Mail.objects.filter(state=Mail.WAITING, day__lt=working_days.local_day(at))
    mails = list(left.select_for_update(skip_locked=True, of=("self",)).order_by("id")[:AT_A_TIME])
    for each in mails:
        each.state, each.reason = Mail.DROPPED, _("It did not go on its day; what is still to say is in the next one.")
    changing.save(mails, at)
    inside = Letter.objects.filter(mail__in=mails, state=Letter.GATHERED).select_for_update(of=("self",)).order_by("id")
    letters = list(inside.values_list("pk", flat=True))
    Letter.objects.filter(pk__in=letters).update(state=Letter.PLANNED, mail=None, changed_at=at)
    return len(mails)


@transaction.atomic
def _gather_digests(at: datetime) -> int:
    """One digest for each of some people who have letters due; how many people that were.

    Her row is locked meanwhile, so that two who gather do not make two mails of a day.
    """
    today = working_days.local_day(at)
    due = Letter.objects.due(at).filter(at_once=False)
    # The oldest first; a person of many letters is found once.
    with bulk.by_index():
        wanted = dict.fromkeys(due.order_by("due_at", "id").values_list("person", flat=True)[: 4 * AT_A_TIME])
    if not wanted:
        return 0
    has_one = Exists(_digests_of(today).filter(person=OuterRef("pk")))
    free = Person.objects.filter(pk__in=list(wanted)).order_by("pk").select_for_update(skip_locked=True, no_key=True)
    people = dict(free.values_list("pk", "email")[:AT_A_TIME])
    served = set(Person.objects.filter(has_one, pk__in=list(people)).values_list("pk", flat=True))
    letters: dict[int, list[Due]] = defaultdict(list)
    # Locked in the order in which letters.cancel does, so that neither waits for the other for ever.
    theirs = due.filter(person__in=list(people)).select_for_update(of=("self",)).order_by("id")
    found = theirs.values_list("pk", "person", "kind", "about", "due_at")
    for pk, person, kind, about, _due_at in sorted(found, key=lambda each: (each[4], each[0])):
        letters[person].append(Due(pk, kind, about))
    late = [each.pk for person in served & letters.keys() for each in letters[person]]
    Letter.objects.filter(pk__in=late).update(due_at=working_days.next_opening(at), changed_at=at)
    newest = _newest({person: letters[person] for person in letters.keys() - served}, at)
    mails = _make([(person, people[person], today) for person in newest], at)
    _keep(((pk, mail) for mail, pks in zip(mails, newest.values(), strict=True) for pk in pks), at)
    return len(letters)


def _digests_of(today: date) -> QuerySet[Mail]:
    """Mails that are, were or may yet be a person's one of this day: one of an earlier day may still be on its way."""
    still = Q(state__in=[Mail.RETRY, Mail.SENDING, Mail.DOUBT])
    late = Q(state=Mail.SENT, sent_at__gte=working_days.opening(today))
    return Mail.objects.filter(Q(day=today) | Q(day__lt=today) & (still | late))


class Due(NamedTuple):
    """What is asked of a letter to put it into a digest."""

    pk: int
    kind: str
    about: str


def _newest(letters: Mapping[int, Sequence[Due]], at: datetime) -> dict[int, list[int]]:
    """Of several steps to a person about one thing only the newest; after days without a sender nobody wants them
    all."""
    newest = {person: {each[1:]: each.pk for each in theirs} for person, theirs in letters.items()}
    passed = [each.pk for person, theirs in letters.items() for each in theirs if newest[person][each[1:]] != each.pk]
    Letter.objects.filter(pk__in=passed).update(
        state=Letter.SUPERSEDED, reason=_("The next one was due before it could go."), changed_at=at
    )
    return {person: list(theirs.values()) for person, theirs in newest.items()}


def _make(recipients: Sequence[tuple[int | None, str, date | None]], at: datetime) -> Sequence[int]:
    """A mail for each person, address and day; their primary keys."""
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    moment = connection.ops.adapt_datetimefield_value(at)
    empty = {"subject": "", "text": "", "state": Mail.WAITING, "tries": 0, "resent": 0, "reason": ""}
    fields = ["id", "person_id", "to", "day", "message_id", "made_at", "not_before", "changed_at", *empty]
    keys = bulk.numbers(Mail, len(recipients))
    rows = (
        (key, person, to, day, f"{uuid4().hex}@{host}", moment, moment, moment, *empty.values())
        for key, (person, to, day) in zip(keys, recipients, strict=True)
    )
    bulk.insert(Mail, fields, rows)
    return keys


def _keep(gathered: Iterable[tuple[int, int]], at: datetime) -> None:
    """Put letters into mails, by their primary keys."""
    moment = connection.ops.adapt_datetimefield_value(at)
    bulk.update(
        Letter,
        ["mail_id", "state", "changed_at"],
        ((mail, Letter.GATHERED, moment, letter) for letter, mail in gathered),
    )
