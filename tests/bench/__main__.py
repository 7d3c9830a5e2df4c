"""`make bench`: an import end to end, and the pages over a large portfolio, each as a stranger's machine would feel it.

Everything runs as its own process: the commands as a person types them, the web server as production starts it, and
the client beside it. Prints a table and writes var/bench.json. Nothing here judges; the figures are for people.
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

from tests.bench import imports, pages

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    options = _options()
    results: dict[str, Any] = {"grants": options.grants, "machine": _machine(), "databases": {}}
    for name, url in _databases(options).items():
        with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
            environment = _environment(Path(folder), url)
            print(f"\n{name}, {options.grants:,} grants, {os.cpu_count()} cores", flush=True)
            with _empty(url):
                done = {"import": imports.measure(environment, folder=Path(folder), count=options.grants)}
                print(imports.told(done["import"]), flush=True)
            with _empty(url):
                done["pages"] = pages.measure(environment, folder=Path(folder), count=options.grants)
                print(pages.told(done["pages"]), flush=True)
            results["databases"][name] = done
    path = ROOT / "var" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(results, indent=1))
    print(f"\nWritten to {path.relative_to(ROOT)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    parser.add_argument("--grants", type=int, default=100_000)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    return parser.parse_args()


def _databases(options: argparse.Namespace) -> dict[str, str]:
    """SQLite always; PostgreSQL where BENCH_POSTGRESQL_URL names a server's empty database made for this."""
    found = {"sqlite": ""}
    if url := os.environ.get("BENCH_POSTGRESQL_URL", ""):
        found["postgresql"] = url
    return {name: url for name, url in found.items() if options.only in (None, name)}


def _environment(folder: Path, url: str) -> dict[str, str]:
    ours = {"PORTAL_VAR": str(folder), "DATABASE_URL": url, "EMAIL_URL": "dummymail://", "REDIS_URL": ""}
    environment = {**os.environ, **ours, "SECRET_KEY": "bench", "PYTHONPATH": str(ROOT)}
    return {name: value for name, value in environment.items() if value or name not in ours}


@contextmanager
def _empty(url: str) -> Iterator[None]:
    """A PostgreSQL database as it was made; SQLite files go with their folder."""
    yield
    if url:
        import psycopg

        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")


def _machine() -> dict[str, Any]:
    return {"python": platform.python_version(), "cores": os.cpu_count(), "system": platform.platform()}


if __name__ == "__main__":
    main()
