"""manage.py import_grants: what it prints, and what it leaves behind."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from grants.models import Grant, Import
from tests import factories
from tests.grants import files

pytestmark = pytest.mark.django_db


def run(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("import_grants", str(path), *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "grants.json"
    file.write_bytes(files.package(files.grant(1, awardDate="31/03/2025"), files.grant(2, amountAwarded=-1)))
    return file


def test_json_has_exactly_the_counts_and_the_problems(path: Path):
    told = json.loads(run(path, "--json"))
    problems = told.pop("problems")
    assert told == {"read": 2, "added": 1, "changed": 0, "unchanged": 0, "repaired": 1, "refused": 1}
    assert [set(each) for each in problems] == [{"row", "column", "problem", "fix"}] * 2
    assert (problems[0]["row"], problems[0]["column"]) == (1, "awardDate")
    assert json.loads(run(path, "--json"))["unchanged"] == 1


def test_in_words_it_says_the_total_and_each_refusal(path: Path):
    told = run(path)
    assert "Total £10,000" in told
    assert "Row 2, amountAwarded: The amount awarded, -1, is below nought." in told


def test_a_dry_run_leaves_nothing(path: Path):
    assert json.loads(run(path, "--json", "--dry-run"))["added"] == 1
    assert (Grant.objects.count(), Import.objects.count()) == (0, 0)


def test_only_the_named_funders_rows_are_taken(path: Path):
    other = factories.FunderFactory()
    assert json.loads(run(path, "--json", "--funder", other.org_id))["refused"] == 2
    with pytest.raises(CommandError, match="No organisation has the identifier"):
        run(path, "--funder", "GB-CHC-9")


@pytest.mark.parametrize("content", [b"", b'{"grants":[', b"%PDF-1.7"])
def test_a_file_that_cannot_be_read_is_an_error_in_words(tmp_path: Path, content: bytes):
    file = tmp_path / "grants.json"
    file.write_bytes(content)
    with pytest.raises(CommandError, match=r"grants\.json: "):
        run(file)
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "absent.json")
