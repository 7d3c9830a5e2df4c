"""The charity says of each answer and file whether it may serve as evidence; what it leaves open may not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.journal import Did
from accounts.models import JournalEntry
from outcomes import asking, files, reports, serving
from outcomes.models import Answer, Delivery, EvidenceMark, Report, ReportFile
from tests.outcomes.world import World

pytestmark = pytest.mark.django_db
NO = "As evidence for the group's monitoring work: no."
NAMED = "As evidence for the group's monitoring work: yes, with the charity's name."


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def report(world: World) -> Report:
    """Handed in, with one file, one answer kept by the charity and one for after the renewal."""
    report = world.report(date(2026, 4, 1))
    world.write(report, what_not_worked="The bus.", harm="None known.")
    readers = {f"{box(report, 'what-not-worked')}-reader": "kept", f"{box(report, 'harm')}-reader": "after_renewal"}
    world.type(report, readers)
    files.add(
        report, content=b"Said in general.", name="said.txt", grant=world.grants["A"], by=world.lead, at=world.later()
    )
    return world.hand_in(report)


def box(report: Report, code: str) -> str:
    return next(each.name for each in asking.sheet(report).words if each.question.code == code)


def named(report: Report) -> dict[str, str]:
    """The names of boxes, by code of the question or name of the file."""
    return {
        each.thing.question.code if isinstance(each.thing, Answer) else each.thing.evidence.name: each.name
        for each in serving.asked(report)
    }


def say(world: World, report: Report, **said: str) -> int:
    names = named(report)
    told = {names[code.replace("_", "-")]: may for code, may in said.items()}
    return serving.say(report, told, by=world.lead, at=world.later())


def test_it_is_asked_of_what_funders_read(report: Report):
    assert list(named(report)) == ["what-done", "what-changed", "harm", "said.txt"]
    assert {each.said for each in serving.asked(report)} == {""}


def test_before_it_is_handed_in_nothing_is_asked(world: World):
    report = world.report(date(2026, 1, 1))
    world.write(report)
    assert serving.asked(report) == []


def test_the_newest_word_counts_and_the_journal_keeps_each(world: World, report: Report):
    names = named(report)
    assert say(world, report, what_done="named", what_changed="no") == 2
    assert say(world, report, what_done="unnamed", what_changed="no") == 1
    assert {each.name: each.said for each in serving.asked(report)} == {
        names["what-done"]: "unnamed", names["what-changed"]: "no", names["harm"]: "", names["said.txt"]: "",
    }  # fmt: skip
    journal = JournalEntry.objects.filter(what=Did.SAID_EVIDENCE).order_by("id")
    assert [each.details["said"] for each in journal] == [
        {names["what-done"]: "named", names["what-changed"]: "no"}, {names["what-done"]: "unnamed"},
    ]  # fmt: skip


def test_a_corrected_answer_is_asked_about_anew(world: World, report: Report):
    say(world, report, what_done="named")
    world.accept("A")
    reports.reopen(report, by=world.lead, at=world.later())
    world.write(report, what_done="We ran two houses.")
    world.hand_in(report, reason="One was left out.")
    told = [(each.thing.text, each.said) for each in serving.asked(report) if isinstance(each.thing, Answer)]
    assert told[:2] == [("We ran the house.", "named"), ("We ran two houses.", "")]
    first = serving.asked(report)[0]
    serving.say(report, {first.name: "no"}, by=world.lead, at=world.later())
    assert serving.asked(report)[0].said == "no"


def test_what_was_taken_out_meanwhile_is_told(world: World, report: Report):
    name = named(report)["said.txt"]
    files.take_back(report.files.get(), by=world.lead, at=world.later())
    with pytest.raises(serving.NotAsked, match="taken out meanwhile"):
        serving.say(report, {name: "named", named(report)["what-done"]: "named"}, by=world.lead, at=world.later())
    assert not EvidenceMark.objects.exists()


# --- who reads it ---------------------------------------------------------------------------------------------------
def test_the_funder_reads_it_beside_each_answer_and_file(world: World, report: Report, sign_in: Any):
    client, address = sign_in(world.officers["A"]), reverse("copy", args=[world.copies("A")[-1].pk])
    page = client.get(address).content.decode()
    assert (page.count(f">{NO.replace(chr(39), '&#x27;')}<"), "charity&#x27;s name." in page) == (3, False)
    names = named(report)
    serving.say(report, {names["said.txt"]: "named"}, by=world.lead, at=world.later())
    page = client.get(address).content.decode()
    assert page.count(NAMED.replace("'", "&#x27;")) == 1
    assert page.index("said.txt") < page.index("with the charity")


def test_the_interface_tells_the_funders_of_the_grant(world: World, report: Report, sign_in: Any):
    names = named(report)
    told = {names["what-done"]: "named", names["said.txt"]: "unnamed"}
    serving.say(report, told, by=world.lead, at=world.later())
    [copy] = sign_in(world.officers["A"]).get("/api/reports/").json()["results"]
    assert {each["question"]: each["may_serve"] for each in copy["answers"]} == {
        "what-done": "named", "what-changed": "no",
    }  # fmt: skip
    assert copy["files"] == [{"name": "said.txt", "kind": "txt", "size": 16, "may_serve": "unnamed"}]
    assert sign_in(world.officers["B"]).get("/api/reports/").json()["results"] == []


def test_the_interface_has_the_files_that_the_page_has(world: World, report: Report):
    report = world.report(date(2026, 7, 1))  # With the one before it, it meets what B and C are owed.
    world.write(report)
    given: dict[str, Any] = {"by": world.lead}
    files.add(report, content=b"1", name="a.txt", grant=world.grants["A"], at=world.later(), **given)
    both = [world.grants["A"]]
    files.add(report, content=b"2", name="b.txt", grant=world.grants["B"], others=both, at=world.later(), **given)
    gone = files.add(report, content=b"3", name="c.txt", grant=world.grants["A"], at=world.later(), **given)
    world.hand_in(report)
    files.take_back(gone, by=world.lead, at=world.later())
    reports.reopen(report, by=world.lead, at=world.later())
    files.add(report, content=b"4", name="d.txt", grant=world.grants["A"], at=world.later(), **given)
    for name, expected in (("A", ["a.txt", "b.txt"]), ("B", ["b.txt"]), ("C", [])):
        copy = next(each for each in world.copies(name) if each.report_id == report.pk)
        delivered = ReportFile.objects.delivered(Delivery.objects.filter(pk=copy.pk))
        assert [each.evidence.name for each in delivered] == expected
        assert [each.evidence.name for each in files.of_copy(copy)] == expected


# --- the page -------------------------------------------------------------------------------------------------------
def test_nothing_is_chosen_before_the_charity_chooses(world: World, report: Report, sign_in: Any):
    client, address = sign_in(world.colleague), reverse("report_evidence", args=[report.pk])
    page = client.get(address).content.decode()
    assert (page.count('type="radio"'), "checked" in page) == (12, False)
    name = named(report)["what-done"]
    assert client.post(address, {name: "named", f"initial-{name}": ""}).status_code == 302
    assert client.get(address).content.decode().count("checked") == 1
    assert "unless you say so" in client.get(reverse("report", args=[report.pk])).content.decode()


def test_what_a_colleague_said_meanwhile_stays(world: World, report: Report, sign_in: Any):
    client, address = sign_in(world.lead), reverse("report_evidence", args=[report.pk])
    names = named(report)
    said = {names["what-done"]: "named", f"initial-{names['what-done']}": "named", names["what-changed"]: "named"}
    say(world, report, what_done="no")
    assert client.post(address, said).status_code == 302
    assert [each.said for each in serving.asked(report)] == ["no", "named", "", ""]


@pytest.mark.parametrize("wrong", [{"answer-0": "named"}, {"file-99": "no"}])
def test_a_stale_page_is_shown_what_changed(world: World, report: Report, sign_in: Any, wrong: dict[str, str]):
    client, address = sign_in(world.lead), reverse("report_evidence", args=[report.pk])
    name = named(report)["what-done"]
    answer = client.post(address, {**wrong, name: "named"})
    assert (answer.status_code, "taken out meanwhile" in answer.content.decode()) == (422, True)
    assert answer.content.decode().count("checked") == 1
    assert not EvidenceMark.objects.exists()


def test_a_choice_that_there_is_not_is_told_at_the_field(world: World, report: Report, sign_in: Any):
    name = named(report)["what-done"]
    answer = sign_in(world.lead).post(reverse("report_evidence", args=[report.pk]), {name: "perhaps"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [name]


# --- truths ---------------------------------------------------------------------------------------------------------
def test_the_database_keeps_one_word_on_one_thing(world: World, report: Report):
    answer, file = report.answers.get(question__code="what-done"), report.files.get()
    right = {"answer": answer, "may_serve": "named", "by": world.lead, "at": world.now}
    for wrong in (
        {"file": file}, {"answer": None}, {"may_serve": "perhaps"}, {"may_serve": ""}, {"may_serve": None},
        {"by": None}, {"at": None},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            EvidenceMark.objects.create(**{**right, **wrong})
    EvidenceMark.objects.create(**right)
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceMark.objects.create(**right)


@pytest.mark.parametrize("reader", ["kept", "learning"])
def test_what_no_funder_reads_cannot_serve(world: World, report: Report, reader: str):
    kept = report.answers.get(question__code="what-not-worked")
    if reader == "learning":
        Answer.objects.filter(pk=kept.pk).update(superseded_at=world.now)
        kept = Answer.objects.create(
            report=report, question=kept.question, text="The bus.", reader=reader, revision=2, reason="Told after all.",
            by=world.lead, at=world.now,
        )  # fmt: skip
    told = {"answer": kept, "by": world.lead, "at": world.now}
    for may in ("named", "unnamed"):
        with pytest.raises(IntegrityError), transaction.atomic():
            EvidenceMark.objects.create(**told, may_serve=may)
    mark = EvidenceMark.objects.create(**told, may_serve="no")
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceMark.objects.filter(pk=mark.pk).update(may_serve="named")
