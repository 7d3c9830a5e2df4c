"""Projects, grants with their revisions, imports with every row kept, and the log of changes."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person
from counting import periods
from grants.texts import without_contacts

PRECISIONS = [
    ("day", _("to the day")),
    ("month", _("to the month")),
    ("year", _("to the year")),
    ("duration", _("worked out from the duration")),
]
REGRANTS = [
    ("FRG010", _("common regrant")),
    ("FRG020", _("transfer to an intermediary")),
    ("FRG030", _("match funding")),
    ("FRG040", _("funder collaboration")),
    ("FRG050", _("fiscal sponsor")),
    ("FRG060", _("endowment")),
    ("FRG070", _("multipurpose")),
]


class Project(models.Model):
    """The work that is paid for; several funders' grants may pay for one project."""

    title = models.CharField(_("title"), max_length=500)

    class Meta:
        ordering = ["title", "id"]

    def __str__(self) -> str:
        """Its title as it may be shown. Pages, letters and tasks of several parties name a project, and the places of
        its grants may be protected, so addresses, postcodes, numbers and mailboxes are left out for every reader.
        """
        return without_contacts(self.title, instead=gettext("[withheld]"))


class GrantQuerySet(models.QuerySet["Grant"]):
    def current(self) -> GrantQuerySet:
        """Without grants that were removed; their revisions stay."""
        return self.filter(removed_at=None)

    def shared(self) -> GrantQuerySet:
        """Those that count in figures: without those that their funders hold back."""
        return self.current().filter(held_back=False)

    def visible_to(self, person: Any) -> GrantQuerySet:
        """Funders and secretariat: all that are not held back from them; a grantee: its own; anybody else: none.
        Removed grants: nobody."""
        if not person.is_authenticated:
            return self.none()
        if person.sees_all_grants:
            # By id, so that a list is still read from its index alone; held back are few.
            hidden = Grant.objects.held_back_from(person).order_by().values("id")
            return self.current().exclude(id__in=hidden)
        mine = Recipient.objects.filter(organisation__in=person.organisation_ids)
        return self.current().filter(id__in=mine.values("grant"))

    def held_back_from(self, person: Any) -> GrantQuerySet:
        """Those held back, removed or not, that this person's organisations neither pay nor receive."""
        received = Recipient.objects.filter(organisation__in=person.organisation_ids)
        own = Q(funder__in=person.funder_ids) | Q(id__in=received.values("grant"))
        return self.filter(held_back=True).exclude(own)

    def as_party(self, person: Any) -> GrantQuerySet:
        """Those that this person's organisation pays or receives: its reports, files and contacts are hers to read."""
        if not person.is_authenticated:
            return self.none()
        received = Recipient.objects.filter(organisation__in=person.grantee_ids)
        return self.current().filter(Q(funder__in=person.funder_ids) | Q(id__in=received.values("grant")))

    def editable_by(self, person: Any) -> GrantQuerySet:
        """Those of the funders whose officer this person is; the secretariat edits all."""
        if not person.is_authenticated:
            return self.none()
        if person.is_secretariat:
            return self.current().filter(Q(held_back=False) | Q(funder__in=person.officer_ids))
        return self.current().filter(funder__in=person.officer_ids)

    def held_by(self, person: Any) -> GrantQuerySet:
        """Those of the funders whose officer this person is: only they hold a grant back or share it."""
        return self.current().filter(funder__in=person.officer_ids if person.is_authenticated else [])

    def restorable_by(self, person: Any) -> GrantQuerySet:
        """Removed grants that this person may bring back: of her own funders, or all for the secretariat."""
        if not person.is_authenticated:
            return self.none()
        removed = self.exclude(removed_at=None)
        others = removed.filter(Q(held_back=False) | Q(funder__in=person.officer_ids))
        return others if person.is_secretariat else removed.filter(funder__in=person.officer_ids)

    def with_running_period(self) -> GrantQuerySet:
        """Adds runs_from and runs_to: actual dates where known, else planned ones, else the award date to begin with.

        runs_to is None where nobody said when the grant ends; such a grant counts as running on no day.
        """
        return self.annotate(
            runs_from=Coalesce("actual_start", "planned_start", "award_date"),
            runs_to=Coalesce("actual_end", "planned_end"),
        )

    def running_on(self, day: Any) -> GrantQuerySet:
        running = Q(runs_from__lte=day, runs_to__gte=day)
        return self.with_running_period().filter(running)


