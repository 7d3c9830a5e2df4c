"""A made-up portfolio of any size, the same for the same seed, to measure speed on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction

from accounts.models import Identifier, Organisation
from counting.money import WHOLE
from grants import bulk, changes
from grants.models import Grant, Project, Recipient
from priorities.models import Code, Link

FUNDERS, GRANTEES, YEARS, GROWTH = 240, 120_000, 22, 1.05
CODES_PER_GRANT = {
    "priority": 1.4,
    "region": 1.4,
    "group": 1.4,
    "exploitation": 1.4,
    "service": 2.0,
    "audience": 1.2,
    "term": 1.3,
}
ACROSS_THE_BOARD = ("priority", "region", "group", "exploitation", "service")
"""One grant in a thousand has a share in every code of these five."""
BATCH = 20_000
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class Made:
    """How many grants and, for each dimension, how many shares were made."""

    grants: int = 0
    shares: dict[str, int] = field(default_factory=dict)

    def averages(self) -> dict[str, float]:
        """Codes a grant, by dimension."""
        return {dimension: round(count / self.grants, 3) for dimension, count in self.shares.items()}


def make(*, count: int, seed: int, today: date) -> Made:
    """Write `count` grants with their shares in one transaction; raises ValueError where any grant stands already."""
    if Grant.objects.exists():
        raise ValueError("the portal holds grants already")
    random = np.random.default_rng(seed)
    made = Made(shares=dict.fromkeys(CODES_PER_GRANT, 0))
    with transaction.atomic():
        funders = _organisations("funder", FUNDERS)
        grantees = _organisations("grantee", min(GRANTEES, max(1, count // 8)))
        codes = _codes()
        for first in range(0, count, BATCH):
            size = min(BATCH, count - first)
            ids = bulk.numbers(Grant, size)
            _grants(random, ids, funders=funders, grantees=grantees, today=today)
            rows = list(_links(random, ids, codes=codes, made=made))
            bulk.insert(Link, ["grant_id", "dimension", "code_id", "share", "by_id", "at"], rows)
        made.grants = count
        changes.touch(range(1, count + 1))
    return made


def _organisations(role: str, count: int) -> np.ndarray[Any, Any]:
    ids = bulk.numbers(Organisation, count)
    names = [(pk, f"Made-up {role} {n:06d}") for n, pk in enumerate(ids, start=1)]
    bulk.insert(
        Organisation,
        ["id", "name", *Organisation.ROLES, "added_at"],
        [(pk, name, role == "funder", role == "grantee", False, False, False, EPOCH) for pk, name in names],
    )
    bulk.insert(
        Identifier,
        ["organisation_id", "value", "main"],
        [(pk, f"made-up-{role}:{pk}", True) for pk, _ in names],
    )
    return np.array(ids)


def _codes() -> dict[str, list[int]]:
    """Primary keys of the codes that can carry a share, by dimension, in their order."""
    found: dict[str, list[int]] = {dimension: [] for dimension in CODES_PER_GRANT}
    for code in Code.objects.filter(kind="share", valid_to=None).order_by("order"):
        if not code.residual:
            found[code.dimension].append(code.pk)
    return found


def _grants(random: Any, ids: Sequence[int], *, funders: Any, grantees: Any, today: date) -> None:
    size = len(ids)
    funder = funders[np.minimum(random.zipf(1.3, size) - 1, len(funders) - 1)]
    grantee = random.choice(grantees, size)
    pence = (np.exp(random.normal(10.2, 1.1, size)).astype(np.int64) + 500) * 100 + random.integers(0, 100, size)
    weights = GROWTH ** np.arange(YEARS)
    years_ago = YEARS - 1 - random.choice(YEARS, size, p=weights / weights.sum())
    award = [today - timedelta(days=int(years * 365 + day)) for years, day in zip(
        years_ago, random.integers(0, 365, size), strict=True)]  # fmt: skip
    months = random.choice([6, 12, 18, 24, 36, 48, 60], size, p=[0.05, 0.35, 0.1, 0.2, 0.22, 0.03, 0.05])
    projects = bulk.numbers(Project, size)
    bulk.insert(Project, ["id", "title"], [(pk, f"Made-up work {pk}") for pk in projects])
    bulk.insert(
        Grant,
        [
            "id", "grant_id", "project_id", "funder_id", "to_individual", "title", "description", "programme_code",
            "programme", "currency", "amount_awarded", "award_date", "planned_start", "planned_start_precision",
            "planned_end", "planned_end_precision", "planned_months", "actual_start_precision",
            "actual_end_precision", "regrant_type", "joint_share", "protected_location", "source_digest", "added_on",
        ],
        [
            (
                pk, f"360G-made-up-{pk}", projects[n], int(funder[n]), False, f"Made-up work {pk}", "", "", "",
                "EUR" if pk % 500 == 0 else "GBP", int(pence[n]), award[n], award[n], "day",
                award[n] + timedelta(days=int(months[n]) * 30), "day", int(months[n]), "", "", "", False, True, "",
                award[n],
            )
            for n, pk in enumerate(ids)
        ],
    )  # fmt: skip
    bulk.insert(Recipient, ["grant_id", "organisation_id"], list(zip(ids, grantee.tolist(), strict=True)))


def _links(random: Any, ids: Sequence[int], *, codes: dict[str, list[int]], made: Made) -> Iterator[tuple[Any, ...]]:
    for dimension, average in CODES_PER_GRANT.items():
        choices = codes[dimension]
        weights = 1 / np.arange(1, len(choices) + 1)
        weights /= weights.sum()
        extra = np.minimum(random.poisson(average - 1, len(ids)), min(5, len(choices) - 1))
        for n, pk in enumerate(ids):
            everything = dimension in ACROSS_THE_BOARD and pk % 1000 == 0
            picked = choices if everything else _pick(random, choices, weights, 1 + int(extra[n]))
            made.shares[dimension] += len(picked)
            for code, share in zip(picked, _split(random, len(picked)), strict=True):
                yield pk, dimension, code, share, None, EPOCH


def _pick(random: Any, choices: list[int], weights: Any, count: int) -> list[int]:
    if count == 1:
        return [choices[min(int(random.zipf(1.6)) - 1, len(choices) - 1)]]
    picked: list[int] = random.choice(choices, count, replace=False, p=weights).tolist()
    return picked


def _split(random: Any, count: int) -> list[int]:
    """Basis points that come to the whole, each at least 1."""
    if count == 1:
        return [WHOLE]
    cuts = sorted(random.choice(np.arange(1, WHOLE), count - 1, replace=False).tolist())
    return [after - before for before, after in zip([0, *cuts], [*cuts, WHOLE], strict=True)]
