"""Random portfolios, and what people do to them by the portal's own functions, to count again after every edit."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from django.db import transaction

from accounts import bulk, organisations
from accounts.models import Alias, Group, Identifier, JournalEntry, Membership, Organisation, Person
from counting.money import WHOLE
from grants import changes, imports, portfolio
from grants.models import (
    Change,
    Grant,
    Import,
    ImportProblem,
    ImportRow,
    Location,
    Project,
    Recipient,
    RelatedGrant,
    Revision,
)
from priorities import linking
from priorities.coverage import MEASURES, Question
from priorities.models import NOT_STATED, Bookmark, Code, Dimension, InitiativeLink, Link, Suggestion, Target
from tests.factories import NOW, FunderFactory, GranteeFactory, secretariat

START, DAYS = date(2022, 1, 1), 1_800
PROGRAMMES = ("", "Core costs", "Refuge", "Early action")
CURRENCIES = ("GBP",) * 8 + ("EUR", "USD")
CREATE, SHARES, DATES, REMOVE, UNDO, ROLLBACK = "create", "shares", "dates", "remove", "undo", "rollback"
ROLE = "role"
KINDS = (CREATE, SHARES, DATES, REMOVE, UNDO, ROLLBACK)
USUAL = (CREATE, CREATE, SHARES, SHARES, DATES, DATES, REMOVE, UNDO, ROLLBACK)
"""What is done to every portfolio, in any order, with one more of any kind."""


@dataclass
class Sorted:
    """What stood in some grants before they were sorted, and their fingerprints after it, for taking it back."""

    before: dict[int, dict[str, dict[str, int]]]
    after: dict[int, str]


@dataclass
class World:
    """Funders, charities, somebody who may do everything, and one portfolio of random grants."""

    chance: Random
    by: Person
    funders: list[Organisation]
    grantees: list[Organisation]
    codes: dict[str, dict[str, int]]
    brought: list[Import] = field(default_factory=list)
    sorted: list[Sorted] = field(default_factory=list)

    # --- what is there --------------------------------------------------------------------------------------------
    def grant(self) -> Grant:
        return self.some(1)[0]

    def some(self, most: int) -> list[Grant]:
        there = list(Grant.objects.current().order_by("id").values_list("id", flat=True))
        picked = self.chance.sample(there, min(self.chance.randint(1, most), len(there)))
        return list(Grant.objects.filter(id__in=picked).order_by("id"))

    def day(self) -> date:
        return START + timedelta(days=self.chance.randrange(DAYS))

    def shares(self, dimension: str) -> dict[str, int]:
        """Codes with uneven shares that come to the whole, or leave a rest that nobody stated."""
        codes = [each for each in self.codes[dimension] if each != NOT_STATED]
        count = len(codes) if self.chance.random() < 0.05 else self.chance.choice([1, 1, 1, 2, 2, 3])
        picked = self.chance.sample(codes, min(count, len(codes)))
        cuts = sorted(self.chance.sample(range(1, WHOLE), len(picked)))
        if self.chance.random() < 0.7:
            cuts[-1] = WHOLE
        return {code: high - low for code, low, high in zip(picked, [0, *cuts], cuts, strict=False)}

    def answers(self, *dimensions: str) -> dict[str, dict[str, int]]:
        """The same as a person says it: what is not stated is spelt out."""
        return linking.completed({each: self.shares(each) for each in dimensions})

    def plain(self) -> dict[str, Any]:
        """What a person might say of a grant: any amount, any dates in order, some of them not known."""
        joint = self.chance.random() < 0.05
        pence = self.chance.choice([0, 1, 99, 100, self.chance.randrange(10**7), self.chance.randrange(9 * 10**13)])
        start, actual = self.period(), self.period()
        return {
            "title": f"Work {self.chance.randrange(10**6)}",
            "programme": self.chance.choice(PROGRAMMES),
            "currency": self.chance.choice(CURRENCIES),
            "amount_awarded": 0 if joint else pence,
            "joint_share": joint,
            "regrant_type": self.chance.choice([""] * 4 + ["FRG010"]),
            "award_date": self.day(),
            **_dates("planned", *start),
            **_dates("actual", *(actual if self.chance.random() < 0.3 else (None, None))),
        }

    def period(self) -> tuple[date | None, date | None]:
        start = self.day()
        end = start + timedelta(days=self.chance.randrange(900))
        return self.chance.choice([(start, end)] * 6 + [(None, end), (start, None), (None, None)])

    def details(self) -> portfolio.Details:
        return portfolio.Details(
            plain=self.plain(),
            funder=self.chance.choice(self.funders),
            recipients=self.recipients(),
        )

    def recipients(self) -> list[Organisation]:
        """One charity or two, or now and then another funder, which grants the money on."""
        return self.chance.sample(self.grantees + self.funders, self.chance.choice([1, 1, 2]))

    # --- what is asked --------------------------------------------------------------------------------------------
    def questions(self) -> list[Question]:
        """Each measure over any two dimensions, often filtered; days are often a grant's own first or last."""
        rows = Grant.objects.current().order_by("id").values_list("award_date", "planned_end", "actual_end")
        edges = [day for row in rows for day in row if day]
        return [self._question(measure, edges) for measure in MEASURES]

    def _question(self, measure: str, edges: list[date]) -> Question:
        rows, across, third = self.chance.sample(Dimension.values, 3)
        on, *ends = (self.chance.choice(edges) if self.chance.random() < 0.5 else self.day() for _ in range(3))
        window = measure in ("awarded", "spread") or (measure == "grants" and self.chance.random() < 0.5)
        filtered = self.chance.choice([(), (), (third,), (third,), (rows, third)])
        return Question(
            rows=rows,
            columns=across,
            measure=measure,
            on=on,
            first=self.chance.choice([min(ends), min(ends), None]) if window else None,
            last=self.chance.choice([max(ends), max(ends), None]) if window else None,
            funders=self._few([each.pk for each in self.funders], 0.3),
            recipients=self._few([each.pk for each in self.grantees], 0.2),
            programmes=self._few([*PROGRAMMES[1:], "Nothing's programme"], 0.2),
            codes={each: self._few(list(self.codes[each]), 1) for each in filtered},
        )

    def _few(self, choices: list[Any], likely: float) -> tuple[Any, ...]:
        if self.chance.random() >= likely:
            return ()
        return tuple(self.chance.sample(choices, self.chance.randint(1, min(3, len(choices)))))


