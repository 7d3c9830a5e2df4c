"""What is still to be sorted: whose area or place nobody has wholly stated, how much it is, how long it takes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BooleanField, Case, Count, Exists, OuterRef, Q, QuerySet, Sum, Value, When

from accounts.models import Person
from counting.money import WHOLE
from grants.models import Grant
from priorities.models import Code, Dimension, Link, Suggestion

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


def unsorted(grants: QuerySet[Grant]) -> QuerySet[Grant]:
    """Those whose area or place is not wholly stated; shares of a joint award stand in their parent."""
    waiting = Q()
    for dimension in ASKED:
        whole = Link.objects.filter(dimension=dimension).order_by().values("grant").annotate(total=Sum("share"))
        waiting |= ~Q(id__in=whole.filter(total=WHOLE).values("grant"))
    return grants.filter(waiting, joint_share=False)


def with_more_suggested(grants: QuerySet[Grant]) -> QuerySet[Grant]:
    """Sorted by area and place, with suggestions left in the vocabularies that may wait."""
    suggested = Suggestion.objects.open().filter(grant=OuterRef("pk"))
    return grants.filter(Exists(suggested)).exclude(id__in=unsorted(grants).values("id"))


def own_first(grants: QuerySet[Grant], person: Person) -> QuerySet[Grant]:
    """The person's own before those of other funders, the largest first; `mine` says which she may sort."""
    if person.is_secretariat:
        return grants.annotate(mine=Value(True)).order_by("-amount_awarded", "id")
    mine = Case(When(funder__in=person.officer_ids, then=True), default=False, output_field=BooleanField())
    return grants.annotate(mine=mine).order_by("-mine", "-amount_awarded", "id")


def backlog(grants: QuerySet[Grant]) -> Backlog:
    totals = grants.order_by().aggregate(count=Count("id"), pence=Sum("amount_awarded", filter=Q(currency="GBP")))
    return Backlog(totals["count"], totals["pence"] or 0)


def waiting_for(person: Person) -> Backlog:
    """What this person herself may sort, for the navigation and the home page."""
    editable: Any = Grant.objects.editable_by(person)
    return backlog(unsorted(editable))


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


def stated(grants: Iterable[Grant]) -> dict[int, dict[str, list[tuple[Code, int]]]]:
    """What people have said of these grants: grant to dimension to entries with their shares."""
    found: dict[int, dict[str, list[tuple[Code, int]]]] = {}
    for link in Link.objects.filter(grant__in=grants).select_related("code").order_by("code__order"):
        found.setdefault(link.grant_id, {}).setdefault(link.dimension, []).append((link.code, link.share))
    return found
