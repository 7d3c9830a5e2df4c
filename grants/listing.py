"""A list of grants: how many, how much money, which page of it, and in words what was asked for."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Count, Sum
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Organisation
from counting import money
from grants import words
from grants.filters import SORTS, GrantFilter
from grants.models import REGRANTS, Grant, GrantQuerySet

PAGE_SIZE, TOGETHER = 50, 10_000


@dataclass(slots=True)
class Totals:
    """Of a whole list: rows; grants, and apart from them joint shares; minor units by currency, never added."""

    rows: int = 0
    grants: int = 0
    shares: int = 0
    amounts: Counter[str] = field(default_factory=Counter)

    def count(self, *, currency: str, joint_share: bool, rows: int, amount: int) -> None:
        self.rows += rows
        self.shares += rows if joint_share else 0
        self.grants += 0 if joint_share else rows
        self.amounts[currency] += amount

    @property
    def pounds(self) -> int:
        return self.amounts["GBP"]

    @property
    def others(self) -> list[tuple[str, int]]:
        return sorted((code, amount) for code, amount in self.amounts.items() if code != "GBP" and amount)


@dataclass(frozen=True, slots=True)
class Said:
    """One filter in words, and the query string without it."""

    words: str
    without: str


class Listed(Paginator):  # type: ignore[type-arg]
    """Pages over grants by their ids in order, told how many there are, so that a page reads its own rows only."""

    def __init__(self, ids: Any, count: int) -> None:
        super().__init__(ids, PAGE_SIZE)
        self.count = count

    def page(self, number: int | str) -> Page[Any]:
        """One page with all that its rows show; raises InvalidPage where there is no such page."""
        found = super().page(number)
        ids = list(found.object_list)
        full = Grant.objects.select_related("funder").prefetch_related("recipients").in_bulk(ids)
        found.object_list = [full[pk] for pk in ids if pk in full]
        return found


def of(grants: GrantQuerySet, *, texts: bool) -> tuple[Totals, Listed]:
    """Totals and pages of a list. With `texts` (words are looked for) the wide rows are read once, not twice."""
    if not texts:
        totals = _added_up(grants)
        return totals, Listed(grants.values_list("id", flat=True), totals.rows)
    totals, ids = Totals(), array("q")  # Narrow, since a word may stand in very many grants.
    for pk, currency, joint_share, amount in _rows(grants):
        totals.count(currency=currency, joint_share=joint_share, rows=1, amount=amount)
        ids.append(pk)
    return totals, Listed(ids, len(ids))


def _rows(grants: GrantQuerySet) -> Iterator[tuple[int, str, bool, int]]:
    """Id, currency, joint share and amount of each, some rows in hand at a time.

    Not by `iterator()`, whose cursor PostgreSQL plans for its first rows alone.
    """
    query = grants.values_list("id", "currency", "joint_share", "amount_awarded").query
    with connection.cursor() as cursor:
        cursor.execute(*query.sql_with_params())
        while some := cursor.fetchmany(TOGETHER):
            yield from some


def _added_up(grants: GrantQuerySet) -> Totals:
    rows = grants.order_by().values("currency", "joint_share").annotate(rows=Count("id"), amount=Sum("amount_awarded"))
    totals = Totals()
    for row in rows:
        totals.count(**row)
    return totals


def said(asked: GrantFilter) -> list[Said]:
    """Every filter that is set, each value by itself, in the order of the form."""
    called = _names(asked)
    found = []
    for name, asked_for in asked.form.fields.items():
        value = asked.form.cleaned_data.get(name)
        if value in (None, "", []) or name == "sort":
            continue
        many = isinstance(value, list)
        given = [each for each in asked.data.getlist(name) if each.strip()] if many else [asked.data.get(name)]
        for raw, each in zip(given, value if many else [value], strict=True):
            found.append(Said(f"{asked_for.label}: {_told(name, each, called)}", _without(asked.data, name, raw)))
    return found


def _names(asked: GrantFilter) -> dict[int, str]:
    numbers = [*asked.form.cleaned_data.get("funder", ()), *asked.form.cleaned_data.get("recipient", ())]
    return dict(Organisation.objects.filter(id__in=numbers).values_list("id", "name")) if numbers else {}


def _told(name: str, value: Any, called: dict[int, str]) -> str:
    if name in ("funder", "recipient"):
        return called[value]
    tell: Callable[[Any], str] = {
        "search": lambda text: f"“{text}”",
        "least": money.exact,
        "most": money.exact,
        "protected": lambda choice: _("yes") if choice == "yes" else _("no"),
        "held_back": lambda choice: _("yes") if choice == "yes" else _("no"),
        "regrant": lambda code: str(dict(REGRANTS)[code]),
    }.get(name, lambda other: words.day(other) if isinstance(other, date) else str(other))
    return tell(value)


def _without(data: QueryDict, name: str, value: str) -> str:
    left = data.copy()
    left.setlist(name, [each for each in left.getlist(name) if each != value])
    left.pop("page", None)
    return left.urlencode()


def sorting(asked: GrantFilter) -> str:
    """The order of the list in words."""
    return str(SORTS[asked.form.cleaned_data.get("sort") or "-award"][0])
