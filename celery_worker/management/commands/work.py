"""The worker's jobs without any broker: in a loop, or once."""

from __future__ import annotations

import logging
import signal
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections

from celery_worker import jobs

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Do all that waits (imports, suggestions, letters) here and now, without Celery and without a broker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what waits now and end")
        parser.add_argument("--every", type=float, default=2.0, metavar="SECONDS", help="pause between two looks")

    def handle(self, *args: Any, once: bool, every: float, **options: Any) -> None:
        self.ending = False
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self.end)
        failed = work()
        while not once and not self.ending:
            time.sleep(every)
            close_old_connections()
            failed = work()
        if once and failed:
            raise CommandError(f"These jobs failed; what happened stands above: {', '.join(failed)}")

    def end(self, *_: Any) -> None:
        """Finish the job at hand, then leave."""
        self.ending = True


def work() -> list[str]:
    """Do every job; one that fails is logged and named, and does not keep the others from their turn."""
    failed = []
    for job in jobs.ALL:
        try:
            job()
        except Exception:
            log.exception("%s failed", job.name)
            failed.append(job.name.rpartition(".")[2])
    return failed
