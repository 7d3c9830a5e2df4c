"""File to dashboard, in a real browser with a real worker: a funder's file in, sorted, a shortfall closed, undone."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import processes
from tests.journeys.processes import PATIENCE, Portal

OFFICER = "officer@quillfeather.demo.invalid"
AREA, PLACE = "Victim services", "Northern Ireland"
TITLE = "Safe house and casework for survivors of trafficking"
POUNDS = 60_000

DATABASE_URL, REDIS_URL = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.redis])],
)
def portal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Portal]:
    """The demo on real processes, on either database."""
    if request.param == "sqlite":
        running = processes.on_sqlite(tmp_path)
    elif not DATABASE_URL.startswith("postgres") or not REDIS_URL:
        pytest.skip("this journey needs DATABASE_URL with a PostgreSQL server and REDIS_URL with a Redis one")
    else:
        running = processes.on_postgresql(tmp_path, DATABASE_URL, REDIS_URL)
    with running as portal:
        yield portal


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """One grant of the officer's funder for work where none of the demo's funders has one, running today."""
    today = date.today()
    grant = {
        "id": "360G-journey-1",
        "title": TITLE,
        "description": "Housing and support for victims who leave exploitation.",
        "currency": "GBP",
        "amountAwarded": POUNDS,
        "awardDate": f"{today - timedelta(days=30):%Y-%m-%d}",
        "plannedDates": [
            {
                "startDate": f"{today - timedelta(days=20):%Y-%m-%d}",
                "endDate": f"{today + timedelta(days=700):%Y-%m-%d}",
            }
        ],
        "fundingOrganization": [{"id": "XX-DEMO-quillfeather-trust", "name": "Quillfeather Trust (demo)"}],
        "recipientOrganization": [{"id": "GB-NIC-999901", "name": "Lagan Light (invented)"}],
        "beneficiaryLocation": [{"name": "Northern Ireland", "geoCode": "N92000002", "geoCodeType": "RGN"}],
    }
    path = tmp_path / "quillfeather.json"
    path.write_text(json.dumps({"grants": [grant]}))
    return path


@pytest.mark.browser
def test_a_funders_file_closes_a_shortfall_and_undoing_it_opens_it_again(
    in_chromium: Callable[..., Any], portal: Portal, file: Path
):
    in_chromium(file_to_dashboard, portal, file)


def file_to_dashboard(browser: Any, portal: Portal, file: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=portal.url)
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    failures: list[str] = []
    page.on("response", lambda answer: failures.append(answer.url) if answer.status >= 500 else None)

    sign_in(page, portal, wanted="/coverage/")
    before = seen_on_coverage(page)
    assert before["figure"] == "£0"
    assert PLACE in before["no grant here"]

    address = upload(page, file)
    confirm_by_key(page)

    after = seen_on_coverage(page)
    assert after["figure"] == f"£{POUNDS:,}"
    assert PLACE not in after["no grant here"]
    assert after["total"] != before["total"]

    undo(page, address)
    assert seen_on_coverage(page) == before
    assert failures == []
    context.close()


def sign_in(page: Any, portal: Portal, wanted: str) -> None:
    """As a stranger to the wanted page, over the code in the mailbox, and on to that page."""
    page.goto(wanted)
    page.get_by_label("E-mail address").fill(OFFICER)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_role("heading", name="Type the code").wait_for()
    page.get_by_label("code", exact=False).first.fill(portal.code_sent_to(OFFICER))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{wanted}")


def seen_on_coverage(page: Any) -> dict[str, str]:
    """The figure of the area and place in the table, the sentences that say no grant, and the line of totals."""
    page.goto("/coverage/")
    sentences = page.locator("section[aria-labelledby=short] .sentence p").all_text_contents()
    page.goto("/coverage/by/")
    column = page.locator("table.twin thead th").all_inner_texts().index(PLACE)
    row = page.locator("table.twin tbody tr").filter(has=page.get_by_role("rowheader", name=AREA, exact=True))
    short = [each for each in sentences if each.startswith(AREA) and "no grant here" in each]
    return {
        "figure": row.locator("th, td").nth(column).inner_text().strip(),
        "no grant here": re.sub(r"\s+", " ", " ".join(short)),
        "total": page.locator("#said").inner_text(),
    }


def upload(page: Any, file: Path) -> str:
    """Send the file, watch it being read, look at what it would change, apply it. Gives the import's address."""
    page.goto("/grants/upload/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Send and look").click()
    page.wait_for_url(re.compile(r"/grants/imports/\d+/"))
    page.get_by_role("button", name="Apply: add 1, change 0").click()
    page.get_by_role("button", name="Undo this import").wait_for()
    assert page.locator(".state-applied").count()
    return str(page.url)


def confirm_by_key(page: Any) -> None:
    """Wait until the clock has suggested area and place; then one key."""
    deadline = time.monotonic() + PATIENCE
    mine = page.locator("article.sorting").filter(has_text=TITLE)
    page.goto("/grants/to-sort/")
    while mine.locator(".as-suggested").count() < 2:
        assert time.monotonic() < deadline, page.locator("main").inner_text()
        time.sleep(1)
        page.reload()
    number = mine.get_attribute("id")
    page.goto(f"/grants/to-sort/#{number}")
    page.reload()
    page.keyboard.press("Enter")
    page.get_by_text(f"Sorted: {TITLE}").wait_for()


def undo(page: Any, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Undo this import").click()
    page.locator(".state-undone").first.wait_for()
