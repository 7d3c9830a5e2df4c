"""The demo as pictures show it: its own people and grants, and a few rows that its pages would be empty without."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any

from django.db.models import Model
from django.utils import timezone

from accounts import invitations
from accounts.models import Organisation, Person
from accounts.signin import DEMO_PEOPLE
from funders_portal.demo import letters as demo_letters
from funders_portal.demo import loading
from funders_portal.demo import reports as demo_reports
from grants import portfolio
from grants.models import Grant
from outcomes import files, requests
from outcomes.models import Answer, Delivery, FollowUp, Learning, Question, Report, ReportDue, Request
from priorities import linking
from priorities.models import Target
from tests.house import world as worlds
from tests.house.world import ADMINISTRATOR, LEAD, OFFICER, SECRETARIAT, STRANGER, VIEWER, World
from tests.pictures import FOLDER

EXAMPLE = FOLDER.parent / "example-grants.json"


def build() -> World:
    """Load the demo as of today, with a file that waits for a word, a removed grant and an administrator."""
    now = timezone.now()
    loading.load(today=timezone.localdate(now), at=now)
    demo_reports.load(today=timezone.localdate(now), at=now)
    demo_letters.load(at=now)
    people = _people()
    officer = people[OFFICER]
    assert officer
    funder = Organisation.objects.get(id=officer.officer_ids[0])
    lead = people[LEAD]
    assert lead
    shown = Grant.objects.as_party(lead).filter(funder=funder)[0]
    removed = _removed(funder, by=officer)
    linking.link_new_grants(at=now)
    given: dict[str, Any] = {
        "funder": funder,
        "charity": shown.recipients.all()[0],
        "grant": shown,
        "removed_grant": removed,
        "target": Target.objects.order_by("id")[0],
        "source": worlds.received(EXAMPLE.read_bytes(), officer),
        "people": people,
    }
    return World(**{**_any_row(), **given, **_reported(funder, people)})


def _reported(funder: Organisation, people: dict[str, Person | None]) -> dict[str, Any]:
    """What the pages about reports show: the officer's copy to answer, the lead's report being written."""
    lead, now = people[LEAD], timezone.now()
    assert lead
    copy = Delivery.objects.get(state=Delivery.HANDED_IN, due__grant__funder=funder)
    written = Report.objects.written_by(lead)
    handed_in = written.exclude(submitted_at=None).order_by("end")[0]
    question = Question.objects.get(code="what-not-worked")
    answer = Answer.objects.get(report=handed_in, question=question, superseded_at=None)
    words = "Half of the visits were lost when the bus stopped running."
    return {
        "report": written.get(submitted_at=None),
        "handed_in": handed_in,
        "copy": copy,
        "due": ReportDue.objects.filter(grant=copy.due.grant).order_by("-end")[0],
        "asked": requests.ask(copy.due.grant, kind=Request.CONTACT, words="Write to the office.", by=lead, at=now),
        "learning": Learning.objects.create(answer=answer, text=words, edited_by=people[SECRETARIAT], edited_at=now),
        "file": files.add(
            written.get(submitted_at=None),
            content=b"Rooms furnished: eleven.",
            name="rooms.txt",
            grant=Grant.objects.filter(project__in=written.values("project"))[0],
            by=lead,
            at=now,
        ),
        "task": worlds.waiting(funder),
        "invitation": _invited(people),
        "follow_up": FollowUp.objects.create(grant=copy.due.grant, opened_at=now),
    }


def _invited(people: dict[str, Person | None]) -> Any:
    """Somebody whom the lead's charity has asked to join it."""
    lead = people[LEAD]
    assert lead
    charity = Organisation.objects.get(id=lead.grantee_ids[0])
    asked = invitations.Asked(charity, "contributor", None, "http://testserver")
    contacts = [invitations.Contact("new-colleague@hearthside.demo.invalid")]
    return invitations.send(contacts=contacts, asked=asked, by=lead, at=timezone.now())[0]


def _people() -> dict[str, Person | None]:
    def called(address: str) -> Person:
        return Person.objects.get(email=address)

    administrator = Person.objects.create_user(
        "administrator@demo.invalid", name="Sandy Merrow (demo)", is_administrator=True
    )
    return {
        STRANGER: None,
        OFFICER: called(DEMO_PEOPLE["officer"]),
        VIEWER: called("viewer@quillfeather.demo.invalid"),
        LEAD: called("lead@hearthside.demo.invalid"),  # Of a charity of the officer's own funder.
        SECRETARIAT: called(DEMO_PEOPLE["secretariat"]),
        ADMINISTRATOR: administrator,
    }


def _removed(funder: Organisation, *, by: Person) -> Grant:
    """A grant that was entered by mistake and taken out again, so that no figure of the demo changes."""
    now = timezone.now()
    plain = {"title": "Entered twice", "amount_awarded": 10_000_00, "award_date": timezone.localdate(now)}
    grant = portfolio.add(details=portfolio.Details(plain=plain, funder=funder), by=by, at=now)
    portfolio.remove(grant=grant, by=by, at=now)
    return grant


def _any_row() -> dict[str, Any]:
    """For each row that an address may need, the first of its kind; None where the demo has none."""
    kinds = typing.get_type_hints(World, vars(worlds))
    rows = {name: kinds[name] for name in (each.name for each in dataclasses.fields(World))}
    return {
        name: kind._default_manager.order_by("pk").first() if issubclass(kind, Model) else None
        for name, kind in rows.items()
        if isinstance(kind, type)
    }
