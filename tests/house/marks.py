"""A word of its own in every private column of the walk's world, and who may come upon it.

The walk (test_doors.py) looks for each in every answer that anybody gets. A column of texts that is neither marked here
nor called public below fails test_marks.py, so whoever adds one decides.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.apps import apps

from accounts import kinds, letters, tasks
from accounts.models import Invitation, Letter, Mail, Person, StoppedAddress, Task
from grants.models import Grant, ImportProblem, ImportRow, Location, Project, Revision
from outcomes.models import (
    Answer,
    Baseline,
    Cell,
    Delivery,
    Evidence,
    FollowUp,
    FunderContact,
    Indicator,
    Learning,
    Question,
    Report,
    ReportDue,
    Request,
    ReviewEvent,
)  # fmt: skip
from tests import factories
from tests.accounts.posting import post
from tests.house import world as worlds
from tests.house.world import ADMINISTRATOR, CONTRIBUTOR, LEAD, OFFICER, SECRETARIAT, VIEWER, World

CHARITY, FUNDER = frozenset({LEAD, CONTRIBUTOR}), frozenset({OFFICER, VIEWER})
BOTH, MINUTES = CHARITY | FUNDER, frozenset({SECRETARIAT, ADMINISTRATOR})


@dataclass(frozen=True)
class Mark:
    """A word in some columns; who may find it; at which door, as whom, it is found (none: by nobody anywhere)."""

    word: str
    columns: frozenset[str]
    readers: frozenset[str]
    door: tuple[str, str] | None


def mark(word: str, columns: str, readers: frozenset[str], door: str = "", kind: str = "") -> Mark:
    return Mark(word, frozenset(columns.split()), readers, (door, kind) if door else None)


FILES = frozenset({OFFICER, SECRETARIAT})
NOBODY_AT_ALL: frozenset[str] = frozenset()
INVITED = BOTH | MINUTES | {worlds.NOBODY}
MARKS = (
    mark("Quokkadraft", "outcomes.report.draft", CHARITY, "report", LEAD),
    mark("Quokkanow", "outcomes.answer.text", BOTH, "copy", OFFICER),
    mark("Quokkakept", "outcomes.answer.text", CHARITY, "report", LEAD),
    mark("Quokkarenewal", "outcomes.answer.text", CHARITY, "report", LEAD),
    mark("Quokkalearning", "outcomes.answer.text", CHARITY | {SECRETARIAT}, "report", LEAD),
    mark("Quokkalearned", "outcomes.learning.text", CHARITY | {SECRETARIAT}, "learning_agree", LEAD),
    mark("Quokkanote", "outcomes.reviewevent.note", BOTH, "copy", OFFICER),
    mark("Quokkafeedback", "outcomes.delivery.feedback", BOTH, "copy", OFFICER),
    mark("Quokkafile", "outcomes.evidence.name", BOTH, "copy", OFFICER),
    mark("Quokkarequest", "outcomes.request.words", BOTH, "asked", OFFICER),
    mark("Quokkaanswered", "outcomes.request.answer", BOTH),
    mark("Quokkafollowed", "outcomes.followup.by_whom outcomes.followup.shown_by", FUNDER, "follow_up", OFFICER),
    mark("Quokkaquestion", "outcomes.question.text outcomes.question.why", BOTH, "what_we_ask", OFFICER),
    mark("Quokkabaseline", "outcomes.baseline.missing_because", BOTH),
    mark("Quokkawaived", "outcomes.reportdue.waived_because", BOTH),
    mark("Quokkaring", "outcomes.fundercontact.ring outcomes.fundercontact.safeguarding", BOTH, "what_we_ask", OFFICER),
    mark("Quokkaplace", "grants.location.name grants.revision.content", FILES, "grant_protection", OFFICER),
    mark("SW1A 2AA", "grants.grant.description grants.revision.content", FILES, "grant_edit", OFFICER),
    mark("EC1A 1BB", "grants.grant.title grants.grant.programme", FILES, "grant_edit", OFFICER),
    mark("W1A 0AX", "grants.project.title", NOBODY_AT_ALL),
    mark("Wombatnote", "outcomes.reviewevent.note", CHARITY),
    mark("Wombatfeedback", "outcomes.delivery.feedback", CHARITY, "our_reports", LEAD),
    mark("Wombatquestion", "outcomes.question.text outcomes.question.why", CHARITY, "report_evidence", LEAD),
    mark("Wombatnow", "outcomes.answer.text", CHARITY, "report_evidence", LEAD),
    mark("Wombattask", "accounts.task.words", NOBODY_AT_ALL),
    mark("Wombatring", "outcomes.fundercontact.ring outcomes.fundercontact.safeguarding", CHARITY),
    mark("Quokkaraw", "grants.importrow.raw grants.importrow.cleaned", FILES),
    mark("Quokkavalue", "grants.importproblem.value", FILES, "import", OFFICER),
    mark("Quokkainvited", "accounts.invitation.name accounts.invitation.first_name", INVITED),
    mark(
        "quokkaaddress",
        "accounts.invitation.address accounts.mail.to accounts.letter.address",
        INVITED,
        "our_funder",
        OFFICER,
    ),
    mark(
        "Quokkaletter",
        "accounts.letter.subject accounts.letter.body accounts.mail.subject accounts.mail.text",
        BOTH,
        "report_letters",
        LEAD,
    ),
    mark(
        "quokkastopped",
        "accounts.stoppedaddress.address accounts.stoppedaddress.words",
        frozenset({SECRETARIAT}),
        "how_letters_go",
        SECRETARIAT,
    ),
    mark("Quokkatask", "accounts.task.words", frozenset({OFFICER}), "home", OFFICER),
    mark("quokkalead", "accounts.person.email", BOTH | MINUTES, "people", SECRETARIAT),
)

PUBLIC = {
    "the library of figures and questions": "outcomes.cell.code outcomes.cell.name outcomes.indicatorversion.name "
    "outcomes.indicatorversion.definition outcomes.expected.breakdowns priorities.code.code priorities.code.label "
    "priorities.code.source priorities.suggestion.rule priorities.suggestion.reason priorities.bookmark.name",
    "what all funders of the group share": "priorities.target.agreed_by priorities.setaside.column "
    "priorities.setaside.kind priorities.setaside.reason priorities.looking.column priorities.looking.note "
    "accounts.group.name accounts.organisation.name accounts.identifier.value accounts.alias.name",
    "published figures of need": "priorities.needseries.people priorities.needseries.unit priorities.needseries.place "
    "priorities.needfigure.period priorities.needfigure.place priorities.needfigure.axis priorities.needfigure.part "
    "priorities.needfigure.printed priorities.needfigure.change priorities.needfigure.source priorities.needfigure.url",
    "a grant that is shared": "grants.grant.grant_id grants.grant.programme_code grants.grant.currency "
    "grants.relatedgrant.identifier "
    "grants.location.geo_code grants.location.geo_code_type grants.location.country_code grants.location.region",
    "names of persons, as their colleagues, the funders and the secretariat see them": "accounts.person.name",
    "keys, digests and codes": "grants.grant.source_digest grants.importrow.grant_id grants.importproblem.column "
    "grants.importproblem.code grants.importproblem.repair grants.revision.reason grants.joining.key "
    "outcomes.evidence.sha256 accounts.person.password accounts.signincode.digest accounts.sentform.led_to "
    "accounts.mail.message_id accounts.letter.kind accounts.letter.about accounts.letter.step accounts.task.key "
    "accounts.task.about accounts.task.kind accounts.invitation.about accounts.journalentry.about "
    "accounts.journalentry.what accounts.knock.job accounts.knock.failure",
    "behind a door that the table keeps": "grants.import.file grants.import.name grants.import.sha256 "
    "grants.import.failure grants.import.claimed_by grants.import.totals accounts.journalentry.details "
    "accounts.mail.reason accounts.mailchange.reason accounts.letter.reason",
    "why something was corrected; it stands beside the answer and the figure": "outcomes.answer.reason "
    "outcomes.measurement.reason",
}  # fmt: skip
"""Columns of texts without a mark, by the reason why they need none."""

ROOMS = ("accounts", "grants", "priorities", "outcomes", "meetings")
KINDS_OF_TEXT = ("TextField", "CharField", "EmailField", "JSONField", "FileField")


def columns() -> Iterator[str]:
    """Every column of the rooms in which somebody may write a text, as room.table.column."""
    for model in apps.get_models():
        if model._meta.app_label in ROOMS:
            for field in model._meta.fields:
                if field.get_internal_type() in KINDS_OF_TEXT and not field.choices:
                    yield f"{model._meta.label_lower}.{field.name}"


def shown_to(kind: str, content: bytes) -> list[str]:
    """The words in an answer that this kind of person may not find."""
    text = content.decode(errors="replace").casefold()
    return [each.word for each in MARKS if kind not in each.readers and each.word.casefold() in text]


def put(world: World) -> None:
    """Put every word into its place."""
    lead, officer = world.people[LEAD], world.people[OFFICER]
    assert lead
    assert officer
    _into_reports(world, lead, officer)
    _into_what_is_asked(world, officer)
    _into_grants(world)
    put_beside(world, lead)
    _into_letters(world, lead)


def _into_reports(world: World, lead: Person, officer: Person) -> None:
    world.report.refresh_from_db()
    draft = dict(world.report.draft)
    name = next(iter(draft))
    draft[name] = {**draft[name], "value": "Quokkadraft"}
    Report.objects.filter(pk=world.report.pk).update(draft=draft)
    told = {"report": world.handed_in, "by": lead, "at": factories.NOW}
    free = Question.objects.filter(funder=None, retired_at=None).exclude(
        pk__in=world.handed_in.answers.values("question")
    )
    readers = (Answer.NOW, Answer.KEPT, Answer.AFTER_RENEWAL)
    for question, reader, word in zip(free, readers, ("Quokkanow", "Quokkakept", "Quokkarenewal"), strict=False):
        answer = Answer.objects.create(question=question, reader=reader, text=word, **told)
        if reader == Answer.NOW:
            world.copy.delivered_answers.create(answer=answer)
    other = free.exclude(pk__in=world.handed_in.answers.values("question"))[0]
    Answer.objects.create(question=other, reader=Answer.LEARNING, text="Quokkalearning", **told)
    Learning.objects.filter(pk=world.learning.pk).update(text="Quokkalearned")
    ReviewEvent.objects.create(
        delivery=world.copy, step=Delivery.RETURNED, note="Quokkanote", by=officer, at=factories.NOW
    )
    Delivery.objects.filter(pk=world.copy.pk).update(feedback="Quokkafeedback")
    Evidence.objects.filter(files=world.file).update(name="Quokkafile.txt")
    Request.objects.filter(pk=world.asked.pk).update(words="Quokkarequest")
    told_of = {"used": True, "by_whom": "Quokkafollowed", "shown_by": "Quokkafollowed"}
    answered = {"answered_by": officer, "answered_at": factories.NOW}
    FollowUp.objects.filter(pk=world.follow_up.pk).update(**told_of, **answered)


def _into_what_is_asked(world: World, officer: Person) -> None:
    Question.objects.create(
        code="own-marked", funder=world.funder, text="Quokkaquestion", why="Quokkaquestion", limit=100, position=1_000
    )
    Baseline.objects.create(
        project=world.grant.project, indicator=Indicator.objects.get(code="people-new"),
        cell=Cell.objects.get(breakdown=""), missing_because="Quokkabaseline", as_at=date(2026, 1, 1),
    )  # fmt: skip
    FunderContact.objects.create(funder=world.funder, ring="Quokkaring", safeguarding="Quokkaring")
    beside = factories.GrantFactory(funder=world.funder, recipient=world.charity)
    waived = {"waived_at": factories.NOW, "waived_by": officer, "waived_because": "Quokkawaived"}
    day = date(2026, 1, 1)
    ReportDue.objects.create(grant=beside, start=day, end=day, due_on=day, **waived)
    Request.objects.create(
        grant=beside, kind=Request.OUTCOME, words="Quokkarequest", by=world.people[LEAD], at=factories.NOW,
        answer="Quokkaanswered", answered_at=factories.NOW, answered_by=officer, agreed=True,
    )  # fmt: skip


def put_beside(world: World, lead: Person) -> Delivery:
    """The other funder of the same work, which has the same report with words of its own."""
    beside = factories.GrantFactory(recipient=world.charity, project=world.grant.project)
    officer = factories.officer(beside.funder)
    window = {"start": world.handed_in.start, "end": world.handed_in.end}
    due = ReportDue.objects.create(grant=beside, due_on=world.handed_in.end, **window)
    question = Question.objects.create(
        code="beside-marked",
        funder=beside.funder,
        text="Wombatquestion",
        why="Wombatquestion",
        limit=100,
        position=1_001,
    )
    answer = Answer.objects.create(
        report=world.handed_in, question=question, text="Wombatnow", by=lead, at=factories.NOW
    )
    copy = Delivery.objects.create(
        report=world.handed_in, due=due, state=Delivery.ACCEPTED, feedback="Wombatfeedback",
        handed_in_at=factories.NOW, answered_at=factories.NOW,
    )  # fmt: skip
    copy.delivered_answers.create(answer=answer)
    ReviewEvent.objects.create(delivery=copy, step=Delivery.ACCEPTED, note="Wombatnote", by=officer, at=factories.NOW)
    FunderContact.objects.create(funder=beside.funder, ring="Wombatring", safeguarding="Wombatring")
    told = {"about": "accounts.invitation:2", "kind": "letter-not-sent", "words": "Wombattask"}
    tasks.add(key="house beside", organisation=beside.funder, at=factories.NOW, **told)
    return copy


def _into_grants(world: World) -> None:
    words = {"title": "Rooms at EC1A 1BB", "programme": "Rooms at EC1A 1BB", "description": "Rooms at SW1A 2AA"}
    Grant.objects.filter(pk=world.grant.pk).update(**words)
    Project.objects.filter(pk=world.grant.project_id).update(title="Rooms at W1A 0AX")
    Location.objects.create(grant=world.grant, name="Quokkaplace")
    content = json.loads(world.grant.revisions.first().content) if world.grant.revisions.exists() else None
    if content:
        content["locations"] = [
            {"name": "Quokkaplace", "geo_code": "", "geo_code_type": "", "country_code": "", "region": ""}
        ]
        content |= words
        Revision.objects.filter(grant=world.grant).update(content=json.dumps(content))
    row = ImportRow.objects.filter(source=world.source).order_by("row")[0]
    raw = json.loads(row.raw) if row.raw.startswith("{") else {}
    ImportRow.objects.filter(pk=row.pk).update(raw=json.dumps({**raw, "note": "Quokkaraw"}))
    ImportProblem.objects.filter(source=world.source).update(value="Quokkavalue")


def _into_letters(world: World, lead: Person) -> None:
    address = "quokkaaddress@example.org"
    nobody = Person.objects.filter(email=world.invitation.address)
    Mail.objects.filter(person__in=nobody).update(to=address)
    Invitation.objects.filter(pk=world.invitation.pk).update(name="Quokkainvited", address=address)
    nobody.update(email=address)
    words = kinds.Words("Quokkaletter", "Quokkaletter")
    about = {"kind": "receipt", "about": letters.named(world.report), "to": letters.To(lead)}
    letters.write(**about, words=words, at=factories.NOW)
    post(factories.NOW)
    told = Letter.objects.filter(about__contains="report", person=lead)
    told.update(subject="Quokkaletter", body="Quokkaletter")
    Mail.objects.filter(letters__in=told).update(subject="Quokkaletter", text="Quokkaletter")
    Task.objects.filter(pk=world.task.pk).update(words="Quokkatask")
    mail = Mail.objects.filter(letters__in=told)[0]
    StoppedAddress.objects.create(
        address="quokkastopped@example.org", because="bounced", words="quokkastopped", at=factories.NOW, mail=mail
    )
    Person.objects.filter(pk=lead.pk).update(email="quokkalead@example.org")
