"""What a funder writes to a charity is looked through for people as a charity's answers are, and asked about first."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from outcomes import reports, schedule
from outcomes.models import Answer, Delivery, Question, ReportDue, ReviewEvent
from tests.outcomes.world import QUARTERS, World

pytestmark = pytest.mark.django_db
TELLS, FOUND = "Ring her on 07700 900123.", "07700 900123"
SENTENCE = "“07700 900123”: This looks like a phone number."
TICK = '<input type="checkbox" name="{}-none" value="07700 900123">'


@pytest.fixture
def world() -> World:
    world = World()
    report = world.report(QUARTERS[1][0])
    world.write(report)
    world.hand_in(report)
    return world


@pytest.fixture
def copy(world: World) -> Delivery:
    return world.copies("A")[-1]


@pytest.fixture
def client(world: World, sign_in: Any) -> Client:
    return sign_in(world.officers["A"])


def refused(client: Client, address: str, sent: dict[str, Any], *names: str) -> None:
    """Asked about at each of these boxes, with nothing lost."""
    answer = client.post(address, sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert SENTENCE in page
    for name in names:
        assert TICK.format(name) in page
        assert f"{sent[name]}</textarea>" in page


def told(*names: str) -> dict[str, Any]:
    """The ticks beneath these boxes, beside the empty box that keeps them."""
    return {f"{name}-none": ["", FOUND] for name in names}


# --- the pages ------------------------------------------------------------------------------------------------------
def test_feedback_is_asked_about_and_goes_with_the_tick(client: Client, copy: Delivery):
    address, sent = reverse("copy", args=[copy.pk]), {"accept": "yes", "feedback": TELLS}
    refused(client, address, sent, "feedback")
    copy.refresh_from_db()
    assert (copy.state, copy.feedback) == ("handed_in", "")
    assert client.post(address, {**sent, **told("feedback")}).status_code == 302
    copy.refresh_from_db()
    assert (copy.state, copy.feedback) == ("accepted", TELLS)


def test_each_note_is_asked_about_where_it_stands(client: Client, copy: Delivery):
    did = f"note-q{Question.objects.get(code='what-done').pk}"
    address, sent = reverse("copy", args=[copy.pk]), {"return": "yes", did: TELLS, "note-whole": f"Or else {TELLS}"}
    refused(client, address, sent, did, "note-whole")
    assert not ReviewEvent.objects.filter(step="returned").exists()
    assert "feedback" not in client.post(address, sent).context["form"].errors
    assert client.post(address, {**sent, **told(did, "note-whole")}).status_code == 302
    notes = ReviewEvent.objects.filter(step="returned").values_list("note", flat=True)
    assert set(notes) == {TELLS, f"Or else {TELLS}"}


def test_only_what_goes_is_looked_through(client: Client, copy: Delivery):
    address = reverse("copy", args=[copy.pk])
    sent = {"accept": "yes", "feedback": "We learned that rooms matter.", "note-whole": TELLS}
    assert client.post(address, sent).status_code == 302


def test_a_tick_is_for_what_was_found_and_nothing_else(client: Client, copy: Delivery):
    sent = {"accept": "yes", "feedback": f"{TELLS} Or write to a@b.example.", **told("feedback")}
    answer = client.post(reverse("copy", args=[copy.pk]), sent)
    assert answer.status_code == 422
    assert "“a@b.example”: This looks like a mail address." in answer.content.decode()


def test_the_browser_is_given_the_rules_where_an_officer_writes(client: Client, copy: Delivery, world: World):
    address = reverse("copy", args=[copy.pk])
    page = client.get(address).content.decode()
    assert ("data-identifying" in page, page.count("data-identify"), "identifying.js" in page) == (True, 5, True)
    client.force_login(world.lead)
    page = client.get(address).content.decode()
    assert ("data-identify" in page, "identifying.js" in page) == (False, False)


# --- a conversation -------------------------------------------------------------------------------------------------
@pytest.fixture
def talked(world: World) -> ReportDue:
    window = (date(2026, 10, 1), date(2026, 12, 31))
    planned = [schedule.Planned(*window, date(2027, 1, 31))]
    told = {"by": world.officers["A"], "at": world.later()}
    schedule.keep(world.grants["A"], planned, form="conversation", **told)
    return ReportDue.objects.get(grant=world.grants["A"], start=window[0])


def test_what_was_said_is_looked_through_too(client: Client, talked: ReportDue):
    address = reverse("due", args=[talked.pk])
    sent = {"talk": "yes", "said": TELLS, "feedback": f"Indeed. {TELLS}"}
    refused(client, address, sent, "said", "feedback")
    assert not talked.deliveries.exists()
    assert client.post(address, {**sent, **told("said", "feedback")}).status_code == 302
    [copy] = talked.deliveries.all()
    assert (copy.state, copy.feedback) == ("accepted", f"Indeed. {TELLS}")
    assert Answer.objects.get(report=copy.report).text == TELLS


# --- the work -------------------------------------------------------------------------------------------------------
def test_the_work_itself_refuses(world: World, copy: Delivery, talked: ReportDue):
    by = {"by": world.officers["A"], "at": world.later()}
    with pytest.raises(reports.TellsWho, match="phone number"):
        reports.accept(copy, feedback=TELLS, **by)
    with pytest.raises(reports.TellsWho, match="phone number"):
        reports.send_back(copy, notes={None: TELLS}, **by)
    for words in ({"said": TELLS, "feedback": "Good."}, {"said": "Good.", "feedback": TELLS}):
        with pytest.raises(reports.TellsWho, match="phone number"):
            reports.write_up(talked, **words, **by)
    assert reports.send_back(copy, notes={None: TELLS}, none_in=[FOUND], **by).state == "returned"


# --- in the browser -------------------------------------------------------------------------------------------------
def accepted_in_browser(browser: Any, address: str, session: str) -> str:
    """What stands beneath the box while an officer types; then she ticks it and accepts, by keyboard."""
    context = browser.new_context(viewport={"width": 390, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    page = context.new_page()
    page.goto(address)
    page.locator("#id_feedback").focus()
    page.keyboard.insert_text(TELLS)
    beneath: str = page.locator("#feedback-finds p").inner_text()
    page.locator("#feedback-finds input").press("Space")
    page.get_by_role("button", name="Accept").press("Enter")
    page.wait_for_url("**/reports/to-answer/")
    context.close()
    return beneath


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_browser_marks_it_while_an_officer_types(
    world: World, copy: Delivery, client: Client, in_chromium: Any, live_server: Any
):
    session = client.cookies["sessionid"].value
    beneath = in_chromium(accepted_in_browser, live_server.url + reverse("copy", args=[copy.pk]), session)
    assert beneath.startswith("“07700 900123” This looks like a phone number.")
    copy.refresh_from_db()
    assert (copy.state, copy.feedback) == ("accepted", TELLS)