def _dates(name: str, start: date | None, end: date | None) -> dict[str, Any]:
    return {
        f"{name}_start": start,
        f"{name}_start_precision": "day" if start else "",
        f"{name}_end": end,
        f"{name}_end_precision": "day" if end else "",
    }


# --- a portfolio --------------------------------------------------------------------------------------------------
EMPTIED = (
    Change, Suggestion, InitiativeLink, Link, Revision, ImportProblem, ImportRow, Import, RelatedGrant, Location,
    Recipient, Grant, Project,
)  # fmt: skip
PEOPLE = (JournalEntry, Target, Bookmark, Membership, Identifier, Alias, Organisation, Person, Group)


def people(chance: Random) -> World:
    """A world without grants; its people and organisations serve many portfolios."""
    codes: dict[str, dict[str, int]] = {name: {} for name in Dimension.values}
    for code in Code.objects.sharing().order_by("order"):
        codes[code.dimension][code.code] = code.pk
    return World(
        chance,
        by=secretariat(),
        funders=[FunderFactory() for _ in range(4)],
        grantees=[GranteeFactory() for _ in range(8)],
        codes=codes,
    )


@transaction.atomic
def empty(*, people: bool = False) -> None:
    """Take every grant out, as no function of the portal can, and the people and organisations too where asked."""
    for model in (*EMPTIED, *(PEOPLE if people else ())):
        model._default_manager.all()._raw_delete(using="default")
    # Of so many the log keeps one line: everything changed.
    changes.touch(range(changes.MANY + 1))


