"""Whether an answer or a file may serve as evidence for the group's monitoring work: the charity's word, no default."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from outcomes.models.files import ReportFile
from outcomes.models.reports import Answer


class EvidenceMark(models.Model):
    """What the charity last said of one revision of an answer, or of one file. Where there is no row it said nothing,
    which means no. The journal keeps what it said before. Answers that no funder reads may not serve (a trigger).
    """

    NO, UNNAMED, NAMED = "no", "unnamed", "named"
    CHOICES = [(NO, _("no")), (UNNAMED, _("yes, without our name")), (NAMED, _("yes, with our name"))]

    answer = models.OneToOneField(Answer, null=True, blank=True, on_delete=models.PROTECT, related_name="evidence_mark")
    file = models.OneToOneField(
        ReportFile, null=True, blank=True, on_delete=models.PROTECT, related_name="evidence_mark"
    )
    may_serve = models.CharField(max_length=7, choices=CHOICES)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answer__isnull=False, file__isnull=True) | Q(answer__isnull=True, file__isnull=False),
                name="evidence_mark_on_one_thing",
            ),
            models.CheckConstraint(condition=Q(may_serve__in=["no", "unnamed", "named"]), name="known_evidence_mark"),
        ]

    def __str__(self) -> str:
        return f"{self.answer or self.file}: {self.may_serve}"
