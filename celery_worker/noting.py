"""Around each job: that it was done, or failed, is noted for those who watch over the clock."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import Error as DatabaseProblem
from django.utils import timezone
from structlog.contextvars import bind_contextvars, unbind_contextvars

from accounts import clock

REFERENCE = "failure"
"""Under this name the log has the reference that the secretariat's page shows."""
OFTEN = timedelta(seconds=15)
"""A job that knocks every two seconds is noted every so often; a failure always."""

log = logging.getLogger(__name__)
_noted: dict[str, datetime] = {}


def noted(job: Callable[[], None]) -> Callable[[], None]:
    """The job, with its knock noted after it."""

    @functools.wraps(job)
    def done() -> None:
        began = timezone.now()
        unbind_contextvars(REFERENCE)
        try:
            job()
        except Exception as problem:
            # Every line that is logged from here on bears it, that of the failure too.
            reference = uuid4().hex[:8]
            bind_contextvars(**{REFERENCE: reference})
            _note(job.__name__, began, failure=f"{type(problem).__name__}, {reference}")
            raise
        if timezone.now() - _noted.get(job.__name__, began - OFTEN) >= OFTEN:
            _note(job.__name__, began)

    return done


def _note(name: str, began: datetime, failure: str = "") -> None:
    try:
        clock.note(name, began=began, ended=timezone.now(), failure=failure)
        _noted[name] = timezone.now()
    except DatabaseProblem:  # The job itself has told what is wrong, or will at its next knock.
        log.exception("That %s knocked could not be noted", name)
