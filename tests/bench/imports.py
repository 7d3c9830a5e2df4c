"""A 360Giving JSON file through `manage.py import_grants`, from the command's start to its end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.bench import make_file, processor


def measure(environment: dict[str, str], *, folder: Path, count: int) -> dict[str, Any]:
    """Of the first import and of the same file again: seconds, grants a second, peak memory (MB), processor seconds.

    `processor` is that of the command with the process that reads for it, `server_processor` the database server's.
    """
    path = folder / "grants.json"
    make_file.write(path, count=count)
    manage(environment, "migrate", "-v0")
    first = _timed(environment, path)
    again = _timed(environment, path)
    (folder / "portal.sqlite3").unlink(missing_ok=True)
    for leftover in folder.glob("portal.sqlite3-*"):
        leftover.unlink()
    return {"file_mb": round(path.stat().st_size / 1e6, 1), "first": first, "again": again}


def _timed(environment: dict[str, str], path: Path) -> dict[str, Any]:
    command = [sys.executable, "manage.py", "import_grants", str(path), "--json"]
    started = time.perf_counter()
    with processor.of_server(environment["DATABASE_URL"]) as server:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
    if status:
        raise SystemExit(f"import_grants ended with status {status}")
    counts = {name: value for name, value in json.loads(printed).items() if name != "problems"}
    return {
        "seconds": round(seconds, 2),
        "grants_per_second": round(counts["read"] / seconds),
        "peak_mb": round(usage.ru_maxrss / 1024),
        "processor": round(usage.ru_utime + usage.ru_stime, 2),
        "server_processor": round(server.seconds, 2),
        **counts,
    }


def manage(environment: dict[str, str], *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], env=environment, check=True, capture_output=True, text=True
    ).stdout


def told(done: dict[str, Any]) -> str:
    lines = [f"  import of {done['file_mb']} MB"]
    for name in ("first", "again"):
        run = done[name]
        lines += [
            f"    {name:<6} {run['seconds']:>7.2f} s {run['grants_per_second']:>8,} grants/s {run['peak_mb']:>5} MB",
            f"           processor {run['processor']} s, the server's {run['server_processor']} s",
            "           " + ", ".join(f"{count} {run[count]:,}" for count in ("read", "added", "changed", "refused")),
        ]
    return "\n".join(lines)
