"""Fifty people hand in one report at the same instant, to real processes on either database: one does, 49 are told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from threading import Barrier
from typing import Any

import pytest

from tests.celery_worker.portal import Portal, portal

pytestmark = pytest.mark.processes
TOGETHER = 50
TOKEN = "a" * 32
PREPARE = """
import json
from django.test import Client
from django.utils import timezone
from accounts.models import Person
from outcomes import asking, drafts
from outcomes.models import Report
report = [each for each in Report.objects.filter(submitted_at=None) if each.draft][0]
people = [Person.objects.get(email=f"{name}@kestrel.demo.invalid") for name in ("lead", "helper")]
sheet = asking.sheet(report)
texts = {each.name: "In general." for each in sheet.words if each.question.required}
for figure in sheet.figures:
    texts |= {figure.total.name: "3"} | {part.name: "not_collected" for part in figure.parts}
    if figure.version.kind == "ratio":
        texts[figure.total.of_name] = "4"
changes = {name: drafts.Change(text, report.draft.get(name, {"version": 0})["version"]) for name, text in texts.items()}
drafts.save(report, changes, names=set(texts), by=people[0], at=timezone.now())
sessions = []
for person in people:
    client = Client()
    client.force_login(person)
    sessions.append(client.cookies["sessionid"].value)
print(json.dumps({"report": report.pk, "sessions": sessions}))
"""
COUNT = """
import json
from outcomes.models import Answer, Delivery, Measurement, Report
report = Report.objects.get(pk=%d)
print(json.dumps({
    "answers": Answer.objects.filter(report=report).count(),
    "twice": Answer.objects.filter(report=report, revision__gt=1).count()
        + Measurement.objects.filter(report=report, revision__gt=1).count(),
    "copies": Delivery.objects.filter(report=report).count(),
    "handed in": report.submitted_at is not None,
}))
"""


@pytest.fixture(scope="module")
def up(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(tmp_path_factory.mktemp("at-once")) as one:
        one.environment["STATIC_HASHED"] = "0"
        one.start("--demo")
        yield one


def hand_in(up: Portal, path: str, session: str, ready: Barrier) -> tuple[int, str]:
    headers = {
        "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
        "X-CSRFToken": TOKEN,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    line = HTTPConnection("127.0.0.1", up.port, timeout=60)
    ready.wait()
    line.request("POST", path, "", headers)
    answer = line.getresponse()
    answer.read()
    told = "; ".join(
        each.partition(";")[0] for each in answer.headers.get_all("Set-Cookie") or [] if "messages=" in each
    )
    line.close()
    return answer.status, told


def told_in_words(up: Portal, path: str, session: str, cookie: str) -> str:
    """The sentence that the next page shows to whoever was too late."""
    line = HTTPConnection("127.0.0.1", up.port, timeout=60)
    line.request("GET", path, headers={"Cookie": f"sessionid={session}; {cookie}"})
    page = line.getresponse().read().decode()
    line.close()
    found = re.search(r'class="message[^"]*">([^<]*)', page)
    return found.group(1) if found else ""


def test_one_of_fifty_hands_in_and_the_others_are_told_when_it_was(
    up: Portal, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared: dict[str, Any] = up.runs(PREPARE)
    path, ready = f"/reports/{prepared['report']}/", Barrier(TOGETHER)
    sessions = [prepared["sessions"][number % 2] for number in range(TOGETHER)]
    with ThreadPoolExecutor(TOGETHER) as threads:
        answers = list(threads.map(lambda session: hand_in(up, path, session, ready), sessions))
    assert Counter(status for status, _cookie in answers) == {302: TOGETHER}
    words = [told_in_words(up, path, session, cookie) for session, (_, cookie) in zip(sessions, answers, strict=True)]
    first = [each for each in words if each.startswith("Handed in.")]
    late = [
        each for each in words if re.fullmatch(r"Already handed in at \d\d:\d\d on .* by (you|a colleague)\.", each)
    ]
    with capsys.disabled():
        print(f"\n{TOGETHER} at once: {len(first)} handed in, {len(late)} told that it was handed in already")
    assert (len(first), len(late)) == (1, TOGETHER - 1)
    found = up.runs(COUNT % prepared["report"])
    assert (found["handed in"], found["twice"], found["copies"]) == (True, 0, 3)
