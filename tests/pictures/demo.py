"""The demo as pictures show it: its own people and grants, and a few rows that its pages would be empty without."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any

from django.db.models import Model
from django.utils import timezone

from accounts.models import Organisation, Person
from accounts.signin import DEMO_PEOPLE
from funders_portal.demo import loading
from grants import portfolio
from grants.models import Grant
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
    people = _people()
    officer = people[OFFICER]
    assert officer
    funder = Organisation.objects.get(id=officer.officer_ids[0])
    shown = Grant.objects.filter(funder=funder).order_by("id")[0]
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
    return World(**{**_any_row(), **given})


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
        LEAD: called(DEMO_PEOPLE["grantee"]),
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
