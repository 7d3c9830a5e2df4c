"""Every page in a real browser, wide and narrow: open to all, nothing sideways, nothing that the policy refuses."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.house import doors
from tests.house import world as worlds
from tests.house.doors import DOORS
from tests.house.world import ADMINISTRATOR, LEAD, OFFICER, SECRETARIAT, STRANGER, VIEWER

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
AXE_SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
WIDTHS = {"wide": 1280, "narrow": 390}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HARMLESS = "style-src-attr"
"""Plotly sets a style attribute or two that the policy refuses and that nothing hangs on."""


@dataclass
class Visit:
    """One page as one kind of person at one width, and what is wrong with it."""

    name: str
    kind: str
    address: str
    cookies: list[dict[str, str]]
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
    """Every URL name that answers HTML to a GET, from the URLconf, with who looks at it."""
    found = []
    for name in sorted({each.name for _, each in doors.patterns()} & set(DOORS)):
        door = DOORS[name]
        for kind in who_looks(name) if door.posts is None else []:
            client = Client()
            if person := world.people[kind]:
                client.force_login(person)
            address = doors.address(name, world)
            answer = client.get(address, door.query)
            if (
                answer.status_code == 200
                and answer["Content-Type"].startswith("text/html")
                and answer.content.lstrip().startswith(b"<!")
            ):
                kept = [{"name": each.key, "value": each.value} for each in client.cookies.values()]
                found.append(Visit(name, kind, address, kept))
    return found


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
        looked_at(page, visit)
        visit.faults += [f"console: {text[:200]}" for text in said if HARMLESS not in text]
        context.close()


@pytest.fixture
def world() -> worlds.World:
    return worlds.build()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
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
