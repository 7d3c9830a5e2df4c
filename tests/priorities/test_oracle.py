"""After every edit the figures are those of the tables themselves, in the process that wrote and in one that reads.

The oracle reads the normalised tables by Django's own queries and cuts the money in plain Python (orm_recount.py); it
knows nothing of the columns, nor of the change log that keeps them fresh. 500 portfolios and 5,000 edits in `make
prove`; a tenth of them in `make test`.
"""

from __future__ import annotations

import ast
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import pytest
from django.db import transaction

from funders_portal.demo import loading, many
from grants import changes
from priorities import columns, coverage
from priorities.coverage import Question
from tests.factories import NOW
from tests.priorities import edits
from tests.priorities.edits import Edit, World
from tests.priorities.orm_recount import Answer, Standing
from tests.priorities.two_processes import BEGIN_AGAIN, ROOT, SAVE, Reader, Shared, tables

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]
PORTFOLIOS, TENTH, TOGETHER = 500, 50, 5
"""Portfolios in all, those of `make test`, and how many make one test."""
SMALLEST, LARGEST = 20, 200
NOW_AND_THEN = ("",) * 8 + (SAVE, BEGIN_AGAIN)
"""Mostly the reader goes on from what it holds; sometimes it saves that, or begins from what it once saved."""


@pytest.fixture(scope="session")
def shared(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Shared, Reader]]:
    """The database that both processes have, and the process that only reads, started once."""
    folder = tmp_path_factory.mktemp("oracle")
    with django_db_blocker.unblock():
        database = Shared(folder)
    reader = Reader(database.url, folder)
    yield database, reader
    reader.close()


@pytest.fixture
def reader(transactional_db: None, shared: tuple[Shared, Reader]) -> Iterator[Reader]:
    database, process = shared
    with database.in_use():
        columns.forget()
        yield process
        edits.empty(people=True)
        columns.forget()


