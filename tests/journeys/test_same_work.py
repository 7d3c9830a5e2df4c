"""Three funders' grants joined, parted and joined again, in a real browser with a real worker that finds them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import processes
from tests.journeys.processes import PATIENCE, Portal

LEAD = "lead@kestrel.demo.invalid"
TITLE = "Evening hotline for care leavers"
FUNDERS = ["Quillfeather Trust", "Marrowstone Foundation", "Brackenhythe Fund"]
OFFICERS = [f"officer@{name.split()[0].lower()}.demo.invalid" for name in FUNDERS]


ALIKE = "Their titles are alike"


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    with processes.on_sqlite(tmp_path) as portal:
        yield portal


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """One file with a grant of each funder to the same charity, under titles that are nearly the same."""
    start, end = date.today() - timedelta(days=20), date.today() + timedelta(days=700)
    grants = [
        {
            "id": f"360G-journey-{number}",
            "title": f"{TITLE}{' (year 2)' if number else ''}",
            "description": "A hotline.",
            "currency": "GBP",
            "amountAwarded": 10_000 * (number + 1),
            "awardDate": f"{start:%Y-%m-%d}",
            "plannedDates": [{"startDate": f"{start:%Y-%m-%d}", "endDate": f"{end:%Y-%m-%d}"}],
            "fundingOrganization": [{"id": f"XX-DEMO-{funder.lower().replace(' ', '-')}", "name": funder}],
            "recipientOrganization": [{"id": "XX-DEMO-kestrel-young-people", "name": "Kestrel Young People (demo)"}],
        }
        for number, funder in enumerate(FUNDERS)
    ]
    path = tmp_path / "three.json"
    path.write_text(json.dumps({"grants": grants}))
    return path


@pytest.mark.browser
def test_three_funders_grants_are_joined_parted_and_joined(in_chromium: Callable[..., Any], portal: Portal, file: Path):
    portal.manage("import_grants", str(file))
    in_chromium(joined_parted_joined, portal)


def joined_parted_joined(browser: Any, portal: Portal) -> None:
    failures: list[str] = []
    officers = [signed_in(browser, portal, address, failures) for address in OFFICERS]
    found_by_the_clock(officers[0])
    for number, page in enumerate(officers):
        card = card_on(page)
        assert [each for each in FUNDERS if each in card.inner_text()] == FUNDERS
        card.get_by_role("button", name="Same work: one report for all").press("Enter")
        page.get_by_text("Kept. They are joined when" if number < 2 else "Joined. One report for all").wait_for()
    assert same_work_on_grants_page(officers[0]) == 2

    lead = signed_in(browser, portal, LEAD, failures)
    card_on(lead).get_by_role("button", name="Part them: everything as before").press("Enter")
    lead.get_by_text("Parted. Every grant has its own project").wait_for()
    assert same_work_on_grants_page(officers[0]) == 0

    card_on(lead).get_by_role("button", name="Same work after all").press("Enter")
    lead.get_by_text("Joined. One report for all").wait_for()
    assert same_work_on_grants_page(officers[0]) == 2
    assert failures == []


def signed_in(browser: Any, portal: Portal, address: str, failures: list[str]) -> Any:
    """A window of this person's own, wide for the first and as narrow as a telephone for the others."""
    width = 1280 if address == OFFICERS[0] else 390
    context = browser.new_context(viewport={"width": width, "height": 900}, base_url=portal.url)
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    page.on("response", lambda answer: failures.append(answer.url) if answer.status >= 500 else None)
    page.goto("/grants/same-work/")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_role("heading", name="Type the code").wait_for()
    page.get_by_label("code", exact=False).first.fill(portal.code_sent_to(address))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/grants/same-work/")
    return page


def found_by_the_clock(page: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not page.locator("article.joining").filter(has_text=TITLE).filter(has_text=ALIKE).count():
        assert time.monotonic() < deadline, page.locator("main").inner_text()
        time.sleep(1)
        page.reload()


def card_on(page: Any) -> Any:
    """The card of the three; the clock may meanwhile have asked about others that only run at the same time."""
    page.goto("/grants/same-work/")
    return page.locator("article.joining").filter(has_text=TITLE).filter(has_text=ALIKE).first


def same_work_on_grants_page(page: Any) -> int:
    """How many other grants the page of the first grant says to pay for the same work."""
    card_on(page).get_by_role("link", name=TITLE, exact=True).click()
    page.get_by_role("heading", name="The grant", exact=True).wait_for()
    return int(page.locator("h2:has-text('The same work is also paid for by') + ul > li").count())
