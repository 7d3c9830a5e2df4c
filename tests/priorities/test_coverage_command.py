"""`manage.py coverage` and `manage.py gaps` print what the page and the API show."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command

from priorities import coverage, gaps
from priorities.filters import CoverageFilter
from tests.factories import FunderFactory, GrantFactory, link, officer
from tests.priorities.test_coverage import sorted_grant

pytestmark = pytest.mark.django_db


def printed(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_json_is_the_table_in_pence():
    grant = sorted_grant(amount_awarded=123_45, funder=FunderFactory(identifier="GB-CHC-5"))
    link(grant, "group", "adult_women", 5_000)
    sorted_grant()
    words = ["--rows", "priority", "--columns", "region", "--measure", "live", "--on", "2026-11-21", "--where"]
    told = json.loads(printed("coverage", *words, "funder=GB-CHC-5", "--where", "group=adult_women", "--format=json"))
    assert list(told) == ["measure", "unit", "on", "rows", "columns", "cells", "other_currencies", "held_back"]
    assert (told["measure"], told["unit"], told["on"]) == ("live", "pence", "2026-11-21")
    assert told["rows"][3] == {"code": "victim_services", "label": "Victim services"}
    assert (told["cells"][3][6], sum(map(sum, told["cells"]))) == (61_72, 61_72)
    assert (told["other_currencies"], told["held_back"]) == ({}, 0)


def test_csv_has_codes_labels_and_pounds():
    sorted_grant(amount_awarded=123_45)
    rows = list(csv.reader(io.StringIO(printed("coverage", "--on=2026-11-21", "--format=csv"))))
    assert rows[0] == ["row_code", "row", "column_code", "column", "pounds"]
    assert ["victim_services", "Victim services", "LON", "London", "123.45"] in rows
    assert len(rows) == 1 + 8 * 17


def test_the_table_ends_with_what_is_not_in_it():
    sorted_grant(amount_awarded=100_00)
    sorted_grant(amount_awarded=7_00, currency="EUR")
    lines = printed("coverage", "--on=2026-11-21").splitlines()
    assert lines[0].split()[:2] == ["NE", "NW"]
    assert lines[4].split()[0] == "victim_services"
    assert lines[-2].split()[-1] == "£100"
    assert lines[-1] == "Not in these figures: €7"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--where", "region=LDN"], "region: “LDN” is not known here. Choose from: NE, NW, "),
        (["--where", "region"], "“region” is not of the form name=value, such as --where region=LON."),
        (["--where", "on=2026-01-01"], "“on=2026-01-01” is not of the form name=value"),
        (["--on", "yesterday"], "on: “yesterday” is no day that exists."),
    ],
)
def test_a_wrong_option_is_refused_in_a_sentence(words: list[str], sentence: str):
    with pytest.raises(CommandError) as told:
        printed("coverage", *words)
    assert str(told.value).startswith(sentence)


def test_gaps_are_printed_as_one_entry_a_cell():
    sorted_grant(grant_id="360G-test-wales", place="WAL")
    told = json.loads(printed("gaps", "--on=2026-11-21", "--format=json"))
    wales = next(each for each in told["gaps"] if each["column"] == "WAL" and each["row"] == "victim_services")
    assert (wales["kind"], wales["pence"], wales["grants"]) == ("ending", 1_000_000, ["360G-test-wales"])
    assert wales["sentence"] in printed("gaps", "--on=2026-11-21").splitlines()
    research = next(each for each in told["gaps"] if each["row"] == "research")
    assert (research["kind"], research["column"]) == ("empty", None)


def test_gaps_refuse_a_day_that_does_not_exist():
    with pytest.raises(CommandError, match="“2026-02-30” is no day that exists"):
        printed("gaps", "--on=2026-02-30")


@pytest.mark.django_db
class TestApi:
    """The same figures at the API, for those who look over the whole portfolio."""

    def test_coverage_is_the_same_table(self, sign_in):
        sorted_grant()
        answer = sign_in(officer()).get("/api/coverage/?on=2026-11-21&region=LON")
        filters = CoverageFilter({"on": "2026-11-21", "region": "LON"})
        assert answer.json() == coverage.table(filters.question).as_dict()

    def test_gaps_are_the_same_list(self, sign_in):
        GrantFactory()
        answer = sign_in(officer()).get("/api/gaps/?on=2026-11-21")
        found = gaps.table(on=CoverageFilter({"on": "2026-11-21"}).question.on)
        assert answer.json() == json.loads(json.dumps(found.as_dict()))

    @pytest.mark.parametrize("address", ["/api/coverage/?regions=LON", "/api/gaps/?on=2026-02-30"])
    def test_a_wrong_address_is_refused_with_400_and_a_sentence(self, sign_in, address: str):
        answer = sign_in(officer()).get(address)
        assert answer.status_code == 400
        assert answer.json()["detail"].endswith(".")
