"""The web server as production starts it, and what its processes hold in memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.journeys.processes import free_port

ROOT = Path(__file__).resolve().parents[2]
WORKERS, PATIENCE = 2, 600
"""Web workers, and seconds that the first page may take."""


@dataclass(frozen=True)
class Server:
    """A running server: its port, its first process, and the seconds from its start to its first page."""

    port: int
    pid: int
    to_first_page: float

    def children(self) -> list[str]:
        return Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()

    def processor(self) -> float:
        """Milliseconds of processor time that the workers have taken so far; other work on the machine is not in it."""
        told = (Path(f"/proc/{child}/task").glob("*/schedstat") for child in self.children())
        return sum(int(each.read_text().split()[0]) for tasks in told for each in tasks) / 1e6

    def memory(self) -> list[dict[str, int]]:
        """Of each worker in MB: resident now and at its peak, and what of it is its own rather than mapped files."""
        found = []
        for child in self.children():
            lines = Path(f"/proc/{child}/status").read_text().splitlines()
            kb = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.endswith(" kB")}
            own = kb["RssAnon"] + kb["RssShmem"]
            found.append({"now": kb["VmRSS"] // 1024, "peak": kb["VmHWM"] // 1024, "own": own // 1024})
        return found


@contextmanager
def running(environment: Mapping[str, str], *, folder: Path, path: str, session: str) -> Iterator[Server]:
    """gunicorn over this data until the end; `path` is the first page that is asked for."""
    port = free_port()
    ours = {**environment, "PORT": str(port), "WEB_WORKERS": str(WORKERS)}
    with (folder / "web.log").open("w") as log:
        began = time.perf_counter()
        command = [sys.executable, "-m", "gunicorn", "funders_portal.wsgi"]
        process = subprocess.Popen(command, cwd=ROOT, env=ours, stdout=log, stderr=log)
        try:
            first_page(f"http://127.0.0.1:{port}{path}", session, process, began)
            yield Server(port, process.pid, round(time.perf_counter() - began, 2))
        finally:
            process.terminate()
            process.wait()


def first_page(address: str, session: str, process: subprocess.Popen[bytes], began: float) -> None:
    while time.perf_counter() - began < PATIENCE and process.poll() is None:
        with suppress(urllib.error.URLError, ConnectionError):
            request = urllib.request.Request(address, headers={"Cookie": f"sessionid={session}"})
            urllib.request.urlopen(request, timeout=PATIENCE).read()
            return
        time.sleep(0.02)
    raise SystemExit(f"The web server did not answer within {PATIENCE} seconds.")


def inside(environment: Mapping[str, str], *words: str) -> subprocess.Popen[str]:
    """A process with the portal's own code (see inside.py)."""
    command = [sys.executable, "-m", "tests.bench.inside", *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True)


def told_by(process: subprocess.Popen[str]) -> Any:
    """What it prints until its end."""
    printed, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, process.args))} ended with status {process.returncode}.")
    return json.loads(printed)
