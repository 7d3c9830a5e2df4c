"""The one door by which rows become CSV, and grants as such rows: the same texts and amounts as on the page."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from counting import money
from grants.models import Grant, GrantQuerySet
from grants.portfolio import shown_locations, shown_text

BATCH = 2_000


class Echo:
    """What csv writes to: gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def safe(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula; numbers, negative ones too, stay numbers."""
    if isinstance(cell, int | float | Decimal):
        return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    text = str(cell)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """CSV line by line, beginning with the mark by which Excel knows UTF-8."""
    writer = csv.writer(Echo())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([safe(cell) for cell in row])


def text(rows: Iterable[Iterable[object]]) -> str:
    """The same as one text."""
    return "".join(lines(rows))


def rows(grants: GrantQuerySet) -> Iterator[list[Any]]:
    """Headings, then a row a grant, read in batches so that any number of them fits in memory."""
    yield headings()
    full = grants.select_related("funder", "project").prefetch_related(
        "funder__identifiers", "recipients__identifiers", "locations"
    )
    for grant in full.iterator(chunk_size=BATCH):
        yield row(grant)


def headings() -> list[str]:
    return [
        _("Grant identifier"), _("Title"), _("Description"), _("Funder"), _("Funder identifier"), _("Recipients"),
        _("Recipient identifiers"), _("Amount awarded"), _("Currency"), _("Award date"), _("Planned start"),
        _("Planned end"), _("Actual start"), _("Actual end"), _("Programme"), _("Kind of regrant"), _("Project"),
        _("Joint share of another grant"), _("Place protected"), _("Places"), _("Added to the portal on"),
        _("Not to be shared yet"),
    ]  # fmt: skip


def row(grant: Grant) -> list[Any]:
    recipients = sorted(grant.recipients.all(), key=lambda each: each.name)
    return [
        grant.grant_id,
        shown_text(grant, grant.title),
        shown_text(grant, grant.description),
        grant.funder.name,
        grant.funder.org_id,
        "; ".join(shown_text(grant, each.name) for each in recipients)
        or (_("an individual") if grant.to_individual else ""),
        "; ".join(each.org_id for each in recipients if each.org_id),
        money.major(grant.amount_awarded, grant.currency),
        grant.currency,
        grant.award_date.isoformat(),
        *(grant.date_text(name) for name in ("planned_start", "planned_end", "actual_start", "actual_end")),
        shown_text(grant, grant.programme),
        grant.regrant_type,
        shown_text(grant, grant.project.title),
        _("yes") if grant.joint_share else _("no"),
        _("yes") if grant.protected_location else _("no"),
        "; ".join(each.name for each in shown_locations(grant)),
        grant.added_on.isoformat(),
        _("yes") if grant.held_back else _("no"),
    ]
