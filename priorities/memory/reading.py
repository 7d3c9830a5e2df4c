"""The vocabulary and the grants with their shares, from the database into arrays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from django.db.models import BigIntegerField, Case, F, Func, IntegerField, QuerySet, When
from django.db.models.functions import Cast, Coalesce

from accounts import bulk
from counting.money import WHOLE
from grants.models import Grant, Recipient
from priorities.memory.blocks import NEVER, NOBODY, Block, Ints, Shares
from priorities.models import NOT_STATED, RESIDUAL, Code, Dimension, Link

_DATES = ("award_date", "runs_from", "runs_to", "planned_from", "planned_end", "added_on")
_TEXTS = ("currency", "programme")
_CODE_BITS, _SHARE_BITS, _ORGANISATION_BITS = 20, 14, 31
_LINK = F("grant_id") * 2 ** (_CODE_BITS + _SHARE_BITS) + F("code_id") * 2**_SHARE_BITS + F("share")
"""A link as one number: grant, code, share."""


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

    @classmethod
    def of(cls, currencies: Iterable[str], programmes: Iterable[str]) -> Names:
        """Those that have been given numbers already, in that order."""
        names = cls()
        names.numbers(currencies, names.currencies)
        names.numbers(programmes, names.programmes)
        return names

    @staticmethod
    def numbers(texts: Iterable[str], known: dict[str, int]) -> Ints:
        return np.array([known.setdefault(text, len(known)) for text in texts], np.int32)


def read_block(vocabulary: Vocabulary, names: Names, ids: Collection[int] | None = None) -> Block:
    """The grants that count, or those of `ids` that do, with their shares in every dimension; in the order of ids."""
    grants, links, recipients = Grant.objects.shared(), Link.objects.all(), Recipient.objects.all()
    if ids is not None:
        wanted = sorted(ids)
        grants, links = bulk.among(grants, "id", wanted), bulk.among(links, "grant", wanted)
        recipients = bulk.among(recipients, "grant", wanted)
    columns = _columns(grants, names) if ids is None or ids else _empty()
    grant_ids = columns["ids"]
    return Block(
        **columns,
        recipient=_recipients(grant_ids, recipients) if len(grant_ids) else np.empty(0, np.int32),
        alive=np.ones(len(grant_ids), bool),
        shares=_shares(vocabulary, grant_ids, links),
    )


_COLUMNS: dict[str, Any] = {
    "ids": np.int64, "funder": np.int32, "project": np.int32, "pence": np.int64, "joint": bool, "regrants": bool,
    "award": np.int32, "runs_from": np.int32, "runs_to": np.int32, "planned_from": np.int32, "planned_to": np.int32,
    "added_on": np.int32, "currency": np.int16, "programme": np.int32,
}  # fmt: skip
"""The columns of a Block that a grant's own row fills, in the order in which they are read."""


def _columns(grants: Any, names: Names) -> dict[str, Any]:
    read = _empty()
    pieces: dict[str, list[Any]] = {name: [each] for name, each in read.items()}
    for chunk in _chunks(_rows(grants)):
        for (name, kind), values in zip(_COLUMNS.items(), zip(*chunk, strict=True), strict=True):
            known = {"currency": names.currencies, "programme": names.programmes}.get(name)
            pieces[name].append(np.array(values if known is None else names.numbers(values, known), kind))
    return {name: np.concatenate(each) for name, each in pieces.items()}


def _empty() -> dict[str, Any]:
    return {name: np.empty(0, kind) for name, kind in _COLUMNS.items()}


def _rows(grants: Any) -> Any:
    grants = grants.with_running_period().annotate(planned_from=Coalesce("planned_start", "award_date"))
    # Counted from 1970 by the database, which is several times faster than making dates of them.
    grants = grants.annotate(**{f"{name}_day": DayNumber(name) for name in _DATES})
    grants = grants.annotate(regrants=Case(When(regrant_type="", then=False), default=True))
    fields = ("id", "funder_id", "project_id", "amount_awarded", "joint_share", "regrants")
    return grants.order_by("id").values_list(*fields, *(f"{name}_day" for name in _DATES), *_TEXTS)


class DayNumber(Func):
    """Days from 1970 to a date, NEVER where there is none."""

    output_field = IntegerField()
    template = f"COALESCE((%(expressions)s) - DATE '1970-01-01', {NEVER})"

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        template = f"COALESCE(CAST(julianday(%(expressions)s) - 2440587.5 AS INTEGER), {NEVER})"
        return self.as_sql(compiler, connection, template=template, **more)


