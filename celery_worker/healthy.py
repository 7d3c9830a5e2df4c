"""Whether one part of the portal does its work: `python -m celery_worker.healthy PART`, for health checks: web, worker,
beat or watch.

It needs no Django, so that it may be asked often. The web server is asked for /healthz; the worker touches a file
with every heartbeat through the broker; beat writes its file after every few knocks.
"""

from __future__ import annotations

import http.client
import os
import socket
import sys
import time
from pathlib import Path

BEAT, WATCH = "beat", "watch"
LONGEST_SILENCE = 60.0
"""Seconds."""


def worker_sign(var: Path) -> Path:
    """The file that this machine's worker touches."""
    return var / f"worker-{socket.gethostname()}.alive"


def watch_sign(var: Path) -> Path:
    """The file that this machine's watcher touches at each look."""
    return var / f"{WATCH}-{socket.gethostname()}.alive"


def silence(*files: Path) -> float:
    """Seconds since the newest of these files was written; endless where there is none."""
    times = [file.stat().st_mtime for file in files if file.exists()]
    return time.time() - max(times) if times else float("inf")


def web_answers(host: str, port: int, name: str) -> bool:
    """Asks as the proxy in front would: by the portal's own name, and over TLS."""
    line = http.client.HTTPConnection(host, port, timeout=10)
    try:
        line.request("GET", "/healthz?part=web", headers={"Host": name, "X-Forwarded-Proto": "https"})
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()


def main(part: str) -> bool:
    var = Path(os.environ.get("PORTAL_VAR") or "var")
    if part == "worker":
        return silence(worker_sign(var)) < LONGEST_SILENCE
    if part == WATCH:
        return silence(watch_sign(var)) < LONGEST_SILENCE
    if part == "beat":
        return silence(*var.glob(f"{BEAT}*")) < LONGEST_SILENCE
    name = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".*") or "localhost"
    return web_answers("127.0.0.1", int(os.environ.get("PORT") or 8000), name)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in {"web", "worker", BEAT, WATCH}:
        sys.exit("Say what: python -m celery_worker.healthy web|worker|beat|watch")
    if not main(sys.argv[1]):
        sys.exit(f"{sys.argv[1]} does not do its work")
