"""Files as evidence: content kept once for each charity, and for which report and funder it was made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person
from grants.models import Grant
from outcomes.models.reports import Delivery, Report, ReviewEvent


class Evidence(models.Model):
    """One file of a charity, by the digest of its content as it is kept. Once blacked out it has neither content nor
    name, and the same content is not taken again.
    """

    KINDS = [
        ("pdf", _("PDF")),
        ("docx", _("Word")),
        ("xlsx", _("Excel")),
        ("csv", _("table (CSV)")),
        ("txt", _("text")),
        ("jpeg", _("photo (JPEG)")),
        ("png", _("picture (PNG)")),
    ]

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    kind = models.CharField(max_length=4, choices=KINDS)
    blacked_out_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "sha256"], name="evidence_once"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="evidence_digest"),
            models.CheckConstraint(condition=~Q(name=""), name="evidence_named"),
            models.CheckConstraint(condition=Q(size__gt=0), name="evidence_not_empty"),
            models.CheckConstraint(
                condition=Q(kind__in=["pdf", "docx", "xlsx", "csv", "txt", "jpeg", "png"]), name="known_evidence"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        """Made of numbers and the digest alone: no name that somebody gave ever reaches the disk."""
        return Path(settings.MEDIA_ROOT) / "evidence" / str(self.organisation_id) / self.sha256[:2] / self.sha256


class ReportFileQuerySet(models.QuerySet["ReportFile"]):
    def live(self) -> ReportFileQuerySet:
        """Those that nobody took back."""
        return self.filter(removed_at=None)

    def delivered(self, deliveries: models.QuerySet[Delivery]) -> ReportFileQuerySet:
        """Those that belong to one of these copies: made for its grant or ticked for it, and there when it came, or
        when the report was handed in again.
        """
        ticked = ReportFile.others.through.objects.filter(reportfile=OuterRef(OuterRef("pk"))).values("grant")
        has = ReviewEvent.objects.came().filter(
            Q(delivery__due__grant=OuterRef("grant")) | Q(delivery__due__grant__in=ticked),
            delivery__in=deliveries.order_by(),
            delivery__report=OuterRef("report"),
            at__gte=OuterRef("at"),
        )
        return self.live().filter(Exists(has.order_by()))

    def visible_to(self, person: Any) -> ReportFileQuerySet:
        """The charity's own, and those delivered to a funder of this person; nobody else's."""
        if not person.is_authenticated:
            return self.none()
        own = Grant.objects.current().filter(funder__in=person.funder_ids)
        delivered = self.delivered(Delivery.objects.filter(due__grant__in=own)).values("pk")
        written = Report.objects.written_by(person).values("pk")
        return self.live().filter(Q(report__in=written) | Q(pk__in=delivered))


class ReportFile(models.Model):
    """A file in a report, made for one funder's grant; other funders have it only where that was ticked."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="files")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="files")
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="+")
    others = models.ManyToManyField(Grant, related_name="+", blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = ReportFileQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "evidence"], condition=Q(removed_at__isnull=True), name="file_once_in_a_report"
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="file_taken_back_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evidence} in {self.report_id}"
