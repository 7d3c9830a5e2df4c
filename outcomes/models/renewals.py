"""When a funder had decided on a renewal: from then on it reads what the charity gave it for after that."""

from __future__ import annotations

from django.db import models

from accounts.models import Person
from grants.models import Grant


class Renewal(models.Model):
    """A funder's word that the renewal of one grant is decided, whichever way. Never changed and never taken away,
    since answers were read because of it. There may be a later one, with what was handed in until then.

    The database also sees to it (triggers) that no copy has an answer for after the renewal before one is decided, and
    none that the charity keeps or gives to the group's learning.
    """

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="+")
    decided_on = models.DateField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    """When it was recorded; what was handed in until then is delivered."""

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["grant", "decided_on"], name="renewal_decided_once_a_day")]

    def __str__(self) -> str:
        return f"{self.grant}: decided on {self.decided_on}"
