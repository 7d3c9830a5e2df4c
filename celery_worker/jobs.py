"""All that time does, on one page. Each job asks the database what waits and does it; run twice, it finds nothing."""

from celery import shared_task
from django.utils import timezone

from accounts import gathering, invitations, letters, sending, undelivered
from celery_worker.noting import noted
from grants import imports
from outcomes import evidence, life, notices, reminders, same_work, starting
from priorities import linking

HOURS = 60 * 60


@shared_task(soft_time_limit=6 * HOURS, time_limit=6 * HOURS + 60)  # type: ignore[untyped-decorator]
@noted
def read_imports() -> None:
    """Read, apply or undo every import that waits. A file of 1 GB takes minutes, so the limit is wide."""
    while imports.read_next(at=timezone.now()):
        continue


@shared_task  # type: ignore[untyped-decorator]
@noted
def link_new_grants() -> None:
    """Suggest links for the grants that came since the bookmark."""
    linking.link_new_grants(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
@noted
def note_due_reports() -> None:
    """Bring what the shortfalls know of reports up to this day: dues that came since."""
    evidence.refresh_all(on=timezone.localdate())


@shared_task  # type: ignore[untyped-decorator]
@noted
def plan_letters() -> None:
    """Bring the reminders of every report up to what is owed now."""
    reminders.look(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
@noted
def note_late_answers() -> None:
    """Remind officers of answers that charities wait for, and leave them what the late steps of a ladder ask."""
    notices.remind_of_answers(at=timezone.now())
    starting.note_late(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
@noted
def send_letters() -> None:
    """Put letters that are due into mails, send what waits, and leave word where one was given up or came back."""
    gathering.gather(at=timezone.now())
    sending.deliver(now=timezone.now)
    invitations.tell_of_unsent(at=timezone.now())
    undelivered.tell(at=timezone.now())


@shared_task(soft_time_limit=HOURS, time_limit=HOURS + 60)  # type: ignore[untyped-decorator]
@noted
def look_for_same_work() -> None:
    """Propose grants that may be one work, join those that a file relates, and let the reports follow the grants."""
    same_work.look(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
@noted
def end_what_had_its_time() -> None:
    """Take away words of letters, drafts, answers and files that were kept as long as they may be."""
    letters.forget_words(at=timezone.now())
    life.end(at=timezone.now())


ALL = (
    read_imports,
    link_new_grants,
    look_for_same_work,
    note_due_reports,
    plan_letters,
    note_late_answers,
    send_letters,
    end_what_had_its_time,
)
"""In the order in which `manage.py work` does them: what is read can be linked at once."""
