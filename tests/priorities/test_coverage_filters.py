"""Addresses, options and their refusals: one reading for page, API, CSV and command."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import QueryDict

from priorities.coverage import Question
from priorities.filters import CoverageFilter, GapFilter
from tests.factories import FunderFactory, GranteeFactory, GrantFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 21)


def asked(query: str) -> Question:
    return CoverageFilter(QueryDict(query), at=DAY).question


def refused(query: str) -> list[str]:
    found = CoverageFilter(QueryDict(query), at=DAY)
    assert not found.is_valid()
    with pytest.raises(ValueError, match=r": |filter"):
        found.question  # noqa: B018
    return found.sentences()


def test_an_empty_address_asks_areas_by_places_of_today():
    assert asked("") == Question(on=DAY)
    assert asked("rows=&measure=&from=&region=&funder=&programme=") == Question(on=DAY)


def test_every_parameter_is_read():
    funder = FunderFactory(identifier="GB-CHC-77")
    charity = GranteeFactory()
    GrantFactory(programme="Small grants")
    query = (
        "rows=group&columns=service&measure=awarded&on=2026-03-01&from=2026-01-01&to=2026-02-28"
        f"&funder=GB-CHC-77&funder={funder.pk}&recipient={charity.pk}&programme=Small+grants"
        "&priority=research&region=LON&region=WAL&term=emergency"
    )
    assert asked(query) == Question(
        rows="group",
        columns="service",
        measure="awarded",
        on=date(2026, 3, 1),
        first=date(2026, 1, 1),
        last=date(2026, 2, 28),
        funders=(funder.pk,),
        recipients=(charity.pk,),
        programmes=("Small grants",),
        codes={"priority": ("research",), "region": ("LON", "WAL"), "term": ("emergency",)},
    )


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("rows=region", ("region", "priority")),
        ("columns=priority", ("region", "priority")),
        ("rows=group", ("group", "region")),
        ("columns=group", ("priority", "group")),
    ],
)
def test_one_dimension_alone_takes_another_beside_it(query: str, shown: tuple[str, str]):
    assert asked(query).shown == shown


def test_a_share_of_the_year_without_a_period_is_of_the_days_calendar_year():
    question = asked("measure=spread&on=2025-05-05")
    assert (question.first, question.last) == (date(2025, 1, 1), date(2025, 12, 31))


def test_running_grants_have_a_day_and_no_period():
    assert asked("measure=live&from=2026-01-01&to=2026-02-28") == Question(on=DAY)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("rows=region&columns=region", "columns: Rows and columns are the same. Choose two different ones."),
        ("measure=all", "measure: “all” is not known here. Choose from: live, awarded, spread, grants."),
        (
            "term=soon",
            "term: “soon” is not known here. Choose from: emergency, long_term, undivided, not-applicable, not-stated.",
        ),
        ("term=emergency&term=soon", "term: “soon” is not known here. Choose from: emergency, long_term, undivided, "),
        ("on=2026-02-30", "on: “2026-02-30” is no day that exists. Write it as year, month and day: 2026-11-21."),
        ("on=01/02/2026", "on: “01/02/2026” is no day that exists. Write it as year, month and day: 2026-11-21."),
        (
            "from=2026-05-01&to=2026-04-30",
            "to: The period ends before it begins. Give a “to” that is not before “from”.",
        ),
        ("funder=GB-CHC-0", "funder: No organisation here is “GB-CHC-0”. Give its number or its identifier, such as "),
        ("funder=99999999999999999999", "funder: No organisation here is “99999999999999999999”. "),
        ("programme=None", "programme: No grant here has the programme “None”. Give its title as the grants carry it."),
        ("regions=LON", "“regions” is no filter here. There are: from, to, priority, region, group, "),
        ("priority=S1a", "priority: “S1a” is not known here. Choose from: accountability, awareness, "),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(query: str, sentence: str):
    (told,) = refused(query)
    assert told.startswith(sentence)


def test_what_another_reads_is_no_filter_and_no_fault():
    assert CoverageFilter(QueryDict("page=2"), at=DAY, also=("page",)).question == Question(on=DAY)


def test_a_mapping_asks_like_an_address():
    assert CoverageFilter({"region": ["LON", "WAL"], "rows": "group"}, at=DAY).question == asked(
        "region=LON&region=WAL&rows=group"
    )


def test_gaps_are_asked_by_day_kind_and_area():
    assert GapFilter({"on": "2026-03-01", "kind": "empty", "priority": "research"}).found().on == date(2026, 3, 1)
    found = GapFilter({"kind": "small", "priority": "not-stated", "of": "1"})
    assert found.sentences() == [
        "kind: “small” is not known here. Choose from: empty, neglected, under_target, under_need, "
        "ending, fragile, too_narrow, no_evidence.",
        "priority: “not-stated” is not known here. Choose from: "
        "accountability, awareness, legal_representation, victim_services, research.",
        "“of” is no filter here. There are: on, kind, priority.",
    ]
