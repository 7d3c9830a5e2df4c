"""Pages over a large portfolio: gunicorn as in production, a client in its own process, edits going on meanwhile."""

from __future__ import annotations

import json
import random
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.bench.imports import manage

SEED, REQUESTS, EDITS_PER_SECOND = 20260101, 200, 5
AREAS = ("accountability", "awareness", "legal_representation", "victim_services", "research")
GROUPS = ("adult_women", "adult_men", "children", "mixed_adults")
SERVICES = ("housing", "legal", "counselling", "medical", "education")


def measure(environment: dict[str, str], *, folder: Path, count: int) -> dict[str, Any]:
    """Milliseconds (p50, p95, p99, largest) of each page over `count` made-up grants, and the server's memory (MB)."""
    manage(environment, "migrate", "-v0")
    manage(environment, "collectstatic", "--noinput", "-v0")
    made = manage(environment, "many_grants", str(count), "--seed", str(SEED))
    manage(environment, "add_person", "bench@example.org", "--secretariat")
    cookie = manage(environment, "shell", "-v0", "-c", _SESSION).strip().splitlines()[-1]
    results: dict[str, Any] = {"made": made.strip().splitlines()}
    with _server(environment, folder=folder) as (address, pid, started):
        first = _first_page(address, cookie, started)
        editor = subprocess.Popen([sys.executable, "-c", _EDITS, str(EDITS_PER_SECOND)], env=environment)
        try:
            results["pages"] = {name: _asked(address, cookie, paths) for name, paths in _questions().items()}
        finally:
            editor.terminate()
            editor.wait()
        results |= {"start_to_first_page_s": round(first, 2), "memory_mb": _memory(pid)}
    return results


def _questions() -> dict[str, list[str]]:
    """What is asked of each page: a fifth without filter over all dates, a fifth filtered by what is not shown."""
    chance = random.Random(SEED)
    coverage = [_coverage_query(chance, n) for n in range(REQUESTS)]
    return {
        "coverage": [f"/coverage/?{query}" for query in coverage],
        "coverage_csv": [f"/coverage.csv?{query}" for query in coverage[: REQUESTS // 4]],
        "coverage_chart": [f"/coverage/chart/?{query}" for query in coverage[: REQUESTS // 4]],
        "home": ["/"] * (REQUESTS // 4),
        "grants": [f"/grants/?search=work+{chance.randrange(1000)}" for _ in range(REQUESTS // 8)]
        + ["/grants/"] * (REQUESTS // 8),
    }


def _coverage_query(chance: random.Random, number: int) -> str:
    rows, columns = chance.choice([("priority", "region"), ("priority", "group"), ("service", "region")])
    measure = chance.choice(["live", "awarded", "spread", "grants"])
    query = f"rows={rows}&columns={columns}&measure={measure}"
    if number % 5 == 0:
        return f"rows={rows}&columns={columns}&measure=awarded"
    if number % 5 == 1:
        return f"{query}&term={chance.choice(['emergency', 'long_term'])}"
    year = 2026 - chance.randrange(8)
    window = f"&from={year}-01-01&to={year}-12-31" if measure != "live" else f"&on={year}-06-30"
    extra = chance.choice(
        ["", f"&priority={chance.choice(AREAS)}", f"&exploitation={chance.choice(['labour', 'sexual'])}"]
    )
    return query + window + extra


@contextmanager
def _server(environment: dict[str, str], *, folder: Path) -> Iterator[tuple[str, int, float]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (folder / "web.log").open("w")
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "funders_portal.wsgi"],
        env={**environment, "PORT": str(port), "WEB_WORKERS": "1"},
        stdout=log,
        stderr=log,
    )
    try:
        yield f"http://127.0.0.1:{port}", process.pid, started
    finally:
        process.terminate()
        process.wait()
        log.close()


def _first_page(address: str, cookie: str, started: float) -> float:
    while time.perf_counter() - started < 120:
        with suppress(urllib.error.URLError, ConnectionError):
            _get(address + "/coverage/", cookie)
            return time.perf_counter() - started
        time.sleep(0.05)
    raise SystemExit("the web server did not answer within two minutes")


def _get(address: str, cookie: str) -> int:
    request = urllib.request.Request(address, headers={"Cookie": f"sessionid={cookie}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        body = answer.read()
        if answer.geturl() != address:
            raise SystemExit(f"{address} led on to {answer.geturl()}")
        return len(body)


def _asked(address: str, cookie: str, paths: list[str]) -> dict[str, Any]:
    times, sizes = [], []
    for path in paths:
        began = time.perf_counter()
        sizes.append(_get(address + path, cookie))
        times.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {
        "requests": len(times),
        "p50_ms": round(cuts[49], 1),
        "p95_ms": round(cuts[94], 1),
        "p99_ms": round(cuts[98], 1),
        "largest_ms": round(max(times), 1),
        "kb": round(statistics.mean(sizes) / 1024),
    }


def _memory(pid: int) -> dict[str, int]:
    """Resident memory now and at its peak of the server's largest worker."""
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout.split()
    found = []
    for child in children:
        text = Path(f"/proc/{child}/status").read_text()
        values = {line.split(":")[0]: line.split()[1] for line in text.splitlines() if line.startswith("Vm")}
        found.append((int(values["VmHWM"]) // 1024, int(values["VmRSS"]) // 1024))
    peak, now = max(found)
    return {"now": now, "peak": peak}


def told(done: dict[str, Any]) -> str:
    lines = [f"  {line}" for line in done["made"]]
    lines.append(
        f"  start to first page {done['start_to_first_page_s']} s, a worker's memory {json.dumps(done['memory_mb'])} MB"
    )
    lines.append(f"  {'page':<16}{'requests':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'largest':>9}{'KB':>6}")
    for name, page in done["pages"].items():
        lines.append(
            f"  {name:<16}{page['requests']:>9}{page['p50_ms']:>9}{page['p95_ms']:>9}{page['p99_ms']:>9}"
            f"{page['largest_ms']:>9}{page['kb']:>6}"
        )
    return "\n".join(lines)


_SESSION = """
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from accounts.models import Person
person = Person.objects.get(email="bench@example.org")
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY] = str(person.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = person.get_session_auth_hash()
session.save()
print(session.session_key)
"""
_EDITS = """
import os, random, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "funders_portal.settings"
import django
django.setup()
from django.db import transaction
from grants import changes
from grants.models import Grant
chance, count = random.Random(7), Grant.objects.count()
while True:
    with transaction.atomic():
        number = chance.randrange(1, count)
        Grant.objects.filter(pk=number).update(amount_awarded=chance.randrange(100, 10_000_000))
        changes.touch([number])
    time.sleep(1 / int(sys.argv[1]))
"""
