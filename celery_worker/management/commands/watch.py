"""Watches from outside whether the clock knocks, and writes to somebody when it does not."""

from __future__ import annotations

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from accounts.alarm import Alarm
from celery_worker import healthy

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Write to ALERT_TO when nothing has knocked for ten minutes, and when it does again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, default=30.0, metavar="SECONDS", help="pause between two looks")

    def handle(self, *args: Any, every: float, **options: Any) -> None:
        ended = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: ended.set())
        alarm = Alarm(since=timezone.now())
        while not ended.wait(every):
            close_old_connections()
            healthy.watch_sign(settings.VAR).touch()
            try:
                alarm.look(at=timezone.now())
            except (DatabaseError, OSError):
                # Without database or mail server it can tell nobody; it goes on looking, and the log has it.
                log.exception("The alarm could not look or tell")
                alarm.rings = False
