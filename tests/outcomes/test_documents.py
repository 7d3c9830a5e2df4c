"""A document that the charity has anyway takes the place of a report: a line says what it is, figures are optional."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from outcomes import asking, documents, files, reports, schedule
from outcomes.models import Expected, FunderContact, Measurement, Question, Report, ReportFile
from tests.outcomes.world import World

pytestmark = pytest.mark.django_db
WINDOW = (date(2026, 10, 1), date(2026, 12, 31))


@pytest.fixture
def world() -> World:
    world = World()
    plan(world, "A", "document")
    return world


@pytest.fixture
def report(world: World) -> Report:
    return world.report(WINDOW[0])


def plan(world: World, name: str, form: str) -> None:
    planned = [schedule.Planned(*WINDOW, WINDOW[1] + timedelta(days=30))]
    schedule.keep(world.grants[name], planned, form=form, by=world.officers[name], at=world.later())


def add(world: World, report: Report, content: bytes = b"What we did.", name: str = "A", **more: Any) -> ReportFile:
    given = {"grant": world.grants[name], "by": world.lead, "at": world.later(), **more}
    return files.add(report, content=content, name="annual report.txt", **given)


def box(report: Report) -> str:
    [asked] = asking.sheet(report).words
    return asked.name


def say(world: World, report: Report, text: str = "Our annual report for 2026") -> None:
    world.type(report, {box(report): text})


def handed_in(world: World, report: Report) -> Report:
    add(world, report)
    say(world, report)
    return world.hand_in(report)


# --- what is asked --------------------------------------------------------------------------------------------------
def test_one_line_is_asked_and_nothing_else(world: World, report: Report):
    sheet = asking.sheet(report)
    assert [each.question.code for each in sheet.words] == ["what-document"]
    assert (sheet.words[0].question.required, sheet.own) == (True, {})


def test_no_other_report_asks_which_document(world: World):
    full = asking.sheet(world.report(date(2026, 4, 1)))
    assert "what-document" not in [each.question.code for each in full.words]
    assert "what-document" not in asking.core().values_list("code", flat=True)


@pytest.mark.parametrize(
    ("other", "form"), [("full", "full"), ("short", "short"), ("conversation", "document"), ("document", "document")]
)
def test_what_one_funder_asks_in_words_is_asked_though_another_takes_a_document(
    world: World, report: Report, other: str, form: str
):
    plan(world, "B", other)
    report.refresh_from_db()
    assert report.form == form


# --- handing in -----------------------------------------------------------------------------------------------------
def test_it_goes_to_its_funder_who_accepts_it(world: World, report: Report):
    kept = add(world, report)
    say(world, report)
    assert not ReportFile.objects.visible_to(world.officers["A"])
    world.hand_in(report)
    copy = world.copies("A")[-1]
    assert [each.answer.text for each in copy.delivered_answers.all()] == ["Our annual report for 2026"]
    assert ReportFile.objects.visible_to(world.officers["A"]).get() == kept
    assert not ReportFile.objects.visible_to(world.officers["B"])
    assert world.accept("A").state == "accepted"


def test_it_is_returned_and_another_takes_its_place(world: World, report: Report):
    handed_in(world, report)
    first = report.files.get()
    note = {None: "This is the report for 2025."}
    reports.send_back(world.copies("A")[-1], notes=note, by=world.officers["A"], at=world.later())
    second = add(world, report, b"What we did in 2026.")
    files.take_back(first, by=world.lead, at=world.later())
    world.hand_in(report, reason="The right one.")
    assert world.copies("A")[-1].state == "handed_in"
    assert ReportFile.objects.visible_to(world.officers["A"]).get() == second


@pytest.mark.parametrize("missing", ["document", "line"])
def test_neither_goes_without_the_other(world: World, report: Report, missing: str):
    if missing == "line":
        add(world, report)
    else:
        say(world, report)
    with pytest.raises(reports.NotReady) as problem:
        world.hand_in(report)
    assert list(problem.value.problems) == [box(report) if missing == "line" else documents.FILES]
    report.refresh_from_db()
    assert report.submitted_at is None


def test_each_funder_that_is_owed_one_has_it(world: World, report: Report):
    plan(world, "B", "document")
    plan(world, "C", "conversation")
    kept = add(world, report)
    say(world, report)
    with pytest.raises(reports.NotReady) as problem:
        world.hand_in(report)
    assert problem.value.problems == {
        "files": "Add the document for Funder B first; one file may be for several funders."
    }
    files.take_back(kept, by=world.lead, at=world.later())
    again = add(world, report, b"For both.", others=[world.grants["B"]])
    world.hand_in(report)
    assert [ReportFile.objects.visible_to(world.officers[each]).first() for each in "ABC"] == [again, again, None]


def test_the_document_does_not_go_once_handed_in(world: World, report: Report):
    handed_in(world, report)
    [kept] = report.files.all()
    with pytest.raises(files.NotTaken, match="is the report itself"):
        files.take_back(kept, by=world.lead, at=world.later())
    reports.reopen(report, by=world.lead, at=world.later())
    add(world, report, b"In its place.")
    files.take_back(kept, by=world.lead, at=world.later())
    assert report.files.live().count() == 1


def test_what_could_tell_somebody_is_asked_about_in_the_line(world: World, report: Report):
    say(world, report, "Written by A.B., 24, for 2026")
    report.refresh_from_db()
    assert box(report) not in report.draft


# --- figures --------------------------------------------------------------------------------------------------------
@pytest.fixture
def expected(world: World) -> Expected:
    return world.expect("people-new", "age")


def test_figures_may_be_left_out(world: World, report: Report, expected: Expected):
    handed_in(world, report)
    assert not Measurement.objects.filter(report=report)


def test_figures_that_are_given_count(world: World, report: Report, expected: Expected):
    [figure] = asking.sheet(report).figures
    world.type(report, {figure.total.name: "12", figure.parts[0].name: "not_collected"})
    handed_in(world, report)
    assert world.portfolio("people-new") == 12
    assert world.copies("A")[-1].delivered_figures.filter(figure__value=12).count() == 1


def test_one_that_is_begun_is_given_whole(world: World, report: Report, expected: Expected):
    [figure] = asking.sheet(report).figures
    world.type(report, {figure.parts[0].boxes[0].name: "3"})
    add(world, report)
    say(world, report)
    with pytest.raises(reports.NotReady) as problem:
        world.hand_in(report)
    assert list(problem.value.problems) == [figure.total.name]


def test_one_that_was_handed_in_does_not_go_by_being_left_out(world: World, report: Report, expected: Expected):
    [figure] = asking.sheet(report).figures
    world.type(report, {figure.total.name: "12", figure.parts[0].name: "not_collected"})
    handed_in(world, report)
    reports.reopen(report, by=world.lead, at=world.later())
    world.type(report, {figure.total.name: "", figure.parts[0].name: ""})
    empty = {each.name: "" for each in figure.boxes} | {each.status_name: "" for each in figure.boxes}
    world.type(report, empty)
    with pytest.raises(reports.NotReady) as problem:
        world.hand_in(report, reason="It was wrong.")
    assert list(problem.value.problems) == [figure.total.name]


# --- truths ---------------------------------------------------------------------------------------------------------
def test_the_database_knows_of_no_document_that_is_not_there(world: World, report: Report):
    told = {"submitted_at": world.now, "submitted_by": world.lead}
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(**told)
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.create(
            project=report.project, start=date(2027, 1, 1), end=date(2027, 1, 31), form="document", **told
        )
    kept = add(world, report)
    taken = {"removed_at": world.now, "removed_by": world.lead}
    ReportFile.objects.filter(pk=kept.pk).update(**taken)
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(**told)
    ReportFile.objects.filter(pk=kept.pk).update(removed_at=None, removed_by=None)
    Report.objects.filter(pk=report.pk).update(**told)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportFile.objects.filter(pk=kept.pk).update(**taken)


# --- pages ----------------------------------------------------------------------------------------------------------
def test_the_page_asks_for_the_document_first(world: World, report: Report, sign_in: Any):
    FunderContact.objects.create(funder=world.grants["A"].funder, safeguarding="Ring Robin Ash, 01632 960000")
    client, address = sign_in(world.lead), reverse("report", args=[report.pk])
    page = client.get(address).content.decode()
    assert "the one for another funder, or your annual report" in page
    assert page.index("Ring Robin Ash") < page.index('type="file"') < page.index(f'name="{box(report)}"')
    assert "A report that you have anyway will do" in client.get(reverse("our_reports")).content.decode()
    assert "What you have written anyway" in client.get(reverse("report_questions", args=[report.pk])).content.decode()


def test_on_the_page_nothing_is_lost_and_the_document_goes(world: World, report: Report, sign_in: Any):
    client, address, name = sign_in(world.lead), reverse("report", args=[report.pk]), box(report)
    refused = client.post(address, {name: "Our annual report", f"{name}-version": "0"})
    assert refused.status_code == 422
    assert "Add the document for Funder A first" in refused.content.decode()
    assert "Our annual report" in refused.content.decode()
    sent = {"file": SimpleUploadedFile("year.txt", b"What we did."), "grant": world.grants["A"].pk}
    assert client.post(reverse("report_file_add", args=[report.pk]), sent).status_code == 302
    assert client.post(address, {}).status_code == 302
    kept = ReportFile.objects.get()
    refused = client.post(reverse("report_file_take_back", args=[kept.pk]), follow=True)
    assert "is the report itself" in refused.content.decode()
    [copy] = report.deliveries.all()
    page = sign_in(world.officers["A"]).get(reverse("copy", args=[copy.pk])).content.decode()
    assert page.index("A document takes the place") < page.index("year.txt") < page.index("Our annual report")


def test_a_rule_asks_for_it_and_its_words_are_the_charitys(world: World, sign_in: Any):
    rule = {
        "rule": "yes", "from_amount": "1", "from_months": "0", "form": "document", "every": "12", "anchor": "award",
        "days_after": "30",
    }  # fmt: skip
    client = sign_in(world.officers["C"])
    assert client.post(reverse("what_we_ask"), rule).status_code == 302
    page = client.get(reverse("what_we_ask")).content.decode()
    assert "a report that you have anyway" in page
    assert Question.objects.get(code="what-document").text not in page
    plan_page = client.get(reverse("plan_reports", args=[world.grants["C"].pk]))
    assert plan_page.context["form"].initial["form"] == "document"
