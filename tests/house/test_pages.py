"""Every page in a real browser, narrow and wide: open to all, nothing sideways, nothing that the policy refuses.

Each page is opened once in a narrow window, as a telephone opens it, and looked at; then the window grows, charts are
drawn that had no room before, and it is looked at again. Whoever looks keeps one window for all her pages.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from accounts.models import Person
from tests.house import doors
from tests.house import world as worlds
from tests.house.doors import DOORS
from tests.house.world import ADMINISTRATOR, LEAD, OFFICER, SECRETARIAT, STRANGER, VIEWER

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
AXE_SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
NARROW, WIDE = 390, 1280
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FORMS = (
    "upload",
    "grant_add",
    "grant_edit",
    "organisation_add",
    "person_add",
    "target_add",
    "sort_paste",
    "sort",
    "need_add",
    "grant_invite",
    "colleague_invite",
)
"""Pages whose form is also sent empty, to look at how they say what is missing."""
REFUSALS = [
    ("404", STRANGER, "/nothing/here/"),
    ("403", VIEWER, "/people/"),
    ("400", OFFICER, "/coverage/by/?rows=nothing"),
    ("400", OFFICER, "/coverage/?on=2025-02-30"),
    ("400", OFFICER, "/coverage/funder/?funder=1&funder=2"),
    ("400", OFFICER, "/coverage/need/?on=2025-02-30"),
    ("400", OFFICER, "/results/?by=nothing"),
]
HARMLESS = "style-src-attr"
"""Plotly sets a style attribute or two that the policy refuses and that nothing hangs on."""


@dataclass
class Visit:
    """One page as one kind of person, and what is wrong with it at each width that it was looked at."""

    name: str
    kind: str
    address: str
    cookies: list[dict[str, str]]
    sends: bool = False
    faults: dict[int, list[str]] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """A line for each width at which something is wrong."""
        return [
            f"{self.name} as {self.kind}, {width} px: {'; '.join(each)}" for width, each in self.faults.items() if each
        ]


def test_axe_is_the_version_that_the_note_names():
    assert hashlib.sha256(AXE.read_bytes()).hexdigest() == AXE_SHA256
    assert AXE_SHA256 in AXE.with_name("README.md").read_text()


def who_looks(name: str) -> list[str]:
    """One of those who may enter; of pages that many kinds see differently, one of each."""
    enter = DOORS[name].enter
    if STRANGER in enter:
        return [STRANGER, OFFICER, LEAD, SECRETARIAT, ADMINISTRATOR] if name == "home" else [STRANGER, OFFICER]
    return [next(kind for kind in (OFFICER, SECRETARIAT, ADMINISTRATOR, VIEWER, LEAD) if kind in enter)]


def pages(world: worlds.World) -> list[Visit]:
    """Every URL name that answers HTML to a GET, from the URLconf, with who looks at it; some forms; refusals."""
    clients = {kind: client_of(person) for kind, person in world.people.items()}
    found = []
    for name in sorted({each.name for _, each in doors.patterns()} & set(DOORS)):
        for kind in who_looks(name) if DOORS[name].posts is None else []:
            address, client = doors.address(name, world), clients[kind]
            answer = client.get(address, DOORS[name].query)
            if answer.status_code == 200 and is_a_page(answer):
                found.append(Visit(name, kind, address, cookies_of(client)))
                found += [Visit(name, kind, address, cookies_of(client), sends=True)] if name in FORMS else []
    return found + [Visit(*each, cookies_of(clients[each[1]])) for each in REFUSALS]


def client_of(person: Person | None) -> Client:
    client = Client()
    if person:
        client.force_login(person)
    return client


def cookies_of(client: Client) -> list[dict[str, str]]:
    return [{"name": each.key, "value": each.value} for each in client.cookies.values()]


def is_a_page(answer: Any) -> bool:
    """Not a part of a page, nor a file."""
    return answer["Content-Type"].startswith("text/html") and answer.content.lstrip().startswith(b"<!")


VIOLATIONS = """async rules => {
  const found = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
  return found.violations;
}"""


def faults_of(page: Any) -> list[str]:
    """Everything that is wrong with the page that the browser has open, at the width that its window has."""
    faults = []
    measured = page.evaluate(
        "() => ({title: document.title, headings: document.querySelectorAll('h1').length,"
        " width: document.documentElement.scrollWidth, language: document.documentElement.lang,"
        " failed: document.querySelectorAll('[data-drawn=failed]').length})"
    )
    if measured["headings"] != 1:
        faults.append(f"{measured['headings']} main headings")
    if not measured["title"].split("·")[0].strip():
        faults.append("no title")
    if not measured["language"]:
        faults.append("no language")
    if measured["width"] > page.viewport_size["width"]:
        faults.append(f"{measured['width']} px wide")
    if measured["failed"]:
        faults.append("a chart that could not be drawn")
    for violation in page.evaluate(VIOLATIONS, RULES):
        where = " | ".join(str(node["target"]) + " " + node["html"][:90] for node in violation["nodes"][:2])
        faults.append(f"axe {violation['id']} ({len(violation['nodes'])}): {where}")
    return faults


def look(browser: Any, server: str, visits: list[Visit]) -> None:
    """Open every page as the one who looks at it, and note its faults on the visit."""
    for kind in sorted({visit.kind for visit in visits}):
        theirs = [visit for visit in visits if visit.kind == kind]
        context = browser.new_context(reduced_motion="reduce")
        context.add_cookies([{**each, "url": server} for each in theirs[0].cookies])
        context.add_init_script(path=AXE)
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message, said=said: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        for visit in theirs:
            look_at(page, server, visit, said)
        context.close()


def look_at(page: Any, server: str, visit: Visit, said: list[str]) -> None:
    """Open one page, in a narrow window and then a wide one. said: what the browser adds to while it does so."""
    page.set_viewport_size({"width": NARROW, "height": 900})
    page.goto(server + visit.address)
    if visit.sends:
        send_empty(page, visit)
    for width in (NARROW, WIDE):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(SETTLED, arg=width)
        visit.faults.setdefault(width, []).extend(faults_of(page))
        visit.faults[width] += [f"console: {text[:200]}" for text in said if not is_harmless(text)]
        said.clear()


SETTLED = """width => window.innerWidth === width && document.fonts.status === "loaded"
  && !document.querySelector(".htmx-request")
  && [...document.querySelectorAll("[data-figure]")].every(
    each => !fits(each) || ["done", "failed"].includes(each.dataset.drawn))"""
"""Every chart that has room is drawn, and no part of the page is still on its way. `fits` is chart.js's own."""

