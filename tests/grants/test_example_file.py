"""The file that the README names does what the README says."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from grants.models import Grant, Import

EXAMPLE = Path(__file__).parents[2] / "docs" / "example-grants.json"


@pytest.mark.django_db
def test_the_example_file_adds_four_grants_mends_two_and_refuses_one(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo", today=None)
    call_command("import_grants", str(EXAMPLE), "--json")
    told = json.loads(capsys.readouterr().out.split("\n", 1)[1])
    counts = {name: told[name] for name in Import.COUNTS}
    assert counts == {"read": 5, "added": 4, "changed": 0, "unchanged": 0, "repaired": 2, "refused": 1}
    assert (
        Grant.objects.filter(funder__name="Quillfeather Trust (demo)", grant_id__startswith="360G-XXDEMO").count() == 4
    )
