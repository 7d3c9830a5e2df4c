"""Need figures into the database: looked over first, then all of a file or none of it; removed and put back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from accounts import journal
from accounts.journal import Did
from accounts.models import Person
from priorities.models import RESIDUAL, Code, NeedFigure, NeedSeries
from priorities.need import files as need_files
from priorities.need import lint as need_lint
from priorities.need.files import Figure, Known, Problem, Statistic

SHIPPED = Path(__file__).with_name("need.csv")
"""What a new installation begins with: published figures with their sources."""
_PLAIN = (
    "first", "last", "period", "place", "axis", "part", "value", "share", "printed", "change", "edition",
    "published_on", "source", "url",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checked:
    """A file as it was looked over: its figures, the statistics it brings, and what is wrong with it."""

    figures: list[Figure] = field(default_factory=list)
    fresh: list[Statistic] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return bool(self.figures) and not self.problems


class NotSound(ValueError):
    """The file contradicts itself or what stands here, so nothing of it was taken."""


def check(text: str, *, on: date, codes: Any = Code, series: Any = NeedSeries, figures: Any = NeedFigure) -> Checked:
    """Look a file over on a day, beside what stands already. The models may be those of a migration."""
    known = Known(_names(codes), on, _statistics(series))
    before = set(known.series)
    read, problems = need_files.read(text, known)
    if not problems:
        problems = need_lint.contradictions([*_standing(read, known, figures), *read])
    fresh = [each for code, each in known.series.items() if code not in before]
    return Checked(read, fresh, problems)


@transaction.atomic
def add(*, text: str, by: Person | None, at: datetime) -> int:
    """Take a file as it is now beside what stands now; returns how many figures it brought. Raises NotSound."""
    checked = check(text, on=localdate(at))
    if not checked.sound:
        raise NotSound
    save(checked, by=by, at=at)
    journal.record(
        what=Did.ADDED_NEED,
        about="priorities.need",
        by=by,
        at=at,
        figures=len(checked.figures),
        series=sorted({each.series.code for each in checked.figures}),
    )
    return len(checked.figures)


def save(
    checked: Checked,
    *,
    by: Person | None,
    at: datetime,
    codes: Any = Code,
    series: Any = NeedSeries,
    figures: Any = NeedFigure,
) -> None:
    """Write what was found sound."""
    rows = {each.code: each for each in series.objects.all()}
    for told in checked.fresh:
        rows[told.code] = made = series.objects.create(
            code=told.code,
            people=told.people,
            kind=told.kind,
            unit=told.unit,
            place=told.place,
            provides_for=rows.get(told.provides_for),
        )
        for dimension, code in told.codes:
            made.codes.add(codes.objects.get(dimension=dimension, code=code))
    figures.objects.bulk_create(
        figures(
            series=rows[each.series.code], added_by=by, added_at=at, **{name: getattr(each, name) for name in _PLAIN}
        )
        for each in checked.figures
    )


def ship(*, at: datetime, codes: Any = Code, series: Any = NeedSeries, figures: Any = NeedFigure) -> int:
    """Load what is shipped, as a new installation has it; returns how many figures."""
    checked = check(SHIPPED.read_text(encoding="utf-8"), on=localdate(at), codes=codes, series=series, figures=figures)
    if not checked.sound:
        raise NotSound(checked.problems)
    save(checked, by=None, at=at, codes=codes, series=series, figures=figures)
    return len(checked.figures)


@transaction.atomic
def remove(*, figure: NeedFigure, by: Person, at: datetime) -> None:
    """Take a figure out of every answer; it is kept, and can be put back."""
    figure.removed_at, figure.removed_by = at, by
    figure.save(update_fields=["removed_at", "removed_by"])
    journal.record(what=Did.REMOVED_NEED, about=figure, by=by, at=at, figure=str(figure))


@transaction.atomic
def restore(*, figure: NeedFigure, by: Person, at: datetime) -> None:
    """Put a removed figure back. Raises IntegrityError where another value has taken its place since."""
    figure.removed_at = figure.removed_by = None
    figure.save(update_fields=["removed_at", "removed_by"])
    journal.record(what=Did.RESTORED_NEED, about=figure, by=by, at=at, figure=str(figure))


def _names(codes: Any) -> dict[tuple[str, str], str]:
    """Codes by list and by the words people write for them: label or code, in lower case."""
    names = {}
    for dimension, code, label in codes.objects.filter(kind="share", valid_to=None).values_list(
        "dimension", "code", "label"
    ):
        if code not in RESIDUAL:
            names[dimension, label.lower()] = names[dimension, code.lower()] = code
    return names


def _statistics(series: Any) -> dict[str, Statistic]:
    return {
        each.code: Statistic(
            code=each.code,
            people=each.people,
            kind=each.kind,
            unit=each.unit,
            place=each.place,
            codes=tuple(sorted((code.dimension, code.code) for code in each.codes.all())),
            provides_for=each.provides_for.code if each.provides_for else "",
        )
        for each in series.objects.select_related("provides_for").prefetch_related("codes")
    }


def _standing(read: Sequence[Figure], known: Known, figures: Any) -> list[Figure]:
    """The figures that stand already of the statistics that a file speaks of, as line 0."""
    named = {each.series.code for each in read}
    rows = figures.objects.filter(removed_at=None, series__code__in=named).select_related("series")
    return [
        Figure(line=0, series=known.series[each.series.code], **{name: getattr(each, name) for name in _PLAIN})
        for each in rows
    ]
