"""The portfolio in memory follows the database: fresh on the next question, and never ahead of it."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import connection, transaction

from grants import changes
from grants.models import Grant
from priorities import columns, coverage
from priorities.coverage import Question
from priorities.models import Code, Link
from tests.factories import NOW, GrantFactory, link

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 6, 1)


def change(grant: Grant, **fields) -> None:
    with transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(**fields)
        changes.touch([grant.pk])


def total(**asked) -> int:
    return coverage.table(Question(on=DAY, **asked)).total


@pytest.fixture
def grants() -> list[Grant]:
    with transaction.atomic():
        made = [GrantFactory(amount_awarded=100_00) for _ in range(3)]
        for each in made:
            link(each, "region", "LON")
        changes.touch([each.pk for each in made])
    return made


def test_a_touched_grant_is_new_in_the_next_table(grants: list[Grant]):
    assert total() == 300_00
    base = columns.current().base
    change(grants[1], amount_awarded=1_00)
    assert total() == 201_00
    assert columns.current().base.ids is base.ids, "the untouched grants are not read again"


def test_changed_shares_show_without_a_change_of_the_grant(grants: list[Grant]):
    assert total(codes={"region": ("WAL",)}) == 0
    with transaction.atomic():
        Link.objects.filter(grant=grants[0]).update(code=Code.objects.get(dimension="region", code="WAL"))
        changes.touch([grants[0].pk])
    assert total(codes={"region": ("WAL",)}) == 100_00
    assert total(codes={"region": ("LON",)}) == 200_00


def test_added_removed_and_restored_grants_come_and_go(grants: list[Grant]):
    assert total() == 300_00
    change(grants[0], removed_at=NOW)
    assert total() == 200_00
    change(grants[0], removed_at=None)
    with transaction.atomic():
        changes.touch([GrantFactory(amount_awarded=5_00).pk])
    assert total() == 305_00


def test_after_a_rollback_nothing_has_changed(grants: list[Grant]):
    assert total() == 300_00
    with transaction.atomic():
        Grant.objects.filter(pk=grants[0].pk).update(amount_awarded=7_00)
        changes.touch([grants[0].pk])
        assert total() == 207_00, "inside, the transaction sees its own change"
        transaction.set_rollback(True)
    assert total() == 300_00
    change(grants[1], amount_awarded=0)
    assert total() == 200_00, "the number that was rolled back is given again, to another change"


@pytest.mark.postgresql
def test_another_thread_never_sees_what_is_not_committed(grants: list[Grant]):
    assert total() == 300_00
    seen: list[int] = []

    def look() -> None:
        seen.append(total())
        connection.close()

    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: a test's SQLite has one connection only")
    with transaction.atomic():
        Grant.objects.filter(pk=grants[0].pk).update(amount_awarded=7_00)
        changes.touch([grants[0].pk])
        assert total() == 207_00
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert seen == [300_00]
    assert total() == 207_00


def test_very_many_changes_are_read_all_at_once(grants: list[Grant], monkeypatch: pytest.MonkeyPatch):
    assert total() == 300_00
    monkeypatch.setattr(changes, "MANY", 2)
    with transaction.atomic():
        Grant.objects.update(amount_awarded=1_00)
        changes.touch([each.pk for each in grants])
    assert total() == 3_00
    assert columns.current().edits.size == 0


def test_many_small_changes_are_laid_out_as_one_again(grants: list[Grant], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(columns, "FEW", 1)
    assert total() == 300_00
    for number, each in enumerate(grants):
        change(each, amount_awarded=number * 100)
    portfolio = columns.current()
    assert (portfolio.base.size + portfolio.edits.size, portfolio.size) == (3, 3)
    assert total() == coverage.table(Question(rows="group", on=DAY)).total == 3_00


def test_a_new_code_is_a_new_column_at_once(grants: list[Grant]):
    assert total() == 300_00
    Code.objects.create(
        dimension="region", code="IOM", label="Isle of Man", order=125, source="Invented", valid_from=date(2026, 1, 1)
    )
    table = coverage.table(Question(on=DAY))
    assert [line.code for line in table.columns][11:14] == ["NI", "IOM", "UK"]
    assert table.cell("not-stated", "LON") == 300_00


def test_another_database_in_its_place_is_read_anew(grants: list[Grant]):
    assert total() == 300_00
    changes.ChangeCounter.objects.all().delete()
    changes.Change.objects.all().delete()
    Grant.objects.update(amount_awarded=1_00)
    with transaction.atomic():
        for _ in range(3):
            changes.touch([grants[0].pk])
    assert total() == 3_00


def test_all_is_read_as_of_one_moment(grants: list[Grant]):
    with columns.one_view(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            assert connection.connection.in_transaction
        else:
            cursor.execute("SHOW transaction_isolation")
            assert cursor.fetchone() == ("repeatable read",)
    assert not connection.in_atomic_block
    change(grants[0], amount_awarded=1_00)
    assert total() == 201_00, "what was read holds up no writer afterwards"
