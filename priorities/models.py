"""What for: priorities and vocabularies, each grant's shares in them, suggestions, targets, what the group watches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Person
from counting import money
from counting.money import WHOLE
from grants.models import Grant

if TYPE_CHECKING:
    from datetime import date

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


class Watch(models.Model):
    """What the group watches for gaps: an area by every code of a dimension, or an area as a whole (no dimension)."""

    area = models.ForeignKey(Code, on_delete=models.PROTECT, related_name="+")
    dimension = models.CharField(max_length=12, choices=Dimension.choices, blank=True)

    class Meta:
        ordering = ["area__order", "id"]
        constraints = [models.UniqueConstraint(fields=["area", "dimension"], name="watched_once")]

    def __str__(self) -> str:
        return f"{self.area} by {self.dimension}" if self.dimension else f"{self.area} as a whole"


class TargetQuerySet(models.QuerySet["Target"]):
    def standing_on(self, day: date) -> TargetQuerySet:
        """Those agreed by that day and not ended before it."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), agreed_on__lte=day)


class Target(models.Model):
    """What the funders agreed for an area, or for one cell of it, with who agreed it and when.

    kind: "share" (basis points of the area's running money, or for an area as a whole of all running money), "amount"
    (pence a calendar year, award shared out evenly by day) or "number" (running grants).
    """

    SHARE, AMOUNT, NUMBER = "share", "amount", "number"
    KINDS = [
        (SHARE, _("a share of running money")),
        (AMOUNT, _("an amount a year")),
        (NUMBER, _("a number of running grants")),
    ]

    area = models.ForeignKey(Code, on_delete=models.PROTECT, related_name="+", verbose_name=_("area"))
    column = models.ForeignKey(Code, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=6, choices=KINDS)
    value = models.BigIntegerField(_("value"))
    agreed_by = models.CharField(_("agreed by"), max_length=200)
    agreed_on = models.DateField(_("agreed on"))
    valid_to = models.DateField(_("until"), null=True, blank=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ["area__order", "column__order", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(value__gte=1), name="target_above_nought"),
            models.CheckConstraint(
                condition=~Q(kind="share") | Q(value__lte=WHOLE), name="target_share_within_the_whole"
            ),
            models.CheckConstraint(condition=Q(kind__in=["share", "amount", "number"]), name="target_of_a_known_kind"),
            models.CheckConstraint(condition=~Q(agreed_by=""), name="target_says_who_agreed"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=models.F("agreed_on")),
                name="target_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area}{f', {self.column}' if self.column else ''}: {self.get_kind_display()}"

    @property
    def amount(self) -> str:
        """Its value as people say it: 25 % of all running money, £250,000 a year, 3 running grants."""
        if self.kind == self.SHARE:
            of = _t("%(share)s of the area's running money") if self.column_id else _t("%(share)s of all running money")
            return of % {"share": f"{self.value / 100:g}\u00a0%"}
        if self.kind == self.AMOUNT:
            return _t("%(amount)s a year") % {"amount": money.exact(self.value)}
        return ngettext("%(n)s running grant", "%(n)s running grants", self.value) % {"n": f"{self.value:,}"}
