"""Grants as people find, read and edit them."""

from __future__ import annotations

import copy
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import journal
from accounts.journal import Did
from accounts.models import Organisation, Person
from counting import places
from grants import changes, revisions, words
from grants.models import Grant, JoinedGrant, Location, Project, Recipient, RelatedGrant, Revision
from grants.revisions import Content, Difference
from grants.texts import POSTCODE, without_contacts

HISTORY = 50
"""So many revisions a page tells."""


class ChangedMeanwhile(Exception):
    """Somebody changed the grant after the form was opened: what they changed, and the revision it now stands at."""

    def __init__(self, found: list[Difference], revision: Revision) -> None:
        super().__init__(_("Somebody changed this grant while you had it open. Nothing of yours is saved yet."))
        self.differences, self.revision = found, revision


@dataclass(frozen=True, slots=True)
class Details:
    """What a person says about a grant.

    plain: fields of Grant by name (revisions.PLAIN), amounts in minor units. new_recipients: names of organisations
    to add. same_work_as: another grant that is said to pay for the same work: where it has the same project already, it
    stays so (writing.py proposes the others); None gives it a project of its own.
    regions: place codes. grant_id "" has one made.
    """

    plain: Mapping[str, Any]
    funder: Organisation
    recipients: Sequence[Organisation] = ()
    new_recipients: Sequence[str] = ()
    same_work_as: Grant | None = None
    regions: Sequence[str] = ()
    grant_id: str = ""


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """A place as it may be shown: under protection its region and nothing finer."""

    name: str
    region: str = ""
    geo_code: str = ""
    geo_code_type: str = ""
    country_code: str = ""


# --- what may be shown --------------------------------------------------------------------------------------------
def shown_locations(grant: Grant) -> list[ShownPlace]:
    """The grant's places as every page, file and answer shows them; ask for `locations` beforehand for many grants."""
    found = grant.locations.all()
    if grant.protected_location:
        return [_region(code) for code in words.PLACES if any(each.region == code for each in found)]
    return [_fine(each) for each in found]


def _region(code: str) -> ShownPlace:
    gss = places.REGIONS[code][1] if code in places.REGIONS else ""
    return ShownPlace(words.place(code), code, gss, "RGN" if gss.startswith("E") else "CTRY" if gss else "")


def _fine(location: Location) -> ShownPlace:
    """As the funder wrote it, but for anything that is a postcode."""
    name, geo_code = (POSTCODE.sub("", text).strip(" ,") for text in (location.name, location.geo_code))
    known = name or words.place(location.region) or geo_code or location.country_code
    return ShownPlace(
        known, location.region, geo_code, location.geo_code_type if geo_code else "", location.country_code
    )


def as_protected(grant: Grant, on: bool) -> Grant:
    """The grant as it would be with its protection on or off, to show beforehand; never saved."""
    other = copy.copy(grant)
    other.protected_location = on
    return other


def shown_text(grant: Grant, text: str) -> str:
    """What a funder wrote; where the grant's place is protected, without postcodes, addresses, numbers, mailboxes."""
    return without_contacts(text, instead=_("[withheld]")) if grant.protected_location else text


@dataclass(frozen=True, slots=True)
class Told:
    """A revision and what it changed, as its reader may see it."""

    revision: Revision
    differences: list[Difference] = field(default_factory=list)

    @property
    def reason(self) -> str:
        """Why it was written, in words; a code of an upper room stands as it is."""
        return str(dict(revisions.Reason.choices).get(self.revision.reason, self.revision.reason))


def history(grant: Grant) -> Iterator[Told]:
    """The newest revisions, newest first, each with what differs from the one before; the oldest shown tells none."""
    found = list(grant.revisions.select_related("by", "source")[:HISTORY])
    contents = [revisions.from_json(each.content) for each in found]
    for position, (revision, after) in enumerate(zip(found, contents, strict=True)):
        before = contents[position + 1] if position + 1 < len(contents) else None
        yield Told(revision, _shown(grant, before, after) if before else [])


def _shown(grant: Grant, before: Content, after: Content) -> list[Difference]:
    found = revisions.differences(before, after, fine=not grant.protected_location)
    return [each._replace(old=shown_text(grant, each.old), new=shown_text(grant, each.new)) for each in found]


# --- revisions ----------------------------------------------------------------------------------------------------
def content_of(grant: Grant) -> Content:
    """The whole of a grant as its revision keeps it; five queries."""
    return revisions.content(
        grant,
        funder=(grant.funder.pk, grant.funder.name),
        project=(grant.project.pk, grant.project.title),
        recipients=Organisation.objects.filter(id__in=grant.recipient_rows.values("organisation")).values_list(
            "id", "name"
        ),
        locations=Location.objects.filter(grant=grant),
        relations=RelatedGrant.objects.filter(grant=grant).values_list("identifier", flat=True),
    )


