"""All four measures equal a recount in plain Python, add up in every table, and a planted fault is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from math import prod

import numpy as np
import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from counting.tables import PENCE, Table
from grants.models import Grant, Project, Recipient
from priorities import columns, coverage
from priorities.coverage import Question
from priorities.memory import blocks, reading
from priorities.models import NOT_STATED, Code, Link
from tests.factories import NOW, FunderFactory, GranteeFactory
from tests.priorities.recount import Told, recount

DIMENSIONS = ("priority", "region", "group", "service")
START = date(2024, 1, 1)
pytestmark = pytest.mark.django_db
property_settings = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture
def world() -> dict:
    """What every made-up portfolio stands on: funders, charities, and the codes in their order."""
    codes = {each: list(Code.objects.filter(dimension=each, kind="share").order_by("order")) for each in DIMENSIONS}
    return {
        "funders": [FunderFactory().pk for _ in range(3)],
        "grantees": [GranteeFactory().pk for _ in range(3)],
        "ids": {(each.dimension, each.code): each.pk for entries in codes.values() for each in entries},
        "orders": {name: [each.code for each in entries] for name, entries in codes.items()},
    }


CODES = {
    "priority": ["accountability", "awareness", "legal_representation", "victim_services", "research", "undivided"],
    "region": ["NE", "NW", "LON", "WAL", "UK", "not-applicable"],
    "group": ["adult_women", "adult_men", "children", "mixed_adults", "undivided", "not-applicable"],
    "service": ["housing", "legal", "counselling", "travel", "undivided", "not-applicable"],
}
days = st.integers(0, 900).map(lambda number: START + timedelta(days=number))


@st.composite
def shares(draw: st.DrawFn, dimension: str) -> dict[str, int]:
    """One to five codes with uneven shares; what is left to 10,000 nobody stated."""
    codes = draw(st.lists(st.sampled_from(CODES[dimension]), min_size=1, max_size=5, unique=True))
    cuts = sorted(draw(st.lists(st.integers(1, 10_000), min_size=len(codes), max_size=len(codes), unique=True)))
    if draw(st.booleans()):
        cuts[-1] = 10_000
    return {code: high - low for code, low, high in zip(codes, [0, *cuts], cuts, strict=False)}


@st.composite
def told(draw: st.DrawFn) -> Told:
    award, start = draw(days), draw(days)
    end = draw(st.none() | st.integers(0, 500).map(lambda number: start + timedelta(days=number)))
    actual_end = draw(st.none() | st.integers(0, 900).map(lambda number: START + timedelta(days=number)))
    pence = draw(st.sampled_from([0, 100, 1, 99, 10_000_01]) | st.integers(0, 10**9) | st.integers(0, 9 * 10**14))
    joint = draw(st.integers(0, 9)) == 0
    return Told(
        pence=0 if joint else pence,
        currency=draw(st.sampled_from(["GBP", "GBP", "GBP", "EUR"])),
        funder=draw(st.integers(0, 2)),
        award=award,
        runs_from=start,
        runs_to=actual_end or end,
        planned_from=start,
        planned_to=end,
        shares={each: draw(shares(each)) for each in DIMENSIONS if draw(st.integers(0, 9))},
        joint=joint,
        removed=draw(st.integers(0, 9)) == 0,
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Told], Question]:
    """A portfolio, and any two dimensions with a filter on a third, of one code or several.

    Days asked about are often a grant's own first or last, where being off by one would show.
    """
    grants = draw(st.lists(told(), min_size=1, max_size=40))
    edges = [day for each in grants for day in (each.award, each.runs_from, each.runs_to, each.planned_to) if day]
    asked_days = st.sampled_from(edges) | days
    rows, across, third = draw(st.permutations(DIMENSIONS))[:3]
    ends = sorted(draw(st.tuples(asked_days, asked_days)))
    filtered = draw(st.sampled_from([(), (third,), (third,), (rows, third)]))
    return grants, Question(
        rows=rows,
        columns=across,
        on=draw(asked_days),
        first=draw(st.sampled_from([None, ends[0]])),
        last=draw(st.sampled_from([None, ends[1]])),
        codes={
            each: tuple(
                draw(st.lists(st.sampled_from([*CODES[each], NOT_STATED]), min_size=1, max_size=2, unique=True))
            )
            for each in filtered
        },
    )


def save(grants: list[Told], world: dict) -> None:
    """Write them as rows: projects of several grants, grants of two charities, actual dates beside planned ones."""
    projects = Project.objects.bulk_create([Project(title=str(number)) for number in range(1 + len(grants) // 3)])
    rows = Grant.objects.bulk_create(
        Grant(
            grant_id=f"360G-made-up-{number}",
            project=projects[number // 3],
            funder_id=world["funders"][grant.funder],
            title="Made up",
            currency=grant.currency,
            amount_awarded=grant.pence,
            award_date=grant.award,
            planned_start=grant.planned_from,
            planned_start_precision="day",
            planned_end=grant.planned_to,
            planned_end_precision="day" if grant.planned_to else "",
            actual_end=grant.runs_to if grant.runs_to != grant.planned_to else None,
            actual_end_precision="day" if grant.runs_to != grant.planned_to else "",
            joint_share=grant.joint,
            removed_at=NOW if grant.removed else None,
            added_on=START,
        )
        for number, grant in enumerate(grants)
    )
    Recipient.objects.bulk_create(
        Recipient(grant=row, organisation_id=world["grantees"][place])
        for number, row in enumerate(rows)
        for place in range(1 + number % 2)
    )
    Link.objects.bulk_create(
        Link(grant=row, dimension=dimension, code_id=world["ids"][dimension, code], share=share, at=NOW)
        for row, grant in zip(rows, grants, strict=True)
        for dimension, of in grant.shares.items()
        for code, share in of.items()
    )


@contextmanager
def saved(grants: list[Told], world: dict) -> Iterator[columns.Portfolio]:
    with transaction.atomic():
        save(grants, world)
        yield columns.current()
        transaction.set_rollback(True)


def compare(table: Table, grants: list[Told], question: Question, orders: dict[str, list[str]]) -> None:
    """The table equals the recount to the penny, and exact fractions to within the pence that rounding may move."""
    by_hand = recount(grants, question, orders)
    cuts = len(question.cut) + (question.measure == "spread")
    # A filter of several codes adds up as many parts, each with its own rounding.
    kept = prod(len(codes) for dimension, codes in question.codes.items() if dimension not in question.shown)
    for row, column, figure in table.records():
        cell = row.code, column.code
        touching = len(by_hand.touching[cell])
        if table.unit == PENCE:
            assert figure == by_hand.cells[cell]
            assert abs(figure - by_hand.exact[cell]) <= (2**cuts - 1) * kept * touching
        else:
            assert figure == touching
    assert table.other_currencies == dict(by_hand.others)
    if table.unit == PENCE:
        assert table.total == sum(by_hand.cells.values()) == sum(table.row_totals) == sum(table.column_totals)
        assert table.row_totals == [sum(row) for row in table.cells]
    else:
        assert table.total == by_hand.distinct()
        assert table.row_totals == [by_hand.distinct(row=line.code) for line in table.rows]
        assert table.column_totals == [by_hand.distinct(column=line.code) for line in table.columns]
    assert table.grants == by_hand.distinct()


def check(grants: list[Told], question: Question, world: dict) -> None:
    with saved(grants, world) as portfolio:
        for measure in coverage.MEASURES:
            asked = replace(question, measure=measure)
            compare(coverage.table(asked, portfolio=portfolio), grants, asked, world["orders"])


@property_settings
@given(case=cases())
def test_every_measure_equals_a_plain_recount(world: dict, case: tuple[list[Told], Question]):
    check(*case, world)


@settings(property_settings, max_examples=60)
@given(case=cases())
def test_every_table_under_one_filter_has_the_same_totals(world: dict, case: tuple[list[Told], Question]):
    grants, question = case
    with saved(grants, world) as portfolio:
        for measure in coverage.MEASURES:
            tables = [
                coverage.table(replace(question, rows=rows, columns=across, measure=measure), portfolio=portfolio)
                for rows, across in combinations(DIMENSIONS, 2)
            ]
            assert len({table.total for table in tables}) == 1
            assert len({str(table.other_currencies) for table in tables}) == 1
            for dimension in DIMENSIONS:
                assert len({str(margin(table, dimension)) for table in tables if margin(table, dimension)}) == 1


def margin(table: Table, dimension: str) -> list[tuple[str, int]] | None:
    """The totals by one dimension, whether it stands as rows or as columns."""
    name = str(coverage.Dimension(dimension).label)
    if table.rows_name == name:
        return [(line.code, total) for line, total in zip(table.rows, table.row_totals, strict=True)]
    if table.columns_name == name:
        return [(line.code, total) for line, total in zip(table.columns, table.column_totals, strict=True)]
    return None


def remainder_dropped(whole, again, low, high):
    """Each part rounded down by itself, so that what is over is lost."""
    yield blocks.Amounts(whole.adds, whole.pence.take(again) * (high - low) // 10_000)


def co_funded_twice(vocabulary, names, ids=None, *, read=reading.read_block):
    """Money once for each charity that a grant goes to."""
    block = read(vocabulary, names, ids)
    charities = Recipient.objects.values_list("grant", flat=True)
    return replace(block, pence=block.pence * np.array([list(charities).count(each) for each in block.ids], np.int64))


def last_day_off_by_one(block, day):
    """A grant over at the beginning of its last day."""
    return (block.runs_from <= day) & (block.runs_to > day)


def last_day_not_over(block, day, grants, *, otherwise, elapsed=blocks.Block.elapsed):
    """A day counted as over only from the next day on."""
    return elapsed(block, None if day is None else day - 1, grants, otherwise=otherwise)


@pytest.mark.parametrize(
    ("where", "name", "fault"),
    [
        (blocks, "cut", remainder_dropped),
        (columns, "read_block", co_funded_twice),
        (blocks.Block, "running_on", last_day_off_by_one),
        (blocks.Block, "elapsed", last_day_not_over),
    ],
)
def test_the_recount_notices_a_planted_fault(world: dict, monkeypatch: pytest.MonkeyPatch, where, name, fault):
    monkeypatch.setattr(where, name, fault)

    @settings(property_settings, phases=[Phase.generate], database=None, derandomize=True, report_multiple_bugs=False)
    @given(case=cases())
    def search(case: tuple[list[Told], Question]) -> None:
        check(*case, world)

    with pytest.raises(AssertionError):
        search()
