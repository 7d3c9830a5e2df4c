"""Who: people, the organisations they belong to, the group's settings, and the journal of who did what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import date


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def funders(self) -> OrganisationQuerySet:
        return self.filter(is_funder=True)

    def grantees(self) -> OrganisationQuerySet:
        return self.filter(is_grantee=True)

    def with_identifier(self, value: str) -> OrganisationQuerySet:
        return self.filter(identifiers__value=value)

    def visible_to(self, person: Any) -> OrganisationQuerySet:
        """Funders, secretariat and administrators see every organisation; the rest see their own and all funders."""
        if not person.is_authenticated:
            return self.none()
        if person.sees_all_grants or person.is_administrator:
            return self
        return self.filter(Q(id__in=person.organisation_ids) | Q(is_funder=True))


class Organisation(models.Model):
    """A funder, grantee, public body, network or adviser; it may be several of them at once."""

    name = models.CharField(_("name"), max_length=255)
    is_funder = models.BooleanField(_("funder"), default=False)
    is_grantee = models.BooleanField(_("grantee"), default=False)
    is_public_body = models.BooleanField(_("public body"), default=False)
    is_network = models.BooleanField(_("network"), default=False)
    is_adviser = models.BooleanField(_("adviser"), default=False)
    added_at = models.DateTimeField(auto_now_add=True)

    objects = OrganisationQuerySet.as_manager()

    ROLES = ("is_funder", "is_grantee", "is_public_body", "is_network", "is_adviser")

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="organisation_has_a_name")]
        indexes = [
            models.Index(Lower("name"), name="organisation_by_name"),
            # Every page about coverage names the funders, who are few among many organisations.
            models.Index(fields=["name", "id"], condition=Q(is_funder=True), name="funder_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("organisation", args=[self.pk])

    @property
    def org_id(self) -> str:
        """The identifier it is known by (org-id.guide form, GB-CHC-1234567), or "" where it has none."""
        return next((each.value for each in sorted(self.identifiers.all(), key=lambda each: not each.main)), "")

    @property
    def roles(self) -> list[str]:
        """Its roles in words, in the order of ROLES."""
        return [str(self._meta.get_field(role).verbose_name) for role in self.ROLES if getattr(self, role)]  # type: ignore[union-attr]


class Identifier(models.Model):
    """One organisation identifier (org-id.guide form); the main one is what the portal writes out."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="identifiers")
    value = models.CharField(max_length=255, unique=True)
    main = models.BooleanField(default=False)

    class Meta:
        ordering = ["-main", "value"]
        constraints = [
            models.UniqueConstraint(fields=["organisation"], condition=Q(main=True), name="one_main_identifier"),
            models.CheckConstraint(condition=~Q(value=""), name="identifier_is_not_blank"),
        ]

    def __str__(self) -> str:
        return self.value


class Alias(models.Model):
    """Another name under which an organisation is found in files and letters."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=255)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="alias_once")]

    def __str__(self) -> str:
        return self.name


class PersonQuerySet(models.QuerySet["Person"]):
    def active(self) -> PersonQuerySet:
        """Those who may sign in."""
        return self.filter(is_active=True)

    def at(self, address: str) -> PersonQuerySet:
        """The one of this address, if any; capitals and stray spaces do not matter."""
        return self.filter(email=address.strip().lower())

    def visible_to(self, person: Any) -> PersonQuerySet:
        """Secretariat and administrators see everybody; the rest themselves and their organisations' people."""
        if not person.is_authenticated:
            return self.none()
        if person.is_secretariat or person.is_administrator:
            return self
        colleagues = Membership.objects.filter(organisation__in=person.organisation_ids)
        return self.filter(Q(id=person.id) | Q(id__in=colleagues.values("person")))


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, email: str, **fields: Any) -> Person:
        """A person who signs in by a code sent to the mailbox; there are no passwords."""
        person = self.model(email=email.strip().lower(), **fields)
        person.set_unusable_password()
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email=(username or "").lower())