def record_revision(*, grant: Grant, by: Person | None, at: datetime, reason: str) -> Revision:
    """Keep the grant as it stands now as its next revision; part of the transaction that changed it."""
    fresh = Grant.objects.select_related("funder", "project").get(pk=grant.pk)
    return Revision.objects.create(
        grant=fresh,
        number=newest(fresh) + 1,
        at=at,
        by=by,
        reason=reason,
        content=revisions.as_json(content_of(fresh)),
    )


def newest(grant: Grant) -> int:
    """The number of the grant's newest revision, 0 before the first."""
    return grant.revisions.values_list("number", flat=True).first() or 0


# --- what people do -----------------------------------------------------------------------------------------------
@transaction.atomic
def add(*, details: Details, by: Person, at: datetime) -> Grant:
    """A new grant with its first revision; one without an identifier is called 360G-portal-<n>."""
    project = Project.objects.create(title=details.plain["title"])
    grant = Grant.objects.create(
        **details.plain,
        grant_id=details.grant_id or f"360G-portal-{uuid.uuid4()}",
        funder=details.funder,
        project=project,
        added_on=at.date(),
    )
    if not details.grant_id:
        _name(grant)
    _put_recipients(grant, {each.pk for each in _recipients(details, by=by, at=at)})
    _put_locations(grant, _located([], details.regions))
    _done(grant, reason=revisions.Reason.ADDED, did=Did.ADDED_GRANT, by=by, at=at)
    return grant


def _name(grant: Grant) -> None:
    """Primary keys never come twice, so only an identifier that somebody typed can be in the way."""
    number = grant.pk
    while Grant.objects.filter(grant_id=f"360G-portal-{number}").exists():
        number += 1_000_000
    grant.grant_id = f"360G-portal-{number}"
    grant.save(update_fields=["grant_id"])


@transaction.atomic
def change(*, grant: Grant, details: Details, opened_at: int, by: Person, at: datetime) -> bool:
    """Write what a person says about a grant; False where that is what stands already, and then nothing is written.

    `opened_at` is the number of the revision that the person saw; raises ChangedMeanwhile where there is a newer one.
    """
    grant = _locked(grant)
    _refuse_if_newer(grant, opened_at)
    before = content_of(grant)
    after = _wanted(grant, before, details, by=by, at=at)
    if revisions.same(before, after):
        return False
    put(grant=grant, content=after)
    _done(grant, reason=revisions.Reason.CHANGED, did=Did.CHANGED_GRANT, by=by, at=at)
    return True


def _locked(grant: Grant) -> Grant:
    Grant.objects.select_for_update().filter(pk=grant.pk).values_list("pk", flat=True).get()
    return Grant.objects.select_related("funder", "project").get(pk=grant.pk)


def _refuse_if_newer(grant: Grant, opened_at: int) -> None:
    latest = grant.revisions.first()
    if latest is None or latest.number == opened_at:
        return
    seen = grant.revisions.filter(number=opened_at).first()
    before = revisions.from_json(seen.content) if seen else None
    after = revisions.from_json(latest.content)
    raise ChangedMeanwhile(_shown(grant, before, after) if before else [], latest)


def _wanted(grant: Grant, before: Content, details: Details, *, by: Person, at: datetime) -> Content:
    for name, value in details.plain.items():
        setattr(grant, name, value)
    grant.grant_id = details.grant_id or grant.grant_id
    project = _project(grant, before["title"], details.same_work_as)
    return revisions.content(
        grant,
        funder=(details.funder.pk, details.funder.name),
        project=(project.pk, project.title),
        recipients=[(each.pk, each.name) for each in _recipients(details, by=by, at=at)],
        locations=_located(list(Location.objects.filter(grant=grant)), details.regions),
        relations=before["relations"],
    )


def _project(grant: Grant, old_title: str, same_work_as: Grant | None) -> Project:
    """The grant's project; where it shares that and nobody says so any longer, one of its own: the one it came from.

    A project of its own follows the grant's title where it was called after it.
    """
    shares = grant.project.grants.current().exclude(pk=grant.pk).exists()
    if shares and same_work_as:
        return grant.project
    if moved := JoinedGrant.objects.moved().filter(grant=grant).select_related("came_from").first():
        return cast(Project, moved.came_from)
    if shares:
        return Project.objects.create(title=grant.title)
    if grant.project.title == old_title != grant.title:
        grant.project.title = grant.title
        grant.project.save(update_fields=["title"])
    return grant.project


def _recipients(details: Details, *, by: Person, at: datetime) -> list[Organisation]:
    new = [_new_grantee(name, by=by, at=at) for name in details.new_recipients]
    return [*details.recipients, *new]


def _new_grantee(name: str, *, by: Person, at: datetime) -> Organisation:
    organisation = Organisation.objects.create(name=name, is_grantee=True)
    journal.record(what=Did.ADDED_ORGANISATION, about=organisation, by=by, at=at, name=name)
    return organisation


def _located(present: list[Location], regions: Sequence[str]) -> list[Location]:
    """Places as they stand but for those in regions no longer meant; a region not yet there is added as a whole."""
    kept = [each for each in present if each.region in regions or not each.region]
    there = {each.region for each in kept}
    return kept + [_whole(code) for code in words.PLACES if code in regions and code not in there]


