"""What every test may ask for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pytest_django.plugin import blocking_manager_key

from outcomes import figures, guards, library
from outcomes.models import Cell, Indicator, IndicatorVersion, Question
from priorities import columns, vocabulary
from priorities.models import Code
from priorities.need import loading as need_loading
from tests import factories


@pytest.fixture(autouse=True)
def own_files(settings: LazySettings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is written lands in a folder of the test's own, and no count of tries is left from another test."""
    settings.VAR = tmp_path_factory.mktemp("var")
    settings.MEDIA_ROOT = settings.VAR / "files"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    cache.clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for a browser or for real processes begins first, so that the last to end is never one of the long."""
    items.sort(key=lambda item: not any(item.get_closest_marker(each) for each in ("browser", "processes")))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
    """A test that commits ends by emptying every table; what migrations load comes back."""
    marker = item.get_closest_marker("django_db")
    commits = (marker and marker.kwargs.get("transaction")) or (
        {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    )
    unblocked = item.config.stash[blocking_manager_key].unblock
    if commits and connection.vendor == "sqlite":  # Which empties tables row by row, past what must never be deleted.
        with unblocked(), connection.schema_editor() as editor:
            guards.take_down(editor)
            guards.take_down_later(editor)
    yield
    if not commits or nextitem is None:  # After the last test the database is gone.
        return
    with unblocked():
        if connection.vendor == "sqlite":
            with connection.schema_editor() as editor:
                guards.take_down(editor)  # A test may have had a database of its own, and left this one's up.
                guards.take_down_later(editor)
                guards.put_up(editor)
                guards.put_up_later(editor)
        if not Code.objects.exists():
            vocabulary.load(on=date(2008, 1, 1))
            vocabulary.ship_watch()
            need_loading.ship(at=factories.NOW)
            library.ship(
                at=factories.NOW, questions=Question, cells=Cell, indicators=Indicator, versions=IndicatorVersion
            )


@pytest.fixture(autouse=True)
def fresh_columns() -> None:
    """No grants are remembered from another test's database."""
    columns.forget()
    figures.forget()


@pytest.fixture
def sign_in(client: Client):
    """sign_in(person) gives the test's client, signed in as that person."""

    def enter(person: object) -> Client:
        client.force_login(person)  # type: ignore[arg-type]
        return client

    return enter


CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def in_chromium() -> Iterator[Callable[..., Any]]:
    """`in_chromium(work, ...)` gives work(browser, ...); skipped where there is no Chromium (CHROMIUM= names another).

    The browser lives in a thread of its own, because Playwright keeps a loop running in which Django's database
    connections are not the test's. So work does no database call.
    """
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine: install it or name it by CHROMIUM=")
    from playwright.sync_api import sync_playwright

    with ThreadPoolExecutor(max_workers=1) as thread:
        playwright = thread.submit(sync_playwright().start).result()
        browser = thread.submit(playwright.chromium.launch, executable_path=CHROMIUM, args=QUIET).result()
        yield lambda work, *args: thread.submit(work, browser, *args).result()
        thread.submit(browser.close).result()
        thread.submit(playwright.stop).result()
