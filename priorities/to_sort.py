"""What is still to be sorted: whose area or place nobody has wholly stated, how much it is, how long it takes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
from django.utils.translation import ngettext

from accounts.models import Person
from priorities import columns
from priorities.columns import Portfolio
from priorities.memory.blocks import Block, Flags, Ints
from priorities.models import NOT_STATED, Code, Dimension, Link, Suggestion

ASKED = (Dimension.PRIORITY, Dimension.REGION)
"""What sorting asks; the other vocabularies may wait."""
SECONDS_EACH = 40


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many grants wait, and how much they come to in pence (pounds sterling only)."""

    grants: int
    pence: int

    @property
    def minutes(self) -> int:
        return -(-self.grants * SECONDS_EACH // 60)

    @property
    def time(self) -> str:
        """How long it takes, as people say it: 45 minutes, 3½ hours, 120 hours."""
        if self.minutes < 60:
            return ngettext("%(n)s minute", "%(n)s minutes", self.minutes) % {"n": self.minutes}
        hours, half = divmod((self.minutes + 15) // 30, 2)
        half = half if hours < 10 else 0
        return ngettext("%(n)s hour", "%(n)s hours", hours + half) % {"n": f"{hours:,}{'½' if half else ''}"}


@dataclass(frozen=True, slots=True)
class Queue:
    """Grants (primary keys) that wait for one person: her own first, then the largest; her own alone, and all."""

    ids: list[int]
    own: Backlog
    all: Backlog


@dataclass(slots=True)
class Proposal:
    """What is suggested for one dimension of a grant: shares with their entries, and why."""

    dimension: str
    shares: list[tuple[Code, int]] = field(default_factory=list)
    because: str = ""
    ids: list[int] = field(default_factory=list)
    """The primary keys of the suggestions that it is made of."""

    def as_shares(self) -> dict[str, int]:
        return {code.code: share for code, share in self.shares}

    @property
    def label(self) -> str:
        return str(Dimension(self.dimension).label)


def unsorted(person: Person) -> Queue:
    """Those in figures whose area or place is not wholly stated; a share of a joint award is sorted with its parent."""
    portfolio = columns.current()
    return _queue(person, portfolio, [(block, _waits(block, portfolio)) for block in portfolio.blocks])


def own_backlog(person: Person, portfolio: Portfolio) -> Backlog:
    """How much waits for this person, without saying which."""
    number = pence = 0
    for block in portfolio.blocks:
        waits = _waits(block, portfolio) & portfolio.counted(block)
        if not person.is_secretariat:
            waits &= np.isin(block.funder, np.array(person.officer_ids, np.int64))
        number += int(waits.sum())
        pence += int(block.pence[waits & (block.currency == 0)].sum())
    return Backlog(number, pence)


def with_more_suggested(person: Person) -> Queue:
    """Sorted by area and place, with suggestions left in the vocabularies that may wait."""
    portfolio = columns.current()
    rest = Suggestion.objects.filter(dismissed=False).exclude(dimension__in=ASKED).order_by()
    suggested = np.fromiter(rest.values_list("grant_id", flat=True).distinct(), np.int64)
    blocks = portfolio.blocks
    return _queue(
        person, portfolio, [(each, ~_waits(each, portfolio) & np.isin(each.ids, suggested)) for each in blocks]
    )


def _waits(block: Block, portfolio: Portfolio) -> Flags:
    waits = np.zeros(block.size, bool)
    for dimension in ASKED:
        entries = portfolio.vocabulary[dimension]
        waits |= block.touching(dimension, np.array([entry.code == NOT_STATED for entry in entries]))
    return waits


def _queue(person: Person, portfolio: Portfolio, chosen: list[tuple[Block, Flags]]) -> Queue:
    """Nobody but funders and the secretariat has a queue, and these see every grant."""
    rows = [(block, flags & portfolio.counted(block)) for block, flags in chosen]
    ids, funder, pence, currency = (
        np.concatenate([getattr(block, name)[flags] for block, flags in rows])
        for name in ("ids", "funder", "pence", "currency")
    )
    mine = np.full(len(ids), person.is_secretariat) | np.isin(funder, np.array(person.officer_ids, np.int64))
    counted = np.where(currency == 0, pence, 0)
    order = np.lexsort((ids, -pence, ~mine))
    waiting = ids[order].tolist() if person.sees_all_grants else []
    return Queue(waiting, _backlog(counted[mine]), _backlog(counted))


def _backlog(pence: Ints) -> Backlog:
    return Backlog(len(pence), int(pence.sum()))


def proposals(grant_ids: Collection[int]) -> dict[int, dict[str, Proposal]]:
    """What is suggested for these grants and still open: grant to dimension to proposal, in the dimensions' order."""
    found: dict[int, dict[str, Proposal]] = {}
    for each in Suggestion.objects.open().filter(grant__in=grant_ids).select_related("code"):
        of_grant = found.setdefault(each.grant_id, {})
        proposal = of_grant.setdefault(each.dimension, Proposal(each.dimension, because=each.because))
        proposal.shares.append((each.code, each.share))
        proposal.ids.append(each.pk)
    order = Dimension.values
    return {grant: {name: one[name] for name in order if name in one} for grant, one in found.items()}


def stated(grant_ids: Collection[int]) -> dict[int, dict[str, list[tuple[Code, int]]]]:
    """What people have said of these grants: grant to dimension to entries with their shares."""
    found: dict[int, dict[str, list[tuple[Code, int]]]] = {}
    for link in Link.objects.filter(grant__in=grant_ids).select_related("code").order_by("code__order"):
        found.setdefault(link.grant_id, {}).setdefault(link.dimension, []).append((link.code, link.share))
    return found
