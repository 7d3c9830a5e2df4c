"""Figures saved to a file: a restart begins from it and reads on, and a file that does not serve is passed over."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from outcomes import figures, noting
from outcomes.models import FigureChange, Measurement
from priorities import columns
from tests.outcomes.test_results import ask, several

pytestmark = pytest.mark.django_db(transaction=True)
SERVER = pytest.mark.skipif(connection.vendor != "postgresql", reason="a test's SQLite is in memory, for one process")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "VAR", tmp_path)
    monkeypatch.setenv("PORTAL_VAR", str(tmp_path))


def test_a_restart_begins_from_what_the_command_saved_and_reads_on_from_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    several(40, 31, 22)
    [late] = several(50, accept=False)
    call_command("save_columns", "--only=figures", verbosity=0)
    assert (columns.KEEPER.path.exists(), figures.KEEPER.path.exists()) == (False, True)
    call_command("save_columns", verbosity=0)
    assert columns.KEEPER.path.exists()
    assert not figures.keep(after=noting.head().seq)
    late.accept("A", 0)
    figures.forget()
    monkeypatch.setattr(figures, "_whole", None)
    assert ask().table.total == 140
    assert figures.current().changed.tolist() == [late.project.pk]


def test_what_is_saved_is_begun_from_though_reports_came_while_it_was_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    several(40, 31, 22)
    late, later = several(50, 60, accept=False)
    assert ask().table.total == 90
    late.accept("A", 0)
    assert ask().table.total == 140
    assert figures.keep()
    later.accept("A", 0)
    assert ask().table.total == 200
    assert sorted(figures.current().changed.tolist()) == sorted([late.project.pk, later.project.pk])
    monkeypatch.setattr(figures, "FEW", figures.current().edits.size - 1)
    monkeypatch.setattr(figures, "_whole", None)
    assert ask().table.total == 200
    assert figures.current().changed.tolist() == [later.project.pk]


def test_what_another_database_saved_and_a_damaged_file_are_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    worlds = several(40, 31, 22)
    assert figures.keep()
    with transaction.atomic():
        FigureChange.objects.all().delete()
        noting.touch([each.project.pk for each in worlds])
    figures.forget()
    assert ask().table.total == 90
    assert "It is of another database." in caplog.text
    assert figures.keep(), "and it is replaced, rather than left standing until the log has come as far"
    path = figures.KEEPER.path
    for content in (path.read_bytes()[:-64], b"nothing of the kind" * 100):
        path.write_bytes(content)
        figures.forget()
        caplog.clear()
        assert ask().table.total == 90
        assert "saved_columns_passed_over" in caplog.text


@SERVER
@pytest.mark.postgresql
def test_many_figures_are_read_and_saved_by_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    several(40, 31, 22)
    monkeypatch.setattr(figures, "SMALL", 0)
    monkeypatch.setattr(figures, "_whole", None)
    assert Measurement.objects.exists()
    assert ask().table.total == 90
    assert figures.KEEPER.path.exists()


@SERVER
@pytest.mark.postgresql
def test_a_server_that_starts_waits_for_no_figures_but_has_them_read(monkeypatch: pytest.MonkeyPatch) -> None:
    several(40, 31, 22)
    monkeypatch.setattr(figures, "SMALL", 0)
    figures.make_ready()
    process = figures.KEEPER.ask()
    assert process is not None
    assert process.wait() == 0
    monkeypatch.setattr(figures, "_whole", None)
    figures.make_ready()
    assert ask().table.total == 90
