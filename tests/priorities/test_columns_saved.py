"""Columns saved to a file: mapped as they were saved, and a very large change is counted in beside the pages."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.db import connection, transaction

from grants import changes
from grants.models import Grant
from priorities import columns, coverage
from priorities.coverage import Question
from priorities.memory import mapped, saved
from tests.factories import GrantFactory, link

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 6, 1)
SERVER = pytest.mark.skipif(connection.vendor != "postgresql", reason="a test's SQLite is in memory, for one process")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "VAR", tmp_path)
    monkeypatch.setenv("PORTAL_VAR", str(tmp_path))


@pytest.fixture
def grants() -> list[Grant]:
    with transaction.atomic():
        made = [GrantFactory(amount_awarded=100_00) for _ in range(3)]
        for each in made:
            link(each, "region", "LON", share=5_000)
        changes.touch([each.pk for each in made])
    return made


def total(**asked) -> int:
    return coverage.table(Question(on=DAY, **asked)).total


def test_what_is_mapped_is_what_was_saved(grants: list[Grant], tmp_path: Path):
    block, path = columns.current().base, tmp_path / "some" / "file"
    assert block.project.tolist() == [each.project_id for each in grants]
    mapped.save(path, "grants 3", {"told": 7}, saved.arrays(block))
    found = mapped.load(path, "grants 3")
    assert found is not None
    assert found.about == mapped.about(path, "grants 3") == {"told": 7}
    again = saved.block(found.arrays)
    for name in ("ids", "funder", "project", "pence", "currency", "recipient", "award", "runs_to", "alive"):
        assert np.array_equal(getattr(again, name), getattr(block, name)), name
    for dimension, shares in block.shares.items():
        for part in ("starts", "code", "high", "bits"):
            assert np.array_equal(getattr(again.shares[dimension], part), getattr(shares, part))


def test_a_restart_begins_from_what_is_saved_and_follows_the_log(grants: list[Grant], monkeypatch: pytest.MonkeyPatch):
    assert columns.keep()
    assert not columns.keep(after=changes.head())
    columns.forget()
    with transaction.atomic():
        Grant.objects.filter(pk=grants[0].pk).update(amount_awarded=1_00)
        changes.touch([grants[0].pk])
    monkeypatch.setattr(columns, "_all", None)
    assert total() == 201_00
    assert total(codes={"region": ("LON",)}) == 100_50


def test_what_another_database_saved_is_not_begun_from(grants: list[Grant], caplog: pytest.LogCaptureFixture):
    assert columns.keep()
    columns.forget()
    with transaction.atomic():
        Grant.objects.update(amount_awarded=2_00)
        changes.Change.objects.all().delete()
        changes.touch([each.pk for each in grants])
    assert total() == 6_00
    assert "It is of another database." in caplog.text
    assert columns.keep(), "and it is replaced, rather than left standing until the log has come as far"
    assert not columns.keep()


def test_what_is_saved_is_begun_from_though_changes_came_while_it_was_saved(
    grants: list[Grant], monkeypatch: pytest.MonkeyPatch
):
    assert total() == 300_00
    for number, each in enumerate(grants[:2]):
        with transaction.atomic():
            Grant.objects.filter(pk=each.pk).update(amount_awarded=1_00)
            changes.touch([each.pk])
        if number == 0:
            assert columns.keep()
        assert total() == [201_00, 102_00][number]
    assert columns.current().edits.size == 2
    monkeypatch.setattr(columns, "FEW", 1)
    monkeypatch.setattr(columns, "_all", None)
    assert (total(), columns.current().edits.size) == (102_00, 1)


@SERVER
@pytest.mark.postgresql
def test_after_a_very_large_change_the_figures_are_those_before_and_say_so_until_they_are_fresh(
    grants: list[Grant], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(columns, "SMALL", 0)
    monkeypatch.setattr(changes, "MANY", 2)
    assert total() == 300_00, "read by another process, since nothing was saved yet"
    with transaction.atomic():
        Grant.objects.update(amount_awarded=1_00)
        changes.touch([each.pk for each in grants])
    assert (total(), columns.current().behind) == (300_00, True)
    until = time.monotonic() + 10
    while columns.current().behind and time.monotonic() < until:
        time.sleep(0.05)
    assert (total(), columns.current().behind) == (3_00, False)
    assert columns.KEEPER.ask(after=0) is not None
