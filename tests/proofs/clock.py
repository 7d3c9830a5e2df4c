"""Celery as the portal runs it, at the hour that a proof chose: `celery -A tests.proofs.clock worker` (or `beat`).

The jobs are the portal's own, in processes like the portal's own; they are told another time, know the proofs' kinds
of letter, and may have one fault that a proof must find (PROOF_MUTANT). The worker is knocked at every PROOF_PERIOD
seconds.
"""

import os
from typing import Any

import django
from celery.signals import worker_process_init

from celery_worker.app import app

django.setup()

from django.conf import settings  # noqa: E402

from celery_worker import jobs  # noqa: E402
from tests.proofs import hours, mutants, post  # noqa: E402

__all__ = ["app"]

jobs.timezone = hours.Hours(settings.VAR / "shift")
post.make_known()
mutants.apply(os.environ.get("PROOF_MUTANT", ""))
period = float(os.environ["PROOF_PERIOD"])
app.conf.beat_schedule["send letters"] |= {"schedule": period, "options": {"expires": period}}


@worker_process_init.connect
def sign(**_: Any) -> None:
    """So that the proof knows whose lock is whose."""
    os.environ["PGAPPNAME"] = f"proof {os.getpid()}"
