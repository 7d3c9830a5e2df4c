"""A report's form lets nothing pass that could tell who a person is, until she who writes says that it is none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from outcomes import drafts, reports
from outcomes.models import Answer, Question, Report
from tests.outcomes.world import QUARTERS, World

pytestmark = pytest.mark.django_db
APRIL = QUARTERS[1][0]
TELLS, SENTENCE = "Ring her on 07700 900123.", "“07700 900123”: This looks like a phone number."


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def report(world: World) -> Report:
    return world.report(APRIL)


def box(code: str) -> str:
    return f"q{Question.objects.get(code=code).pk}"


def autosave(client: Client, report: Report, boxes: dict[str, str], base: int = 0) -> dict[str, Any]:
    body = {"boxes": {name: {"value": value, "base": base} for name, value in boxes.items()}}
    return client.post(reverse("report_draft", args=[report.pk]), json.dumps(body), "application/json").json()


def kept(report: Report) -> dict[str, str]:
    report.refresh_from_db()
    return drafts.values(report)


def test_autosave_keeps_the_other_boxes_and_tells_which_it_holds_back(world: World, report: Report, sign_in: Any):
    did, changed = box("what-done"), box("what-changed")
    answer = autosave(sign_in(world.lead), report, {did: TELLS, changed: "Much"})
    assert answer["versions"] == {changed: 1}
    assert answer["held"][did].startswith(SENTENCE)
    assert kept(report) == {changed: "Much"}


def test_what_is_said_to_be_none_is_kept(world: World, report: Report, sign_in: Any):
    did = box("what-done")
    answer = autosave(sign_in(world.lead), report, {did: TELLS, f"{did}-none": "07700 900123"})
    assert (answer["held"], kept(report)[did]) == ({}, TELLS)
    assert autosave(sign_in(world.lead), report, {did: TELLS + " Or a@b.example."}, base=1)["held"].keys() == {did}


def test_the_form_without_script_asks_and_takes_the_tick(world: World, report: Report, sign_in: Any):
    client, address = sign_in(world.lead), reverse("report", args=[report.pk])
    did, changed = box("what-done"), box("what-changed")
    asked = client.post(address, {did: TELLS, changed: "Much", f"{did}-none": ""})
    page = asked.content.decode()
    assert asked.status_code == 422
    assert SENTENCE in page
    assert f'<input type="checkbox" name="{did}-none" value="07700 900123">' in page
    assert TELLS + "</textarea>" in page
    assert kept(report) == {changed: "Much"}
    sent = {did: TELLS, changed: "Much", f"{changed}-version": "1", f"{did}-none": ["", "07700 900123"]}
    assert client.post(address, sent).status_code == 302
    assert Answer.objects.get(report=report, question__code="what-done").text == TELLS


def test_handing_in_looks_again(world: World, report: Report):
    did = box("what-done")
    world.write(report)
    report.draft[did]["value"] = TELLS  # As a draft from before anybody looked.
    report.save()
    with pytest.raises(reports.NotReady) as refused:
        world.hand_in(report)
    assert refused.value.problems[did].startswith(SENTENCE)


def test_the_reason_of_a_correction_is_looked_at_too(world: World, report: Report):
    world.write(report)
    world.hand_in(report)
    report.refresh_from_db()
    reports.reopen(report, by=world.lead, at=world.later())
    with pytest.raises(reports.NotReady) as refused:
        world.hand_in(report, reason=TELLS)
    assert refused.value.problems["reason"].startswith(SENTENCE)
    reports.hand_in(report, reason=TELLS, none_in_reason=["07700 900123"], by=world.lead, at=world.later())


def test_a_correction_does_not_ask_again_about_what_was_handed_in(world: World, report: Report):
    did = box("what-done")
    world.type(report, {did: TELLS, f"{did}-none": "07700 900123", box("what-changed"): "Much"})
    world.hand_in(report)
    reports.reopen(report, by=world.lead, at=world.later())
    world.hand_in(report, reason="Nothing at all")
    assert Answer.objects.get(report=report, question__code="what-done").text == TELLS


def typed_in_browser(browser: Any, address: str, session: str, did: str, changed: str) -> dict[str, Any]:
    """What the page says and the device keeps while somebody types a number, changes another box, then ticks."""
    context = browser.new_context(viewport={"width": 390, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    page, sent, seen = context.new_page(), [], {}
    page.on("request", lambda each: sent.append(each.post_data or "") if each.method == "POST" else None)
    page.goto(address)
    page.locator(f"#{did}").focus()
    page.keyboard.insert_text("Ring her on 07700 900123.")
    page.locator(f"#{changed}").focus()
    page.keyboard.insert_text("Much")
    page.wait_for_timeout(3500)
    kept_here = "Object.keys(localStorage).map(name => localStorage.getItem(name)).join()"
    seen["beneath"] = page.locator(f"#{did}-finds p").inner_text()
    seen["status"] = page.locator("[data-saved]").inner_text()
    seen["before"] = [each for each in sent if "07700" in each], page.evaluate(kept_here)
    page.get_by_role("button", name="“07700 900123”").click()
    seen["marked"] = page.evaluate("document.getSelection().toString()")
    page.locator(f"#{did}-finds input").press("Space")
    page.wait_for_function("() => document.querySelector('[data-saved]').textContent.startsWith('Saved')")
    seen["focus"] = page.evaluate("document.activeElement.type")
    seen["after"] = any("07700" in each for each in sent)
    context.close()
    return seen


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_browser_holds_back_what_it_marks(
    world: World, report: Report, sign_in: Any, in_chromium: Any, live_server: Any
):
    session = sign_in(world.lead).cookies["sessionid"].value
    did = box("what-done")
    seen = in_chromium(
        typed_in_browser, live_server.url + reverse("report", args=[report.pk]), session, did, box("what-changed")
    )
    assert seen["beneath"].startswith("“07700 900123” This looks like a phone number.")
    assert seen["status"].startswith("Not saved: something in a box could tell who a person is.")
    assert seen["before"] == ([], "")
    assert (seen["marked"], seen["focus"], seen["after"]) == ("07700 900123", "checkbox", True)
    assert kept(report)[did] == "Ring her on 07700 900123."
