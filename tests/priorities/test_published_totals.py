"""Published totals come out of coverage again: grants rebuilt from the totals of a report on funding against slavery.

"Funding the Fight Against Modern Slavery" (Freedom Fund and Humanity United, 2016) counted $233m awarded in 2012 to
2014: 13 % more in 2013 and 57 % more in 2014 than in 2012, $99m in 2014, and $103m, 44 % of all, from five funders. Its
grants one by one are not published, so these are invented; only their sums are the report's. They are in dollars, which
the portal lists beside its tables and never adds to pounds, and once more as if they had been in pounds, in the cells.
"""

from __future__ import annotations

from datetime import date

import pytest

from accounts.models import Organisation
from counting.money import WHOLE
from counting.tables import Table
from priorities import coverage
from priorities.coverage import Question
from tests.factories import FunderFactory, GranteeFactory, GrantFactory, link

pytestmark = pytest.mark.django_db
ALL, OF_TOP_FIVE = 233_000_000_00, 103_000_000_00
FIRST_YEAR = ALL * 100 // (100 + 113 + 157)
BY_YEAR = {2012: FIRST_YEAR, 2013: FIRST_YEAR * 113 // 100, 2014: ALL - FIRST_YEAR - FIRST_YEAR * 113 // 100}
TOP_FIVE, OTHERS = (31, 25, 19, 15, 10), (7,) * 5 + (6,) * 5 + (5,) * 7
"""How many hundredths each funder gives of what the five, and of what the others, gave in a year."""


def cut(amount: int, hundredths: tuple[int, ...]) -> list[int]:
    """Whole cents that come to the amount."""
    parts = [amount * each // 100 for each in hundredths[1:]]
    return [amount - sum(parts), *parts]


def rebuild(currency: str) -> list[Organisation]:
    """A grant of each funder in each year, shared unevenly over areas and places; the funders, in any order."""
    funders = [FunderFactory() for _ in (*TOP_FIVE, *OTHERS)]
    charity = GranteeFactory()
    for year, amount in BY_YEAR.items():
        top = amount * OF_TOP_FIVE // ALL
        parts = cut(top, TOP_FIVE) + cut(amount - top, OTHERS)
        for number, (funder, cents) in enumerate(zip(funders, parts, strict=True)):
            grant = GrantFactory(
                funder=funder,
                recipient=charity,
                currency=currency,
                amount_awarded=cents,
                award_date=date(year, 1 + number % 12, 28),
                planned_start=None,
                planned_end=None,
            )
            for dimension, codes in (("priority", ("awareness", "victim_services")), ("region", ("LON", "WAL"))):
                link(grant, dimension, codes[0], 3_333 + number)
                link(grant, dimension, codes[1], WHOLE - 3_333 - number)
    return funders


def awarded(currency: str, first: int = 2012, last: int = 2014, funders: tuple[int, ...] = ()) -> int:
    """Minor units awarded from one year to another, as coverage counts them."""
    table = coverage.table(
        Question(measure=coverage.AWARDED, first=date(first, 1, 1), last=date(last, 12, 31), funders=funders)
    )
    return figure(table, currency)


def figure(table: Table, currency: str) -> int:
    if currency == "GBP":
        assert table.total == sum(map(sum, table.cells))
        return table.total
    assert table.total == 0
    return table.other_currencies.get(currency, 0)


@pytest.mark.parametrize("currency", ["USD", "GBP"])
def test_growth_and_the_share_of_the_five_largest_funders_are_the_published_ones(currency: str):
    funders = rebuild(currency)
    years = {year: awarded(currency, year, year) for year in BY_YEAR}
    assert years == BY_YEAR
    growth = [round(100 * (years[year] - years[2012]) / years[2012]) for year in (2013, 2014)]
    assert growth == [13, 57]
    assert round(years[2014] / 100_000_000) == 99
    largest = sorted(funders, key=lambda each: awarded(currency, funders=(each.pk,)), reverse=True)[:5]
    of_five = awarded(currency, funders=tuple(each.pk for each in largest))
    assert round(of_five / 100_000_000) == 103
    assert round(100 * of_five / awarded(currency)) == 44
    assert awarded(currency) == ALL
