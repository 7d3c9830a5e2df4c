"""A report's sheet with what stands in its boxes, what is wrong there, and what funders noted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from outcomes import asking, identifying, words
from outcomes.asking import Box, Figure, Sheet, Words
from outcomes.models import Cell, Delivery, IndicatorVersion, Report, ReviewEvent


@dataclass(frozen=True, slots=True)
class Slot:
    """One box of the form: its name, what stands in it, which version that is, and what is wrong with it."""

    name: str
    value: str = ""
    version: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class FilledWords:
    asked: Words
    slot: Slot
    reader: Slot | None
    notes: list[ReviewEvent]
    none: Slot
    finds: list[tuple[str, str]]
    """What in it could tell who a person is and nobody said that it is none, each with a sentence."""

    @property
    def left(self) -> int:
        """Characters that there is still room for."""
        return self.asked.question.limit - len(self.slot.value)


@dataclass(frozen=True, slots=True)
class FilledBox:
    box: Box
    slot: Slot
    of: Slot | None
    status: Slot | None

    @property
    def last(self) -> str:
        """The figure of the window before, in words; "" where there is none."""
        return words.figure(self.box.last) if self.box.last else ""


@dataclass(frozen=True, slots=True)
class FilledPart:
    name: str
    boxes: list[FilledBox]
    because: Slot


@dataclass(frozen=True, slots=True)
class FilledFigure:
    figure: Figure
    total: FilledBox
    parts: list[FilledPart]
    so_far: Slot | None
    notes: list[ReviewEvent]


@dataclass(frozen=True, slots=True)
class Filled:
    """A whole sheet as the page shows it."""

    sheet: Sheet
    core: list[FilledWords]
    own: list[tuple[Any, list[FilledWords]]]
    figures: list[FilledFigure]
    notes: list[ReviewEvent]
    problems: Mapping[str, str]
    answered: int
    asked: int

    @property
    def share(self) -> int:
        """How much of what is asked has something in it, in whole per cents."""
        return 100 * self.answered // self.asked if self.asked else 0


def fill(
    report: Report, *, typed: Mapping[str, str] | None = None, problems: Mapping[str, str] | None = None
) -> Filled:
    """`typed`: what a form just held, in the place of what is kept; `problems`: sentences by name of box."""
    sheet = asking.sheet(report)
    about: dict[tuple[str, int | None], list[ReviewEvent]] = defaultdict(list)
    for event in _notes(report):
        kind = "question" if event.question_id else "indicator" if event.indicator_id else ""
        about[kind, event.question_id or event.indicator_id].append(event)
    filler = Filler(report.draft, typed or {}, problems or {})
    core = [filler.words(each, about) for each in sheet.core]
    own = [(funder, [filler.words(each, about) for each in asked]) for funder, asked in sheet.own.items()]
    figures = [filler.figure(each, about) for each in sheet.figures]
    everything = [*core, *(each for _funder, asked in own for each in asked)]
    answered = sum(bool(each.slot.value) for each in everything)
    answered += sum(bool(each.total.slot.value or (each.total.status and each.total.status.value)) for each in figures)
    return Filled(sheet, core, own, figures, about["", None], filler.problems, answered, len(everything) + len(figures))


def _notes(report: Report) -> list[ReviewEvent]:
    """What funders that wait for this report noted when they last returned it."""
    returned = report.deliveries.filter(state=Delivery.RETURNED)
    events = ReviewEvent.objects.filter(delivery__in=returned, step=Delivery.RETURNED)
    newest = dict(returned.values_list("pk", "answered_at"))
    rows = events.select_related("delivery__due__grant__funder")
    return [each for each in rows if each.at == newest[each.delivery_id]]


@dataclass(frozen=True, slots=True)
class Filler:
    draft: Mapping[str, Mapping[str, Any]]
    typed: Mapping[str, str]
    problems: Mapping[str, str]

    def slot(self, name: str) -> Slot:
        kept = self.draft.get(name, {})
        value = self.typed.get(name, kept.get("value", ""))
        return Slot(name, value, kept.get("version", 0), self.problems.get(name, ""))

    def words(self, asked: Words, about: Mapping[tuple[str, int | None], list[ReviewEvent]]) -> FilledWords:
        reader = self.slot(asked.reader_name) if asked.question.chooses_reader else None
        slot, none = self.slot(asked.name), self.slot(asked.none_name)
        notes = about.get(("question", asked.question.pk), [])
        return FilledWords(asked, slot, reader, notes, none, finds(slot.value, none.value))

    def box(self, box: Box) -> FilledBox:
        of = self.slot(box.of_name) if box.expected.version.kind == IndicatorVersion.RATIO else None
        return FilledBox(box, self.slot(box.name), of, self.slot(box.status_name) if box.cell.is_total else None)

    def figure(self, figure: Figure, about: Mapping[tuple[str, int | None], list[ReviewEvent]]) -> FilledFigure:
        names = dict(Cell.BREAKDOWNS)
        parts = [
            FilledPart(str(names[each.breakdown]), [self.box(box) for box in each.boxes], self.slot(each.name))
            for each in figure.parts
        ]
        so_far = self.slot(figure.so_far_name) if figure.reported_before else None
        notes = about.get(("indicator", figure.expected.indicator_id), [])
        return FilledFigure(figure, self.box(figure.total), parts, so_far, notes)


def finds(text: str, said_none: str) -> list[tuple[str, str]]:
    """Each find once, with its sentence."""
    found = {each.words: each for each in identifying.left(text, said_none.splitlines())}
    return [(each.words, str(words.IDENTIFYING[each.code])) for each in found.values()]
