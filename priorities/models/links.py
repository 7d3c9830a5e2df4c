"""Each grant's shares, what rules suggest of it, and how far readers of the change log have come."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from counting.money import WHOLE
from grants.models import Grant
from priorities.models.codes import Code, Dimension


class Link(models.Model):
    """A grant's share in one code, in basis points; those of a grant and dimension are at most 10,000 (triggers)."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="+")
    dimension = models.CharField(max_length=12, choices=Dimension.choices)
    code = models.ForeignKey(Code, on_delete=models.PROTECT, related_name="+")
    share = models.PositiveSmallIntegerField()
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["grant", "dimension", "code__order"]
        constraints = [
            models.UniqueConstraint(fields=["grant", "code"], name="one_share_a_code"),
            models.CheckConstraint(condition=Q(share__gte=1) & Q(share__lte=WHOLE), name="share_within_the_whole"),
            models.CheckConstraint(condition=Q(dimension__in=Dimension.values), name="link_in_a_known_dimension"),
        ]
        indexes = [models.Index(fields=["grant", "dimension"], name="link_by_grant")]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.code_id} {self.share}"


class InitiativeLink(models.Model):
    """A grant works on an initiative of the funders' list; an optional second step that shares no money."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="+")
    initiative = models.ForeignKey(Code, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["grant", "initiative"], name="initiative_once")]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.initiative_id}"


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def open(self) -> SuggestionQuerySet:
        """Neither dismissed nor overtaken by a person's word on the same grant and dimension."""
        said = Link.objects.filter(grant=models.OuterRef("grant"), dimension=models.OuterRef("dimension"))
        return self.filter(~models.Exists(said), dismissed=False)


class Suggestion(models.Model):
    """What a rule thinks of a grant, with its reason; counts in no figure until a person confirms it.

    rule is one of REASONS; reason is the word that set it off, or "". A dismissed one stays, so that it is not made
    again.
    """

    REASONS = {
        "title": _("the title says “%(word)s”"),
        "programme": _("the programme says “%(word)s”"),
        "description": _("the description says “%(word)s”"),
        "recipient": _("the recipient's name says “%(word)s”"),
        "earlier": _("another grant to this recipient is sorted so"),
        "file": _("the grant's places say so"),
        "kind-of-work": _("“%(word)s” is not help for people one by one"),
        "area": _("it follows from the area"),
    }

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="+")
    dimension = models.CharField(max_length=12, choices=Dimension.choices)
    code = models.ForeignKey(Code, on_delete=models.PROTECT, related_name="+")
    share = models.PositiveSmallIntegerField(default=WHOLE)
    rule = models.CharField(max_length=40)
    reason = models.CharField(max_length=255, blank=True)
    dismissed = models.BooleanField(default=False)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["grant", "dimension", "code__order"]
        constraints = [
            models.UniqueConstraint(fields=["grant", "code"], name="one_suggestion_a_code"),
            models.CheckConstraint(
                condition=Q(share__gte=1) & Q(share__lte=WHOLE), name="suggested_share_within_the_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.code_id}: {self.rule} {self.reason}"

    @property
    def because(self) -> str:
        """Its reason in words, to follow "because"."""
        return str(self.REASONS[self.rule]) % {"word": self.reason}


class Bookmark(models.Model):
    """How far a reader of the change log has come."""

    name = models.CharField(max_length=40, unique=True)
    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} at {self.seq}"