@transaction.atomic
def fill(world: World, size: int) -> None:
    """`size` random grants with their shares; some removed, some without any share."""
    projects = Project.objects.bulk_create(Project(title=str(number)) for number in range(1 + size // 2))
    grants = Grant.objects.bulk_create(
        Grant(
            grant_id=f"360G-random-{number}",
            project=projects[number // 2],
            funder=world.chance.choice(world.funders),
            added_on=world.day(),
            removed_at=NOW if world.chance.random() < 0.07 else None,
            **world.plain(),
        )
        for number in range(size)
    )
    Recipient.objects.bulk_create(
        Recipient(grant=grant, organisation=organisation) for grant in grants for organisation in world.recipients()
    )
    bulk.insert(
        Link,
        ["grant_id", "dimension", "code_id", "share", "at"],
        [
            (grant.pk, dimension, world.codes[dimension][code], share, NOW)
            for grant in grants
            for dimension in Dimension.values
            if world.chance.random() < 0.7
            for code, share in world.shares(dimension).items()
        ],
    )
    changes.touch([each.pk for each in grants])


def portfolio_of(world: World, size: int) -> World:
    """The same people over another portfolio."""
    empty()
    world.brought, world.sorted = [], []
    fill(world, size)
    return world


# --- edits: each calls one function of the portal's that writes ------------------------------------------------------
def add(world: World) -> None:
    portfolio.add(details=world.details(), by=world.by, at=NOW)


def change(world: World) -> None:
    grant = world.grant()
    portfolio.change(grant=grant, details=world.details(), opened_at=portfolio.newest(grant), by=world.by, at=NOW)


def only_dates(world: World) -> None:
    """Nothing but the period moves."""
    grant = world.grant()
    start, end = world.period()
    plain = {name: getattr(grant, name) for name in world.plain()} | _dates("planned", start, end)
    same = portfolio.Details(plain=plain, funder=grant.funder, recipients=list(grant.recipients.all()))
    portfolio.change(grant=grant, details=same, opened_at=portfolio.newest(grant), by=world.by, at=NOW)


def remove(world: World) -> None:
    portfolio.remove(grant=world.grant(), by=world.by, at=NOW)


def hold_back(world: World) -> None:
    """A funder keeps a grant to itself for now, or shares it again."""
    grant = world.grant()
    portfolio.hold_back(grant=grant, on=not grant.held_back, by=world.by, at=NOW)


def restore(world: World) -> None:
    grant = world.chance.choice(list(Grant.objects.exclude(removed_at=None).order_by("id")))
    portfolio.restore(grant=grant, by=world.by, at=NOW)


def change_role(world: World) -> None:
    """A charity begins or ceases to fund, so that money regranted to it counts in its own grants or where it stands."""
    organisation = world.chance.choice(world.grantees)
    organisation.refresh_from_db()
    standing = organisations.as_it_stands(organisation)
    details = replace(standing, roles=standing.roles ^ {"is_funder"})
    organisations.change(organisation=organisation, details=details, by=world.by, at=NOW)


def set_shares(world: World) -> None:
    dimension, grant = world.chance.choice(Dimension.values), world.grant()
    shares = world.answers(dimension)[dimension] if world.chance.random() < 0.85 else {}
    with _remembered(world, [grant], [dimension]):
        linking.set_shares(grant=grant, dimension=dimension, shares=shares, by=world.by, at=NOW)


def sort(world: World) -> None:
    grant, dimensions = world.grant(), world.chance.sample(Dimension.values, 4)
    with _remembered(world, [grant], dimensions):
        linking.sort(grant=grant, answers=world.answers(*dimensions), by=world.by, at=NOW)


def sort_many(world: World) -> None:
    grants, dimensions = world.some(6), world.chance.sample(Dimension.values, 2)
    with _remembered(world, grants, dimensions):
        linking.sort_many(answers={each.pk: world.answers(*dimensions) for each in grants}, by=world.by, at=NOW)


def confirm(world: World) -> None:
    """What rules suggested for some grants of which nobody had spoken."""
    said = set(Link.objects.values_list("grant_id", "dimension"))
    unsaid = [(each, name) for each in world.some(20) for name in Dimension.values if (each.pk, name) not in said]
    suggested = [_suggestion(world, *each) for each in world.chance.sample(unsaid, min(4, len(unsaid)))]
    linking.confirm(suggestion_ids=suggested, by=world.by, at=NOW)


def _suggestion(world: World, grant: Grant, dimension: str) -> int:
    code = world.chance.choice([each for each in world.codes[dimension] if each != NOT_STATED])
    Suggestion.objects.filter(grant=grant, dimension=dimension).delete()
    row = {"grant": grant, "dimension": dimension, "code_id": world.codes[dimension][code]}
    return Suggestion.objects.create(**row, rule="title", reason="refuge").pk


class _remembered:
    """Keeps what stood before a sorting, so that it can be taken back as the page does it."""

    def __init__(self, world: World, grants: list[Grant], dimensions: list[str]) -> None:
        self.world, self.grants = world, grants
        self.before = {
            each.pk: {name: linking.sorting_of(each).get(name, {}) for name in dimensions} for each in grants
        }

    def __enter__(self) -> None:
        pass

    def __exit__(self, *raised: object) -> None:
        self.world.sorted.append(Sorted(self.before, {each.pk: linking.fingerprint(each) for each in self.grants}))


def take_back(world: World) -> None:
    last = world.sorted.pop()
    linking.take_back(answers=last.before, after=last.after, by=world.by, at=NOW)


# --- files ----------------------------------------------------------------------------------------------------------
def file_of(world: World, count: int) -> bytes:
    """A file of one funder: grants with numbers that an earlier file may have brought, so that some are changed."""
    funder = world.chance.choice(world.funders)
    numbers = world.chance.sample(range(12), count)
    return json.dumps({"grants": [_in_standard(world, funder, number) for number in numbers]}).encode()


def _in_standard(world: World, funder: Organisation, number: int) -> dict[str, Any]:
    start = world.day()
    recipient = world.chance.choice(world.grantees)
    return {
        "id": f"360G-brought-{funder.pk}-{number}",
        "title": f"Brought {world.chance.randrange(10**6)}",
        "description": "Invented.",
        "currency": world.chance.choice(CURRENCIES),
        "amountAwarded": world.chance.randrange(1, 10**7) / 100,
        "awardDate": start.isoformat(),
        "plannedDates": [
            {
                "startDate": start.isoformat(),
                "endDate": (start + timedelta(days=world.chance.randrange(900))).isoformat(),
            }
        ],
        "fundingOrganization": [{"id": funder.org_id, "name": funder.name}],
        "recipientOrganization": [{"id": recipient.org_id, "name": recipient.name}],
    }


def read(world: World, content: bytes) -> Import:
    """A file received, read and checked; nothing of it counts yet."""
    source = imports.receive(file=io.BytesIO(content), name="grants.json", by=world.by, at=NOW)
    assert imports.read_next(at=NOW)
    source.refresh_from_db()
    assert source.state == Import.CHECKED, source.failure
    return source


def carry_out(source: Import, state: str, world: World) -> None:
    imports.ask(source, state, by=world.by)
    assert imports.read_next(at=NOW)
    source.refresh_from_db()


def bring(world: World) -> None:
    source = read(world, file_of(world, world.chance.randint(1, 4)))
    carry_out(source, Import.APPLYING, world)
    assert source.state == Import.APPLIED
    world.brought.append(source)


def take_out(world: World) -> None:
    """The last file that was applied, undone."""
    source = world.brought.pop()
    carry_out(source, Import.UNDOING, world)
    assert source.state == Import.UNDONE


def answer_missing(world: World) -> None:
    """Grants that a funder's next file lacks are marked as removed."""
    funder = from_files().order_by("id")[0].funder
    content = json.dumps({"grants": [_in_standard(world, funder, world.chance.randrange(100, 10**6))]}).encode()
    source = read(world, content)
    carry_out(source, Import.APPLYING, world)
    world.brought.append(source)
    rows = source.rows.filter(outcome=ImportRow.MISSING).values_list("pk", flat=True)
    assert imports.answer_missing(source, rows=list(rows), answer=ImportRow.REMOVE, by=world.by, at=NOW)


# --- which ------------------------------------------------------------------------------------------------------------
Edit = Callable[[World], None]
CREATING: tuple[Edit, ...] = (add, add, bring)
SORTING: tuple[Edit, ...] = (set_shares, sort, sort_many, confirm)
DATING: tuple[Edit, ...] = (change, only_dates)
BESIDE: tuple[Edit, ...] = (change_role,)
"""Edits of other rows that move figures all the same."""
ROLLED_BACK: tuple[Edit, ...] = (add, change, only_dates, remove, set_shares, sort_many, confirm, bring)


def undoable(world: World) -> Iterator[Edit]:
    """What can be undone just now; files first of all."""
    if world.brought:
        yield from (take_out, take_out)
    if world.sorted:
        yield take_back
    if Grant.objects.exclude(removed_at=None).exists():
        yield restore


def from_files() -> Any:
    """Current grants that a file brought."""
    return Grant.objects.current().exclude(source_digest="")


def removable(world: World) -> Iterator[Edit]:
    yield from (remove, remove, hold_back)
    if from_files().exists():
        yield answer_missing


def edit_of(kind: str, world: World) -> Edit:
    choices = {
        CREATE: lambda: CREATING,
        SHARES: lambda: SORTING,
        DATES: lambda: DATING,
        REMOVE: lambda: list(removable(world)),
        UNDO: lambda: list(undoable(world)),
        ROLLBACK: lambda: ROLLED_BACK,
        ROLE: lambda: BESIDE,
    }
    return world.chance.choice(choices[kind]())


def planned(world: World) -> Iterator[tuple[str, Edit]]:
    """Ten edits and a little more, of every kind, in any order; a file is mostly brought before something is undone."""
    kinds = [*USUAL, world.chance.choice([*KINDS, ROLE, ROLE])]
    world.chance.shuffle(kinds)
    for kind in kinds:
        if kind == UNDO and not world.brought and (world.chance.random() < 0.6 or not list(undoable(world))):
            yield CREATE, bring
        yield kind, edit_of(kind, world)
