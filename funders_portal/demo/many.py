"""A made-up portfolio of any size, the same for the same seed, to measure speed on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import repeat
from typing import Any

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from accounts import bulk
from accounts.models import Identifier, Organisation
from counting.money import WHOLE
from grants import changes
from grants.models import Grant, Project, Recipient
from priorities.models import Code, Link

Ints = NDArray[np.integer]
FUNDERS, GRANTEES, PROGRAMMES, YEARS, GROWTH = 240, 120_000, 40, 22, 1.05
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
ONE_IN = 1_000
MOST_MORE = 5
"""So many codes at most stand beside a grant's first."""
BATCH = 20_000
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_GRANT = (
    "id", "grant_id", "project_id", "funder_id", "to_individual", "title", "description", "programme_code",
    "programme", "currency", "amount_awarded", "award_date", "planned_start", "planned_start_precision",
    "planned_end", "planned_end_precision", "planned_months", "actual_start_precision", "actual_end_precision",
    "regrant_type", "joint_share", "protected_location", "source_digest", "added_on",
)  # fmt: skip


@dataclass
class Made:
    """How many grants and, for each dimension, how many shares were made."""

    grants: int = 0
    shares: dict[str, int] = field(default_factory=dict)

    def averages(self) -> dict[str, float]:
        """Codes a grant, by dimension."""
        return {dimension: round(count / self.grants, 3) for dimension, count in self.shares.items()}