EMPTY_AND_SEND = """() => {
  const form = document.querySelector("main form[method=post]");
  form.noValidate = true;
  form.querySelectorAll("[type=radio], [type=checkbox]").forEach(each => { each.checked = false; });
  form.querySelectorAll("input:not([type=hidden], [type=radio], [type=checkbox]), textarea")
    .forEach(each => { each.value = ""; });
  form.requestSubmit();
}"""


def send_empty(page: Any, visit: Visit) -> None:
    """Send the page's form with nothing in it, past the browser's own checks; the errors must take the focus."""
    with page.expect_navigation():
        page.evaluate(EMPTY_AND_SEND)
    if page.locator(".errors").count() and not page.evaluate("document.activeElement.closest('.errors') !== null"):
        visit.faults.setdefault(NARROW, []).append("the focus is not on the errors")


def is_harmless(text: str) -> bool:
    """Plotly's style attribute, and the browser's own note that an answer was a refusal."""
    return HARMLESS in text or "Failed to load resource: the server responded with a status of 4" in text


@pytest.fixture
def world() -> worlds.World:
    return worlds.build()


FAULTY = """<!doctype html><title>·</title><h1>a</h1><h1>b</h1><img src="data:,"><input>
<div style="width: 2000px; height: 1px"></div>"""


def look_at_faulty(browser: Any) -> list[str]:
    page = browser.new_page(viewport={"width": NARROW, "height": 900})
    page.add_init_script(path=AXE)
    page.goto("data:text/html;charset=utf-8," + quote(FAULTY))
    faults = faults_of(page)
    page.close()
    return faults


@pytest.mark.browser
def test_a_faulty_page_would_be_seen(in_chromium: Any):
    seen = "; ".join(in_chromium(look_at_faulty))
    for fault in ("2 main headings", "no title", "no language", "px wide", "axe image-alt", "axe label"):
        assert fault in seen


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_every_page_is_open_to_everybody(
    in_chromium: Any, live_server: Any, world: worlds.World, capsys: pytest.CaptureFixture[str]
):
    visits = pages(world)
    in_chromium(look, live_server.url, visits)
    names = len({visit.name for visit in visits})
    with capsys.disabled():
        for width in (WIDE, NARROW):
            faulty = sum(bool(visit.faults[width]) for visit in visits)
            print(f"\nPages at {width} px: {names} URL names, {len(visits)} visits, {faulty} with a fault")
    assert visits
    faults = [line for visit in visits for line in visit.lines()]
    assert faults == [], "\n".join(faults)
