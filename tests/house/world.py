"""A small portfolio with one person of every kind, for tests that go to every door."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q

from accounts import invitations, letters, tasks
from accounts.invitations import Asked
from accounts.mailboxes import Contact
from accounts.models import Invitation, Organisation, Person, Task
from funders_portal.demo import loading
from grants import imports, joining
from grants.models import Grant, Import, Joining
from outcomes import asking, drafts, files, reports, requests, schedule
from outcomes.models import (
    Answer,
    Delivery,
    FollowUp,
    Learning,
    Question,
    Report,
    ReportDue,
    ReportFile,
    Request,
)  # fmt: skip
from priorities import rules
from priorities.models import Code, Looking, NeedFigure, SetAside, Suggestion, Target
from tests import factories
from tests.accounts.posting import post

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
    asked: Request
    learning: Learning
    follow_up: FollowUp
    invitation: Invitation
    task: Task
    proposed: Joining
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
    beside = factories.GrantFactory(recipient=charity)
    proposed = joining.propose(
        [grant.pk, beside.pk], recipient=charity.pk, because="days",
        days=(beside.planned_start, beside.planned_end), at=factories.NOW,
    )  # fmt: skip
    invitation = invited(charity, people)
    task = waiting(funder)
    letters.cancel(Q(at_once=False), because="Nobody sends here what waits for office hours.", at=factories.NOW)
    post(factories.NOW)
    return World(
        funder=funder,
        charity=charity,
        grant=grant,
        removed_grant=removed,
        target=target,
        suggestion=suggestion,
        aside=aside,
        looking=looking,
        source=source,
        need_figure=need_figure,
        removed_need=removed_need,
        report=report,
        handed_in=handed_in,
        copy=handed_in.deliveries.get(),
        file=handed_in.files.get(),
        due=ReportDue.objects.get(grant=grant, start=report.start),
        asked=asked_of(grant, people),
        learning=learned(handed_in, people),
        follow_up=FollowUp.objects.create(grant=grant, opened_at=factories.NOW),
        proposed=proposed,
        invitation=invitation,
        task=task,
        people=people,
    )


def asked_of(grant: Grant, people: dict[str, Person | None]) -> Request:
    """Something that the charity asked of the funder, not answered yet."""
    lead = people[LEAD]
    assert lead
    return requests.ask(grant, kind=Request.CONTACT, words="Write to the office.", by=lead, at=factories.NOW)


def learned(report: Report, people: dict[str, Person | None]) -> Learning:
    """An answer given to the group's learning, edited and not agreed yet."""
    lead, secretariat = people[LEAD], people[SECRETARIAT]
    assert lead
    assert secretariat
    question = Question.objects.get(code="what-not-worked")
    answer = Answer.objects.create(
        report=report, question=question, text="The bus.", reader=Answer.LEARNING, by=lead, at=factories.NOW
    )
    return Learning.objects.create(answer=answer, text="Transport.", edited_by=secretariat, edited_at=factories.NOW)


def invited(charity: Organisation, people: dict[str, Person | None]) -> Invitation:
    """The one who belongs nowhere is asked to act for the charity, the officer for another one."""
    officer, nobody = people[OFFICER], people[NOBODY]
    assert officer
    assert nobody
    for_charity = Asked(
        charity, "contributor", Organisation.objects.get(pk=officer.officer_ids[0]), "http://testserver"
    )
    for_other = Asked(factories.GranteeFactory(), "lead", None, "http://testserver")
    invitations.send(contacts=[Contact(officer.email)], asked=for_other, by=officer, at=factories.NOW)
    return invitations.send(contacts=[Contact(nobody.email)], asked=for_charity, by=officer, at=factories.NOW)[0]


def waiting(funder: Organisation) -> Task:
    said = {"about": "accounts.invitation:1", "kind": "letter-not-sent", "words": "The invitation could not be sent"}
    tasks.add(key="house", organisation=funder, at=factories.NOW, **said)
    return Task.objects.get(key="house")


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
