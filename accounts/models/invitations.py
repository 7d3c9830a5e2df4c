"""Who is asked to act for an organisation, until she accepts or it is withdrawn; it never runs out."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models.who import Membership, Organisation, Person

OPEN = Q(accepted_at__isnull=True, withdrawn_at__isnull=True)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> InvitationQuerySet:
        return self.filter(OPEN)

    def to(self, person: Any) -> InvitationQuerySet:
        """Those sent to this person's address."""
        if not person.is_authenticated:
            return self.none()
        return self.filter(address=person.email.lower())

    def visible_to(self, person: Any) -> InvitationQuerySet:
        """The people of the organisation and of the one that invited; the secretariat sees all."""
        if not person.is_authenticated:
            return self.none()
        if person.is_secretariat:
            return self
        return self.filter(Q(organisation__in=person.organisation_ids) | Q(sender__in=person.organisation_ids))

    def kept_by(self, person: Any) -> InvitationQuerySet:
        """Those that this person may withdraw: of her charity as its lead, of her funder as its officer."""
        if not person.is_authenticated:
            return self.none()
        if person.is_secretariat:
            return self
        own = person.officer_ids + person.lead_ids
        return self.filter(Q(organisation__in=own) | Q(sender__in=own))


class Invitation(models.Model):
    """One address asked to act for one organisation. A funder or the charity itself is the `sender`."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=12, choices=Membership.ROLES)
    address = models.EmailField(_("e-mail address"), max_length=254)
    name = models.CharField(_("name"), max_length=150, blank=True)
    """As the one who invited knows it."""
    is_role_mailbox = models.BooleanField(default=False)
    """Read by whoever holds a role (info@, office@), so that who accepts says her first name, for the journal."""
    first_name = models.CharField(_("first name"), max_length=60, blank=True)
    about = models.CharField(max_length=80, blank=True)
    """The grant over which it came about, as the journal names it ("grants.grant:7"); this room knows no grants."""
    sender = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """Empty where the secretariat invited."""
    invited_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    held_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    """Who looks after it now: who invited, until a successor takes it over."""
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-invited_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["address", "organisation"], condition=OPEN, name="one_open_invitation_an_address"
            ),
            models.CheckConstraint(
                condition=~Q(address="") & Q(address=Lower("address")), name="invitation_address_in_small_letters"
            ),
            models.CheckConstraint(
                condition=Q(role__in=["officer", "viewer", "lead", "contributor"]), name="known_role_invited_to"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="invitation_withdrawn_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="invitation_accepted_or_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(is_role_mailbox=False) | Q(accepted_at__isnull=True) | ~Q(first_name=""),
                name="role_mailbox_accepts_by_first_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address}, {self.role} of {self.organisation}"

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None

    @property
    def short_role(self) -> str:
        """The role in one word."""
        return self.get_role_display().partition(" (")[0]
