"""Around each job: that it was done, or failed, is noted for those who watch over the clock."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.utils import timezone

from accounts import clock

OFTEN = timedelta(seconds=15)
"""A job that knocks every two seconds is noted every so often; a failure always."""

log = logging.getLogger(__name__)
_noted: dict[str, datetime] = {}


def noted(job: Callable[[], None]) -> Callable[[], None]:
    """The job, with its knock noted after it."""

    @functools.wraps(job)
    def done() -> None:
        began = timezone.now()
        try:
            job()
        except Exception as problem:
            _note(job.__name__, began, failure=type(problem).__name__)
            raise
        if timezone.now() - _noted.get(job.__name__, began - OFTEN) >= OFTEN:
            _note(job.__name__, began)

    return done


def _note(name: str, began: datetime, failure: str = "") -> None:
    try:
        clock.note(name, began=began, ended=timezone.now(), failure=failure)
        _noted[name] = timezone.now()
    except DatabaseError:  # The job itself has told what is wrong, or will at its next knock.
        log.exception("That %s knocked could not be noted", name)
