"""A small portfolio with one person of every kind, for tests that go to every door."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import timedelta

from accounts.models import Organisation, Person
from funders_portal.demo import loading
from grants import imports
from grants.models import Grant, Import
from outcomes import asking, drafts, files, reports, schedule
from outcomes.models import Delivery, Report, ReportDue, ReportFile
from priorities import rules
from priorities.models import Code, Looking, NeedFigure, SetAside, Suggestion, Target
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
    target: Target
    suggestion: Suggestion
    aside: SetAside
    looking: Looking
    source: Import
    need_figure: NeedFigure
    removed_need: NeedFigure
    report: Report
    handed_in: Report
    copy: Delivery
    due: ReportDue
    file: ReportFile
    people: dict[str, Person | None]


def build() -> World:
    """The demo, and beside it rows behind every door; the grant is the funder's, and goes to the charity."""
    loading.load(today=factories.NOW.date(), at=factories.NOW)
    funder, other_funder = factories.FunderFactory(), factories.FunderFactory()
    charity, other_charity = factories.GranteeFactory(), factories.GranteeFactory()
    grant = factories.GrantFactory(funder=funder, recipient=charity)
    factories.GrantFactory(funder=other_funder, recipient=other_charity)
    removed = factories.GrantFactory(funder=funder, recipient=charity, removed_at=factories.NOW)
    area = Code.objects.get(dimension="priority", code="victim_services")
    suggestion = Suggestion.objects.create(
        grant=grant, dimension="priority", code=area, rule=rules.TITLE, reason="refuge"
    )
    target = Target.objects.order_by("pk")[0]
    people = {
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
    source = received(file_of(funder, charity), people[OFFICER])
    need_figure, removed_need = NeedFigure.objects.filter(series__code="helpline-contacts")
    removed_need.removed_at, removed_need.removed_by = factories.NOW, people[SECRETARIAT]
    removed_need.save()
    officer = people[OFFICER]
    cell = {"area": area, "dimension": "region", "column": "SW", "by": officer, "at": factories.NOW}
    aside = SetAside.objects.create(
        **cell, kind="empty", reason="Decided in autumn", look_again_on=factories.NOW.date() + timedelta(days=400)
    )
    looking = Looking.objects.create(**cell, funder=funder, newest_grant=removed.pk)
    handed_in, report = reported(grant, people)
    [file] = handed_in.files.all()
    return World(
        funder, charity, grant, removed, target, suggestion, aside, looking, source, need_figure, removed_need, report,
        handed_in, handed_in.deliveries.get(), ReportDue.objects.get(grant=grant, start=report.start), file, people,
    )  # fmt: skip


def reported(grant: Grant, people: dict[str, Person | None]) -> list[Report]:
    """The grant's two reports: the first handed in, the second begun."""
    officer, lead = people[OFFICER], people[LEAD]
    assert officer
    assert lead
    planned = schedule.plan(grant, every=6, days_after=30)
    schedule.keep(grant, planned, form="full", by=officer, at=factories.NOW)
    found = list(Report.objects.filter(project=grant.project))
    for report in found:
        words = asking.sheet(report).core
        texts = {each.name: drafts.Change("Said in general.", 0) for each in words if each.question.required}
        drafts.save(report, texts, names=set(texts), by=lead, at=factories.NOW)
    files.add(found[0], content=b"Said in general.", name="said.txt", grant=grant, by=lead, at=factories.NOW)
    reports.hand_in(found[0], by=lead, at=factories.NOW)
    return found


def file_of(funder: Organisation, charity: Organisation) -> bytes:
    """A file in the 360Giving standard: one grant as it should be, one to repair, one that cannot be taken."""
    parties = {
        "fundingOrganization": [{"id": funder.org_id, "name": funder.name}],
        "recipientOrganization": [{"id": charity.org_id, "name": charity.name}],
        "currency": "GBP",
        "description": "Invented.",
    }
    rows = [
        {"id": "360G-house-1", "title": "Refuge in Leeds", "amountAwarded": 5000, "awardDate": "2026-05-01"},
        {"id": "360G-house-2", "title": "Legal advice", "amountAwarded": "£7,000", "awardDate": "2026-05-01T00:00:00"},
        {"id": "360G-house-3", "title": "Without an amount", "awardDate": "2026-02-30"},
    ]
    return json.dumps({"grants": [{**parties, **row} for row in rows]}).encode()


def received(content: bytes, by: Person | None) -> Import:
    """A file that an officer sent, read and waiting for a word."""
    source = imports.receive(file=io.BytesIO(content), name="grants.json", by=by, at=factories.NOW)
    while imports.read_next(at=factories.NOW):
        pass
    source.refresh_from_db()
    assert source.state == Import.CHECKED, source.failure
    return source
