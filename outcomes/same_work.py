"""Grants joined into one project and parted, with what was planned, begun and reported about them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.models import Person
from grants import changes, joining, proposing, revisions
from grants.models import Grant, JoinedGrant, Joining, Project, Revision
from outcomes import asking, drafts, noting, schedule, works
from outcomes.models import Expected, Report, ReportDue
from outcomes.windows import Window
from priorities.models import Bookmark

BOOKMARK = "reports"
BATCH = 500


# --- what people say ----------------------------------------------------------------------------------------------
@transaction.atomic
def answer(asked: Joining, *, same: bool, by: Person, at: datetime) -> Joining:
    """Say whether grants are one work. Where that joins them, their reports are one from now on. Raises CannotJoin."""
    answered = joining.answer(asked, same=same, by=by, at=at, into=works.home)
    _follow(projects_of(answered), at)
    return answered


@transaction.atomic
def again(ended: Joining, *, by: Person, at: datetime) -> Joining:
    """Say after all that grants are one work, though they were parted or set aside. Raises CannotJoin."""
    answered = joining.again(ended, by=by, at=at, into=works.home)
    _follow(projects_of(answered), at)
    return answered


@transaction.atomic
def part(joined: Joining, *, by: Person, at: datetime) -> Joining:
    """Part what was joined; every project has its reports and drafts back. Raises CannotJoin."""
    parted = joining.part(joined, by=by, at=at)
    _follow(projects_of(parted), at)
    return parted


def projects_of(asked: Joining) -> set[int]:
    """The project into which grants were joined, and those that they came from; none before they are."""
    if asked.project_id is None:
        return set()
    return {asked.project_id, *asked.parts.exclude(came_from=None).values_list("came_from", flat=True)}


# --- what the clock does ------------------------------------------------------------------------------------------
def look(*, at: datetime) -> int:
    """Propose and join what came since last time, then make the reports of every grant anew that changed since."""
    made = proposing.propose(at=at, into=works.home)
    follow_changes(at=at)
    return made


def follow_changes(*, at: datetime) -> None:
    """Whatever moved a grant between projects (a form, a file taken back, a declared relation): its reports follow."""
    with transaction.atomic():
        bookmark = Bookmark.objects.get_or_create(name=BOOKMARK)[0]
        since = changes.since(bookmark.seq)
        if since.seq == bookmark.seq:
            return
        owing = ReportDue.objects.order_by().values_list("grant_id", flat=True)
        if since.grant_ids is None:
            # So many at once came from a file, which moves none; those without a report yet, or joined, are few.
            there = Report.objects.filter(project=OuterRef("grant__project"))
            joined = JoinedGrant.objects.moved().values("grant")
            owing = owing.filter(~Exists(there) & Q(deliveries=None) | Q(grant__in=joined), grant__removed_at=None)
        else:
            owing = owing.filter(grant__in=since.grant_ids)
        ids = sorted(set(owing))
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            _follow(_projects_now_and_before(ids[start : start + BATCH]), at)
    Bookmark.objects.filter(name=BOOKMARK, seq__lt=since.seq).update(seq=since.seq)


def _projects_now_and_before(grant_ids: Collection[int]) -> set[int]:
    found = set(Grant.objects.filter(id__in=grant_ids).values_list("project", flat=True))
    parts = JoinedGrant.objects.filter(grant__in=grant_ids, came_from__isnull=False)
    found |= {pk for pair in parts.values_list("came_from", "joining__project") for pk in pair if pk}
    for content in Revision.objects.filter(grant__in=grant_ids).values_list("content", flat=True):
        found.add(revisions.from_json(content)["project"]["id"])
    return found


# --- how reports follow -------------------------------------------------------------------------------------------
def _follow(project_ids: Collection[int], at: datetime) -> None:
    """Make these projects' reports what their grants now ask for, those that were joined away first."""
    hosts = {works.host_of(pk) for pk in project_ids}
    for project in Project.objects.select_for_update().filter(id__in={*project_ids, *hosts}).order_by("id"):
        came = {pk for pk, host in joining.came_into([project.pk]).items() if host == project.pk}
        _expect(project, came)
        schedule.make_reports(project, at=at)
        _give_back(project, came)
        for report in Report.objects.filter(project__in=came, submitted_at=None).order_by("end", "id"):
            carry_on(report)
        works.count_once(project.pk)
    noting.touch({pk for each in project_ids for pk in works.projects_of(each)})


