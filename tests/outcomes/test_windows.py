"""Periods of several funders fit together without a day lost or told twice."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counting import periods
from outcomes import windows
from outcomes.windows import Window

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
WINDOWS = st.tuples(DAYS, st.integers(0, 400)).map(lambda each: Window(each[0], each[0] + timedelta(days=each[1])))


def window(first: str, last: str) -> Window:
    return Window(date.fromisoformat(first), date.fromisoformat(last))


def test_month_ends_count_from_the_first_and_not_from_each_other() -> None:
    made = windows.every(1, date(2026, 1, 1), date(2026, 4, 30), ends=date(2026, 1, 31))
    assert [each.end for each in made] == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


def test_less_than_a_month_left_over_joins_the_last_period() -> None:
    made = windows.every(6, date(2026, 1, 1), date(2027, 1, 15))
    assert made == [window("2026-01-01", "2026-06-30"), window("2026-07-01", "2027-01-15")]


def test_a_year_end_of_the_charity_cuts_the_first_period_short() -> None:
    made = windows.every(12, date(2026, 1, 1), date(2027, 12, 31), ends=date(2026, 3, 31))
    assert made == [
        window("2026-01-01", "2026-03-31"), window("2026-04-01", "2027-03-31"), window("2027-04-01", "2027-12-31"),
    ]  # fmt: skip


def test_a_half_year_that_quarters_fill_needs_no_report_of_its_own() -> None:
    quarters = [window("2026-04-01", "2026-06-30"), window("2026-07-01", "2026-09-30")]
    half = window("2026-04-01", "2026-09-30")
    assert windows.not_put_together([half, *quarters]) == quarters
    assert windows.tiles(half, quarters) == quarters
    assert windows.not_put_together([half, quarters[0]]) == [quarters[0], half]


@pytest.mark.parametrize("months", [1, 3, 6, 12])
@given(first=DAYS, length=st.integers(0, 1500))
def test_periods_fill_the_whole_grant_without_gap_or_overlap(months: int, first: date, length: int) -> None:
    last = first + timedelta(days=length)
    made = windows.every(months, first, last)
    assert (made[0].start, made[-1].end) == (first, last)
    assert all(one.end + windows.DAY == other.start for one, other in pairwise(made))
    assert all(each.start <= each.end for each in made)
    assert all(periods.end_after(each.start, months) == each.end for each in made[:-1] if first.day <= 28)


@given(own=WINDOWS, others=st.lists(WINDOWS, max_size=5))
def test_pieces_fill_a_window_and_put_every_other_together(own: Window, others: list[Window]) -> None:
    cut = windows.pieces(own, others)
    assert (cut[0].start, cut[-1].end) == (own.start, own.end)
    assert all(one.end + windows.DAY == other.start for one, other in pairwise(cut))
    for other in others:
        assert all(other.holds(each) or not other.touches(each) for each in cut)


@given(some=st.lists(WINDOWS, max_size=6))
def test_every_window_is_reported_on_or_filled_by_those_that_are(some: list[Window]) -> None:
    needed = windows.not_put_together(some)
    for each in some:
        filled = [each] if each in needed else windows.tiles(each, needed)
        assert (filled[0].start, filled[-1].end) == (each.start, each.end)
