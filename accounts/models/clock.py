"""When each job last looked whether something waits."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Knock(models.Model):
    """The last time that one job was done, and the last time that it failed."""

    job = models.CharField(max_length=60, unique=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    failed_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=300, blank=True)
    """The kind of what went wrong, and the reference under which the log has what was told."""

    class Meta:
        ordering = ["job"]
        constraints = [
            models.CheckConstraint(
                condition=Q(failed_at__isnull=True, failure="") | (Q(failed_at__isnull=False) & ~Q(failure="")),
                name="knock_failed_for_a_reason",
            ),
        ]

    @property
    def fails(self) -> bool:
        """Whether it failed the last time."""
        return self.failed_at == self.ended_at

    @property
    def words(self) -> str:
        """Its name as people read it."""
        return self.job.replace("_", " ").capitalize()

    def __str__(self) -> str:
        return self.job