def _expect(project: Project, came: Collection[int]) -> None:
    """Ask of the joined work what each of its parts was asked, and of a parted one no longer what came along."""
    Expected.objects.filter(project=project, came_with__isnull=False).exclude(came_with__in=came).delete()
    there = set(Expected.objects.filter(project=project).values_list("indicator", flat=True))
    for each in Expected.objects.filter(project__in=came, came_with=None, ended_at=None).order_by("project", "id"):
        if each.indicator_id not in there:
            there.add(each.indicator_id)
            Expected.objects.create(
                project=project, indicator_id=each.indicator_id, version_id=each.version_id,
                breakdowns=each.breakdowns, position=each.position, came_with_id=each.project_id,
            )  # fmt: skip


def carried_on_in(report: Report) -> Report | None:
    """The report that takes this one's place while its project is joined into another; None where none does."""
    host = works.host_of(report.project_id)
    if report.submitted_at or host == report.project_id:
        return None
    own = Window(report.start, report.end)
    near = [each for each in Report.objects.filter(project=host) if Window(each.start, each.end).touches(own)]
    # Best the one that ends on the same day: there a funder's own questions are asked.
    near.sort(key=lambda each: (each.submitted_at is not None, each.end != own.end, -_days(own, each), each.start))
    return near[0] if near else None


def _days(own: Window, other: Report) -> int:
    """On how many days both are about."""
    return (min(own.end, other.end) - max(own.start, other.start)).days


@transaction.atomic
def carry_on(report: Report) -> Report | None:
    """Take what was typed in a report along into the one that has its place, and say which that is.

    What stands there is kept: words go beneath it, a figure only where there is none. The report itself stays as it
    is for the day on which the works are parted. Done twice, it takes along what is new.
    """
    found = carried_on_in(report)
    if found is None or found.submitted_at:
        return found
    report.refresh_from_db()
    target = Report.objects.select_for_update().get(pk=found.pk)
    if drafts.take_along(target, _as_there(report, target), origin=report.pk, names=set(asking.sheet(target).names())):
        target.draft_at = target.draft_at or report.draft_at
        target.draft_by_id = target.draft_by_id or report.draft_by_id
        target.draft_version += 1
        target.save(update_fields=["draft", "draft_version", "draft_at", "draft_by"])
    return target


def _as_there(report: Report, target: Report) -> Mapping[str, Mapping[str, Any]]:
    """The report's boxes by the names that the other's form gives them: each project has its own list of figures."""
    here = dict(Expected.objects.filter(project=report.project_id).values_list("pk", "indicator"))
    there = dict(Expected.objects.filter(project=target.project_id).values_list("indicator", "pk"))

    def renamed(name: str) -> str:
        parts = re.fullmatch(r"f(\d+)(-.*)", name)
        return f"f{there.get(here.get(int(parts[1]), 0), 0)}{parts[2]}" if parts else name

    return {renamed(name): box for name, box in report.draft.items()}


def _give_back(project: Project, came: Collection[int]) -> None:
    """Take out of a project's drafts what came from works that are parted from it and nobody changed since."""
    for report in Report.objects.filter(project=project).exclude(draft={}):
        here = Report.objects.filter(pk__in=drafts.origins(report), project__in=came)
        if drafts.give_back(report, set(here.values_list("pk", flat=True))):
            report.draft_version += 1
            if not report.draft:
                report.draft_at, report.draft_by = None, None
            report.save(update_fields=["draft", "draft_version", "draft_at", "draft_by"])