class Grant(models.Model):
    """One funder's money for a project. Amounts are whole minor units (pence) of the grant's own currency.

    Dates known only to the month or year hold the first day it may be (starts) or the last (ends), and their precision.
    """

    grant_id = models.CharField(_("grant identifier"), max_length=255, unique=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="grants")
    funder = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False, related_name="+")
    """Looked up by grant_by_funder; the other keys without an index of their own begin another in the same way."""
    recipients = models.ManyToManyField(Organisation, through="Recipient", related_name="+")
    to_individual = models.BooleanField(_("to an individual"), default=False)
    title = models.CharField(_("title"), max_length=500)
    description = models.TextField(_("description"), blank=True)
    programme_code = models.CharField(max_length=255, blank=True)
    programme = models.CharField(_("programme"), max_length=500, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="GBP")
    amount_awarded = models.BigIntegerField(_("amount awarded"))
    amount_applied_for = models.BigIntegerField(null=True, blank=True)
    amount_disbursed = models.BigIntegerField(null=True, blank=True)
    award_date = models.DateField(_("award date"))
    planned_start = models.DateField(null=True, blank=True)
    planned_start_precision = models.CharField(max_length=8, choices=PRECISIONS, blank=True)
    planned_end = models.DateField(null=True, blank=True)
    planned_end_precision = models.CharField(max_length=8, choices=PRECISIONS, blank=True)
    planned_months = models.PositiveIntegerField(null=True, blank=True)
    actual_start = models.DateField(null=True, blank=True)
    actual_start_precision = models.CharField(max_length=8, choices=PRECISIONS, blank=True)
    actual_end = models.DateField(null=True, blank=True)
    actual_end_precision = models.CharField(max_length=8, choices=PRECISIONS, blank=True)
    regrant_type = models.CharField(_("regrant type"), max_length=6, choices=REGRANTS, blank=True)
    joint_share = models.BooleanField(default=False)
    protected_location = models.BooleanField(_("protected location"), default=True)
    held_back = models.BooleanField(_("not to be shared yet"), default=False, db_default=False)
    """Only people of its funder and its charity know of it; it is in no figure. No file says so or changes it."""
    source_digest = models.CharField(max_length=64, blank=True)
    added_on = models.DateField(_("added to the portal on"))
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering = ["-award_date", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(grant_id=""), name="grant_has_an_identifier"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="grant_currency_is_a_code"),
            models.CheckConstraint(condition=Q(amount_awarded__gte=0), name="grant_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(planned_start=None) | Q(planned_end=None) | Q(planned_end__gte=F("planned_start")),
                name="grant_planned_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(actual_start=None) | Q(actual_end=None) | Q(actual_end__gte=F("actual_start")),
                name="grant_actual_dates_in_order",
            ),
            *[
                models.CheckConstraint(
                    condition=(Q(**{name: None}) & Q(**{f"{name}_precision": ""}))
                    | (Q(**{f"{name}__isnull": False}) & ~Q(**{f"{name}_precision": ""})),
                    name=f"grant_{name}_with_precision",
                )
                for name in ("planned_start", "planned_end", "actual_start", "actual_end")
            ],
            # A joint share's money stands in its parent, so it carries none of its own.
            models.CheckConstraint(
                condition=Q(joint_share=False) | Q(amount_awarded=0), name="joint_share_has_no_money"
            ),
        ]
        indexes = [
            models.Index(fields=["funder", "award_date"], name="grant_by_funder"),
            # All that lists filter, sort and add up by, so that they need not read the wide rows with their texts;
            # removed_at stands last in each, or SQLite would look up the row to see that it is empty.
            models.Index(
                fields=[
                    "currency", "joint_share", "award_date", "id", "amount_awarded", "actual_start", "planned_start",
                    "actual_end", "planned_end", "funder", "protected_location", "regrant_type", "removed_at",
                ],
                name="grant_listed",
                condition=Q(removed_at=None),
            ),
            models.Index(
                fields=["award_date", "id", "removed_at"], name="grant_by_award", condition=Q(removed_at=None)
            ),
            models.Index(fields=["funder"], name="grant_held_back", condition=Q(held_back=True)),
            models.Index(fields=["title", "id", "removed_at"], name="grant_by_title", condition=Q(removed_at=None)),
            models.Index(fields=["programme", "removed_at"], name="grant_by_programme", condition=Q(removed_at=None)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("grant", args=[self.pk])

    def may_be_edited_by(self, person: Any) -> bool:
        """As `editable_by` says, of this one and without asking the database."""
        own = self.funder_id in person.officer_ids
        return self.removed_at is None and (own or (person.is_secretariat and not self.held_back))

    def date_text(self, name: str) -> str:
        """A date as it is known (2024, 2024-03 or 2024-03-31), or "" where it is not."""
        day = getattr(self, name)
        return periods.as_text(day, getattr(self, f"{name}_precision")) if day else ""


class Recipient(models.Model):
    """An organisation that a grant goes to."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, db_index=False, related_name="recipient_rows")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["grant", "organisation"], name="recipient_once")]

    def __str__(self) -> str:
        return str(self.organisation)


class Location(models.Model):
    """Where the work happens, as the funder said. Nothing finer than `region` leaves the system under protection."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="locations")
    name = models.CharField(max_length=255, blank=True)
    geo_code = models.CharField(max_length=40, blank=True)
    geo_code_type = models.CharField(max_length=40, blank=True)
    country_code = models.CharField(max_length=2, blank=True)
    region = models.CharField(max_length=8, blank=True)
    """The portal's own place code (counting.places), or "" where it cannot be told."""

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name or self.geo_code or self.country_code


class RelatedGrant(models.Model):
    """A relation that a file declares; `other` is filled once the grant it names is in the portal."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, db_index=False, related_name="relations")
    identifier = models.CharField(max_length=255, db_index=True)
    other = models.ForeignKey(Grant, null=True, blank=True, on_delete=models.SET_NULL, related_name="related_from")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["grant", "identifier"], name="relation_once")]

    def __str__(self) -> str:
        return self.identifier


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, person: Any) -> ImportQuerySet:
        """The secretariat: all; an officer: those that she or a colleague of her funder brought."""
        if not person.is_authenticated:
            return self.none()
        if person.is_secretariat:
            return self
        return self.filter(Q(funder__in=person.officer_ids) | Q(by=person)) if person.officer_ids else self.none()


class Import(models.Model):
    """One file on its way in: received, read and checked, shown, then applied or set aside, perhaps undone."""

    WAITING, READING, CHECKED, APPLYING, APPLIED = "waiting", "reading", "checked", "applying", "applied"
    UNDOING, UNDONE, DROPPED, FAILED = "undoing", "undone", "dropped", "failed"
    STATES = [
        (WAITING, _("waiting to be read")),
        (READING, _("being read")),
        (CHECKED, _("read; nothing changed yet")),
        (APPLYING, _("being applied")),
        (APPLIED, _("applied")),
        (UNDOING, _("being undone")),
        (UNDONE, _("undone")),
        (DROPPED, _("set aside")),
        (FAILED, _("could not be read")),
    ]
    COUNTS = ("read", "added", "changed", "unchanged", "repaired", "refused")

    file = models.FileField(upload_to="imports/", blank=True)
    name = models.CharField(max_length=255)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    funder = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=STATES, default=WAITING, db_index=True)
    failure = models.TextField(blank=True)
    progress = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    """When its reader last showed that it is alive."""
    claimed_by = models.CharField(max_length=200, blank=True)
    """The process that reads it, by machine, number and start."""
    asked_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """Who last asked that it be applied or undone."""
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    read = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    repaired = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    totals = models.JSONField(default=dict)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-id"]
        constraints = [models.CheckConstraint(condition=Q(progress__lte=100), name="import_progress_is_a_percentage")]

    def __str__(self) -> str:
        return self.name

    @property
    def changes_anything(self) -> bool:
        """Whether applying it would do anything."""
        return bool(self.added or self.changed or self.totals.get("missing"))

    @property
    def is_all_refused(self) -> bool:
        return 0 < self.read == self.refused

    def get_absolute_url(self) -> str:
        return reverse("import", args=[self.pk])


class ImportRow(models.Model):
    """One row of a file: the raw row as it came, what it comes to when cleaned, and what became of it."""

    ADDED, CHANGED, UNCHANGED, REFUSED, MISSING = "added", "changed", "unchanged", "refused", "missing"
    OUTCOMES = [
        (ADDED, _("added")),
        (CHANGED, _("changed")),
        (UNCHANGED, _("unchanged")),
        (REFUSED, _("refused")),
        (MISSING, _("no longer in the file")),
    ]
    KEEP, REMOVE = "keep", "remove"
    ANSWERS = [(KEEP, _("kept")), (REMOVE, _("marked as removed"))]

    source = models.ForeignKey(Import, on_delete=models.CASCADE, db_index=False, related_name="rows")
    row = models.PositiveIntegerField()
    grant_id = models.CharField(max_length=255, blank=True)
    outcome = models.CharField(max_length=9, choices=OUTCOMES)
    repaired = models.BooleanField(default=False)
    raw = models.TextField(blank=True)
    cleaned = models.TextField(blank=True)
    base = models.PositiveIntegerField(default=0)
    """The revision of the grant that this row was compared with, 0 where there was none."""
    answer = models.CharField(max_length=7, choices=ANSWERS, blank=True)
    """What a person said about a grant that is no longer in the file."""

    class Meta:
        ordering = ["row", "id"]
        indexes = [
            models.Index(fields=["source", "outcome", "row"], name="import_row_by_outcome"),
            models.Index(fields=["source", "grant_id"], name="import_row_by_grant"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}:{self.row}"


class ImportProblem(models.Model):
    """One refusal or repair: where, what is wrong, how to mend it. Codes are checking.py's; words are the doors'."""

    source = models.ForeignKey(Import, on_delete=models.CASCADE, db_index=False, related_name="problems")
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=255, blank=True)
    code = models.CharField(max_length=60)
    value = models.CharField(max_length=255, blank=True)
    repair = models.CharField(max_length=255, blank=True)
    refuses = models.BooleanField(default=False)

    class Meta:
        ordering = ["row", "id"]
        indexes = [models.Index(fields=["source", "row"], name="import_problem_by_row")]

    def __str__(self) -> str:
        return f"{self.row} {self.column}: {self.code}"


class Revision(models.Model):
    """A grant as it stood after one change: who, when, why, and the whole of it."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, db_index=False, related_name="revisions")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, db_index=False, related_name="+")
    """Never asked for by person, and people are closed rather than deleted, so this key has no index."""
    source = models.ForeignKey(Import, null=True, blank=True, on_delete=models.PROTECT, related_name="revisions")
    reason = models.CharField(max_length=40)
    content = models.TextField()
    """The grant's fields, recipients, locations and relations as JSON."""

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["grant", "number"], name="one_revision_a_number")]

    def __str__(self) -> str:
        return f"{self.grant_id} revision {self.number}"


class ChangeCounter(models.Model):
    """The head of the change log. Its row is locked by each writer, so that order of numbers is order of commits."""

    seq = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_change_counter")]

    def __str__(self) -> str:
        return str(self.seq)


class Change(models.Model):
    """At number `seq` this grant changed, or, where `grant` is empty, so many at once that a reader reads all anew."""

    seq = models.BigIntegerField(db_index=True)
    grant = models.ForeignKey(Grant, null=True, blank=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["seq", "id"]

    def __str__(self) -> str:
        return f"{self.seq}: {self.grant_id or 'many'}"
