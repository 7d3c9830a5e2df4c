"""An officer invites, a lead accepts, adds a colleague, hands over and leaves: in a browser, with letters as files."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import processes
from tests.journeys.processes import PATIENCE, Portal
from tests.journeys.test_file_to_dashboard import DATABASE_URL, REDIS_URL

OFFICER = "officer@quillfeather.demo.invalid"
ALI, MAX = "ali@charity.example", "reports@charity.example"


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


@pytest.mark.browser
def test_an_officer_invites_and_the_lead_adds_a_colleague_hands_over_and_leaves(
    in_chromium: Callable[..., Any], portal: Portal
):
    in_chromium(invited_and_handed_over, portal)


def invited_and_handed_over(browser: Any, portal: Portal) -> None:
    failures: list[str] = []
    officer, ali, reports = (someone(browser, portal, failures) for _each in range(3))

    sign_in(officer, portal, OFFICER, wanted="/grants/")
    charity = invite_over_a_grant(officer)
    letter = letter_to(portal, ALI)
    assert charity in letter

    link = re.search(r"http://\S+/invitations/", letter)
    assert link
    sign_in(ali, portal, ALI, wanted=link[0].removeprefix(portal.url))
    ali.get_by_role("button", name="Accept").click()
    ali.get_by_text(f"You act for {charity} now.").wait_for()

    add_a_colleague(ali)
    letter_to(portal, MAX)
    sign_in(reports, portal, MAX, wanted="/")
    reports.get_by_role("link", name=f"You are invited to act for {charity}").click()
    reports.get_by_label("Your first name").fill("Max")
    reports.get_by_role("button", name="Accept").click()
    reports.get_by_text(f"You act for {charity} now.").wait_for()

    hand_over_and_leave(ali, charity)
    reports.goto("/our-charity/")
    own = reports.get_by_role("row").filter(has_text="(you)")
    assert "lead" in own.inner_text()
    assert not reports.get_by_text(ALI, exact=True).count()
    assert failures == []


def someone(browser: Any, portal: Portal, failures: list[str]) -> Any:
    """A page in a browser of her own, as wide as a telephone."""
    context = browser.new_context(viewport={"width": 390, "height": 900}, base_url=portal.url)
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    page.on("response", lambda answer: failures.append(answer.url) if answer.status >= 500 else None)
    return page


def sign_in(page: Any, portal: Portal, address: str, *, wanted: str) -> None:
    """Over the code in the mailbox, and on to the wanted page."""
    page.goto(f"/accounts/login/?next={wanted}")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_role("heading", name="Type the code").wait_for()
    page.get_by_label("code", exact=False).first.fill(portal.code_sent_to(address))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{wanted}")


def invite_over_a_grant(page: Any) -> str:
    """Of a grant of her funder's, with a mistyped address first; gives the charity's name."""
    page.goto("/grants/?search=Hearthside")
    own = page.locator("table a[href^='/grants/']").evaluate_all("all => all.map(each => each.getAttribute('href'))")
    for address in [each for each in own if re.fullmatch(r"/grants/\d+/", each)]:
        page.goto(address)
        if page.get_by_role("link", name="Invite the charity's contact").count():
            break
    page.get_by_role("link", name="Invite the charity's contact").click()
    page.get_by_label("Whom").fill("Ali Wexcombe, ali@gmial.com")
    page.get_by_role("button", name="Show the letter").click()
    page.get_by_text("did you mean ali@gmail.com?").first.wait_for()
    page.get_by_label("Whom").fill(f"Ali Wexcombe, {ALI}")
    page.get_by_role("button", name="Show the letter").click()
    page.get_by_text("Nothing was sent yet.").wait_for()
    subject = page.get_by_role("heading", level=2).first.inner_text()
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Sent. The letters go within a minute").wait_for()
    return str(subject.partition("act for ")[2])


def letter_to(portal: Portal, address: str) -> str:
    """What the clock sent there: the newest letter that is no sign-in code."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for path in (portal.folder / "mail").glob("*"):
            letter = message_from_bytes(path.read_bytes(), policy=policy.default)
            if address in str(letter["To"]) and "invites you" in str(letter["Subject"]):
                body = letter.get_body(("plain",))
                assert body
                return str(body.get_content())
        time.sleep(0.5)
    raise AssertionError(f"No letter came to {address}. {portal.logs()}")


def add_a_colleague(page: Any) -> None:
    page.goto("/our-charity/")
    page.get_by_role("link", name="Add a colleague").click()
    page.get_by_label("Whom").fill(MAX)
    page.get_by_label("contributor").check()
    page.get_by_role("button", name="Show the letter").click()
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Sent. The letter goes within a minute.").wait_for()


def hand_over_and_leave(page: Any, charity: str) -> None:
    """Where others lead too, she would not have to; she hands over all the same."""
    page.goto("/our-charity/")
    row = page.get_by_role("row").filter(has_text=MAX)
    row.get_by_text("Change").click()
    row.get_by_role("button", name="Hand over").click()
    page.get_by_text("is lead now; you stay as contributor.").wait_for()
    page.get_by_text("Leave", exact=True).click()
    page.get_by_role("button", name=f"Leave {charity}").click()
    page.get_by_text(f"You have left {charity}.").wait_for()
