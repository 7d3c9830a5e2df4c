"""The funders' own list and the vocabularies beside it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

NOT_STATED, UNDIVIDED, NOT_APPLICABLE = "not-stated", "undivided", "not-applicable"
RESIDUAL = (NOT_STATED, UNDIVIDED, NOT_APPLICABLE)
"""What carries no share: nobody has said yet (a task), whole-person by a person's answer, does not apply."""


class Dimension(models.TextChoices):
    """What a grant is sorted by; in this order its money is cut."""

    PRIORITY = "priority", _("priority area")
    REGION = "region", _("place")
    GROUP = "group", _("people")
    EXPLOITATION = "exploitation", _("form of exploitation")
    SERVICE = "service", _("service area")
    AUDIENCE = "audience", _("audience")
    TERM = "term", _("emergency or long-term")


class CodeQuerySet(models.QuerySet["Code"]):
    def sharing(self) -> CodeQuerySet:
        """What money may be shared over today."""
        return self.filter(kind="share", valid_to=None)

    def ordinary(self) -> CodeQuerySet:
        """The same without the three answers that carry no share."""
        return self.sharing().exclude(code__in=RESIDUAL)


class Code(models.Model):
    """One entry of the funders' own list or of a vocabulary beside it.

    kind: "share" entries are what money is shared over and what tables show; the others (initiative, issue, wish,
    overview) are the founding list beneath and beside them. residual: one of RESIDUAL, one each a dimension.
    watchable: an empty cell can be a gap (not so for UK-wide, or for several kinds of people together).
    """

    KINDS = [
        ("share", _("shares money")),
        ("initiative", _("initiative")),
        ("issue", _("issue")),
        ("wish", _("wish to funders")),
        ("overview", _("overview")),
    ]

    dimension = models.CharField(max_length=12, choices=Dimension.choices)
    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=KINDS, default="share")
    label = models.CharField(max_length=200)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    order = models.PositiveIntegerField(default=0)
    neglected = models.BooleanField(default=False)
    watchable = models.BooleanField(default=True)
    source = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = CodeQuerySet.as_manager()

    class Meta:
        ordering = ["dimension", "order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["dimension", "code"], name="one_entry_a_code"),
            models.CheckConstraint(condition=~Q(label=""), name="code_has_a_label"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def residual(self) -> bool:
        return self.code in RESIDUAL
