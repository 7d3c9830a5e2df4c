"""`make pictures`: every page of the portal with its demo as PNG, wide and narrow, into docs/pictures/.

The portal runs with data of its own on a port of its own; each page is opened by somebody of the demo who may see it.
Names on the command line (`make pictures ARGS="coverage home"`) draw those pages alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from tests.pictures import FOLDER, WIDTHS, files, shrinking

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60
"""Seconds that the portal may take to answer."""
LIMIT = 12_000_000
"""Bytes of all pictures together, above which the command says so."""


class Page(NamedTuple):
    """A page, its address, and the cookies of somebody who may see it."""

    name: str
    address: str
    cookies: list[dict[str, str]]


def main() -> None:
    parser = ArgumentParser(prog="make pictures", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="URL names of pages; all of them where none is given")
    wanted = set(parser.parse_args().names)
    with tempfile.TemporaryDirectory(prefix="portal-pictures-") as folder:
        # Before Django is set up, since its settings read them.
        ours = {"PORTAL_VAR": folder, "DATABASE_URL": "", "EMAIL_URL": "", "REDIS_URL": "", "LOG_LEVEL": "ERROR"}
        os.environ |= ours
        (Path(folder) / "static").mkdir()
        os.environ["DJANGO_SETTINGS_MODULE"] = "funders_portal.settings"
        with running() as address:
            pages = [each for each in found() if not wanted or each.name in wanted]
            if missing := wanted - {each.name for each in pages}:
                raise SystemExit(f"No page answers to {', '.join(sorted(missing))}.")
            draw(pages, address)
    if not wanted:
        forget_others({each.name for each in pages})
    print(told())


@contextmanager
def running() -> Iterator[str]:
    """The portal with an empty database, until the end; its address."""
    import django

    django.setup()
    from django.core.management import call_command

    from tests.journeys.processes import free_port

    call_command("migrate", verbosity=0)
    port = free_port()
    server = [sys.executable, "manage.py", "runserver", "--insecure", "--noreload", f"127.0.0.1:{port}"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(server, cwd=ROOT, stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        wait_for(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError):
            urllib.request.urlopen(f"{address}/healthz", timeout=5)
            return
        time.sleep(0.2)
    raise SystemExit(f"The portal did not answer at {address}.")


def found() -> Iterator[Page]:
    """Every URL name that answers a page, as the first who may see it in the order of KINDS."""
    from urllib.parse import urlencode

    from tests.house import doors
    from tests.house.test_pages import client_of, cookies_of, is_a_page
    from tests.house.world import ADMINISTRATOR, LEAD, OFFICER, SECRETARIAT, STRANGER, VIEWER
    from tests.pictures import demo

    world = demo.build()
    clients = {kind: client_of(world.people[kind]) for kind in (OFFICER, SECRETARIAT, ADMINISTRATOR, VIEWER, LEAD)}
    clients[STRANGER] = client_of(None)
    for name, door in doors.DOORS.items():
        if door.posts is not None:
            continue
        address = doors.address(name, world) + (f"?{urlencode(door.query)}" if door.query else "")
        for kind in (each for each in clients if each in door.enter):
            answer = clients[kind].get(address)
            if answer.status_code == 200 and is_a_page(answer):
                yield Page(name, address, cookies_of(clients[kind]))
                break


def draw(pages: list[Page], address: str) -> None:
    from playwright.sync_api import sync_playwright

    from tests.conftest import CHROMIUM, QUIET

    if not CHROMIUM:
        raise SystemExit("No Chromium on this machine: install it or name it by CHROMIUM=")
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for page in pages:
            for width in WIDTHS:
                drawn = picture(browser, page, address, width)
                (FOLDER / f"{page.name}-{width}.png").write_bytes(shrinking.shrunk(drawn, browser))
        browser.close()


def picture(browser: Any, page: Page, address: str, width: int) -> bytes:
    context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    context.add_cookies([{**each, "url": address} for each in page.cookies])
    opened = context.new_page()
    opened.goto(address + page.address, wait_until="networkidle")
    drawn: bytes = opened.screenshot(full_page=True, animations="disabled")
    context.close()
    return drawn


def forget_others(names: set[str]) -> None:
    """Pictures of pages that are no more."""
    for path in FOLDER.glob("*.png"):
        if path.name not in files(names):
            path.unlink()


def told() -> str:
    sizes = [path.stat().st_size for path in FOLDER.glob("*.png")]
    line = f"{len(sizes)} pictures, {sum(sizes) / 1e6:.1f} MB, in {FOLDER.relative_to(ROOT)}."
    return line + (f" That is more than {LIMIT / 1e6:.0f} MB." if sum(sizes) > LIMIT else "")


if __name__ == "__main__":
    main()