class Comparison:
    """Both processes against the oracle."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def differences(
        self, asked: Sequence[Question], *, committed: Standing | None = None, first: str = ""
    ) -> list[str]:
        """Where a table of either process is not what the normalised tables say.

        committed: what the other process must see, where this one is inside a transaction. first: what it does before.
        """
        self.reader.ask(asked, first=first)
        here = Standing.read()
        expected = [here.answer(each) for each in asked]
        found = list(differing("the writer", asked, expected, tables(asked)))
        if committed:
            expected = [committed.answer(each) for each in asked]
        return found + list(differing("the reader", asked, expected, self.reader.answers()))


def differing(who: str, asked: Sequence[Question], expected: list[Answer], given: list[Answer]) -> Iterator[str]:
    for question, right, answer in zip(asked, expected, given, strict=True):
        for name, figures in right.items():
            if answer[name] != figures:
                yield f"{who} says {name} {answer[name]} instead of {figures} to {question}"


@pytest.fixture
def compared(reader: Reader) -> Comparison:
    return Comparison(reader)


# --- no difference ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("first", range(0, PORTFOLIOS if "PROVE" in os.environ else TENTH, TOGETHER))
def test_every_figure_is_that_of_the_tables_after_every_edit_in_both_processes(compared: Comparison, first: int):
    world, done = edits.people(Random(first)), Counter[str]()
    for seed in range(first, first + TOGETHER):
        world.chance = Random(seed)
        edits.portfolio_of(world, size(world.chance))
        assert compared.differences(world.questions()) == [], f"portfolio {seed}, before any edit"
        for kind, edit in edits.planned(world):
            found = rolled_back(world, edit, compared) if kind == edits.ROLLBACK else []
            if kind != edits.ROLLBACK:
                edit(world)
            done[kind] += 1
            found += compared.differences(world.questions(), first=world.chance.choice(NOW_AND_THEN))
            assert found == [], f"portfolio {seed}, {kind} by {edit.__name__}"
    assert min(done[kind] for kind in edits.KINDS) >= TOGETHER
    assert sum(done.values()) >= 10 * TOGETHER


def size(chance: Random) -> int:
    """More small portfolios than large ones."""
    return round(SMALLEST * (LARGEST / SMALLEST) ** chance.random() ** 3)


def rolled_back(world: World, edit: Edit, compared: Comparison) -> list[str]:
    """What differs inside a transaction that is then taken back: this process sees it, the other does not."""
    before = Standing.read()
    brought, sortings = [*world.brought], [*world.sorted]
    with transaction.atomic():
        edit(world)
        found = compared.differences(world.questions(), committed=before)
        transaction.set_rollback(True)
    world.brought, world.sorted = brought, sortings
    return found


# --- a write path that notes nothing ---------------------------------------------------------------------------------
def load_demo(world: World) -> None:
    loading.load(today=NOW.date(), at=NOW)


def make_many(world: World) -> None:
    many.make(count=40, seed=1, today=NOW.date())


WRITE_PATHS: list[tuple[str, Edit]] = [
    ("grants.portfolio._done", edits.add),
    ("grants.portfolio._done", edits.change),
    ("grants.portfolio._done", edits.remove),
    ("grants.portfolio._done", edits.restore),
    ("grants.portfolio.hold_back", edits.hold_back),
    ("grants.imports.apply", edits.bring),
    ("grants.imports.undo", edits.take_out),
    ("grants.imports.answer_missing", edits.answer_missing),
    ("priorities.linking.sort", edits.set_shares),
    ("priorities.linking.sort", edits.sort),
    ("priorities.linking.sort_many", edits.sort_many),
    ("priorities.linking.sort_many", edits.take_back),
    ("priorities.linking.confirm", edits.confirm),
    ("funders_portal.demo.loading.load", load_demo),
    ("funders_portal.demo.many.make", make_many),
]
"""The function that notes a change, and an edit that comes to it."""
IN_NO_TABLE = {
    "outcomes.evidence.refresh",
    "grants.joining.answer",
    "grants.joining._move",
    "grants.striking.strike",
}
"""What they note is whether reports came (tests/outcomes/test_evidence.py), whose project a grant has, which no table
of coverage counts by, and passages struck out of texts."""
INTO_AN_EMPTY_PORTAL = (load_demo, make_many)
TIMES = 3
"""Some grants stand in no figure (joint shares, money regranted), so an edit is done to several."""
ROOMS = ("accounts", "grants", "priorities", "outcomes", "meetings", "funders_portal", "celery_worker")


def noting() -> set[str]:
    """Every function of the portal that notes a change, read from its source."""
    found = set()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            functions = [each for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.FunctionDef)]
            found |= {f"{module}.{each.name}" for each in functions if any(map(is_touch, ast.walk(each)))}
    return found


def is_touch(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "changes.touch"


def test_every_write_path_is_tried_without_its_note():
    assert noting() == {where for where, _ in WRITE_PATHS} | IN_NO_TABLE


def wide() -> list[Question]:
    """Every award and every grant over every dimension, unfiltered: whatever changed shows somewhere."""
    pairs = [("priority", "region"), ("group", "exploitation"), ("service", "audience"), ("term", "priority")]
    ever = {"on": NOW.date(), "first": edits.START.replace(year=1999)}
    return [
        Question(rows=rows, columns=across, measure=measure, **ever)
        for rows, across in pairs
        for measure in (coverage.AWARDED, coverage.GRANTS)
    ]


@pytest.mark.parametrize(("where", "edit"), WRITE_PATHS, ids=[f"{path}-{edit.__name__}" for path, edit in WRITE_PATHS])
def test_a_write_path_that_forgets_its_note_is_found_in_both_processes(
    compared: Comparison, monkeypatch: pytest.MonkeyPatch, where: str, edit: Edit
):
    world = edits.people(Random(7))
    edits.portfolio_of(world, 30)
    for prepare in (edits.bring, edits.remove, edits.sort_many) * TIMES:
        prepare(world)
    if edit in INTO_AN_EMPTY_PORTAL:
        edits.empty()
    assert compared.differences(wide()) == []
    forget_note_in(where, monkeypatch)
    for _ in range(1 if edit in INTO_AN_EMPTY_PORTAL else TIMES):
        edit(world)
    found = compared.differences(wide())
    assert {each.split(" says ")[0] for each in found} == {"the writer", "the reader"}


def forget_note_in(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def touch(grant_ids: Any, *, real: Any = changes.touch) -> int:
        caller = sys._getframe(1)
        if f"{caller.f_globals['__name__']}.{caller.f_code.co_name}" == where:
            return 0
        noted: int = real(grant_ids)
        return noted

    monkeypatch.setattr(changes, "touch", touch)
