"""Real rows for tests, as short to ask for as possible; every name and number invented."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.models import Identifier, Membership, Organisation, Person
from counting.money import WHOLE
from grants.models import Grant, Project, Recipient
from priorities.models import Code, Link

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
"""The moment at which tests act, unless they are about another one."""


class OrganisationFactory(DjangoModelFactory[Organisation]):
    """An organisation with a charity number as main identifier; another by `identifier=`, none by `identifier=""`."""

    class Meta:
        model = Organisation
        skip_postgeneration_save = True

    name = factory.Sequence("Organisation {}".format)

    @factory.post_generation
    def identifier(self, create: bool, value: str | None, **kwargs: Any) -> None:
        if create and value != "":
            Identifier.objects.create(organisation=self, value=value or f"GB-CHC-{1_000_000 + self.pk}", main=True)


class FunderFactory(OrganisationFactory):
    name = factory.Sequence("Funder {}".format)
    is_funder = True


class GranteeFactory(OrganisationFactory):
    name = factory.Sequence("Charity {}".format)
    is_grantee = True


class PersonFactory(DjangoModelFactory[Person]):
    """Somebody who may sign in and belongs nowhere."""

    class Meta:
        model = Person

    email = factory.Sequence("person{}@example.org".format)
    name = factory.Sequence("Person {}".format)

    @classmethod
    def _create(cls, model_class: type[Person], *args: Any, **fields: Any) -> Person:
        return model_class.objects.create_user(*args, **fields)


def member(organisation: Organisation, role: str, **fields: Any) -> Person:
    person = PersonFactory(**fields)
    Membership.objects.create(person=person, organisation=organisation, role=role)
    return person


def officer(funder: Organisation | None = None, **fields: Any) -> Person:
    return member(funder or FunderFactory(), Membership.OFFICER, **fields)


def viewer(funder: Organisation | None = None, **fields: Any) -> Person:
    return member(funder or FunderFactory(), Membership.VIEWER, **fields)


def lead(grantee: Organisation | None = None, **fields: Any) -> Person:
    return member(grantee or GranteeFactory(), Membership.LEAD, **fields)


def contributor(grantee: Organisation | None = None, **fields: Any) -> Person:
    return member(grantee or GranteeFactory(), Membership.CONTRIBUTOR, **fields)


def secretariat(**fields: Any) -> Person:
    return PersonFactory(is_secretariat=True, **fields)


def administrator(**fields: Any) -> Person:
    return PersonFactory(is_administrator=True, **fields)


class ProjectFactory(DjangoModelFactory[Project]):
    class Meta:
        model = Project

    title = factory.Sequence("Project {}".format)


class GrantFactory(DjangoModelFactory[Grant]):
    """A grant of £10,000 to one charity (`recipient=` names another), running all of 2026."""

    class Meta:
        model = Grant
        skip_postgeneration_save = True

    grant_id = factory.Sequence("360G-test-{}".format)
    project = factory.SubFactory(ProjectFactory, title=factory.SelfAttribute("..title"))
    funder = factory.SubFactory(FunderFactory)
    title = factory.Sequence("Grant {}".format)
    currency = "GBP"
    amount_awarded = 1_000_000
    award_date = date(2025, 12, 1)
    planned_start = date(2026, 1, 1)
    planned_start_precision = factory.LazyAttribute(lambda grant: "day" if grant.planned_start else "")
    planned_end = date(2026, 12, 31)
    planned_end_precision = factory.LazyAttribute(lambda grant: "day" if grant.planned_end else "")
    added_on = date(2025, 12, 1)

    @factory.post_generation
    def recipient(self, create: bool, organisation: Organisation | None, **kwargs: Any) -> None:
        if create and not self.to_individual:
            Recipient.objects.create(grant=self, organisation=organisation or GranteeFactory())


def link(grant: Grant, dimension: str, code: str, share: int = WHOLE) -> Link:
    """Give a grant a share (basis points) in a code that the priorities room ships."""
    found = Code.objects.get(dimension=dimension, code=code)
    return Link.objects.create(grant=grant, dimension=dimension, code=found, share=share, at=NOW)
