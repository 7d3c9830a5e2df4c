"""A mail of its own, outside all that it tells of, when time no longer knocks; and another when it does again."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Person

log = logging.getLogger(__name__)


class Alarm:
    """Kept by a process that is not the clock, and asked every so often: `look(at=...)`."""

    def __init__(self, *, since: datetime) -> None:
        self.since = since
        self.rings = False

    def look(self, *, at: datetime) -> bool:
        """Whether it told somebody now; once when it goes wrong, once when it is over."""
        silent = at - max(clock.last_knock() or self.since, self.since) > clock.SILENCE
        if silent == self.rings:
            return False
        self.rings = silent
        if silent:
            tell(
                _("The portal's clock stands still"),
                _("Nothing has knocked for ten minutes: no file is read, no letter goes. Look at worker and beat."),
            )
        else:
            tell(_("The portal's clock goes again"), _("What waited is being done. Nothing was lost."))
        return True


def tell(subject: str, words: str) -> None:
    """Straight to whom ALERT_TO names, else to the secretariat."""
    secretariat = Person.objects.active().filter(is_secretariat=True).values_list("email", flat=True)
    to = settings.ALERT_TO or list(secretariat)
    log.error("%s. %s", subject, words)
    if to:
        EmailMessage(subject, f"{words}\n\n{settings.SITE}", to=to).send()
