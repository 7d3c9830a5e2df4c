"""Where proofs are made: servers of their own, an empty portal each time, and the environment of its processes.

PostgreSQL and Redis where their programs are found; else SQLite, and the Valkey that the portal brings along.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.proofs import servers
from tests.proofs.hours import Hours
from tests.proofs.servers import MailServer, PostgreSQL, Redis

TIMEOUT, ASK_AFTER = 2, 1
"""Seconds: MAIL_TIMEOUT and MAIL_ASK_AFTER, which are 20 and 30 where nobody sets them, so that doubts end sooner."""


@dataclass
class Stage:
    """One set of servers, in one folder; `fresh` begins anew with an empty portal and a new mail server."""

    folder: Path
    postgresql: PostgreSQL | None
    redis: Redis | None
    mail: MailServer
    asks: bool = True
    count: int = 0

    @property
    def var(self) -> Path:
        return self.folder / "var"

    @cached_property
    def hours(self) -> Hours:
        return Hours(self.var / "shift")

    @property
    def words(self) -> str:
        """On what the proofs ran."""
        broker = "Redis" if self.redis and "redis" in self.redis.program else "Valkey" if self.redis else "files"
        return f"{'PostgreSQL' if self.postgresql else 'SQLite'}, {broker}"

    def environment(self, **more: str) -> dict[str, str]:
        """Of the portal's processes."""
        return {
            **{name: value for name, value in os.environ.items() if name not in _OURS},
            "DJANGO_SETTINGS_MODULE": "funders_portal.settings",
            "DATABASE_URL": self.postgresql.url if self.postgresql else "",
            "REDIS_URL": self.redis.url if self.redis else "",
            "EMAIL_URL": self.mail.url,
            "MAIL_TIMEOUT": str(TIMEOUT),
            "MAIL_ASK_AFTER": str(ASK_AFTER),
            "MAIL_ASK_URL": self.mail.ask_url if self.asks else "",
            "PORTAL_VAR": str(self.var),
            "LOG_LEVEL": "WARNING",
            **more,
        }

    def open(self) -> None:
        """Start the servers, and let this process be one of the portal's too."""
        self.var.mkdir()
        if self.postgresql:
            self.postgresql.make()
            self.postgresql.run("CREATE DATABASE portal")
        if self.redis:
            self.redis.start()
        self.mail.start()
        os.environ.update(self.environment())
        import django
        from django.core.management import call_command

        django.setup()
        from tests.proofs import post

        post.make_known()
        call_command("migrate", verbosity=0, interactive=False)
        self._leave()
        if self.postgresql:
            self.postgresql.run("ALTER DATABASE portal RENAME TO template_portal")
        else:
            (self.var / "portal.sqlite3").rename(self.folder / "template.sqlite3")

    def fresh(self, *, asks: bool = True, pause: float = 0.001, odd: float = 0.0, seed: int = 0) -> None:
        """An empty portal, an empty broker, and a mail server that took nothing yet."""
        from django.conf import settings

        from accounts import wire

        self._leave()
        self.count += 1
        self.asks = asks
        self.mail.end()
        self.mail = MailServer(self.folder / f"mail-{self.count}", pause, odd, seed)
        self.mail.start()
        for left in self.var.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        if self.redis:
            self.redis.flush()
        if self.postgresql:
            self.postgresql.run(
                "DROP DATABASE IF EXISTS portal WITH (FORCE)", "CREATE DATABASE portal TEMPLATE template_portal"
            )
        else:
            shutil.copy(self.folder / "template.sqlite3", self.var / "portal.sqlite3")
        settings.MAIL_ASK_URL = self.mail.ask_url if asks else ""
        assert wire.can_ask() == asks

    def close(self) -> None:
        for server in (self.mail, self.redis, self.postgresql):
            if server:
                server.end()

    def _leave(self) -> None:
        from django.db import connections

        connections.close_all()


_OURS = {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "PORTAL_VAR", "PORTAL_PRODUCTION", "CACHE_URL", "PGAPPNAME"}


@contextmanager
def stage(*, sqlite: bool = False, is_hasty: bool = False) -> Iterator[Stage]:
    """Open until the end of the block, whatever happens in it. sqlite: although PostgreSQL may be found."""
    with servers.folder() as folder:
        programs = None if sqlite else servers.postgresql_programs()
        broker = servers.redis_program()
        one = Stage(
            folder,
            PostgreSQL(programs, folder / "postgresql", is_hasty) if programs else None,
            Redis(broker, folder) if broker else None,
            MailServer(folder / "mail-0"),
        )
        try:
            one.open()
            yield one
        finally:
            one.close()
