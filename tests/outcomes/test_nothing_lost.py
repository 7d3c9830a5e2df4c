"""Forms typed into without pause, each with something going wrong in the middle: nothing that was typed is lost."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any

import pytest

from tests.celery_worker.portal import Portal, portal, until

pytestmark = [pytest.mark.browser, pytest.mark.processes]
PROVE = bool(os.environ.get("PROVE"))
FORMS, AT_ONCE = (25, 5) if PROVE else (2, 2)
"""Forms of each event, and how many are typed into at once."""
SECONDS, CUT = (60.0, 120.0) if PROVE else (9.0, 4.0)
"""How long each is typed into, and how long its network is cut."""
LATE = 5.0
"""So many seconds of typing may be missing on the server, at most."""
EVENTS = ("server killed", "network cut", "signed out and in", "second tab")
PREPARE = """
import json
from django.test import Client
from outcomes.models import Question
from tests.outcomes.world import QUARTERS, World
def session(person):
    client = Client()
    client.force_login(person)
    return client.cookies["sessionid"].value
made = []
for _ in range(%d):
    world = World()
    sessions = {"session": session(world.lead), "again": session(world.lead)}
    made.append({"report": world.report(QUARTERS[1][0]).pk, **sessions})
boxes = {code: f"q{Question.objects.get(code=code).pk}" for code in ("what-done", "what-next")}
print(json.dumps({"forms": made, "boxes": boxes}))
"""
SIGN_OUT = "from django.contrib.sessions.models import Session; Session.objects.filter(pk='%s').delete(); print(1)"


@dataclass
class Typed:
    """One form being typed into, and what stood in its box at which moment."""

    page: Any
    context: Any
    report: int
    session: str
    again: str
    moments: list[tuple[float, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.moments[-1][1] if self.moments else ""

    def type(self, word: str) -> None:
        self.page.keyboard.insert_text(word)
        self.moments.append((time.monotonic(), self.text + word))

    def before(self, moment: float) -> str:
        """What stood there at a moment."""
        return next((text for at, text in reversed(self.moments) if at <= moment), "")


@pytest.fixture(scope="module")
def up(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(tmp_path_factory.mktemp("nothing-lost")) as one:
        one.start()
        yield one


@pytest.fixture(scope="module")
def prepared(up: Portal) -> dict[str, Any]:
    return dict(up.runs(PREPARE % (FORMS * len(EVENTS))))


def on_server(up: Portal, form: Typed, box: str, session: str) -> str:
    line = HTTPConnection("127.0.0.1", up.port, timeout=20)
    line.request("GET", f"/reports/{form.report}/draft/", headers={"Cookie": f"sessionid={session}"})
    boxes = json.loads(line.getresponse().read())["boxes"]
    line.close()
    return str(boxes.get(box, {"value": ""})["value"])


def opened(browser: Any, up: Portal, made: dict[str, Any], box: str) -> Typed:
    context = browser.new_context()
    context.add_cookies([{"name": "sessionid", "value": made["session"], "url": up.address}])
    page = context.new_page()
    page.goto(f"{up.address}reports/{made['report']}/")
    page.locator(f"#{box}").focus()
    return Typed(page, context, made["report"], made["session"], made["again"])


@dataclass
class Trouble:
    """What goes wrong, once for each form, at `moments` (seconds of typing); gives true while it lasts."""

    up: Portal
    event: str
    other_box: str
    moments: list[float]
    ends: dict[int, Callable[[], None]] = field(default_factory=dict)
    over: dict[int, float] = field(default_factory=dict)

    def come(self, forms: list[Typed], began: float) -> None:
        for number, form in enumerate(forms):
            now = time.monotonic() - began
            if number not in self.over and now >= self.moments[number]:
                self.over[number] = now + (CUT if self.event == "network cut" else 3.0)
                self.begin(number, form)
            if number in self.ends and now >= self.over[number]:
                self.ends.pop(number)()

    def begin(self, number: int, form: Typed) -> None:
        if self.event == "server killed":
            web = self.up.child("web")
            if web:
                os.kill(web, signal.SIGKILL)
        elif self.event == "network cut":
            form.context.set_offline(True)
            self.ends[number] = lambda: form.context.set_offline(False)
        elif self.event == "signed out and in":
            self.up.runs(SIGN_OUT % form.session)
            form.session = form.again
            self.ends[number] = lambda: self.sign_in(form)
        else:
            self.second_tab(form)

    def sign_in(self, form: Typed) -> None:
        """As signing in in another tab does: another session, and another token against forgery."""
        form.context.clear_cookies()
        form.context.add_cookies([{"name": "sessionid", "value": form.again, "url": self.up.address}])

    def second_tab(self, form: Typed) -> None:
        tab = form.context.new_page()
        tab.goto(form.page.url)
        tab.locator(f"#{self.other_box}").focus()
        tab.keyboard.insert_text("from the other tab")
        form.page.bring_to_front()


def typed(
    browser: Any, up: Portal, event: str, seed: int, made: list[dict[str, Any]], boxes: dict[str, str]
) -> list[str]:
    """Type into the forms at once; a line for each thing that was lost."""
    chance, box = random.Random(seed), boxes["what-done"]
    forms = [opened(browser, up, each, box) for each in made]
    moments = [chance.uniform(2, SECONDS - 2) for _ in forms]
    if event == "server killed":  # One server: it is killed once for all who type into it at that time.
        moments = [moments[0]] * len(forms)
    trouble = Trouble(up, event, boxes["what-next"], moments)
    if event == "server killed":
        trouble.over = dict.fromkeys(range(1, len(forms)), 0.0)
    began, number = time.monotonic(), 0
    while time.monotonic() - began < SECONDS:
        number += 1
        for form in forms:
            form.type(f"w{number} ")
        trouble.come(forms, began)
        forms[0].page.wait_for_timeout(120)
    lost = [f"{event}: while typing: {said}" for form in forms for said in lacking(up, form, box, trouble)]
    while trouble.ends:
        trouble.come(forms, began)
        forms[0].page.wait_for_timeout(200)
    stopped = time.monotonic()
    while time.monotonic() - stopped < LATE + 4:
        forms[0].page.wait_for_timeout(200)
    lost += [f"{event}: {said}" for form in forms for said in missing(up, form, box)]
    if event == "second tab":
        others = [on_server(up, form, boxes["what-next"], form.session) for form in forms]
        lost += [f"{event}: the other box holds “{each}”" for each in others if each != "from the other tab"]
    for form in forms:
        form.context.close()
    return lost


def lacking(up: Portal, form: Typed, box: str, trouble: Trouble) -> Iterator[str]:
    """Where a form says “Saved”, the server lacks the last seconds at most."""
    said = form.page.locator("[data-saved]").inner_text()
    if said.startswith("Saved") and not trouble.ends:
        now = time.monotonic()
        kept = until(lambda: on_server(up, form, box, form.session), seconds=20)
        if not kept.startswith(form.before(now - LATE).rstrip()):
            yield f"{len(form.text) - len(kept)} characters lag"


def missing(up: Portal, form: Typed, box: str) -> Iterator[str]:
    kept = on_server(up, form, box, form.session)
    if kept != form.text:
        yield f"{len(form.text)} characters typed, {len(kept)} kept; {form.page.locator('[data-saved]').inner_text()}"


@pytest.mark.thorough
@pytest.mark.parametrize("event", EVENTS)
def test_what_was_typed_is_on_the_server(
    up: Portal,
    prepared: dict[str, Any],
    in_chromium: Callable[..., Any],
    event: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    number = EVENTS.index(event)
    seed = 20260101 + number
    forms = prepared["forms"][number * FORMS : (number + 1) * FORMS]
    lost = []
    for first in range(0, FORMS, AT_ONCE):
        lost += in_chromium(typed, up, event, seed + first, forms[first : first + AT_ONCE], prepared["boxes"])
    with capsys.disabled():
        print(f"\n{event}: {FORMS} forms typed into for {SECONDS:g} s (seed {seed}), {len(lost)} with something lost")
    assert lost == []


def two_tabs(browser: Any, up: Portal, made: dict[str, Any], boxes: dict[str, str]) -> tuple[str, str]:
    """One tab saves a box; another, opened before, writes another box and presses Save. What the server then holds."""
    old = opened(browser, up, made, boxes["what-next"])
    new = old.context.new_page()
    new.goto(old.page.url)
    new.locator(f"#{boxes['what-done']}").fill("Written in the newer tab.")
    new.get_by_text("Saved", exact=False).first.wait_for()
    until(lambda: "newer" in on_server(up, old, boxes["what-done"], old.session) or None, seconds=20)
    old.page.locator(f"#{boxes['what-next']}").fill("Written in the older tab.")
    old.page.get_by_role("button", name="Save and leave").click()
    old.page.wait_for_url("**/reports/")
    kept = [on_server(up, old, boxes[each], old.session) for each in ("what-done", "what-next")]
    old.context.close()
    return kept[0], kept[1]


def test_a_tab_that_is_out_of_date_sends_only_what_was_written_in_it(
    up: Portal, prepared: dict[str, Any], in_chromium: Callable[..., Any]
) -> None:
    kept = in_chromium(two_tabs, up, prepared["forms"][-1], prepared["boxes"])
    assert kept == ("Written in the newer tab.", "Written in the older tab.")
