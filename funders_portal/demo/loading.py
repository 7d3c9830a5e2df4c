"""Loads the demo, its dates moved so that its reference day is the day of loading."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from accounts import journal
from accounts.models import Group, Identifier, Membership, Organisation, Person
from counting import money, periods
from grants import changes, portfolio
from grants.models import Grant, Location, Project, Recipient
from priorities.models import Code, Link, Target

PRINTED_DAY = date(2025, 1, 1)
"""The day on which the figures printed in the papers are true."""
FOLDER = Path(__file__).parent
DIMENSIONS = ("priority", "region", "group", "exploitation", "service", "audience", "term")
PEOPLE = [
    # address, name, organisation, role
    ("officer@quillfeather.demo.invalid", "Robin Ashdown (demo)", "quillfeather-trust", Membership.OFFICER),
    ("viewer@quillfeather.demo.invalid", "Jo Harrow (demo)", "quillfeather-trust", Membership.VIEWER),
    ("officer@marrowstone.demo.invalid", "Sam Petherick (demo)", "marrowstone-foundation", Membership.OFFICER),
    ("officer@brackenhythe.demo.invalid", "Alex Tolland (demo)", "brackenhythe-fund", Membership.OFFICER),
    ("officer@lanternby.demo.invalid", "Chris Oakhanger (demo)", "lanternby-foundation", Membership.OFFICER),
    ("officer@sharedharbour.demo.invalid", "Pat Wray (demo)", "shared-harbour-collaborative", Membership.OFFICER),
    ("officer@ottersmoor.demo.invalid", "Lee Fallowfield (demo)", "ottersmoor-charitable-trust", Membership.OFFICER),
    ("officer@saltwicket.demo.invalid", "Kit Marlpool (demo)", "saltwicket-community-fund", Membership.OFFICER),
    ("lead@kestrel.demo.invalid", "Ali Wexcombe (demo)", "kestrel-young-people", Membership.LEAD),
    ("helper@kestrel.demo.invalid", "Max Thornley (demo)", "kestrel-young-people", Membership.CONTRIBUTOR),
    ("lead@hearthside.demo.invalid", "Dee Pentrevor (demo)", "hearthside-wales", Membership.LEAD),
]


class AlreadyLoaded(Exception):
    """The portal holds grants, so that the demo would mix with them."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Moves a printed date by as many days as lie between the printed day and `today`."""

    today: date

    def moved(self, text: str) -> date:
        return self.day(date.fromisoformat(text))

    def day(self, printed: date) -> date:
        return printed + (self.today - PRINTED_DAY)


@transaction.atomic
def load(*, today: date, at: datetime) -> int:
    """Load organisations, people, 45 grants with their shares, and targets; returns the number of grants.

    Raises AlreadyLoaded where any grant or the demo itself stands already.
    """
    group = Group.current()
    if group.demo_loaded_on or Grant.objects.exists():
        raise AlreadyLoaded
    clock, rows = Clock(today), list(_read("portfolio.csv"))
    organisations = dict(_organisations(rows))
    people = dict(_people(organisations))
    codes = {(code.dimension, code.code): code for code in Code.objects.filter(kind="share")}
    grants = list(_grants(rows, clock=clock, organisations=organisations))
    officers = {org: people[address] for address, _, org, role in PEOPLE if role == Membership.OFFICER}
    for row, grant in zip(rows, grants, strict=True):
        officer = officers[_slug(row["funder_id"])]
        Link.objects.bulk_create(_links(row, grant=grant, codes=codes, by=officer, at=at))
        portfolio.record_revision(grant=grant, by=officer, at=at, reason="demo")
    Target.objects.bulk_create(_targets(clock, codes=codes))
    group.name, group.demo_loaded_on = "Funders against trafficking (demo)", today
    group.save()
    journal.record(what=journal.Did.LOADED_DEMO, about=group, by=None, at=at, grants=len(grants))
    changes.touch([grant.pk for grant in grants])
    return len(grants)


def _read(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _slug(org_id: str) -> str:
    return org_id.removeprefix("XX-DEMO-")


def _organisations(rows: Iterable[dict[str, str]]) -> Iterator[tuple[str, Organisation]]:
    for name_key, id_key, role in (("funder", "funder_id", "is_funder"), ("recipient", "recipient_id", "is_grantee")):
        for org_id, name in sorted({(row[id_key], row[name_key]) for row in rows}):
            organisation = Organisation.objects.create(name=name, **{role: True})
            Identifier.objects.create(organisation=organisation, value=org_id, main=True)
            yield _slug(org_id), organisation


def _people(organisations: dict[str, Organisation]) -> Iterator[tuple[str, Person]]:
    for address, name, org, role in PEOPLE:
        person = Person.objects.create_user(address, name=name)
        Membership.objects.create(person=person, organisation=organisations[org], role=role)
        yield address, person
    Person.objects.create_user("secretariat@demo.invalid", name="Bernie Cotterell (demo)", is_secretariat=True)


def _grants(rows: Iterable[dict[str, str]], *, clock: Clock, organisations: dict[str, Organisation]) -> Iterator[Grant]:
    projects: dict[str, Project] = {}
    for row in rows:
        if row["project"] not in projects:
            projects[row["project"]] = Project.objects.create(title=row["title"])
        start = date.fromisoformat(row["start"])
        grant = Grant.objects.create(
            grant_id=row["grant_id"],
            project=projects[row["project"]],
            funder=organisations[_slug(row["funder_id"])],
            title=row["title"],
            amount_awarded=money.minor(row["amount"]),
            award_date=clock.moved(row["awarded"]),
            added_on=clock.moved(row["added"]),
            planned_start=clock.day(start),
            planned_start_precision="day",
            planned_end=clock.day(periods.end_after(start, int(row["months"]))),
            planned_end_precision="day",
            planned_months=int(row["months"]),
            regrant_type=row["regrant"],
        )
        Recipient.objects.create(grant=grant, organisation=organisations[_slug(row["recipient_id"])])
        Location.objects.bulk_create(
            Location(grant=grant, region=region, country_code="GB") for region, _ in _shares(row["region"])
        )
        yield grant


def _shares(text: str) -> list[tuple[str, int]]:
    """ "LON=60;NW=40" or plain "LON": codes with basis points; nothing for an empty text."""
    parts = [part.partition("=") for part in text.split(";") if part]
    return [(code, int(percent or 100) * 100) for code, _, percent in parts]


def _links(row: dict[str, str], *, grant: Grant, codes: dict[Any, Code], by: Person, at: datetime) -> Iterator[Link]:
    for dimension in DIMENSIONS:
        for code, share in _shares(row[dimension]):
            yield Link(grant=grant, dimension=dimension, code=codes[dimension, code], share=share, by=by, at=at)


def _targets(clock: Clock, *, codes: dict[Any, Code]) -> Iterator[Target]:
    for row in _read("targets.csv"):
        yield Target(
            area=codes["priority", row["area"]],
            column=codes[row["dimension"], row["column"]] if row["column"] else None,
            kind=row["kind"],
            value=int(row["value"]),
            agreed_by=row["agreed_by"],
            agreed_on=clock.moved(row["agreed_on"]),
        )
