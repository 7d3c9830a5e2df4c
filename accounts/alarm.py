"""A mail of its own, outside all that it tells of, when time no longer knocks; and another when it does again."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import Error as DatabaseProblem
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Person

ASLEEP = timedelta(minutes=5)
"""A pause between two looks that is longer than this was no pause: the machine slept, and the clock with it."""
log = logging.getLogger(__name__)


class Alarm:
    """Kept by a process that is not the clock, and asked every so often: `look(at=...)`.

    That it rings stands in a file, so that a watcher which starts anew tells nobody twice, and needs no database.
    """

    def __init__(self, *, since: datetime, sign: Path, after: timedelta = clock.SILENCE) -> None:
        self.since = self.looked = since
        self.sign = sign
        self.after = after
        self.knocked: datetime | None = None
        self.secretariat: list[str] = []

    def look(self, *, at: datetime) -> bool:
        """Whether it told somebody now: once when the clock falls silent, once when that is over.

        Raises OSError where the mail server does not take the mail: nobody was told, and the next look tries again.
        """
        if at - self.looked > ASLEEP:
            self.since = at
        self.looked = at
        answers = self._ask()
        if self.sign.exists():
            return self._is_over()
        if at - max(self.knocked or self.since, self.since) <= self.after:
            return False
        why = _("Nothing has knocked for ten minutes: no file is read, no letter goes. Look at worker and beat.")
        if not answers:
            why = _("The database does not answer: no page opens, no file is read, no letter goes.")
        self._tell(_("The portal's clock stands still"), why)
        self.sign.write_text(at.isoformat())
        return True

    def _ask(self) -> bool:
        """Whether the database answers; then what it knows is remembered, for when it does not."""
        try:
            self.knocked = clock.last_knock()
            here = Person.objects.active().filter(is_secretariat=True)
            self.secretariat = list(here.values_list("email", flat=True))
        except DatabaseProblem as problem:
            log.warning("The database does not answer the one who watches: %s", type(problem).__name__)
            return False
        return True

    def _is_over(self) -> bool:
        if self.knocked is None or self.knocked <= datetime.fromisoformat(self.sign.read_text()):
            return False
        self._tell(_("The portal's clock goes again"), _("What waited is being done. Nothing was lost."))
        self.sign.unlink()
        return True

    def _tell(self, subject: str, words: str) -> None:
        """Straight to whom ALERT_TO names, else to the secretariat."""
        log.error("%s. %s", subject, words)
        if to := settings.ALERT_TO or self.secretariat:
            EmailMessage(subject, f"{words}\n\n{settings.SITE}", to=to).send()
