"""Watches from outside whether the clock knocks, and writes to somebody when it does not."""

from __future__ import annotations

import logging
import signal
import threading
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone

from accounts import clock
from accounts.alarm import Alarm
from celery_worker import healthy

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Write to ALERT_TO when nothing has knocked for ten minutes, and when it does again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, default=30.0, metavar="SECONDS", help="pause between two looks")
        silence = clock.SILENCE.total_seconds()
        parser.add_argument("--after", type=float, default=silence, metavar="SECONDS", help="silence that is too long")

    def handle(self, *args: Any, every: float, after: float, **options: Any) -> None:
        ended = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: ended.set())
        sign = settings.VAR / "clock-stands-still"
        alarm = Alarm(since=timezone.now(), sign=sign, after=timedelta(seconds=after))
        while not ended.is_set():
            close_old_connections()
            healthy.watch_sign(settings.VAR).touch()
            try:
                alarm.look(at=timezone.now())
            except OSError:  # The log has it, and the next look tries again.
                log.exception("The alarm could not be told")
            ended.wait(every)