def _recipients(grant_ids: Ints, rows: QuerySet[Recipient]) -> Ints:
    """The one organisation that each grant goes to; NOBODY where there are several or none."""
    number = F("grant_id") * 2**_ORGANISATION_BITS + F("organisation_id")
    packed = _packed(rows, number)
    packed.sort()
    owner = packed >> _ORGANISATION_BITS
    alone = np.ones(len(owner), bool)
    alone[1:] &= owner[1:] != owner[:-1]
    alone[:-1] &= owner[:-1] != owner[1:]
    place = np.minimum(np.searchsorted(grant_ids, owner), len(grant_ids) - 1)
    alone &= grant_ids[place] == owner
    found = np.full(len(grant_ids), NOBODY, np.int32)
    found[place[alone]] = packed[alone] & (2**_ORGANISATION_BITS - 1)
    return found


def _shares(vocabulary: Vocabulary, grant_ids: Ints, links: QuerySet[Link]) -> dict[str, Shares]:
    """Each dimension's running shares; what is missing to the whole is not stated."""
    dimensions, positions = _places(vocabulary)
    found: dict[str, list[tuple[Ints, Ints, Ints]]] = {name: [] for name in vocabulary}
    for packed in _packed_chunks(links, _LINK) if len(grant_ids) else ():
        owner = packed >> (_CODE_BITS + _SHARE_BITS)
        code_id = (packed >> _SHARE_BITS) & (2**_CODE_BITS - 1)
        share = (packed & (2**_SHARE_BITS - 1)).astype(np.int16)
        grant = np.minimum(np.searchsorted(grant_ids, owner), len(grant_ids) - 1).astype(np.int32)
        # A link whose grant was removed, or whose code shares no money, belongs to nobody here.
        known = grant_ids[grant] == owner
        dimension = np.where(known, dimensions[np.minimum(code_id, len(dimensions) - 1)], -1)
        for number, name in enumerate(vocabulary):
            mine = np.flatnonzero(dimension == number)
            found[name].append((grant[mine], positions[code_id[mine]], share[mine]))
    return {name: _one_dimension(vocabulary, name, len(grant_ids), each) for name, each in found.items()}


def _places(vocabulary: Vocabulary) -> tuple[Ints, Ints]:
    """By a code's id: its dimension's number (-1: shares no money), and its position there."""
    largest = max(entry.id for entries in vocabulary.values() for entry in entries)
    dimensions, positions = np.full(largest + 2, -1, np.int8), np.zeros(largest + 2, np.uint8)
    for number, entries in enumerate(vocabulary.values()):
        for position, entry in enumerate(entries):
            if entry.code != NOT_STATED:
                dimensions[entry.id], positions[entry.id] = number, position
    return dimensions, positions


def _one_dimension(vocabulary: Vocabulary, name: str, size: int, pieces: list[tuple[Ints, Ints, Ints]]) -> Shares:
    if pieces:
        grant, position, share = (np.concatenate(each) for each in zip(*pieces, strict=True))
        pieces.clear()
    else:
        grant, position, share = np.empty(0, np.int32), np.empty(0, np.uint8), np.empty(0, np.int16)
    rest = WHOLE - np.bincount(grant, share, size).astype(np.int64)
    short = np.flatnonzero(rest).astype(np.int32)
    missing = np.uint8(vocabulary.at(name, NOT_STATED))
    return Shares.running(
        size,
        np.concatenate([grant, short]),
        np.concatenate([position, np.full(len(short), missing)]),
        np.concatenate([share, rest[short].astype(np.int16)]),
        codes=len(vocabulary[name]),
    )


def _packed(rows: QuerySet[Any], number: Any) -> Ints:
    return np.concatenate([np.empty(0, np.int64), *_packed_chunks(rows, number)])


def _packed_chunks(rows: QuerySet[Any], number: Any) -> Iterator[Ints]:
    """Rows as one number each; a tenth of the time that several columns take to read."""
    packed = rows.order_by().annotate(packed=Cast(number, BigIntegerField())).values_list("packed")
    for chunk in _chunks(packed):
        yield np.fromiter(chain.from_iterable(chunk), np.int64, len(chunk))


def _chunks(rows: QuerySet[Any, Any]) -> Iterator[list[tuple[Any, ...]]]:
    """A query's rows as the database gives them: Django's own way of reading takes three times as long."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(*rows.query.sql_with_params())
        while chunk := cursor.fetchmany(100_000):
            yield chunk
