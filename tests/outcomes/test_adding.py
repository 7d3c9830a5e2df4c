"""Whatever people projects really share, the range that is told holds how many different ones there are."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes import adding
from outcomes.adding import PerProject, Shared
from outcomes.models import FigureCounter


def of(people: list[set[int]]) -> PerProject:
    sizes = np.array([len(each) for each in people], np.int64)
    return PerProject(np.arange(len(people)), sizes, sizes, np.zeros(len(people), np.int64))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sets(st.integers(0, 12)), min_size=1, max_size=5), st.data())
def test_the_range_holds_the_truth_and_closes_when_two_projects_say_how_many_they_share(people, data) -> None:
    pairs = list(combinations(range(len(people)), 2))
    declared = [pair for pair in pairs if data.draw(st.booleans())]
    shared = [Shared(one, other, *[len(people[one] & people[other])] * 2) for one, other in declared]
    found = adding.together(of(people), shared)
    truth = len(set().union(*people))
    assert found.least <= truth <= found.most
    assert max(map(len, people)) <= found.least
    if len(people) == 2 and declared:
        assert found.least == found.most == truth


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.sets(st.integers(0, 9))), max_size=5))
def test_different_people_of_windows_lie_between_the_fullest_and_the_sum_of_the_outermost(told) -> None:
    """Days are windows here; who comes on a day is counted in every window that has it."""
    days = [set(), set(), set(), set()]
    for first, length, people in told:
        for day in range(first, min(first + length + 1, 4)):
            days[day] |= people
    windows = sorted({(first, min(first + length, 3)) for first, length, _people in told})
    if not windows:
        return
    seen = [set().union(*days[first : last + 1]) for first, last in windows]
    start, end = (np.array([each[n] for each in windows]) for n in (0, 1))
    none = np.zeros(len(windows), np.int64)
    found = adding.per_project("active", none, start, end, np.array([len(each) for each in seen]), none)
    assert found.least[0] <= len(set().union(*seen)) <= found.most[0]


@pytest.mark.django_db
def test_the_log_of_figures_has_one_head() -> None:
    FigureCounter.objects.create(id=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        FigureCounter.objects.create(id=2)
