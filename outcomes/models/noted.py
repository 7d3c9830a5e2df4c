"""Where figures changed: the log by which those in memory are kept fresh."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from grants.models import Project


class FigureCounter(models.Model):
    """The head of the log. Its row is locked by each writer, so that order of numbers is order of commits."""

    seq = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_figure_counter")]

    def __str__(self) -> str:
        return str(self.seq)


class FigureChange(models.Model):
    """At number `seq` figures of this project, or who accepted them, changed; where it is empty, those of very many."""

    seq = models.BigIntegerField(db_index=True)
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["seq", "id"]

    def __str__(self) -> str:
        return f"{self.seq}: {self.project_id or 'many'}"
