"""A list of grants: how many, how much money, which page of it, and in words what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Sum
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Organisation
from counting import money
from grants import words
from grants.filters import SORTS, GrantFilter
from grants.models import REGRANTS, GrantQuerySet

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Total:
    """How many grants are in one currency, and how much they come to in its minor units."""

    currency: str
    grants: int
    amount: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Of a whole list: all grants, those in pounds, and other currencies apart, never added."""

    grants: int
    pounds: Total
    others: list[Total]


@dataclass(frozen=True, slots=True)
class Said:
    """One filter in words, and the query string without it."""

    words: str
    without: str


class Counted(Paginator):  # type: ignore[type-arg]
    """Takes the count it is told, so that a page counts once."""

    def __init__(self, grants: GrantQuerySet, count: int) -> None:
        super().__init__(grants, PAGE_SIZE)
        self.count = count


def totals(grants: GrantQuerySet) -> Totals:
    """Counted in one query over the grants alone."""
    rows = grants.order_by().values("currency").annotate(grants=Count("id"), amount=Sum("amount_awarded"))
    found = sorted((Total(**row) for row in rows), key=lambda each: each.currency)
    pounds = next((each for each in found if each.currency == "GBP"), Total("GBP", 0, 0))
    return Totals(sum(each.grants for each in found), pounds, [each for each in found if each is not pounds])


def page(grants: GrantQuerySet, count: int, number: str) -> Page[Any]:
    """One page with all that its rows show; raises InvalidPage where there is no such page."""
    full = grants.select_related("funder").prefetch_related("recipients")
    return Counted(full, count).page(number)


def said(asked: GrantFilter) -> list[Said]:
    """Every filter that is set, each value by itself, in the order of the form."""
    called = _names(asked)
    found = []
    for name, field in asked.form.fields.items():
        value = asked.form.cleaned_data.get(name)
        if value in (None, "", []) or name == "sort":
            continue
        many = isinstance(value, list)
        given = [each for each in asked.data.getlist(name) if each.strip()] if many else [asked.data.get(name)]
        for raw, each in zip(given, value if many else [value], strict=True):
            found.append(Said(f"{field.label}: {_told(name, each, called)}", _without(asked.data, name, raw)))
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
