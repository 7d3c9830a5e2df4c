"""The demo's project with three funders: one report by keyboard at 390 px, three copies, each answered apart."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from typing import Any

import pytest

from tests.celery_worker.portal import Portal, portal

pytestmark = [pytest.mark.browser, pytest.mark.processes]
LEAD, HARBOUR, SALTWICKET, OTTERSMOOR = (
    f"{name}.demo.invalid"
    for name in ("lead@kestrel", "officer@sharedharbour", "officer@saltwicket", "officer@ottersmoor")
)
LARGEST_HOME, LARGEST_FORM = 60_000, 150_000
"""Bytes over the wire at the first visit, pictures and fonts included."""
SESSIONS = """
import json
from django.test import Client
from accounts.models import Person
sessions = {}
for person in Person.objects.filter(email__endswith=".demo.invalid"):
    client = Client()
    client.force_login(person)
    sessions[person.email] = client.cookies["sessionid"].value
print(json.dumps(sessions))
"""
KNOWN = """
import json
from datetime import timedelta
from outcomes.models import Measurement
rows = Measurement.objects.filter(indicator__code="people-new", cell__breakdown="", project__title="Guardianship pilot")
corrected = rows.get(revision=2).at
before = rows.as_known_at(corrected - timedelta(seconds=1))
print(json.dumps({"now": sum(each.value for each in rows.current()), "before": sum(each.value for each in before)}))
"""


@pytest.fixture(scope="module")
def up(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(tmp_path_factory.mktemp("reported-once")) as one:
        one.start("--demo")
        yield one


@pytest.fixture(scope="module")
def sessions(up: Portal) -> dict[str, str]:
    return dict(up.runs(SESSIONS))


def copies(up: Portal, session: str) -> list[dict[str, Any]]:
    """What a funder's system reads of the project's reports."""
    line = HTTPConnection("127.0.0.1", up.port, timeout=30)
    line.request("GET", "/api/reports/", headers={"Cookie": f"sessionid={session}"})
    rows = json.loads(line.getresponse().read())["results"]
    line.close()
    return [each for each in rows if each["project"]["title"] == "Guardianship pilot"]


def seen(found: list[dict[str, Any]]) -> int:
    """New people in these copies, everybody of each window."""
    figures = [each for copy in found for each in copy["figures"]]
    return sum(each["value"] for each in figures if each["indicator"] == "people-new" and not each["breakdown"])


def page_of(browser: Any, up: Portal, session: str, **more: Any) -> Any:
    context = browser.new_context(viewport={"width": 390, "height": 844}, **more)
    context.add_cookies([{"name": "sessionid", "value": session, "url": up.address}])
    return context.new_page()


def tab_to(page: Any, selector: str) -> None:
    """Press Tab until the keyboard stands on an element; fails where it never comes there."""
    for _ in range(300):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"The keyboard does not reach {selector}")


def bytes_of(page: Any, address: str) -> int:
    """Bytes over the wire of a first visit, as the browser counts them."""
    tools, sizes = page.context.new_cdp_session(page), []
    tools.send("Network.enable")
    tools.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address, wait_until="networkidle")
    return int(sum(sizes))


def written_by_keyboard(browser: Any, up: Portal, session: str) -> dict[str, Any]:
    """From the first page to handing in without a mouse; the words that the page then shows, and what it weighed."""
    page = page_of(browser, up, session)
    home = bytes_of(page, up.address)
    tab_to(page, "main a.button")
    with page.expect_navigation(wait_until="networkidle"):
        page.keyboard.press("Enter")
    address = page.url
    fresh = page_of(browser, up, session)
    form = bytes_of(fresh, address)
    fresh.context.close()
    own = [each.inner_text() for each in page.locator("main h2").all() if "alone" in each.inner_text()]
    numbers = page.locator("main .number > input:not([type=hidden])").all()
    names = [each.get_attribute("name") for each in page.locator("main textarea").all() if each.input_value() == ""]
    for name in names[-3:]:
        tab_to(page, f"[name='{name}']")
        page.keyboard.type("Said in general.")
    for box in numbers:
        if box.is_visible():
            tab_to(page, f"[name='{box.get_attribute('name')}']")
            page.keyboard.type("10")
    for summary in page.locator("main fieldset.figure summary").all():
        summary.focus()
        page.keyboard.press("Enter")
        tab_to(page, "select[name$=because]")
        page.keyboard.type("not c")
    tab_to(page, "form[data-autosave] .buttons .button:not([name])")
    with page.expect_navigation(wait_until="networkidle"):
        page.keyboard.press("Enter")
    shown = page.locator("main").inner_text()
    page.context.close()
    return {"home": home, "form": form, "own": own, "shown": shown, "address": address}


def answered(browser: Any, up: Portal, session: str, copy: int, **typed: str) -> str:
    """A copy returned with a note, or accepted with feedback; what its page then shows."""
    page = page_of(browser, up, session)
    page.goto(f"{up.address}reports/copies/{copy}/", wait_until="networkidle")
    name, text = next(iter(typed.items()))
    box = page.locator(f"[name='{name.replace('_', '-')}']")
    box.evaluate("box => { const details = box.closest('details'); if (details) details.open = true; }")
    box.fill(text)
    with page.expect_navigation(wait_until="networkidle"):
        page.locator(f"button[name='{'accept' if name == 'feedback' else 'return'}']").click()
    page.goto(f"{up.address}reports/copies/{copy}/", wait_until="networkidle")
    shown = str(page.locator("main").inner_text())
    page.context.close()
    return shown


def corrected(browser: Any, up: Portal, session: str, address: str) -> tuple[str, str]:
    """The charity reads the note where it belongs, mends the answer and hands it in again."""
    page = page_of(browser, up, session)
    page.goto(address, wait_until="networkidle")
    before = str(page.locator("main").inner_text())
    page.locator("main textarea").first.fill("Guardians met young people in two houses each week.")
    page.locator("#reason").fill("Said which houses.")
    with page.expect_navigation(wait_until="networkidle"):
        page.get_by_role("button", name="Hand it in again").click()
    after = str(page.locator("main").inner_text())
    page.context.close()
    return before, after


def test_a_report_goes_once_to_three_funders_and_each_answers_its_own(
    up: Portal, sessions: dict[str, str], in_chromium: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    known = up.runs(KNOWN)
    funders = {"A": HARBOUR, "B": SALTWICKET, "C": OTTERSMOOR}
    assert seen(copies(up, sessions[HARBOUR])) == 30
    assert seen(copies(up, sessions[SALTWICKET])) == 20
    assert (known["before"], known["now"]) == (30, 29)

    done = in_chromium(written_by_keyboard, up, sessions[LEAD])
    assert "Handed in" in done["shown"], done["shown"]
    assert done["own"] == [
        "Asked by Ottersmoor Charitable Trust (demo) alone",
        "Asked by Saltwicket Community Fund (demo) alone",
        "Asked by Shared Harbour Collaborative (demo) alone",
    ]
    with capsys.disabled():
        print(f"\nFirst visit at 390 px: home {done['home']:,} bytes, form {done['form']:,} bytes")
    assert done["home"] <= LARGEST_HOME
    assert done["form"] <= LARGEST_FORM

    newest = {name: copies(up, sessions[email])[-1] for name, email in funders.items()}
    assert {name: copy["state"] for name, copy in newest.items()} == dict.fromkeys("ABC", "handed_in")
    own = {
        name: [each["question"] for each in copy["answers"] if "-" in each["question"][:3]]
        for name, copy in newest.items()
    }
    assert own == {"A": ["sh-partners"], "B": ["sw-volunteers"], "C": ["oc-north"]}

    returned = in_chromium(
        lambda browser: answered(browser, up, sessions[HARBOUR], newest["A"]["id"], note_q1="Which houses?")
    )
    assert "returned" in returned
    accepted = in_chromium(
        lambda browser: answered(browser, up, sessions[SALTWICKET], newest["B"]["id"], feedback="We learned.")
    )
    assert "We learned." in accepted

    before, after = in_chromium(corrected, up, sessions[LEAD], done["address"])
    assert "Which houses?" in before
    assert "Saltwicket Community Fund (demo) has accepted this" in before
    assert "We learned." in after
    newest = {name: copies(up, sessions[email])[-1] for name, email in funders.items()}
    assert {name: copy["state"] for name, copy in newest.items()} == {
        "A": "handed_in",
        "B": "accepted",
        "C": "handed_in",
    }
    first = {name: copy["answers"][0]["text"] for name, copy in newest.items()}
    assert first["A"] == first["C"] == "Guardians met young people in two houses each week."
    assert first["B"] != first["A"]
    assert newest["B"]["corrected_at"]
