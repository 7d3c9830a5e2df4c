"""How the web server runs; `gunicorn funders_portal.wsgi` reads this by itself. docs/running.md lists the variables."""

import ctypes
import os
from typing import Any

bind = f"{os.environ.get('PORTAL_HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
# What is read before the workers fork is kept in memory once for all of them.
preload_app = True
timeout = 120
graceful_timeout = 8
# Each request goes to whichever worker is free, rather than to the one that its line began with.
keepalive = 0
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
accesslog = os.environ.get("ACCESS_LOG") or None


def keep_memory_at_hand() -> None:
    """Where the C library is glibc: memory that a request let go stays for the next one.

    Left to itself it is given back and asked for anew many times in a page of large columns, which takes a tenth of
    the time that the page takes. All threads share what is kept. The numbers are glibc's M_ARENA_MAX,
    M_TRIM_THRESHOLD, M_TOP_PAD and M_MMAP_THRESHOLD.
    """
    adjust = getattr(ctypes.CDLL(None), "mallopt", None)
    if adjust is not None:
        adjust(-8, 1)
        for option, megabytes in ((-1, 16), (-2, 4), (-3, 8)):
            adjust(option, megabytes * 1024 * 1024)


keep_memory_at_hand()


def when_ready(server: Any) -> None:
    """Read once, before the workers fork, what each of them would read at its first request."""
    import gc

    from django.db import DatabaseError
    from django.urls import get_resolver

    from outcomes import results

    _ = get_resolver().url_patterns
    try:
        results.make_ready()
    except DatabaseError as problem:
        server.log.warning("The database does not answer yet: %s", problem)
    # What stands now stays for good: looking it over for garbage stops a worker for a tenth of a second, and
    # marking it takes it out of the memory that all workers share.
    gc.collect()
    gc.freeze()


def pre_fork(server: Any, worker: Any) -> None:
    """No database connection may be shared between processes."""
    from django.db import connections

    connections.close_all()
