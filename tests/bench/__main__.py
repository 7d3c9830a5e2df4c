"""`make bench`: an import end to end, and the pages over a large portfolio, each as a stranger's machine would feel it.

Everything runs as its own process: the commands as a person types them, the web server as production starts it, and
the clients beside it. Prints tables and writes var/bench.json. Nothing here judges; the figures are for people.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.bench import imports, pages, results

ROOT = Path(__file__).resolve().parents[2]
SQLITE, POSTGRESQL, RESULTS = "sqlite", "postgresql", "results"
SERVER = os.environ.get("BENCH_POSTGRESQL_URL") or "postgres://127.0.0.1:5432"
"""A PostgreSQL server on which databases may be made and dropped."""


def main() -> None:
    options = _options()
    figures: dict[str, Any] = {"grants": options.grants, "machine": _machine(), "databases": {}}
    for name in _databases(options):
        print(f"\n{name}, {options.grants:,} grants, {os.cpu_count()} cores", flush=True)
        done = figures["databases"][name] = {}
        sizes = {"count": options.grants, "requests": options.requests, "figures": options.figures}
        if not (options.skip_import or RESULTS in options.only):
            with _portal(name) as (environment, folder):
                done["import"] = imports.measure(environment, folder=folder, count=options.grants)
                print(imports.told(done["import"]), flush=True)
        if not (options.skip_pages or RESULTS in options.only):
            with _portal(name) as (environment, folder):
                done["pages"] = pages.measure(environment, folder=folder, **sizes)
                print(pages.told(done["pages"]), flush=True)
        if not options.skip_pages:
            with _portal(name) as (environment, folder):
                done["results"] = results.measure(environment, folder=folder, **sizes)
                print(results.told(done["results"]), flush=True)
    path = ROOT / "var" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(figures, indent=1))
    print(f"\nWritten to {path.relative_to(ROOT)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    parser.add_argument("--grants", type=int, default=1_000_000)
    parser.add_argument("--figures", type=int, default=2_000_000, help="reported, 20 a grant at most")
    parser.add_argument("--requests", type=int, default=100, help="of each page, by one client and again by four")
    parser.add_argument(
        "--only", choices=[SQLITE, POSTGRESQL, RESULTS], nargs="+", default=[], help="a database, or the Results page"
    )
    parser.add_argument("--skip-import", action="store_true")
    parser.add_argument("--skip-pages", action="store_true")
    return parser.parse_args()


def _databases(options: argparse.Namespace) -> Iterator[str]:
    """SQLite always; PostgreSQL where its server can be reached."""
    wanted = {SQLITE, POSTGRESQL} & set(options.only) or {SQLITE, POSTGRESQL}
    if SQLITE in wanted:
        yield SQLITE
    if POSTGRESQL in wanted:
        try:
            psycopg.connect(_at("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError as problem:
            print(f"\nNot on PostgreSQL, which cannot be reached: {str(problem).strip()}", flush=True)
        else:
            yield POSTGRESQL


def _at(database: str) -> str:
    return urlunsplit(urlsplit(SERVER)._replace(path=f"/{database}"))


@contextmanager
def _portal(kind: str) -> Iterator[tuple[dict[str, str], Path]]:
    """The environment of an empty portal with a folder and a database of its own, both gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        if kind == SQLITE:
            yield _environment(folder, ""), Path(folder)
            return
        name = f"portal_bench_{os.getpid()}"
        with psycopg.connect(_at("postgres"), autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}")
            try:
                yield _environment(folder, _at(name)), Path(folder)
            finally:
                server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _environment(folder: str, url: str) -> dict[str, str]:
    ours = {
        "PORTAL_VAR": folder,
        "DATABASE_URL": url,
        "EMAIL_URL": "dummymail://",
        "REDIS_URL": "",
        "SECRET_KEY": "bench",
        "PYTHONPATH": str(ROOT),
        # More than clients can ask, since it is answers that are measured and not refusals.
        "API_RATE": "1000000/min",
    }
    return {**os.environ, **ours}


def _machine() -> dict[str, Any]:
    return {"python": platform.python_version(), "cores": os.cpu_count(), "system": platform.platform()}


if __name__ == "__main__":
    main()
