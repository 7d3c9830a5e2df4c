"""Every page in a real browser, wide and narrow: open to all, nothing sideways, nothing that the policy refuses."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import Person
from tests.house import doors
from tests.house import world as worlds
from tests.house.doors import DOORS
from tests.house.world import ADMINISTRATOR, LEAD, OFFICER, SECRETARIAT, STRANGER, VIEWER

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
AXE_SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
WIDTHS = {"wide": 1280, "narrow": 390}
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
)
"""Pages whose form is also sent empty, to look at how they say what is missing."""
REFUSALS = [
    ("404", STRANGER, "/nothing/here/"),
    ("403", VIEWER, "/people/"),
    ("400", OFFICER, "/coverage/by/?rows=nothing"),
    ("400", OFFICER, "/coverage/?on=2025-02-30"),
    ("400", OFFICER, "/coverage/funder/?funder=1&funder=2"),
    ("400", OFFICER, "/coverage/need/?on=2025-02-30"),
]
HARMLESS = "style-src-attr"
"""Plotly sets a style attribute or two that the policy refuses and that nothing hangs on."""


@dataclass
class Visit:
    """One page as one kind of person at one width, and what is wrong with it."""

    name: str
    kind: str
    address: str
    cookies: list[dict[str, str]]
    sends: bool = False
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.name} as {self.kind}: {'; '.join(self.faults)}"


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
    found = []
    for name in sorted({each.name for _, each in doors.patterns()} & set(DOORS)):
        for kind in who_looks(name) if DOORS[name].posts is None else []:
            address = doors.address(name, world)
            client = client_of(world.people[kind])
            answer = client.get(address, DOORS[name].query)
            if answer.status_code == 200 and is_a_page(answer):
                found.append(Visit(name, kind, address, cookies_of(client)))
                found += [Visit(name, kind, address, cookies_of(client), sends=True)] if name in FORMS else []
    return found + [Visit(*each, cookies_of(client_of(world.people[each[1]]))) for each in REFUSALS]


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


def looked_at(page: Any, visit: Visit) -> Visit:
    """Everything that is wrong with the page that the browser has open."""
    measured = page.evaluate(
        "() => ({title: document.title, headings: document.querySelectorAll('h1').length,"
        " width: document.documentElement.scrollWidth, language: document.documentElement.lang})"
    )
    if measured["headings"] != 1:
        visit.faults.append(f"{measured['headings']} main headings")
    if not measured["title"].split("·")[0].strip():
        visit.faults.append("no title")
    if not measured["language"]:
        visit.faults.append("no language")
    if measured["width"] > page.viewport_size["width"]:
        visit.faults.append(f"{measured['width']} px wide")
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
    for violation in found["violations"]:
        where = " | ".join(str(node["target"]) + " " + node["html"][:90] for node in violation["nodes"][:2])
        visit.faults.append(f"axe {violation['id']} ({len(violation['nodes'])}): {where}")
    return visit


def look(browser: Any, server: str, visits: list[Visit], width: int) -> None:
    """Open every page as the one who looks at it, and note its faults on the visit."""
    for visit in visits:
        context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
        context.add_cookies([{**each, "url": server} for each in visit.cookies])
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message, said=said: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        page.goto(server + visit.address, wait_until="networkidle")
        if visit.sends:
            send_empty(page, visit)
        looked_at(page, visit)
        visit.faults += [f"console: {text[:200]}" for text in said if not is_harmless(text)]
        context.close()


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
    page.evaluate(EMPTY_AND_SEND)
    page.wait_for_load_state("networkidle")
    if page.locator(".errors").count() and not page.evaluate("document.activeElement.closest('.errors') !== null"):
        visit.faults.append("the focus is not on the errors")


def is_harmless(text: str) -> bool:
    """Plotly's style attribute, and the browser's own note that an answer was a refusal."""
    return HARMLESS in text or "Failed to load resource: the server responded with a status of 4" in text


@pytest.fixture
def world() -> worlds.World:
    return worlds.build()


FAULTY = """<!doctype html><title>·</title><h1>a</h1><h1>b</h1><img src="data:,"><input>
<div style="width: 2000px; height: 1px"></div>"""


def look_at_faulty(browser: Any) -> Visit:
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.set_content(FAULTY)
    visit = looked_at(page, Visit("faulty", STRANGER, "", []))
    page.close()
    return visit


@pytest.mark.browser
def test_a_faulty_page_would_be_seen(in_chromium: Any):
    seen = "; ".join(in_chromium(look_at_faulty).faults)
    for fault in ("2 main headings", "no title", "no language", "px wide", "axe image-alt", "axe label"):
        assert fault in seen


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", WIDTHS.values(), ids=list(WIDTHS))
def test_every_page_is_open_to_everybody(
    in_chromium: Any, live_server: Any, world: worlds.World, width: int, capsys: pytest.CaptureFixture[str]
):
    visits = pages(world)
    in_chromium(look, live_server.url, visits, width)
    faulty = [str(visit) for visit in visits if visit.faults]
    with capsys.disabled():
        names = len({visit.name for visit in visits})
        print(f"\nPages at {width} px: {names} URL names, {len(visits)} visits, {len(faulty)} with a fault")
    assert visits
    assert faulty == [], "\n".join(faulty)