class Person(AbstractBaseUser):
    """Somebody who signs in: a mailbox, a name, and what they belong to. A role mailbox may be a person."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    is_secretariat = models.BooleanField(_("secretariat of the group"), default=False)
    is_administrator = models.BooleanField(_("administrator"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    added_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []  # type: ignore[misc]

    objects = PersonManager.from_queryset(PersonQuerySet)()

    class Meta:
        ordering = ["name", "email"]
        constraints = [models.UniqueConstraint(Lower("email"), name="one_person_an_address")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_absolute_url(self) -> str:
        return reverse("person_edit", args=[self.pk])

    @cached_property
    def own_memberships(self) -> list[Membership]:
        """Asked for once, whoever wants to know of them."""
        return list(self.memberships.all())

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Everything this person is, by the names in access.py: officer, viewer, lead, secretariat and so on."""
        kinds = {each.role for each in self.own_memberships}
        if self.is_secretariat:
            kinds.add("secretariat")
        if self.is_administrator:
            kinds.add("administrator")
        return frozenset(kinds)

    @cached_property
    def organisation_ids(self) -> list[int]:
        return [each.organisation_id for each in self.own_memberships]

    @cached_property
    def funder_ids(self) -> list[int]:
        """The funders whose officer or viewer this person is."""
        return [each.organisation_id for each in self.own_memberships if each.role in Membership.FUNDER_ROLES]

    @cached_property
    def officer_ids(self) -> list[int]:
        """The funders for which this person may write."""
        return [each.organisation_id for each in self.own_memberships if each.role == Membership.OFFICER]

    @cached_property
    def lead_ids(self) -> list[int]:
        """The charities (and other organisations that are no funders) whose people this person looks after."""
        return [each.organisation_id for each in self.own_memberships if each.role == Membership.LEAD]

    @cached_property
    def grantee_ids(self) -> list[int]:
        """The charities whose lead or contributor this person is."""
        return [each.organisation_id for each in self.own_memberships if each.role not in Membership.FUNDER_ROLES]

    @property
    def sees_all_grants(self) -> bool:
        """Funders and the secretariat see every grant (until outcome reports bring the finer table)."""
        return self.is_secretariat or bool(self.funder_ids)

    # Django and its libraries ask for these; nobody has permissions beyond what access.py states.
    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class SigninCode(models.Model):
    """A code made by command for somebody whom mail does not reach; kept as a digest, taken once."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(digest=""), name="signin_code_has_a_digest")]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.made_at:%Y-%m-%d %H:%M}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, person: Any) -> MembershipQuerySet:
        """Those of the people whom this person sees."""
        return self.filter(person__in=Person.objects.visible_to(person))


class Membership(models.Model):
    """What a person may do for an organisation: officer and viewer of a funder, lead and contributor of any other."""

    OFFICER, VIEWER, LEAD, CONTRIBUTOR = "officer", "viewer", "lead", "contributor"
    FUNDER_ROLES = (OFFICER, VIEWER)
    ROLES = [
        (OFFICER, _("officer (of a funder: reads and writes)")),
        (VIEWER, _("viewer (of a funder: reads)")),
        (LEAD, _("lead (of a grantee)")),
        (CONTRIBUTOR, _("contributor (of a grantee)")),
    ]

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=ROLES)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["organisation__name", "person__name"]
        constraints = [
            models.UniqueConstraint(fields=["person", "organisation"], name="one_role_in_an_organisation"),
            models.CheckConstraint(
                condition=Q(role__in=["officer", "viewer", "lead", "contributor"]), name="known_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.role} of {self.organisation}"

    @property
    def short_role(self) -> str:
        """The role in one word."""
        return self.get_role_display().partition(" (")[0]


class Group(models.Model):
    """The one group of funders that this installation serves."""

    name = models.CharField(_("name of the group"), max_length=200)
    demo_loaded_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_group")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> Group:
        """The group, made with a plain name on first use."""
        return cls.objects.get_or_create(id=1, defaults={"name": "Funders' group"})[0]

    @property
    def demo_day(self) -> date | None:
        """The day on which the demo's dates were set, or None where no demo is loaded."""
        return self.demo_loaded_on


class SentForm(models.Model):
    """A form that added something, so that a second click on it adds nothing; see accounts.once."""

    key = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    led_to = models.CharField(max_length=200)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(led_to=""), name="sent_form_led_somewhere")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.led_to}"


class JournalQuerySet(models.QuerySet["JournalEntry"]):
    def visible_to(self, person: Any) -> JournalQuerySet:
        """The secretariat and administrators read the journal."""
        if person.is_authenticated and (person.is_secretariat or person.is_administrator):
            return self
        return self.none()


class JournalEntry(models.Model):
    """One line of who did what, written in the transaction that did it; never changed."""

    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=60)
    about = models.CharField(max_length=80, db_index=True)
    details = models.JSONField(default=dict)

    objects = JournalQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(what=""), name="journal_says_what")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.by or 'the portal'} {self.what} {self.about}"
