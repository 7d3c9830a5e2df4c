"""What everybody sees of people is in tens, from three charities or more, and nothing hidden can be worked out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counting import disclosure
from counting.disclosure import PART, PEOPLE, TOGETHER, WHOLE, Behind, NotToBeShown, protect
from counting.tables import NUMBER, Line, Table, Unprotected

YEAR = (date(2025, 1, 1), date(2025, 12, 31))
TODAY = date(2026, 11, 21)
REFERRALS = [238, 166, 57, 27, 19, 9, 8, 2, 1]
DECISIONS = [301, 131, 7, 18, 70]
"""The tables of Hansard 2009 (domain.md, T4); both come to 527."""


def table(values: Sequence[int], total: int | None = None, **more: object) -> Table:
    whole = sum(values) if total is None else total
    asked = {
        "measure": "people-new", "unit": NUMBER, "on": TODAY, "first": YEAR[0], "last": YEAR[1],
        "rows": [Line(str(n), f"Place {n}") for n in range(len(values))], "columns": [Line(PEOPLE, "")],
        "cells": [[each] for each in values], "row_totals": list(values), "column_totals": [whole], "total": whole,
        "people": True, "rows_name": "region",
    }  # fmt: skip
    return Table(**{**asked, **more})


def of(gifts: Sequence[Sequence[int]]) -> tuple[Table, Behind]:
    """A Table whose rows are the sums of what each charity gave to them."""
    cells = np.array(gifts, np.int64)
    return table([int(each.sum()) for each in cells]), Behind([cells], [cells.sum(axis=0)])


def spread(values: Sequence[int], charities: int = 4) -> list[list[int]]:
    """Each value cut into so many parts that are as alike as can be."""
    return [[value // charities + (n < value % charities) for n in range(charities)] for value in values]


def shown(found: Table) -> dict[str, int]:
    return {line.code: figures[0] for line, figures in zip(found.rows, found.cells, strict=True)}


@pytest.mark.parametrize("values", [REFERRALS, DECISIONS])
def test_published_tables_with_small_counts_come_out_in_tens_or_not_at_all(values: list[int]) -> None:
    found = protect(*of(spread(values)), adds_up=True)
    assert found.total == 530
    assert found.about
    assert found.protected
    assert {figure % 10 for figure in shown(found).values()} == {0}
    small = {str(n) for n, value in enumerate(values) if value in (1, 2)}
    assert small & set(shown(found)) == set()
    assert shown(found)["0"] == disclosure.rounded(values[0])


@pytest.mark.parametrize("values", [REFERRALS, DECISIONS])
def test_where_every_row_is_one_agency_the_total_alone_is_shown(values: list[int]) -> None:
    found = protect(*of(np.diag(values).tolist()), adds_up=True)
    assert (found.total, shown(found), len(found.kept_back)) == (530, {}, len(values))


def test_a_table_crossed_by_a_second_list_is_refused() -> None:
    """The two-way table of adults and children by gender (T5), from which four small figures could be derived."""
    ages = [Line("adult", "Adults"), Line("child", "Children")]
    genders = [Line("f", "Female"), Line("m", "Male"), Line("x", "Other")]
    cells = np.array([[[100, 100, 100]] * 3] * 2, np.int64)
    crossed = table(
        [300, 300], rows=ages, columns=genders, columns_name="gender", cells=[[100, 100, 100]] * 2,
        row_totals=[300, 300], column_totals=[200] * 3, total=600,
    )  # fmt: skip
    for each in (crossed, replace(crossed, columns_name="")):
        with pytest.raises(NotToBeShown) as refused:
            protect(
                each, Behind([cells[:, n] for n in range(3)], [cells[:, n].sum(axis=0) for n in range(3)]), adds_up=True
            )
        assert refused.value.reason == NotToBeShown.CROSSED


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"narrowed": ("funder",)}, NotToBeShown.NARROWED),
        ({"narrowed": ("charity",)}, NotToBeShown.NARROWED),
        ({"narrowed": ("project",)}, NotToBeShown.NARROWED),
        ({"own": True}, NotToBeShown.NARROWED),
        ({"last": date(2026, 12, 31)}, NotToBeShown.OPEN),
        ({"last": date(2025, 11, 30)}, NotToBeShown.OPEN),
        ({"first": date(2025, 1, 2)}, NotToBeShown.OPEN),
        ({"first": None}, NotToBeShown.OPEN),
        ({"on": date(2025, 12, 31)}, NotToBeShown.OPEN),
        ({"people": False}, NotToBeShown.NOT_PEOPLE),
        ({"protected": True}, NotToBeShown.NOT_PEOPLE),
    ],
)
def test_what_is_narrowed_or_not_closed_is_refused(more: dict[str, object], reason: str) -> None:
    asked, behind = of(spread([100, 200]))
    with pytest.raises(NotToBeShown) as refused:
        protect(replace(asked, **more), behind, adds_up=True)
    assert refused.value.reason == reason


def test_two_charities_or_one_with_more_than_85_per_cent_are_not_shown() -> None:
    assert not disclosure.may_be_shown(np.array([50, 50, 0]))
    assert disclosure.may_be_shown(np.array([85, 10, 5]))
    assert not disclosure.may_be_shown(np.array([86, 10, 4]))
    assert protect(*of([[50, 50, 0], [30, 20, 0]]), adds_up=True).withheld


def test_one_hidden_row_takes_the_smallest_other_with_it() -> None:
    """Else the total less the others would be the one that is hidden."""
    found = protect(*of([[100, 100, 100], [40, 0, 0], [20, 20, 20], [70, 80, 90]]), adds_up=True)
    assert shown(found) == {"0": 300, "3": 240, TOGETHER: 100}
    assert [line.code for line in found.kept_back] == ["1", "2"]
    assert found.total == 640


def test_the_hidden_together_must_not_be_one_charity_nearly_alone() -> None:
    found = protect(*of([[900, 0, 0, 0], [10, 10, 10, 10], [400, 400, 400, 400]]), adds_up=True)
    assert shown(found) == {}
    assert found.total == 2_540


def test_totals_are_rounded_from_their_own_exact_total() -> None:
    found = protect(*of(spread([14, 14, 14])), adds_up=True)
    assert (shown(found), found.total) == ({"0": 10, "1": 10, "2": 10}, 40)


def test_where_a_project_stands_in_several_rows_the_hidden_are_not_added_up() -> None:
    cells = np.array([[100, 100, 100], [100, 100, 40], [60, 0, 0], [0, 50, 0]], np.int64)
    found = protect(table([300, 240, 60, 50], total=300), Behind([cells], [np.array([100, 100, 100])]), adds_up=False)
    assert TOGETHER not in shown(found)
    assert {"2", "3"} <= {line.code for line in found.kept_back}


def test_of_so_many_out_of_so_many_the_others_too_must_be_three_charities() -> None:
    """Thirty of forty with all ten others at one charity: the ten could be worked out."""
    part, whole = [np.array([[10, 10, 10], [20, 20, 20]]), np.array([[20, 10, 10], [40, 40, 40]])]
    columns = [Line(PART, ""), Line(WHOLE, "")]
    asked = table([40, 120], columns=columns, cells=[[30, 40], [60, 120]], column_totals=[90, 160])
    found = protect(asked, Behind([part, whole], [part.sum(axis=0), whole.sum(axis=0)]), adds_up=True)
    assert [line.code for line in found.kept_back] == ["0", "1"]
    assert found.column_totals == [90, 160]


def test_a_table_of_people_that_did_not_pass_is_neither_drawn_nor_given_away() -> None:
    asked, behind = of(spread([100, 200]))
    for refused in (asked.to_draw, asked.to_give_away, asked.as_dict, replace(asked, own=True).as_dict):
        with pytest.raises(Unprotected):
            refused()
    assert replace(asked, own=True).to_draw().total == 300
    assert protect(asked, behind, adds_up=True).as_dict()["cells"] == [[100], [200]]


GIFTS = st.integers(1, 6).flatmap(
    lambda charities: st.lists(
        st.lists(
            st.one_of(st.just(0), st.integers(0, 12), st.integers(0, 400)), min_size=charities, max_size=charities
        ),
        min_size=1,
        max_size=7,
    )
)


@settings(max_examples=300, deadline=None)
@given(GIFTS)
def test_nothing_shown_is_finer_than_ten_or_from_fewer_than_three_charities(gifts: list[list[int]]) -> None:
    found = protect(*of(gifts), adds_up=True)
    figures = [*shown(found).values(), found.total, *found.row_totals, *found.column_totals]
    assert all(each % 10 == 0 for each in figures)
    whole = np.array(gifts).sum(axis=0)
    if not found.withheld:
        assert is_told_by_enough(whole)
    for code in shown(found):
        rows = [int(line.code) for line in found.kept_back] if code == TOGETHER else [int(code)]
        assert is_told_by_enough(np.array(gifts)[rows].sum(axis=0))


@settings(max_examples=300, deadline=None)
@given(GIFTS)
def test_no_hidden_row_can_be_worked_out_from_what_stands_beside_it(gifts: list[list[int]]) -> None:
    """All that the shown figures tell of the hidden rows is their sum, and it is of two rows or more and of enough
    charities to be shown itself."""
    found = protect(*of(gifts), adds_up=True)
    hidden = [int(line.code) for line in found.kept_back]
    if found.withheld or not hidden:
        return
    assert len(hidden) > 1
    assert is_told_by_enough(np.array(gifts)[hidden].sum(axis=0))
    assert {str(row) for row in hidden} & set(shown(found)) == set()


@settings(max_examples=100, deadline=None)
@given(GIFTS.filter(lambda gifts: len(gifts) <= 4), st.randoms(use_true_random=False))
def test_the_order_in_which_rows_and_charities_come_does_not_matter(gifts: list[list[int]], chance) -> None:
    def told(order: Sequence[int], mixed: list[list[int]]) -> tuple[object, ...]:
        found = protect(*of(mixed), adds_up=True)
        names = {str(n): str(row) for n, row in enumerate(order)} | {TOGETHER: TOGETHER}
        return (
            {names[code]: figure for code, figure in shown(found).items()},
            {names[line.code] for line in found.kept_back}, found.total, found.withheld,
        )  # fmt: skip

    usual = told(range(len(gifts)), gifts)
    charities = list(range(len(gifts[0])))
    chance.shuffle(charities)
    for order in permutations(range(len(gifts))):
        assert told(order, [[gifts[row][charity] for charity in charities] for row in order]) == usual


def is_told_by_enough(given: np.ndarray) -> bool:
    return np.count_nonzero(given) >= 3 and given.max() * 100 <= given.sum() * 85
