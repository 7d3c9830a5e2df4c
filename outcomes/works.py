"""Which projects are one work while their grants are joined, and which of their figures count, so that none does twice.

A project whose grants were all joined into another keeps what was reported about it. Of flows about the same days those
count that cover the most days; where two do so equally, the one project's that the grants now have. Of other figures of
one window the same project's counts. What does not count is marked (ToldTwice), never changed, and counts again as soon
as the works are parted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from grants import joining
from grants.models import Project
from outcomes.models import IndicatorVersion, Measurement, Report, ReportDue, ToldTwice
from outcomes.windows import Window, most_days


def projects_of(project_id: int) -> set[int]:
    """The project and those joined into it, or into the one that it is joined into."""
    host = host_of(project_id)
    return {project_id, host, *joining.came_into([host])}


def host_of(project_id: int) -> int:
    """The project that the grants of this one now have; itself where they were not joined."""
    return joining.gone_into([project_id]).get(project_id, project_id)


def lock(project_id: int) -> None:
    """Hold a whole work, so that two reports of it and a joining wait for each other. Part of a transaction."""
    list(Project.objects.select_for_update().filter(id__in=projects_of(project_id)).order_by("id"))


def home(projects: Collection[int]) -> int:
    """Of projects that are to be one: the one whose reports stand least in the way of what is still owed, then that
    about which most was handed in, then that of which most is begun, then the oldest.
    """
    unmet = ReportDue.objects.open().filter(grant__project__in=projects, grant__removed_at=None, deliveries=None)
    owed = [Window(each.start, each.end) for each in unmet]
    in_the_way: dict[int, int] = defaultdict(int)
    handed_in: dict[int, int] = defaultdict(int)
    begun: dict[int, int] = defaultdict(int)
    for each in Report.objects.filter(project__in=projects):
        told = Window(each.start, each.end)
        if each.submitted_at:
            handed_in[each.project_id] += 1
            in_the_way[each.project_id] += sum(due.touches(told) and not due.holds(told) for due in owed)
        begun[each.project_id] += each.draft_at is not None
    return min(projects, key=lambda each: (in_the_way[each], -handed_in[each], -begun[each], each))


def count_once(project_id: int) -> None:
    """Mark anew which figures of this project's work count."""
    host = host_of(project_id)
    projects = projects_of(project_id)
    twice = told_twice(Measurement.objects.current().filter(project__in=projects), host) if len(projects) > 1 else set()
    ToldTwice.objects.filter(figure__project__in=projects).exclude(figure__in=twice).delete()
    marked = set(ToldTwice.objects.filter(figure__project__in=projects).values_list("figure", flat=True))
    ToldTwice.objects.bulk_create(ToldTwice(figure_id=pk) for pk in sorted(twice - marked))


def told_twice(figures: Iterable[Measurement], host: int) -> set[int]:
    """Those of the figures of one work (primary keys) that tell what others of them tell already."""
    by_cell: dict[tuple[int, int, str], list[Measurement]] = defaultdict(list)
    for each in figures:
        by_cell[each.indicator_id, each.cell_id, each.over_time].append(each)
    twice: set[int] = set()
    for (_indicator, _cell, over_time), found in by_cell.items():
        found.sort(key=lambda each: (each.project_id != host, each.project_id, each.pk))
        kept = _flows(found, host) if over_time == IndicatorVersion.FLOW else _same_window(found)
        twice |= {each.pk for each in found} - kept
    return twice


def _flows(found: Sequence[Measurement], host: int) -> set[int]:
    windows = [(Window(each.start, each.end), each.project_id == host) for each in found]
    return {found[number].pk for number in most_days(windows)}


def _same_window(found: Sequence[Measurement]) -> set[int]:
    first: dict[tuple[object, object], int] = {}
    for each in found:
        first.setdefault((each.start, each.end), each.pk)
    return set(first.values())
