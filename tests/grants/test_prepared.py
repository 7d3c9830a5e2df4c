"""A large file is read by a process of its own, and nobody can tell by what comes of it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from grants import imports, prepared
from grants.models import Import
from grants.rows import Unreadable
from tests.grants import files

PEOPLE = {"recipientIndividual": {"name": "Ada Invented"}, "recipientOrganization": None}


@pytest.fixture
def many(tmp_path: Path) -> Path:
    odd = [files.grant(1, amountAwarded="£1,200"), 7, files.grant(2, title=""), files.grant(3, **PEOPLE, extra=1)]
    path = tmp_path / "f.json"
    path.write_bytes(files.package(*odd, *(files.grant(number) for number in range(10, 40))))
    return path


@pytest.fixture
def every_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "LARGE", 0)


def test_both_ways_give_the_same_rows(many: Path, every_file_is_large: None):
    here = list(prepared._here(many, "f.json", 10))
    elsewhere = list(prepared.batches(many, "f.json", size=10))
    assert elsewhere == here
    assert [len(batch.rows) for batch in elsewhere] == [10, 10, 10, 4]
    assert "Ada" not in str(elsewhere)


def test_a_sheet_keeps_its_titles_on_the_way(tmp_path: Path, every_file_is_large: None):
    path = tmp_path / "f.csv"
    path.write_text("Identifier,Amount Awarded\n360G-quill-1,lots\n")
    (batch,) = prepared.batches(path, "f.csv", size=10)
    assert batch.rows == next(iter(prepared._here(path, "f.csv", 10))).rows
    assert batch.rows[0].titles["amountAwarded"] == "Amount Awarded"


def test_a_file_that_breaks_off_says_so_from_the_other_process(tmp_path: Path, every_file_is_large: None):
    path = tmp_path / "f.json"
    path.write_bytes(files.package(*(files.grant(number) for number in range(30)))[:-40])
    with pytest.raises(Unreadable) as problem:
        list(prepared.batches(path, "f.json", size=10))
    assert (problem.value.code, problem.value.row) == ("json-breaks-off", 30)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc to see processes in")
def test_a_lost_process_is_noticed_and_none_is_left_behind(tmp_path: Path, every_file_is_large: None):
    many = tmp_path / "f.json"  # Far more than a pipe holds, so that its reader waits.
    many.write_bytes(files.package(*(files.grant(number) for number in range(2_000))))

    def readers() -> set[int]:
        found = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        return {int(pid) for pid in found if str(many).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()}

    found = prepared.batches(many, "f.json", size=1)
    next(found)
    (pid,) = readers()
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(prepared.ReaderDied):
        list(found)
    assert readers() == set()
    found = prepared.batches(many, "f.json", size=1)
    next(found)
    found.close()
    assert readers() == set()


@pytest.mark.django_db
def test_a_large_file_is_imported_like_a_small_one(many: Path, every_file_is_large: None):
    source = files.applied(many.read_bytes())
    assert {name: getattr(source, name) for name in Import.COUNTS} == {
        "read": 34, "added": 32, "changed": 0, "unchanged": 0, "repaired": 2, "refused": 2,
    }  # fmt: skip


@pytest.mark.django_db
def test_a_reader_that_is_lost_fails_its_import(many: Path, monkeypatch: pytest.MonkeyPatch, every_file_is_large: None):
    monkeypatch.setattr(prepared, "_PROGRAM", "")
    source = files.received(many.read_bytes())
    with pytest.raises(prepared.ReaderDied):
        imports.read_next(at=source.received_at)
    source.refresh_from_db()
    assert (source.state, source.rows.count()) == (Import.FAILED, 0)
