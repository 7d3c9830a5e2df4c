"""Celery, as the portal uses it: a clock that says "look now". What waits stands in the database, never in the broker.

Started as `celery -A celery_worker.app worker` and `... beat`, or by `manage.py up` together with everything else.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import heartbeat_sent, setup_logging
from django.conf import settings

from celery_worker import broker, healthy

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "funders_portal.settings")

app = Celery("celery_worker", include=("celery_worker.jobs",))
app.conf.update(
    broker_url=broker.url(),
    broker_transport_options=broker.transport_options(),
    broker_connection_retry_on_startup=True,
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    # A task that dies with its process is given out again; run twice, it finds nothing left to do.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=1000,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_soft_shutdown_timeout=30,
    task_soft_time_limit=240,
    task_time_limit=300,
    timezone="UTC",
    beat_schedule_filename=str(settings.VAR / healthy.BEAT),
    beat_max_loop_interval=2,
    beat_sync_every=5,
    # A knock nobody heard before the next one is worth nothing, so it expires then.
    beat_schedule={
        "read imports": {"task": "celery_worker.jobs.read_imports", "schedule": 2, "options": {"expires": 2}},
        "link new grants": {"task": "celery_worker.jobs.link_new_grants", "schedule": 5, "options": {"expires": 5}},
        "note due reports": {
            "task": "celery_worker.jobs.note_due_reports",
            "schedule": 600,
            "options": {"expires": 600},
        },
        "plan letters": {"task": "celery_worker.jobs.plan_letters", "schedule": 5, "options": {"expires": 5}},
        "note late answers": {
            "task": "celery_worker.jobs.note_late_answers",
            "schedule": 600,
            "options": {"expires": 600},
        },
        "send letters": {"task": "celery_worker.jobs.send_letters", "schedule": 15, "options": {"expires": 14}},
        "look for same work": {
            "task": "celery_worker.jobs.look_for_same_work",
            "schedule": 5,
            "options": {"expires": 5},
        },
        "end what had its time": {
            "task": "celery_worker.jobs.end_what_had_its_time",
            "schedule": 3600,
            "options": {"expires": 3600},
        },
    },
)


@setup_logging.connect  # type: ignore[untyped-decorator]
def keep_our_logging(**_: Any) -> None:
    """Celery sets up no logging of its own where something listens here; settings.LOGGING stands."""


@heartbeat_sent.connect  # type: ignore[untyped-decorator]
def leave_a_sign(**_: Any) -> None:
    """Every two seconds while worker and broker hear each other; that a process exists proves nothing."""
    healthy.worker_sign(settings.VAR).touch()