def make(*, count: int, seed: int, today: date) -> Made:
    """Write `count` grants with their shares; raises ValueError where any grant stands already.

    Batch after batch, each a transaction of its own: a million grants in one would fill the database's memory with
    what it has yet to check. Broken off, it leaves the batches that were written.
    """
    if Grant.objects.exists():
        raise ValueError("the portal holds grants already")
    random = np.random.default_rng(seed)
    made = Made(grants=count, shares=dict.fromkeys(CODES_PER_GRANT, 0))
    codes = _codes()
    with transaction.atomic():
        funders = _organisations("funder", FUNDERS)
        grantees = _organisations("grantee", min(GRANTEES, max(1, count // 8)))
    for first in range(0, count, BATCH):
        with transaction.atomic():
            number = np.arange(first, min(first + BATCH, count))
            ids = np.array(bulk.numbers(Grant, len(number)))
            _grants(random, ids, number, funders=funders, grantees=grantees, today=today)
            for dimension, choices in codes.items():
                everything = (number % ONE_IN == 0) & (dimension in ACROSS_THE_BOARD)
                shares = _shares(random, everything, choices, CODES_PER_GRANT[dimension])
                made.shares[dimension] += _links(ids, dimension, *shares)
            changes.touch(ids.tolist())
    return made


def _organisations(role: str, count: int) -> Ints:
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


def _codes() -> dict[str, Ints]:
    """Primary keys of the codes that can carry a share, by dimension, in their order."""
    found: dict[str, list[int]] = {dimension: [] for dimension in CODES_PER_GRANT}
    for code in Code.objects.filter(kind="share", valid_to=None).order_by("order"):
        if not code.residual:
            found[code.dimension].append(code.pk)
    return {dimension: np.array(each) for dimension, each in found.items()}


def _by_rank(count: int) -> NDArray[np.floating]:
    """Zipf's law: the second has half of what the first has, the third a third."""
    weights: NDArray[np.floating] = 1 / np.arange(1, count + 1)
    weights /= weights.sum()
    return weights


def _grants(random: Any, ids: Ints, number: Ints, *, funders: Ints, grantees: Ints, today: date) -> None:
    size, pks = len(ids), ids.tolist()
    projects = list(bulk.numbers(Project, size))
    titles = [f"Made-up work {pk}" for pk in pks]
    award = _awarded(random, size, today)
    months = random.choice([6, 12, 18, 24, 36, 48, 60], size, p=[0.05, 0.35, 0.1, 0.2, 0.22, 0.03, 0.05])
    pence = (np.exp(random.normal(10.2, 1.1, size)).astype(np.int64) + 500) * 100 + random.integers(0, 100, size)
    programme = 1 + random.choice(PROGRAMMES, size, p=_by_rank(PROGRAMMES))
    days = np.datetime_as_string(award).tolist()
    bulk.insert(Project, ["id", "title"], zip(projects, titles, strict=True))
    columns: dict[str, Sequence[Any]] = {
        "id": pks,
        "grant_id": [f"360G-made-up-{pk}" for pk in pks],
        "project_id": projects,
        "funder_id": random.choice(funders, size, p=_by_rank(len(funders))).tolist(),
        "title": titles,
        "programme": [f"Made-up programme {each}" for each in programme.tolist()],
        "currency": np.where(number % 500 == 0, "EUR", "GBP").tolist(),
        "amount_awarded": pence.tolist(),
        "award_date": days,
        "planned_start": days,
        "planned_end": np.datetime_as_string(award + months * 30).tolist(),
        "planned_months": months.tolist(),
        "added_on": days,
    }
    same = {"to_individual": False, "joint_share": False, "protected_location": True} | dict.fromkeys(
        ("planned_start_precision", "planned_end_precision"), "day"
    )
    rows = zip(*(columns.get(name) or [same.get(name, "")] * size for name in _GRANT), strict=True)
    bulk.insert(Grant, _GRANT, rows)
    grantee = random.choice(grantees, size).tolist()
    bulk.insert(Recipient, ["grant_id", "organisation_id"], zip(pks, grantee, strict=True))


def _awarded(random: Any, size: int, today: date) -> Any:
    """Days of the last 22 years, each year with 5 % more grants than the one before."""
    weights = GROWTH ** np.arange(YEARS)
    years_ago = YEARS - 1 - random.choice(YEARS, size, p=weights / weights.sum())
    return np.datetime64(today, "D") - (years_ago * 365 + random.integers(0, 365, size))


def _shares(random: Any, everything: NDArray[np.bool_], choices: Ints, average: float) -> tuple[Ints, Ints, Ints]:
    """Shares of as many grants as there are flags: whose (its place), the code, and basis points.

    `average` codes a grant, those with a share in `everything` included; the first codes are the commonest.
    """
    size, width = len(everything), len(choices)
    across = len(choices) / ONE_IN if everything.any() else 0
    more = min(MOST_MORE, width - 1)
    likely = ((average - across) / (1 - (across > 0) / ONE_IN) - 1) / more
    count = np.where(everything, width, 1 + random.binomial(more, likely, size))
    # The largest of weights and noise together are a weighted choice of so many different ones.
    picked = np.argsort(-(np.log(_by_rank(width)) + random.gumbel(size=(size, width))), axis=1)
    used = np.arange(width) < count[:, None]
    return np.nonzero(used)[0], choices[picked[used]], _cut(random, count, used)[used]


def _cut(random: Any, count: Ints, used: NDArray[np.bool_]) -> Ints:
    """Basis points of each grant's codes, any whole numbers from 1 on that come to the whole."""
    size, width = used.shape
    place = np.arange(width)
    inner = place < count[:, None] - 1
    # Places for cuts that may be alike, sorted, and each moved on by its rank: so all differ.
    cuts = np.where(inner, random.integers(0, WHOLE - count[:, None] + 1, (size, width)), WHOLE)
    cuts.sort(axis=1)
    ends = np.where(inner, cuts + place + 1, WHOLE)
    return np.diff(ends, axis=1, prepend=0)


def _links(ids: Ints, dimension: str, place: Ints, code: Ints, share: Ints) -> int:
    """Write these shares; how many."""
    # The moment as the database takes it, so that it is not spelt out ten million times.
    moment = connection.ops.adapt_datetimefield_value(EPOCH)
    rows: Iterator[tuple[Any, ...]] = zip(
        ids[place].tolist(), repeat(dimension), code.tolist(), share.tolist(), repeat(moment), strict=False
    )
    bulk.insert(Link, ["grant_id", "dimension", "code_id", "share", "at"], rows)
    return len(place)
