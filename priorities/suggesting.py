"""What the rules suggest for many grants at once, written where nobody has said anything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from grants.models import Grant, Location, Recipient
from priorities import rules
from priorities.models import Code, Link, Suggestion

SharesOf = dict[str, dict[str, int]]
"""Dimension to code to basis points."""


Codes = Mapping[tuple[str, str], int]
"""Dimension and code to primary key."""


def code_ids() -> Codes:
    """The entries that money may be shared over today."""
    rows = Code.objects.sharing().values_list("dimension", "code", "pk")
    return {(dimension, code): pk for dimension, code, pk in rows}


def refresh(grant_ids: Collection[int], codes: Codes) -> int:
    """Bring the suggestions of these grants up to date; returns for how many they changed.

    What was dismissed is not made again, and no suggestion is left where a person has spoken.
    """
    standing, dismissed = _standing(grant_ids)
    facts = gather(grant_ids)
    stale: list[int] = []
    fresh: list[Suggestion] = []
    for grant in grant_ids:
        suggested = rules.suggest(facts[grant]) if grant in facts else []
        wanted = {
            codes[each.dimension, each.code]: each
            for each in suggested
            if (each.dimension, each.code) in codes and (grant, each.dimension) not in dismissed
        }
        if standing[grant] != {code: (each.share, each.rule, each.word) for code, each in wanted.items()}:
            stale.append(grant)
            fresh += [_row(grant, code, each) for code, each in wanted.items()]
    Suggestion.objects.filter(grant__in=[grant for grant in stale if standing[grant]], dismissed=False).delete()
    Suggestion.objects.bulk_create(fresh, batch_size=5_000)
    return len(stale)


def _standing(grant_ids: Collection[int]) -> tuple[dict[int, dict[int, tuple[object, ...]]], set[tuple[int, str]]]:
    """By grant what is suggested (code to share, rule and word), and the dimensions where it was dismissed."""
    standing: dict[int, dict[int, tuple[object, ...]]] = defaultdict(dict)
    dismissed = set()
    rows = Suggestion.objects.filter(grant__in=grant_ids).order_by()
    fields = ("grant_id", "dimension", "dismissed", "code_id", "share", "rule", "reason")
    for grant, dimension, gone, code, *what in rows.values_list(*fields):
        if gone:
            dismissed.add((grant, dimension))
        else:
            standing[grant][code] = tuple(what)
    return standing, dismissed


def gather(grant_ids: Collection[int]) -> dict[int, rules.Facts]:
    """What is known of each of these grants that is not removed."""
    texts = Grant.objects.current().filter(id__in=grant_ids).values_list("id", "title", "description", "programme")
    known = _shares(Link.objects.filter(grant__in=grant_ids))
    regions = defaultdict(list)
    for grant, region in Location.objects.filter(grant__in=grant_ids).values_list("grant_id", "region"):
        regions[grant].append(region)
    recipients = {
        grant: (organisation, name)
        for grant, organisation, name in Recipient.objects.filter(grant__in=grant_ids).values_list(
            "grant_id", "organisation_id", "organisation__name"
        )
    }
    earlier = _earlier({organisation for organisation, _ in recipients.values()})
    facts = {}
    for grant, title, description, programme in texts:
        organisation, name = recipients.get(grant, (0, ""))
        facts[grant] = rules.Facts(
            title=title,
            description=description,
            programme=programme,
            recipient=name,
            regions=regions[grant],
            known=known.get(grant, {}),
            earlier=_latest_but(grant, earlier.get(organisation, {})),
        )
    return facts


def _row(grant: int, code: int, suggested: rules.Suggested) -> Suggestion:
    return Suggestion(
        grant_id=grant,
        dimension=suggested.dimension,
        code_id=code,
        share=suggested.share,
        rule=suggested.rule,
        reason=suggested.word,
    )


def _shares(links: Any) -> dict[int, SharesOf]:
    """By grant, in the order of the links."""
    shares: dict[int, SharesOf] = defaultdict(lambda: defaultdict(dict))
    for grant, dimension, code, share in links.values_list("grant_id", "dimension", "code__code", "share"):
        shares[grant][dimension][code] = share
    return shares


def _earlier(organisations: set[int]) -> dict[int, dict[int, SharesOf]]:
    """What people said of the grants to these organisations: by organisation and grant, oldest award first."""
    to_them = Recipient.objects.filter(organisation__in=organisations, grant__removed_at=None)
    sorted_ones = to_them.filter(grant__in=Link.objects.values("grant")).order_by("grant__award_date", "grant")
    pairs = list(sorted_ones.values_list("organisation_id", "grant_id"))
    shares = _shares(Link.objects.filter(grant__in={grant for _, grant in pairs}).order_by())
    earlier: dict[int, dict[int, SharesOf]] = defaultdict(dict)
    for organisation, grant in pairs:
        earlier[organisation][grant] = shares[grant]
    return earlier


def _latest_but(grant: int, earlier: Mapping[int, SharesOf]) -> SharesOf:
    """For each dimension the shares of the newest grant, this one left out, for which somebody gave them."""
    latest: SharesOf = {}
    for other, shares in earlier.items():
        if other != grant:
            latest.update(shares)
    return latest
