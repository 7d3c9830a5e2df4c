"""What the figures rest on: who is up to date, what is not yet sorted, and where the money is."""

from __future__ import annotations

from datetime import date

import pytest

from priorities import freshness
from priorities.coverage import Question
from priorities.freshness import Places, Quiet
from tests.factories import NOW, FunderFactory, GrantFactory, link
from tests.priorities.test_coverage import sorted_grant

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 21)


def test_a_funder_that_added_nothing_for_a_year_is_named_with_its_months():
    busy, silent, never = FunderFactory(), FunderFactory(name="Ottersmoor"), FunderFactory(name="Newcomer")
    sorted_grant(funder=busy, added_on=date(2025, 11, 21))
    sorted_grant(funder=silent, added_on=date(2024, 1, 1))
    sorted_grant(funder=silent, added_on=date(2025, 9, 20))
    sorted_grant(funder=silent, added_on=date(2026, 9, 20), removed_at=NOW)
    rests_on = freshness.of(Question(on=DAY))
    assert (rests_on.funders, rests_on.up_to_date) == (3, 1)
    assert rests_on.quiet == [
        Quiet(never.pk, "Newcomer", None, None),
        Quiet(silent.pk, "Ottersmoor", date(2025, 9, 20), 14),
    ]


def test_chosen_funders_alone_are_spoken_of():
    chosen = FunderFactory()
    sorted_grant()
    rests_on = freshness.of(Question(on=DAY, funders=(chosen.pk,)))
    assert (rests_on.funders, rests_on.up_to_date, rests_on.places.total) == (1, 0, 0)


def test_money_sorted_by_neither_area_nor_place_counts_once_as_unsorted():
    GrantFactory(amount_awarded=1_00)
    link(GrantFactory(amount_awarded=2_00), "region", "LON")
    link(GrantFactory(amount_awarded=4_00), "priority", "research")
    link(half := GrantFactory(amount_awarded=8_00), "priority", "research")
    link(half, "region", "LON", 5_000)
    sorted_grant(amount_awarded=16_00)
    rests_on = freshness.of(Question(on=DAY))
    assert (rests_on.unsorted, rests_on.unsorted_grants) == (11_00, 4)


def test_an_answer_that_nobody_divides_it_is_not_unsorted():
    sorted_grant("undivided", "not-applicable")
    rests_on = freshness.of(Question(on=DAY))
    assert (rests_on.unsorted, rests_on.unsorted_grants) == (0, 0)


def test_money_is_in_london_elsewhere_or_for_all_of_the_uk():
    for place, pence in {
        "LON": 1_00,
        "NE": 2_00,
        "NI": 4_00,
        "UK": 8_00,
        "INT": 16_00,
        "not-applicable": 32_00,
    }.items():
        sorted_grant(place=place, amount_awarded=pence)
    GrantFactory(amount_awarded=64_00)
    assert freshness.of(Question(on=DAY)).places == Places(london=1_00, regions=6_00, uk_wide=8_00, other=112_00)


def test_a_filtered_question_speaks_of_what_it_keeps():
    sorted_grant(place="LON", amount_awarded=1_00)
    GrantFactory(amount_awarded=2_00)
    rests_on = freshness.of(Question(on=DAY, rows="group", columns="service", codes={"region": ("LON",)}))
    assert (rests_on.unsorted, rests_on.unsorted_grants, rests_on.places.london) == (0, 0, 1_00)


def test_numbers_of_grants_rest_on_the_money_of_the_same_grants():
    sorted_grant(award_date=date(2020, 5, 5), amount_awarded=1_00)
    asked = Question(measure="grants", on=DAY, first=date(2020, 1, 1), last=date(2020, 12, 31))
    assert freshness.of(asked).places.london == 1_00
    assert freshness.of(Question(measure="grants", on=date(2020, 6, 1))).places.london == 0
