"""Many rows into one table at once: COPY on PostgreSQL, a hundred rows to a statement on SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain, islice
from typing import Any, TypeVar, cast

import orjson
from django.db import connection, models

Q = TypeVar("Q", bound="models.QuerySet[Any]")
Tuples = Iterable[Sequence[Any]]
TOGETHER = 100
"""Rows to a statement: a third less work for SQLite than one, and far from its limit of 32,766 values."""
AT_A_TIME = 5000
"""Rows that are updated by one statement of PostgreSQL's."""


def insert(model: type[models.Model], fields: Sequence[str], rows: Tuples) -> None:
    """Insert `rows`, each with a value for each of `fields` (attnames); dates may be ISO texts."""
    insert = _copy_in if connection.vendor == "postgresql" else _insert_together
    insert(model, tuple(fields), iter(rows))


def _copy_in(model: type[models.Model], fields: tuple[str, ...], rows: Iterator[Sequence[Any]]) -> None:
    """In binary, where neither side has to look through long texts for what must be escaped, unless dates are texts."""
    statement, types = _copying(model, fields)
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        if types:
            copy.set_types(types)
        for row in rows:
            copy.write_row(row)


@lru_cache(maxsize=64)
def _copying(model: type[models.Model], fields: tuple[str, ...]) -> tuple[str, list[str]]:
    """The statement, and the columns' types where it is to be fed in binary."""
    columns = ", ".join(_quoted(model, field) for field in fields)
    start = f"COPY {connection.ops.quote_name(model._meta.db_table)} ({columns}) FROM STDIN"
    types = [_type(model, field) for field in fields]
    return (start, []) if "date" in types else (f"{start} WITH (FORMAT BINARY)", types)


def _type(model: type[models.Model], field: str) -> str:
    """As psycopg calls it: without a length."""
    column = cast(Any, model._meta.get_field(field))
    return str(column.rel_db_type(connection) if column.primary_key else column.db_type(connection)).partition("(")[0]


def _insert_together(model: type[models.Model], fields: tuple[str, ...], rows: Iterator[Sequence[Any]]) -> None:
    """Straight to SQLite's own cursor, since Django's spells out a statement's thousands of marks anew each time."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        execute = sqlite3.Cursor.execute
        while some := list(islice(rows, TOGETHER)):
            execute(cursor.cursor, _insertion(model, fields, len(some)), tuple(chain.from_iterable(some)))


@lru_cache(maxsize=64)
def _insertion(model: type[models.Model], fields: tuple[str, ...], count: int) -> str:
    columns = ", ".join(_quoted(model, field) for field in fields)
    marks = ", ".join([f"({', '.join('?' * len(fields))})"] * count)
    return f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({columns}) VALUES {marks}"  # noqa: S608 - names of our own


def update(model: type[models.Model], fields: Sequence[str], rows: Tuples) -> None:
    """Set `fields` (attnames) of many rows; each of `rows` has a value for each field, then the primary key.

    Django's bulk_update builds an expression a value, which takes it longer than the database needs for the row.
    """
    update = _update_from_arrays if connection.vendor == "postgresql" else _update_each
    rows = iter(rows)
    while some := list(islice(rows, AT_A_TIME)):
        update(model, tuple(fields), some)


def _update_from_arrays(model: type[models.Model], fields: tuple[str, ...], rows: list[Sequence[Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_updating(model, fields), [list(each) for each in zip(*rows, strict=True)])


@lru_cache(maxsize=64)
def _updating(model: type[models.Model], fields: tuple[str, ...]) -> str:
    """A statement that takes an array for each field and one of the keys."""
    table, columns = connection.ops.quote_name(model._meta.db_table), [_quoted(model, each) for each in fields]
    settings = ", ".join(f"{each} = given.{each}" for each in columns)
    arrays = ", ".join(f"%s::{_type(model, each)}[]" for each in [*fields, "id"])
    names = ", ".join([*columns, "id"])
    return f"UPDATE {table} SET {settings} FROM unnest({arrays}) AS given ({names}) WHERE {table}.id = given.id"  # noqa: S608 - names of our own


def _update_each(model: type[models.Model], fields: tuple[str, ...], rows: list[Sequence[Any]]) -> None:
    settings = ", ".join(f"{_quoted(model, field)} = %s" for field in fields)
    table, key = connection.ops.quote_name(model._meta.db_table), _quoted(model, "id")
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {settings} WHERE {key} = %s", rows)  # noqa: S608 - names of our own


def numbers(model: type[models.Model], count: int) -> range | list[int]:
    """`count` new primary keys that nobody else gets. Call it in the transaction that inserts the rows."""
    if not count:
        return range(0)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # The sequence is named once, not looked up for each number.
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
            (sequence,) = cursor.fetchone()
            cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, count])
            return [number for (number,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
        # The table keeps count itself from the largest number inserted.
        return range(last + 1, last + 1 + count)


class Keys:
    """New primary keys for rows of which many are still to be inserted, for as long as one transaction lasts."""

    def __init__(self) -> None:
        self._last: dict[type[models.Model], int] = {}

    def take(self, model: type[models.Model], count: int) -> Sequence[int]:
        """SQLite counts what was inserted, not what was taken, so from the first time on the count is kept here."""
        last = self._last.get(model)
        taken = numbers(model, count) if last is None else range(last + 1, last + 1 + count)
        if count and connection.vendor != "postgresql":
            self._last[model] = taken[-1]
        return taken


def expect_many() -> None:
    """Tell PostgreSQL that this transaction fills tables: look-ups go by index, and keys are checked as rows come.

    Its planner knows a table as it last counted it, so a table that was empty then would be read through from end to
    end for each batch, and an import's time would grow with the square of its size. Keys checked at once find their
    pages still at hand; checked at the end, a million rows would be fetched and written once more.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET CONSTRAINTS ALL IMMEDIATE")


@contextmanager
def by_index() -> Iterator[None]:
    """Let PostgreSQL read the first of many rows in the order of an index; call it inside a transaction.

    Where it believes that only few rows wait, because they came since it last counted, it would read and sort them all
    each time, and the time to work through them would grow with the square of their number.
    """
    if connection.vendor != "postgresql":
        yield
        return
    others = ("enable_sort", "enable_bitmapscan", "enable_seqscan")
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET LOCAL {each} = off" for each in others))
        yield
        cursor.execute("; ".join(f"SET LOCAL {each} TO DEFAULT" for each in others))


def need_not_last() -> None:
    """Let this transaction end without waiting for PostgreSQL's disk: what a crash would lose is done again anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")


def among(rows: Q, field: str, values: Collection[Any], *, lower: bool = False) -> Q:
    """Those of `rows` whose `field` is one of many `values`, which travel as one parameter instead of thousands.

    `lower` True compares the field in small letters, as its index has it; the values must be spelt so.
    """
    table = connection.ops.quote_name(rows.model._meta.db_table)
    column = f"{table}.{_quoted(rows.model, field)}"
    if lower:
        column = f"LOWER({column})"
    if connection.vendor == "postgresql":
        value: Any = list(values)
        condition = f"{column} = ANY(%s)"
    else:
        condition = f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608 - names of our own
        value = orjson.dumps(list(values)).decode()
    return cast(Q, rows.extra(where=[condition], params=[value]))  # noqa: S610 - values travel as a parameter


def _quoted(model: type[models.Model], field: str) -> str:
    column: str = cast(Any, model._meta.get_field(field)).column
    return connection.ops.quote_name(column)
