"""The made-up portfolio that speed is measured on is as skewed as it says, and the same for the same seed."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import groupby

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Sum

from accounts.models import Organisation
from counting.money import WHOLE
from funders_portal.demo import many
from grants.models import Grant
from priorities.models import RESIDUAL, Code, Link
from tests.factories import GrantFactory

pytestmark = pytest.mark.django_db
COUNT, TODAY = 4_000, date(2026, 11, 21)


def fingerprint() -> list[tuple]:
    """Every grant and share without the numbers that the database gives."""
    fields = ("funder__name", "amount_awarded", "currency", "award_date", "planned_end", "programme")
    grants = list(Grant.objects.order_by("id").values_list(*fields))
    return grants + list(Link.objects.order_by("id").values_list("code__code", "share"))


def test_codes_a_grant_are_those_that_the_table_says_and_shares_come_to_the_whole():
    made = many.make(count=COUNT, seed=1, today=TODAY)
    assert made.averages() == {
        dimension: pytest.approx(average, abs=0.05) for dimension, average in many.CODES_PER_GRANT.items()
    }
    assert made.shares == dict(Counter(Link.objects.values_list("dimension", flat=True)))
    sums = Link.objects.order_by().values("grant", "dimension").annotate(whole=Sum("share"))
    assert {(each["whole"], len(many.CODES_PER_GRANT)) for each in sums} == {(WHOLE, 7)}
    assert len(sums) == COUNT * len(many.CODES_PER_GRANT)
    assert Link.objects.filter(code__code__in=RESIDUAL).count() == 0


def test_one_grant_in_a_thousand_has_a_share_in_every_code_of_five_dimensions():
    many.make(count=COUNT, seed=1, today=TODAY)
    every = Code.objects.ordinary().filter(dimension__in=many.ACROSS_THE_BOARD).count()
    shares = Link.objects.filter(dimension__in=many.ACROSS_THE_BOARD).order_by().values("grant")
    counts = Counter(shares.annotate(codes=Count("id")).values_list("codes", flat=True))
    assert counts[every] == COUNT // many.ONE_IN
    assert max(codes for codes in counts if codes != every) < every / 2


def test_the_first_funder_makes_twice_as_many_grants_as_the_second_and_later_years_have_more():
    many.make(count=COUNT, seed=1, today=TODAY)
    assert Organisation.objects.funders().count() == many.FUNDERS
    rows = Grant.objects.order_by().values("funder").annotate(grants=Count("id")).order_by("-grants")
    first, second = (row["grants"] for row in rows[:2])
    assert first / second == pytest.approx(2, abs=0.4)
    days = sorted(Grant.objects.values_list("award_date", flat=True))
    years = [len(list(each)) for _, each in groupby(days, key=lambda day: (TODAY - day).days // 365)]
    assert len(years) == many.YEARS
    assert sum(years[11:]) / sum(years[:11]) == pytest.approx(many.GROWTH**11, rel=0.1)


def test_the_same_seed_makes_the_same_portfolio_again():
    many.make(count=300, seed=1, today=TODAY)
    once = fingerprint()
    for model in (Link, Grant, Organisation):
        model.objects.all().delete()
    many.make(count=300, seed=1, today=TODAY)
    assert fingerprint() == once


def test_it_goes_into_an_empty_portal_only():
    GrantFactory()
    with pytest.raises(CommandError, match="made-up grants go into an empty portal only"):
        call_command("many_grants", 5)
