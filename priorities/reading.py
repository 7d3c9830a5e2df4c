"""The vocabulary and the grants with their shares, from the database into arrays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from django.db.models import BigIntegerField, CharField, F, QuerySet
from django.db.models.functions import Cast, Coalesce

from counting.money import WHOLE
from grants.models import Grant, Recipient
from priorities.blocks import NEVER, NOBODY, Block, Ints, Shares
from priorities.models import NOT_STATED, RESIDUAL, Code, Dimension, Link

_DATES = ("award_date", "runs_from", "runs_to", "planned_from", "planned_end", "added_on")
# A link as one number: grant, code, share; a tenth of the time that three columns take to read.
_CODE_BITS, _SHARE_BITS = 20, 14


class Entry(NamedTuple):
    """One code that money is shared over."""

    id: int
    dimension: str
    code: str
    label: str
    neglected: bool
    watchable: bool
    valid_to: date | None

    @property
    def residual(self) -> bool:
        return self.code in RESIDUAL


class Vocabulary(dict[str, tuple[Entry, ...]]):
    """Every dimension's share codes in their order; a code's place in it is its position in the columns."""

    @classmethod
    def read(cls) -> Vocabulary:
        rows = Code.objects.filter(kind="share").order_by("order", "id").values_list(*Entry._fields)
        entries = defaultdict(list)
        for row in rows:
            entry = Entry(*row)
            entries[entry.dimension].append(entry)
        return cls((dimension, tuple(entries[dimension])) for dimension in Dimension.values)

    def at(self, dimension: str, code: str) -> int:
        """A code's position; raises KeyError where the dimension has none such."""
        for position, entry in enumerate(self[dimension]):
            if entry.code == code:
                return position
        raise KeyError(code)


class Names:
    """Texts as numbers, in the order in which they first came; GBP is 0 among currencies."""

    def __init__(self) -> None:
        self.currencies = {"GBP": 0}
        self.programmes: dict[str, int] = {}

    @staticmethod
    def numbers(texts: Iterable[str], known: dict[str, int]) -> Ints:
        return np.array([known.setdefault(text, len(known)) for text in texts], np.int32)


def read_block(vocabulary: Vocabulary, names: Names, ids: Collection[int] | None = None) -> Block:
    """The current grants, or those of `ids` that are, with their shares in every dimension."""
    grants, links = Grant.objects.current(), Link.objects.all()
    if ids is not None:
        grants, links = grants.filter(id__in=ids), links.filter(grant__in=ids)
    rows: list[tuple[Any, ...]] = list(_rows(grants)) if ids is None or ids else []
    columns: list[Any] = list(zip(*rows, strict=True)) if rows else [()] * (7 + len(_DATES))
    grant_ids = np.array(columns[0], np.int64)
    days = {name: _days(column) for name, column in zip(_DATES, columns[7:], strict=True)}
    packed = _packed(links) if len(grant_ids) else np.empty(0, np.int64)
    return Block(
        ids=grant_ids,
        funder=np.array(columns[1], np.int64),
        pence=np.array(columns[2], np.int64),
        currency=names.numbers(columns[3], names.currencies),
        programme=names.numbers(columns[4], names.programmes),
        joint=np.array(columns[5], bool),
        recipient=_recipients(
            grant_ids, Recipient.objects.all() if ids is None else Recipient.objects.filter(grant__in=ids)
        ),
        regrants=np.array([bool(each) for each in columns[6]], bool),
        award=days["award_date"],
        runs_from=days["runs_from"],
        runs_to=days["runs_to"],
        planned_from=days["planned_from"],
        planned_to=days["planned_end"],
        added_on=days["added_on"],
        alive=np.ones(len(grant_ids), bool),
        shares=_shares(vocabulary, grant_ids, packed),
    )


