"""What is blacked out is gone from every table and every dump; figures and everything else stay."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import connection
from django.urls import reverse

from accounts.journal import Did
from accounts.models import JournalEntry, Letter, Mail
from grants.models import Grant, Import, ImportRow, Revision
from outcomes import blacking, drafts, reports
from outcomes.models import Answer, Measurement, Question, Report, ReportDue
from tests import factories
from tests.accounts.posting import post
from tests.outcomes.world import QUARTERS, World

pytestmark = pytest.mark.django_db
APRIL = QUARTERS[1][0]
NAME = "Zorbélia Quint"
"""A name that nothing else in any table holds."""


@pytest.fixture
def world() -> World:
    return World()


def box(code: str) -> str:
    return f"q{Question.objects.get(code=code).pk}"


@pytest.fixture
def report(world: World) -> Report:
    """A report with the name in every place that takes a text, twice revised, one funder waiting."""
    expected = world.expect("people-new")
    report = world.report(APRIL)
    world.write(report, what_done=f"We helped {NAME}. zorbelia quint, ZORBELIA\nQUINT and Zorbéliana came.")
    world.count(report, expected, 12)
    world.hand_in(report)
    world.accept("A", 0, feedback=f"{NAME} moved us.")
    reports.reopen(report, by=world.lead, at=world.later())
    world.count(report, expected, 13)
    world.type(report, {box("what-changed"): f"{NAME} stays."})
    world.hand_in(report, reason=f"{NAME} was counted twice")
    reports.reopen(report, by=world.lead, at=world.later())
    world.type(report, {box("what-next"): f"More for {NAME}"})
    ReportDue.objects.filter(grant=world.grants["C"]).update(
        waived_at=world.later(), waived_by=world.officers["C"], waived_because=f"{NAME} told us."
    )
    report.refresh_from_db()
    return report


def everything() -> str:
    """Every row of every table as text."""
    told = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            told += [repr(row) for row in cursor.fetchall()]
    return "\n".join(told)


def test_the_word_is_in_no_table_afterwards(world: World, report: Report):
    before = everything()
    assert before.count(NAME) >= 6
    figures = list(Measurement.objects.order_by("pk").values_list("value", "revision", "superseded_at"))
    found = blacking.black_out(report, "zorbelia  QUINT", by=world.lead, at=world.later())
    assert found.keys() >= {"answers", "figures", "feedback", "dates", "draft"}
    after = everything().casefold()
    assert ("quint" in after, "zorbéliana" in after) == (False, True)
    assert list(Measurement.objects.order_by("pk").values_list("value", "revision", "superseded_at")) == figures
    told = Answer.objects.get(report=report, question__code="what-done").text
    assert told == "We helped █████. █████, █████ and Zorbéliana came."


def test_it_goes_from_letters_sent_and_from_the_grant_and_the_file_it_came_in(world: World, report: Report):
    post(world.later())
    grant = world.grants["A"]
    Grant.objects.filter(pk=grant.pk).update(description=f"Rooms for {NAME}", title=f"Rooms ({NAME})")
    grant.refresh_from_db()
    content = json.dumps({"description": f"Rooms for {NAME}", "amount_awarded": 100})
    Revision.objects.create(grant=grant, number=99, at=world.now, reason="added", content=content)
    source = Import.objects.create(name="grants.csv", received_at=world.now)
    source.file.save("grants.csv", ContentFile(f"Rooms for {NAME}".encode()))
    kept = source.file.path
    row = ImportRow.objects.create(
        source=source, row=2, grant_id=grant.grant_id, outcome="added", cleaned="{}",
        raw=json.dumps({"Description": f"Rooms for {NAME}"}),
    )  # fmt: skip
    assert Letter.objects.filter(body__contains="Zorb").exists()
    assert Mail.objects.filter(text__contains="Zorb").exists()
    found = blacking.black_out(report, NAME, by=world.lead, at=world.later())
    assert found["letters"] >= 2
    assert (found["grants"], found["rows"]) == (1, 1)
    assert "quint" not in everything().casefold()
    row.refresh_from_db()
    assert json.loads(row.raw) == {"Description": "Rooms for █████"}
    assert json.loads(Revision.objects.get(number=99).content)["amount_awarded"] == 100
    assert not Path(kept).exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_word_is_in_no_dump_afterwards(world: World, report: Report):
    if connection.vendor != "postgresql" or not shutil.which("pg_dump"):
        pytest.skip("needs PostgreSQL and pg_dump")
    assert "Quint" in dump()
    blacking.black_out(report, NAME, by=world.lead, at=world.later())
    assert "quint" not in dump().casefold()


def dump() -> str:
    given = connection.settings_dict
    address = f"postgresql://{given['USER']}@{given['HOST']}:{given['PORT'] or 5432}/{given['NAME']}"
    return subprocess.run(["pg_dump", address], capture_output=True, text=True, check=True).stdout


def test_the_journal_says_where_and_never_what(world: World, report: Report):
    blacking.black_out(report, NAME, by=world.lead, at=world.later())
    [line] = JournalEntry.objects.filter(what=Did.BLACKED_OUT)
    assert (line.by, line.about) == (world.lead, f"outcomes.report:{report.pk}")
    assert line.details["draft"] == [box("what-done"), box("what-changed"), box("what-next")]
    assert set(line.details["answers"]) <= set(report.answers.values_list("pk", flat=True))


def test_an_old_tab_does_not_bring_it_back(world: World, report: Report):
    name = box("what-next")
    old = report.draft[name]["version"]
    blacking.black_out(report, NAME, by=world.lead, at=world.later())
    change = {name: drafts.Change(f"More for {NAME}", old)}
    saved = drafts.save(report, change, names={name}, by=world.colleague, at=world.later())
    assert saved.unlike[name]["value"] == "More for █████"


@pytest.mark.parametrize(
    ("text", "passage", "struck"),
    [
        ("Anna and ANNA, Joanna, Anna's", "anna", "█████ and █████, Joanna, █████'s"),
        ("anna_k.jpg", "Anna", "█████_k.jpg"),
        ("Zoë, Zoe\u0308 and Z\u00adoe", "zoe", "█████, █████ and █████"),
        ("ring 07700\u00a0900\n123 now", "07700 900 123", "ring █████ now"),
        ("50 % of (her)", "of (her)", "50 % █████"),
    ],
)
def test_capitals_accents_and_blanks_do_not_matter(text: str, passage: str, struck: str):
    assert blacking.strike(text, passage) == struck


@pytest.mark.parametrize("passage", ["", " ", "a", "█████", "--", "not in it"])
def test_what_stands_nowhere_or_is_too_short_is_refused(world: World, report: Report, passage: str):
    with pytest.raises(blacking.NothingToStrike):
        blacking.black_out(report, passage, by=world.lead, at=world.later())


def test_blocks_that_do_not_fit_take_the_whole_place(world: World):
    report = world.report(APRIL)
    world.write(report)
    world.hand_in(report)
    reports.reopen(report, by=world.lead, at=world.later())
    world.write(report, what_done="Otherwise.")
    world.hand_in(report, reason="Al " * 100)
    blacking.black_out(report, "al", by=world.lead, at=world.later())
    assert Answer.objects.get(report=report, question__code="what-done", revision=2).reason == "█████"


def test_a_lead_looks_first_and_strikes_then(world: World, report: Report, sign_in: Any):
    client, address = sign_in(world.lead), reverse("report_black_out", args=[report.pk])
    looked = client.post(address, {"passage": NAME})
    assert "boxes not handed in yet: 3" in looked.content.decode()
    assert not JournalEntry.objects.filter(what=Did.BLACKED_OUT).exists()
    assert client.post(address, {"passage": NAME, "strike": "yes"}).status_code == 302
    assert "Blacked out before" in client.get(address).content.decode()
    assert client.post(address, {"passage": NAME, "strike": "yes"}).status_code == 422


def test_the_secretariat_strikes_what_it_may_not_read(world: World, report: Report, sign_in: Any):
    client = sign_in(factories.secretariat())
    listed = client.get(reverse("reports_to_black_out")).content.decode()
    address = reverse("report_black_out", args=[report.pk])
    assert address in listed
    assert "We helped" not in listed + client.get(address).content.decode()
    client.post(address, {"passage": NAME, "strike": "yes"})
    assert "quint" not in everything().casefold()


def test_a_contributor_and_another_charitys_lead_strike_nothing(world: World, report: Report, sign_in: Any):
    address = reverse("report_black_out", args=[report.pk])
    assert sign_in(world.colleague).post(address, {"passage": NAME, "strike": "yes"}).status_code == 403
    assert sign_in(factories.lead()).post(address, {"passage": NAME, "strike": "yes"}).status_code == 404
    assert NAME in everything()


def test_every_text_of_a_report_is_looked_through():
    """A column of words that a later change adds to a table of reports belongs into blacking.py, or here."""
    known = {
        "answer": {"text", "reason"}, "measurement": {"reason"}, "reviewevent": {"note"}, "delivery": {"feedback"},
        "reportdue": {"waived_because"}, "report": set(),
    }  # fmt: skip
    for name, columns in known.items():
        fields = apps.get_model("outcomes", name)._meta.get_fields()
        free = {
            each.name for each in fields
            if each.get_internal_type() in ("TextField", "CharField") and not getattr(each, "choices", None)
        }  # fmt: skip
        assert free == columns
