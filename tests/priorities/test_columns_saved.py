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
from priorities.memory import keeping, saved
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
    saved.save(path, block, {"told": 7})
    found = saved.load(path)
    assert found is not None
    assert found.about == saved.about(path) == {"told": 7}
    for name in ("ids", "funder", "pence", "currency", "recipient", "award", "runs_to", "alive"):
        assert np.array_equal(getattr(found.block, name), getattr(block, name)), name
    for dimension, shares in block.shares.items():
        for part in ("starts", "code", "high", "bits"):
            assert np.array_equal(getattr(found.block.shares[dimension], part), getattr(shares, part))


@pytest.mark.parametrize("content", [b"", b"\0" * 40, b"\x05\0\0\0\0\0\0\0{}", b"nothing of the kind" * 100])
def test_a_file_that_is_no_columns_is_as_if_there_were_none(tmp_path: Path, content: bytes):
    path = tmp_path / "file"
    path.write_bytes(content)
    assert (saved.load(path), saved.about(path)) == (None, None)


def test_a_file_that_was_cut_short_is_as_if_there_were_none(grants: list[Grant], tmp_path: Path):
    path = tmp_path / "file"
    saved.save(path, columns.current().base, {})
    path.write_bytes(path.read_bytes()[:-400])
    assert saved.load(path) is None


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


def test_what_another_database_saved_is_not_begun_from(grants: list[Grant]):
    assert columns.keep()
    columns.forget()
    with transaction.atomic():
        Grant.objects.update(amount_awarded=2_00)
        changes.Change.objects.all().delete()
        changes.touch([each.pk for each in grants])
    assert total() == 6_00


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
    assert keeping.ask(after=0) is not None