def _rows(grants: Any) -> Iterable[tuple[Any, ...]]:
    grants = grants.with_running_period().annotate(planned_from=Coalesce("planned_start", "award_date"))
    # As text, which numpy reads several times faster than Django makes dates.
    grants = grants.annotate(**{f"{name}_text": Cast(name, CharField()) for name in _DATES})
    fields = ("id", "funder_id", "amount_awarded", "currency", "programme", "joint_share", "regrant_type")
    names = (*fields, *(f"{name}_text" for name in _DATES))
    return _raw(grants.order_by("id").values_list(*names))


def _days(texts: Iterable[str | None]) -> Ints:
    """Days since 1970, NEVER where there is none."""
    days = np.array(texts, "datetime64[D]")
    return np.where(np.isnat(days), NEVER, days.astype(np.int64)).astype(np.int32)


def _packed(links: QuerySet[Link]) -> Ints:
    number = F("grant_id") * 2 ** (_CODE_BITS + _SHARE_BITS) + F("code_id") * 2**_SHARE_BITS + F("share")
    rows = _raw(links.order_by().annotate(packed=Cast(number, BigIntegerField())).values_list("packed"))
    return np.fromiter(chain.from_iterable(rows), np.int64)


def _recipients(grant_ids: Ints, rows: QuerySet[Recipient]) -> Ints:
    """The one organisation that each grant goes to; NOBODY where there are several or none."""
    found = np.full(len(grant_ids), NOBODY, np.int64)
    pairs = list(_raw(rows.order_by("grant", "id").values_list("grant_id", "organisation_id"))) if len(found) else []
    if not pairs:
        return found
    grants, organisations = np.array(pairs, np.int64).T
    owners, first, times = np.unique(grants, return_index=True, return_counts=True)
    place = np.searchsorted(grant_ids, owners)
    alone = (times == 1) & (grant_ids[np.minimum(place, len(grant_ids) - 1)] == owners)
    found[place[alone]] = organisations[first[alone]]
    return found


def _raw(rows: QuerySet[Any, Any]) -> Iterator[tuple[Any, ...]]:
    """A query's rows as the database gives them: Django's own way of reading takes three times as long."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(*rows.query.sql_with_params())
        while chunk := cursor.fetchmany(20_000):
            yield from chunk


def _shares(vocabulary: Vocabulary, grant_ids: Ints, packed: Ints) -> dict[str, Shares]:
    """Each dimension's running shares; what is missing to the whole is not stated."""
    packed = np.sort(packed)
    owner = packed >> (_CODE_BITS + _SHARE_BITS)
    code_ids = (packed >> _SHARE_BITS) & (2**_CODE_BITS - 1)
    share = packed & (2**_SHARE_BITS - 1)
    grant = np.searchsorted(grant_ids, owner)
    # A link whose grant was removed belongs to nobody here.
    known = grant_ids[np.minimum(grant, len(grant_ids) - 1)] == owner if len(grant_ids) else np.zeros(len(owner), bool)
    return {
        dimension: _one_dimension(entries, len(grant_ids), grant[known], code_ids[known], share[known])
        for dimension, entries in vocabulary.items()
    }


def _one_dimension(entries: tuple[Entry, ...], size: int, grant: Ints, code_ids: Ints, share: Ints) -> Shares:
    missing = next(place for place, entry in enumerate(entries) if entry.code == NOT_STATED)
    largest = max(int(code_ids.max(initial=0)), *(entry.id for entry in entries))
    positions = np.full(largest + 1, -1)
    for place, entry in enumerate(entries):
        if place != missing:
            positions[entry.id] = place
    position = positions[code_ids]
    mine = position >= 0
    grant, position, share = grant[mine], position[mine], share[mine]
    rest = WHOLE - np.bincount(grant, share, size).astype(np.int64)
    short = np.flatnonzero(rest)
    return Shares.running(
        size,
        np.concatenate([grant, short]),
        np.concatenate([position, np.full(len(short), missing)]),
        np.concatenate([share, rest[short]]),
    )
