"""A small portfolio with one person of every kind, for tests that go to every door."""

from __future__ import annotations

from dataclasses import dataclass, field

from accounts.models import Organisation, Person
from funders_portal.demo import loading
from grants.models import Grant
from tests import factories

STRANGER, NOBODY = "stranger", "signed in, belongs nowhere"
OFFICER, OTHER_OFFICER, VIEWER = "officer of the funder", "officer of another funder", "viewer of the funder"
LEAD, CONTRIBUTOR, OTHER_LEAD = "lead of the recipient", "contributor of the recipient", "lead of another charity"
SECRETARIAT, ADMINISTRATOR = "secretariat", "administrator"
PUBLIC_BODY, ADVISER = "member of a public body", "member of an adviser"
KINDS = (
    STRANGER,
    NOBODY,
    OFFICER,
    OTHER_OFFICER,
    VIEWER,
    LEAD,
    CONTRIBUTOR,
    OTHER_LEAD,
    SECRETARIAT,
    ADMINISTRATOR,
    PUBLIC_BODY,
    ADVISER,
)


@dataclass
class World:
    funder: Organisation
    charity: Organisation
    grant: Grant
    removed_grant: Grant
    people: dict[str, Person | None] = field(default_factory=dict)


def build() -> World:
    """The demo, and beside it rows behind every door; the grant is the funder's, and goes to the charity."""
    loading.load(today=factories.NOW.date(), at=factories.NOW)
    funder, other_funder = factories.FunderFactory(), factories.FunderFactory()
    charity, other_charity = factories.GranteeFactory(), factories.GranteeFactory()
    grant = factories.GrantFactory(funder=funder, recipient=charity)
    factories.GrantFactory(funder=other_funder, recipient=other_charity)
    removed = factories.GrantFactory(funder=funder, recipient=charity, removed_at=factories.NOW)
    world = World(funder=funder, charity=charity, grant=grant, removed_grant=removed)
    world.people = {
        STRANGER: None,
        NOBODY: factories.PersonFactory(),
        OFFICER: factories.officer(funder),
        OTHER_OFFICER: factories.officer(other_funder),
        VIEWER: factories.viewer(funder),
        LEAD: factories.lead(charity),
        CONTRIBUTOR: factories.contributor(charity),
        OTHER_LEAD: factories.lead(other_charity),
        SECRETARIAT: factories.secretariat(),
        ADMINISTRATOR: factories.administrator(),
        PUBLIC_BODY: factories.lead(factories.OrganisationFactory(is_public_body=True)),
        ADVISER: factories.contributor(factories.OrganisationFactory(is_adviser=True)),
    }
    return world
