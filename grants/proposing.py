"""Which grants may pay for the same work: found charity by charity, of grants that came or changed since last time.

Looked at are the running and coming grants of one charity. Grants of different funders whose days overlap are proposed
together where their titles or programmes are alike; where a charity has few of them, without that too, and the reason
says so. Grants that a published file relates to each other are joined without asking. What people said stands.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import combinations
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from grants import changes, joining
from grants.joining import Choice
from grants.models import Grant, JoinedGrant, Joining, JoiningAnswer, JoiningBookmark, Recipient, RelatedGrant

CHARITIES = 500
"""So many at a time."""
FEW = 12
"""A charity with no more running grants than this has each compared with each."""
SHARED_BY = 30
"""In larger ones only those with a word or programme in common are; a word that more of them have tells nothing."""
ALIKE = 0.5
"""Of all different words in two titles so many are in both."""
NO_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "by",
        "for",
        "from",
        "in",
        "of",
        "on",
        "or",
        "our",
        "the",
        "to",
        "with",
        "year",
        "years",
        "phase",
        "grant",
        "project",
        "programme",
    ]
)
Pair = frozenset[int]
RANK = (Joining.TITLE, Joining.PROGRAMME, Joining.DAYS)
"""Reasons, the best first."""


class Days(NamedTuple):
    first: date
    last: date

    def common(self, other: Days) -> Days | None:
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Days(first, last) if first <= last else None


@dataclass(frozen=True, slots=True)
class Running:
    """What is compared of one grant."""

    pk: int
    project: int
    funder: int
    words: frozenset[str]
    programme: str
    days: Days


@dataclass(slots=True)
class Together:
    """Grants that may be one work, as far as they are found."""

    grants: list[Running]
    days: Days
    because: str = Joining.TITLE
    funders: set[int] = field(default_factory=set)


def propose(*, at: datetime, into: Choice = min) -> int:
    """Look at every charity whose grants changed since last time; how many proposals and joinings are new.

    Each batch is a transaction of its own and the bookmark moves last, so that a killed run is simply done again.
    """
    with transaction.atomic():
        bookmark = JoiningBookmark.objects.get_or_create(id=1)[0]
        since = changes.since(bookmark.seq)
        if since.seq == bookmark.seq:
            return 0
        charities = _all() if since.grant_ids is None else _of(since.grant_ids)
    made = sum(
        _look(charities[start : start + CHARITIES], at=at, into=into) for start in range(0, len(charities), CHARITIES)
    )
    JoiningBookmark.objects.filter(id=1, seq__lt=since.seq).update(seq=since.seq)
    return made


def _all() -> list[int]:
    return sorted(set(Recipient.objects.order_by().values_list("organisation", flat=True).distinct()))


def _of(grant_ids: Collection[int]) -> list[int]:
    """The charities of these grants, and those of proposals about them, where they went to somebody else before."""
    found: set[int] = set()
    ids = sorted(grant_ids)
    for start in range(0, len(ids), CHARITIES):
        some = ids[start : start + CHARITIES]
        found.update(Recipient.objects.filter(grant__in=some).values_list("organisation", flat=True))
        found.update(JoinedGrant.objects.filter(grant__in=some).values_list("joining__recipient", flat=True))
    return sorted(found)


@transaction.atomic
def _look(charities: Sequence[int], *, at: datetime, into: Choice) -> int:
    JoiningBookmark.objects.select_for_update().get(id=1)  # One run at a time proposes.
    joining.tidy(charities, at=at)
    running = _running(charities, at)
    spoken = _spoken(charities)
    made = _join_declared(charities, running, spoken, at=at, into=into)
    for charity, grants in (_running(charities, at) if made else running).items():
        running[charity] = grants
    return made + _propose(running, spoken, at=at)


def _running(charities: Collection[int], at: datetime) -> dict[int, list[Running]]:
    """By charity, its grants that run or are to come, in the order in which they were added; without works of which
    a grant is held back, since joining takes all grants of a work along."""
    found: dict[int, list[Running]] = {charity: [] for charity in charities}
    today = timezone.localdate(at)
    held_back = Grant.objects.current().filter(held_back=True).order_by().values("project")
    shared: Any = Grant.objects.shared().exclude(project__in=held_back)
    rows: Any = shared.with_running_period().filter(recipient_rows__organisation__in=charities)
    columns = ("pk", "project", "funder", "title", "programme", "runs_from", "runs_to", "recipient_rows__organisation")
    for pk, project, funder, title, programme, first, last, charity in (
        rows.filter(runs_to__gte=today).order_by("pk").values_list(*columns)
    ):
        if first <= last:
            found[charity].append(
                Running(pk, project, funder, words_of(title), programme.strip().casefold(), Days(first, last))
            )
    return found


def words_of(title: str) -> frozenset[str]:
    """The words of a title that may tell which work it is."""
    return frozenset(re.findall(r"\w+", title.casefold())) - NO_WORDS


# --- what files declare -------------------------------------------------------------------------------------------
def _join_declared(
    charities: Sequence[int], running: dict[int, list[Running]], spoken: set[Pair], *, at: datetime, into: Choice
) -> int:
    """Join grants of which a file says that they are related, where they go to one charity and overlap in time."""
    declared = RelatedGrant.objects.filter(grant__recipient_rows__organisation__in=charities, other__isnull=False)
    pairs = declared.order_by("id").values_list("grant_id", "other_id", "grant__recipient_rows__organisation")
    made = 0
    for one, other, charity in pairs:
        days = {each.pk: each.days for each in running.get(charity, ()) if each.pk in (one, other)}
        common = days[one].common(days[other]) if len(days) == 2 else None
        if common and frozenset((one, other)) not in spoken:
            made += _join_pair(charity, (one, other), common, at=at, into=into)
    return made


def _join_pair(charity: int, pair: tuple[int, int], days: Days, *, at: datetime, into: Choice) -> int:
    if Grant.objects.filter(pk__in=pair).values("project").distinct().count() < 2:
        return 0
    fresh = Joining.objects.filter(key=joining.key_of(pair), ended_at=None).first()
    if fresh is None:
        fresh = joining.propose(pair, recipient=charity, because=Joining.DECLARED, days=days, at=at)
    elif fresh.because != Joining.DECLARED:
        fresh.because = Joining.DECLARED
        fresh.save(update_fields=["because"])
    joining.join(fresh, into=into, by=None, at=at)
    return 1


def _spoken(charities: Sequence[int]) -> set[Pair]:
    """Pairs of which people said that they are not one work, or that they parted.

    A funder's no is about its own grants; the others may still be one work.
    """
    parts = JoinedGrant.objects.filter(joining__recipient__in=charities, joining__ended_by__isnull=False)
    sets: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for pk, grant, funder in parts.values_list("joining_id", "grant_id", "grant__funder_id"):
        sets[pk].append((grant, funder))
    nos: dict[int, set[int]] = defaultdict(set)
    said = JoiningAnswer.objects.filter(joining__in=list(sets), same=False)
    for pk, party in said.exclude(organisation=F("joining__recipient")).values_list("joining_id", "organisation_id"):
        nos[pk].add(party)
    return {
        frozenset((one, other))
        for pk, found in sets.items()
        for (one, first), (other, second) in combinations(found, 2)
        if not nos[pk] or nos[pk] & {first, second}
    }


# --- what is only proposed ----------------------------------------------------------------------------------------
def _propose(running: dict[int, list[Running]], spoken: set[Pair], *, at: datetime) -> int:
    """Propose anew what nobody has answered yet; a proposal that stays the same is left alone."""
    open_now = Joining.objects.open().filter(recipient__in=running)
    by_itself = open_now.filter(answers=None).exclude(because=Joining.SAID)
    unanswered = dict(by_itself.values_list("key", "pk"))
    by_people = open_now.exclude(pk__in=by_itself.values("pk"))
    taken = set(JoinedGrant.objects.filter(joining__in=by_people).values_list("grant_id", flat=True))
    wanted = {
        joining.key_of(each.pk for each in found.grants): (charity, found)
        for charity, grants in running.items()
        for found in together(grants, taken, spoken)
    }
    Joining.objects.filter(pk__in=[pk for key, pk in unanswered.items() if key not in wanted]).delete()
    fresh = {key: told for key, told in wanted.items() if key not in unanswered}
    joinings = [
        Joining(
            recipient_id=charity, key=key, because=found.because, overlap_from=found.days.first,
            overlap_to=found.days.last, made_at=at,
        )
        for key, (charity, found) in fresh.items()
    ]  # fmt: skip
    Joining.objects.bulk_create(joinings)
    JoinedGrant.objects.bulk_create(
        JoinedGrant(joining=made, grant_id=each.pk) for made in joinings for each in fresh[made.key][1].grants
    )
    return len(fresh)


def together(grants: list[Running], taken: Collection[int], spoken: set[Pair]) -> Iterator[Together]:
    """Sets of grants that may be one work: of each funder one project at most, all of them overlapping in time."""
    works: dict[int, list[Running]] = defaultdict(list)
    for each in grants:
        works[each.project].append(each)
    neighbours = _neighbours(grants)
    if not neighbours:
        return
    free = {project for project, own in works.items() if not any(each.pk in taken for each in own)}
    # Those that are alike come first, and are not mixed with one that only runs at the same time.
    for reasons in (RANK[:-1], RANK):
        for project in sorted(free & neighbours.keys()):
            near = {other: why for other, why in neighbours[project].items() if why in reasons and other in free}
            if project in free and near:
                found = _grow(works[project], near, works, spoken)
                if len(found.grants) > len(works[project]):
                    free -= {each.project for each in found.grants}
                    yield found


def _grow(own: list[Running], near: dict[int, str], works: dict[int, list[Running]], spoken: set[Pair]) -> Together:
    """These grants with all of the near works that fit, the likest first; those alone where none does."""
    found = Together(list(own), _span(own), funders={each.funder for each in own})
    for other in sorted(near, key=lambda each: (RANK.index(near[each]), each)):
        more = works[other]
        days = found.days.common(_span(more))
        apart = any(frozenset((one.pk, two.pk)) in spoken for one in found.grants for two in more)
        if days and not apart and found.funders.isdisjoint(each.funder for each in more):
            found.grants += more
            found.days = days
            found.funders |= {each.funder for each in more}
            found.because = max(found.because, near[other], key=RANK.index)
    return found


def _span(own: Sequence[Running]) -> Days:
    return Days(min(each.days.first for each in own), max(each.days.last for each in own))


def _neighbours(grants: list[Running]) -> dict[int, dict[int, str]]:
    """By project the other projects that may be the same work, each with the best reason."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for one, other in _pairs(grants):
        if one.project == other.project or one.funder == other.funder or not one.days.common(other.days):
            continue
        because = likeness(one, other)
        if because == Joining.DAYS and len(grants) > FEW:
            continue
        for here, there in ((one.project, other.project), (other.project, one.project)):
            now = found[here].get(there, Joining.DAYS)
            found[here][there] = min(now, because, key=RANK.index)
    return found


def likeness(one: Running, other: Running) -> str:
    shared, everything = len(one.words & other.words), len(one.words | other.words)
    if shared and shared >= ALIKE * everything:
        return Joining.TITLE
    return Joining.PROGRAMME if one.programme and one.programme == other.programme else Joining.DAYS


def _pairs(grants: list[Running]) -> Iterable[tuple[Running, Running]]:
    """Each with each where they are few; else those that share a programme or a word which is not everywhere."""
    if len(grants) <= FEW:
        return combinations(grants, 2)
    having: dict[str, list[Running]] = defaultdict(list)
    for each in grants:
        for word in (*each.words, *([f"programme {each.programme}"] if each.programme else [])):
            having[word].append(each)
    pairs = (pair for some in having.values() if len(some) <= SHARED_BY for pair in combinations(some, 2))
    return {(one.pk, other.pk): (one, other) for one, other in pairs}.values()
