"""What people do that no plan foresees, in a real browser: two tabs, the way back, an address that is not theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Person
from grants.models import Grant
from tests.house import world as worlds
from tests.house.world import OFFICER, OTHER_LEAD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> worlds.World:
    return worlds.build()


def cookies(person: Person, server: str) -> list[dict[str, str]]:
    client = Client()
    client.force_login(person)
    return [{"name": each.key, "value": each.value, "url": server} for each in client.cookies.values()]


def in_two_tabs(browser: Any, signed_in: list[dict[str, str]], address: str) -> tuple[str, str]:
    """The same form opened twice, sent twice with different titles: what each tab then shows."""
    context = browser.new_context()
    context.add_cookies(signed_in)
    tabs = [context.new_page(), context.new_page()]
    for tab in tabs:
        tab.goto(address)
    for number, tab in enumerate(tabs, start=1):
        tab.locator("input[name=title]").fill(f"Title of tab {number}")
        # The page before it may be idle still when the answer has not begun to come.
        with tab.expect_navigation(wait_until="networkidle"):
            tab.locator("main form").first.evaluate("form => form.requestSubmit()")
    shown = tuple(tab.locator("main").inner_text() for tab in tabs)
    context.close()
    return shown


def test_the_second_tab_is_told_that_the_first_one_saved(
    in_chromium: Callable[..., Any], live_server: Any, world: worlds.World
):
    address = live_server.url + reverse("grant_edit", args=[world.grant.pk])
    first, second = in_chromium(in_two_tabs, cookies(world.people[OFFICER], live_server.url), address)
    assert Grant.objects.get(pk=world.grant.pk).title == "Title of tab 1"
    assert "Title of tab 1" in first
    assert "Title of tab 1" in second


def back_after_leaving(browser: Any, signed_in: list[dict[str, str]], server: str, address: str) -> str:
    """A page is read, the person signs out, and somebody presses Back and reloads."""
    context = browser.new_context()
    context.add_cookies(signed_in)
    page = context.new_page()
    page.goto(server + address)
    page.goto(server + reverse("account_logout"))
    with page.expect_navigation(wait_until="networkidle"):
        page.locator("main form").first.evaluate("form => form.requestSubmit()")
    page.go_back()
    page.goto(server + address)
    shown = str(page.url)
    context.close()
    return shown


def test_after_signing_out_the_way_back_leads_to_sign_in(
    in_chromium: Callable[..., Any], live_server: Any, world: worlds.World
):
    address = reverse("grant", args=[world.grant.pk])
    signed_in = cookies(world.people[OFFICER], live_server.url)
    shown = in_chromium(back_after_leaving, signed_in, live_server.url, address)
    assert shown == f"{live_server.url}{reverse('account_login')}?next={address}"


def opened(browser: Any, signed_in: list[dict[str, str]], address: str) -> tuple[int, str]:
    context = browser.new_context()
    context.add_cookies(signed_in)
    page = context.new_page()
    answer = page.goto(address)
    text = page.locator("main").inner_text()
    context.close()
    return answer.status, text


def test_an_address_passed_on_shows_another_charity_nothing_of_the_grant(
    in_chromium: Callable[..., Any], live_server: Any, world: worlds.World
):
    address = live_server.url + reverse("grant", args=[world.grant.pk])
    status, text = in_chromium(opened, cookies(world.people[OFFICER], live_server.url), address)
    assert status == 200
    assert world.grant.title in text
    status, text = in_chromium(opened, cookies(world.people[OTHER_LEAD], live_server.url), address)
    assert status == 404
    assert world.grant.title not in text