def _whole(code: str) -> Location:
    shown = _region(code)
    return Location(
        name=shown.name,
        region=code,
        geo_code=shown.geo_code,
        geo_code_type=shown.geo_code_type,
        country_code="" if code == places.INTERNATIONAL else "GB",
    )


def put(*, grant: Grant, content: Content) -> None:
    """Make the grant what `content` says, relations excepted; writes no revision, journal or change."""
    for name, value in revisions.values(content).items():
        setattr(grant, name, value)
    grant.funder_id, grant.project_id = content["funder"]["id"], content["project"]["id"]
    grant.save()
    _put_recipients(grant, {each["id"] for each in content["recipients"]})
    _put_locations(grant, [Location(**each) for each in content["locations"]])


def _put_recipients(grant: Grant, wanted: set[int]) -> None:
    present = set(grant.recipient_rows.values_list("organisation", flat=True))
    grant.recipient_rows.filter(organisation__in=present - wanted).delete()
    Recipient.objects.bulk_create(Recipient(grant=grant, organisation_id=pk) for pk in sorted(wanted - present))


def _put_locations(grant: Grant, wanted: Sequence[Location]) -> None:
    def plain(location: Location) -> list[str]:
        return [getattr(location, name) for name in revisions.LOCATION]

    if [plain(each) for each in grant.locations.all()] == [plain(each) for each in wanted]:
        return
    grant.locations.all().delete()
    for each in wanted:
        each.pk, each.grant = None, grant
    Location.objects.bulk_create(wanted)


@transaction.atomic
def remove(*, grant: Grant, by: Person, at: datetime) -> None:
    """Take a grant out of every list and figure; its row, links and revisions stay, so that it can come back."""
    grant = _locked(grant)
    if grant.removed_at is None:
        grant.removed_at = at
        grant.save(update_fields=["removed_at"])
        _done(grant, reason=revisions.Reason.REMOVED, did=Did.REMOVED_GRANT, by=by, at=at)


@transaction.atomic
def restore(*, grant: Grant, by: Person, at: datetime) -> None:
    """Bring a removed grant back as it was."""
    grant = _locked(grant)
    if grant.removed_at is not None:
        grant.removed_at = None
        grant.save(update_fields=["removed_at"])
        _done(grant, reason=revisions.Reason.RESTORED, did=Did.RESTORED_GRANT, by=by, at=at)


@transaction.atomic
def protect(*, grant: Grant, on: bool, by: Person, at: datetime) -> None:
    """Put the protection of the grant's place on, or take it off."""
    grant = _locked(grant)
    if grant.protected_location != on:
        grant.protected_location = on
        grant.save(update_fields=["protected_location"])
        _done(grant, reason=revisions.Reason.PROTECTION, did=Did.CHANGED_PROTECTION, by=by, at=at, on=on)


@transaction.atomic
def hold_back(*, grant: Grant, on: bool, by: Person, at: datetime) -> None:
    """Keep a grant from everybody but its funder's and its charity's people, or share it. No revision: what the grant
    is has not changed, only who knows."""
    grant = _locked(grant)
    if grant.held_back != on:
        grant.held_back = on
        grant.save(update_fields=["held_back"])
        journal.record(what=Did.HELD_BACK, about=grant, by=by, at=at, grant_id=grant.grant_id, on=on)
        changes.touch([grant.pk])


def _done(grant: Grant, *, reason: str, did: Did, by: Person, at: datetime, **details: Any) -> None:
    """What every change ends with, in this order: revision, journal, and last the change log."""
    record_revision(grant=grant, by=by, at=at, reason=reason)
    journal.record(what=did, about=grant, by=by, at=at, grant_id=grant.grant_id, **details)
    changes.touch([grant.pk])


# --- finding ------------------------------------------------------------------------------------------------------
def organisations_called(text: str) -> list[Organisation]:
    """Those whose identifier, name or alias is exactly this, capital letters aside, or that have this number here."""
    text = " ".join(text.split())
    if found := list(Organisation.objects.with_identifier(text)):
        return found
    aliased = Organisation.objects.filter(aliases__name__iexact=text).values("id")
    if found := list(Organisation.objects.filter(Q(name__iexact=text) | Q(id__in=aliased))):
        return found
    return list(Organisation.objects.filter(id=int(text))) if re.fullmatch(r"[0-9]{1,18}", text) else []


def called(organisation: Organisation) -> str:
    """The plainest words by which `organisations_called` finds this organisation and no other."""
    if organisations_called(organisation.name) == [organisation]:
        return organisation.name
    return organisation.org_id or str(organisation.pk)


def state_on(grant: Grant, day: date) -> str:
    """ "to-come", "running", "ended", or "undated" where nobody said when the grant ends (it then runs on no day)."""
    starts = grant.actual_start or grant.planned_start or grant.award_date
    ends = grant.actual_end or grant.planned_end
    if starts > day:
        return "to-come"
    if ends is None:
        return "undated"
    return "running" if ends >= day else "ended"
