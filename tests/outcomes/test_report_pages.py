"""Pages of reports as charity and funder use them: nothing lost, every refusal a sentence, strangers find nothing."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from outcomes import asking, drafts, standing
from outcomes.models import Delivery, Question, Report, ReportDue
from tests import factories
from tests.outcomes.world import QUARTERS, World

pytestmark = pytest.mark.django_db
APRIL = QUARTERS[1][0]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def report(world: World) -> Report:
    return world.report(APRIL)


def box(code: str) -> str:
    return f"q{Question.objects.get(code=code).pk}"


def autosave(client: Client, report: Report, boxes: dict[str, Any]) -> Any:
    return client.post(reverse("report_draft", args=[report.pk]), json.dumps({"boxes": boxes}), "application/json")


def test_every_question_is_seen_before_starting(world: World, report: Report, sign_in: Any) -> None:
    world.expect("people-new", "age")
    page = sign_in(world.lead).get(reverse("report_questions", args=[report.pk])).content.decode()
    for asked in asking.sheet(report).words:
        assert asked.question.text.replace("'", "&#x27;") in page
    assert "People newly supported" in page


def test_what_is_to_do_stands_before_what_was_handed_in_and_of_that_the_newest_first(world: World) -> None:
    for start, _end in QUARTERS[:2]:
        report = world.report(start)
        world.write(report)
        world.hand_in(report)
    for today in (date(2026, 1, 2), date(2026, 10, 5)):
        found = [each.report.start for each in standing.of_charity(world.lead, today=today)]
        assert found == [QUARTERS[2][0], QUARTERS[1][0], QUARTERS[0][0]]


def test_autosave_keeps_a_box_and_says_when(world: World, report: Report, sign_in: Any) -> None:
    client = sign_in(world.lead)
    answer = autosave(client, report, {box("what-done"): {"value": "We began", "base": 0}})
    assert (answer.status_code, answer.json()["versions"]) == (200, {box("what-done"): 1})
    assert answer.json()["said"].startswith("Saved ")
    page = client.get(reverse("report", args=[report.pk])).content.decode()
    assert "We began</textarea>" in page


def test_a_late_autosave_from_an_old_tab_shows_what_differs(world: World, report: Report, sign_in: Any) -> None:
    name = box("what-done")
    client = sign_in(world.lead)
    autosave(client, report, {name: {"value": "New", "base": 0}})
    late = autosave(client, report, {name: {"value": "Old", "base": 0}}).json()
    assert late["unlike"] == {name: {"value": "New", "version": 1}}
    report.refresh_from_db()
    assert drafts.values(report) == {name: "New"}


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", '{"boxes": 3}', '{"boxes": {"q1": "x"}}', '{"boxes": {"q1": {"value": 3, "base": 0}}}', "\x00"],
)
def test_a_saving_that_cannot_be_read_changes_nothing(world: World, report: Report, sign_in: Any, body: str) -> None:
    answer = sign_in(world.lead).post(reverse("report_draft", args=[report.pk]), body, "application/json")
    assert answer.status_code == 422
    report.refresh_from_db()
    assert report.draft_version == 0


def test_a_box_that_the_form_does_not_have_is_left_out(world: World, report: Report, sign_in: Any) -> None:
    answer = autosave(sign_in(world.lead), report, {"reopened": {"value": "yes", "base": 0}})
    assert answer.json()["versions"] == {}


def test_autosave_after_handing_in_is_told_who_was_first(world: World, report: Report, sign_in: Any) -> None:
    world.write(report)
    world.hand_in(report, by=world.colleague)
    late = autosave(sign_in(world.lead), report, {box("what-done"): {"value": "Late", "base": 1}})
    assert late.status_code == 409
    assert "by a colleague" in late.json()["said"]


def form_of(client: Client, report: Report) -> dict[str, str]:
    """The form as the page shows it, ready to be sent."""
    filled = client.get(reverse("report", args=[report.pk])).context["filled"]
    sent: dict[str, str] = {}
    for each in filled.core:
        sent[each.slot.name], sent[f"{each.slot.name}-version"] = each.slot.value, str(each.slot.version)
    return sent


def test_the_form_without_script_hands_in(world: World, report: Report, sign_in: Any) -> None:
    client = sign_in(world.lead)
    sent = {**form_of(client, report), box("what-done"): "The house", box("what-changed"): "Much"}
    answer = client.post(reverse("report", args=[report.pk]), sent)
    assert (answer.status_code, answer["Location"]) == (302, reverse("report", args=[report.pk]))
    page = client.get(answer["Location"]).content.decode()
    assert "Handed in" in page
    assert Delivery.objects.filter(report=report).count() == 1


def test_a_form_with_something_missing_keeps_every_word(world: World, report: Report, sign_in: Any) -> None:
    client = sign_in(world.lead)
    answer = client.post(
        reverse("report", args=[report.pk]), {**form_of(client, report), box("what-done"): "The house"}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "The house</textarea>" in page
    assert f'href="#{box("what-changed")}"' in page
    report.refresh_from_db()
    assert drafts.values(report)[box("what-done")] == "The house"


def test_saving_and_leaving_hands_nothing_in(world: World, report: Report, sign_in: Any) -> None:
    client = sign_in(world.lead)
    client.post(
        reverse("report", args=[report.pk]), {**form_of(client, report), box("what-done"): "Half", "save": "yes"}
    )
    report.refresh_from_db()
    assert (drafts.values(report)[box("what-done")], report.submitted_at) == ("Half", None)


def test_a_form_older_than_a_colleagues_words_shows_both(world: World, report: Report, sign_in: Any) -> None:
    client = sign_in(world.lead)
    old = form_of(client, report)
    world.type(report, {box("what-done"): "Theirs"}, by=world.colleague)
    answer = client.post(reverse("report", args=[report.pk]), {**old, box("what-done"): "Mine"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "<q>Theirs</q>" in page
    assert "Mine</textarea>" in page


def test_an_officer_accepts_with_what_she_learned(world: World, report: Report, sign_in: Any) -> None:
    world.write(report)
    world.hand_in(report)
    [copy] = world.copies("A")
    client = sign_in(world.officers["A"])
    page = client.get(reverse("to_answer")).content.decode()
    assert reverse("copy", args=[copy.pk]) in page
    refused = client.post(reverse("copy", args=[copy.pk]), {"accept": "yes", "feedback": " "})
    assert refused.status_code == 422
    client.post(reverse("copy", args=[copy.pk]), {"accept": "yes", "feedback": "Rooms matter."})
    copy.refresh_from_db()
    assert (copy.state, copy.feedback) == ("accepted", "Rooms matter.")
    assert "Rooms matter." in signed_in(world.lead).get(reverse("report", args=[report.pk])).content.decode()


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_an_officer_returns_with_a_note_on_a_question(world: World, report: Report, sign_in: Any) -> None:
    world.write(report)
    world.hand_in(report)
    [copy] = world.copies("A")
    client = sign_in(world.officers["A"])
    assert client.post(reverse("copy", args=[copy.pk]), {"return": "yes"}).status_code == 422
    client.post(reverse("copy", args=[copy.pk]), {"return": "yes", f"note-{box('what-done')}": "Which house?"})
    page = signed_in(world.lead).get(reverse("report", args=[report.pk])).content.decode()
    assert "Which house?" in page
    assert "We ran the house.</textarea>" in page


def test_a_note_on_a_figure_stands_beside_it_and_one_on_nothing_is_left_out(world: World, sign_in: Any) -> None:
    new = world.expect("people-new")
    report = world.report(APRIL)
    world.write(report)
    world.count(report, new, 10)
    world.hand_in(report)
    [copy] = world.copies("A")
    client, address = sign_in(world.officers["A"]), reverse("copy", args=[copy.pk])
    assert f'name="note-i{new.indicator_id}"' in client.get(address).content.decode()
    sent = {
        "return": "yes",
        f"note-i{new.indicator_id}": "Ten\0 again?",
        "note-i²": "x",
        f"note-i{'9' * 30}": "x",
        "note-": "x",
    }
    assert client.post(address, sent).status_code == 302
    assert [(each.indicator_id, each.note) for each in copy.events.filter(step="returned")] == [
        (new.indicator_id, "Ten again?")
    ]


def test_notes_typed_beside_a_refused_answer_are_still_there(world: World, report: Report, sign_in: Any) -> None:
    world.write(report)
    world.hand_in(report)
    [copy] = world.copies("A")
    sent = {"accept": "yes", "feedback": "", f"note-{box('what-done')}": "Which house?"}
    answer = sign_in(world.officers["A"]).post(reverse("copy", args=[copy.pk]), sent)
    assert answer.status_code == 422
    assert "Which house?</textarea>" in answer.content.decode()


def test_what_no_database_keeps_is_left_out_of_what_was_typed(world: World, report: Report, sign_in: Any) -> None:
    client = sign_in(world.lead)
    sent = {**form_of(client, report), box("what-done"): "The\0 house", "save": "yes"}
    assert client.post(reverse("report", args=[report.pk]), sent).status_code == 302
    report.refresh_from_db()
    assert drafts.values(report)[box("what-done")] == "The house"


def test_two_officers_at_once_answer_once(world: World, report: Report, sign_in: Any) -> None:
    world.write(report)
    world.hand_in(report)
    [copy] = world.copies("A")
    world.accept("A")
    late = sign_in(world.officers["A"]).post(reverse("copy", args=[copy.pk]), {"accept": "yes", "feedback": "Me too"})
    assert late.status_code == 422
    assert "accepted already" in late.content.decode()


def test_a_correction_says_who_has_accepted(world: World, report: Report, sign_in: Any) -> None:
    world.write(report)
    world.hand_in(report)
    world.accept("A")
    client = sign_in(world.lead)
    client.post(reverse("report_correct", args=[report.pk]))
    page = client.get(reverse("report", args=[report.pk])).content.decode()
    assert "Funder A has accepted this; it will see your change marked." in page
    client.post(reverse("report_correct", args=[report.pk]), {"leave": "yes"})
    assert "What became of it" in client.get(reverse("report", args=[report.pk])).content.decode()


@pytest.mark.parametrize("name", ["report", "report_questions", "report_draft"])
def test_another_charitys_report_is_not_there(world: World, report: Report, sign_in: Any, name: str) -> None:
    assert sign_in(factories.lead()).get(reverse(name, args=[report.pk])).status_code == 404


def test_another_funders_copy_is_not_there(world: World, report: Report, sign_in: Any) -> None:
    world.write(report)
    world.hand_in(report)
    [copy] = world.copies("A")
    assert sign_in(world.officers["B"]).get(reverse("copy", args=[copy.pk])).status_code == 404


def test_a_plan_is_shown_before_it_is_kept(world: World, sign_in: Any) -> None:
    grant = factories.GrantFactory(funder=world.grants["A"].funder)
    client = sign_in(world.officers["A"])
    asked = {"form": "full", "every": "6", "anchor": "award", "days_after": "30", "first_end": ""}
    page = client.post(reverse("plan_reports", args=[grant.pk]), asked).content.decode()
    assert "1 January to 30 June 2026" in page
    assert not ReportDue.objects.filter(grant=grant).exists()
    client.post(reverse("plan_reports", args=[grant.pk]), {**asked, "keep": "yes"})
    assert list(ReportDue.objects.filter(grant=grant).values_list("due_on", flat=True)) == [
        date(2026, 7, 30), date(2027, 1, 30),
    ]  # fmt: skip


def test_another_funders_grant_is_not_planned(world: World, sign_in: Any) -> None:
    grant = factories.GrantFactory()
    assert sign_in(world.officers["A"]).get(reverse("plan_reports", args=[grant.pk])).status_code == 404


def test_a_due_moves_and_is_waived(world: World, sign_in: Any) -> None:
    due = ReportDue.objects.filter(grant=world.grants["A"]).first()
    assert due
    client = sign_in(world.officers["A"])
    address = reverse("due", args=[due.pk])
    assert client.post(address, {"due_on": "2020-01-01"}).status_code == 422
    client.post(address, {"due_on": "2026-05-31"})
    due.refresh_from_db()
    assert due.due_on == date(2026, 5, 31)
    assert client.post(address, {"waive": "yes", "because": ""}).status_code == 422
    client.post(address, {"waive": "yes", "because": "We talked."})
    due.refresh_from_db()
    assert due.waived_because == "We talked."


@pytest.mark.parametrize("body", ['{"boxes": {"%s": {"value": "half \\ud83d", "base": 0}}}', "[" * 100_000])
def test_a_saving_that_nothing_can_hold_is_refused_and_changes_nothing(
    world: World, report: Report, sign_in: Any, body: str
) -> None:
    text = body % box("what-done") if "%s" in body else body
    client = sign_in(world.lead)
    answer = client.post(f"/reports/{report.pk}/draft/", text, content_type="application/json")
    assert answer.status_code == 422
    assert client.get(f"/reports/{report.pk}/").status_code == 200
    report.refresh_from_db()
    assert box("what-done") not in report.draft
