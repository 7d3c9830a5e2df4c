"""What was typed into a report's boxes, checked: answers and figures, or a sentence at each box that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from counting import money
from outcomes import identifying, words
from outcomes.asking import Before, Box, Figure, Part, Sheet, Words
from outcomes.models import Answer, Cell, IndicatorVersion, Measurement, Question

ALL_SO_FAR = "all"
MOST = 10**15
READERS = dict(Answer.READERS)
NO_FIGURE = {code: words for code, words in Measurement.STATUSES if code != Measurement.REPORTED}


class NotAFigure(ValueError):
    """What was typed is no figure of that kind; says how to mend it."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer in words."""

    question: Question
    text: str
    reader: str


@dataclass(frozen=True, slots=True)
class Given:
    """A figure, or why there is none. Units as in Measurement."""

    box: Box
    status: str = Measurement.REPORTED
    value: int | None = None
    numerator: int | None = None
    denominator: int | None = None
    typed_total: int | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """All that was typed; `problems`: name of a box to a sentence. Where there are any, nothing may be handed in."""

    words: list[Said] = field(default_factory=list)
    figures: list[Given] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)


def read(sheet: Sheet, typed: Mapping[str, str], before: Before) -> Entered:
    """Check everything that was typed on a sheet; `before`: what the project reported of earlier windows."""
    entered = Entered()
    for asked in sheet.words:
        _read_words(asked, typed, entered)
    for figure in sheet.figures:
        if not sheet.is_document or _is_begun(figure, typed):
            _read_figure(figure, typed, before, entered)
    return entered


def _is_begun(figure: Figure, typed: Mapping[str, str]) -> bool:
    """Whether anything was typed or chosen for it."""
    names = [name for box in figure.boxes for name in (box.name, box.of_name, box.status_name)]
    return any(typed.get(name, "").strip() for name in [*names, *(part.name for part in figure.parts)])


def _read_words(asked: Words, typed: Mapping[str, str], entered: Entered) -> None:
    question, text = asked.question, typed.get(asked.name, "").replace("\r\n", "\n").strip()
    reader = typed.get(asked.reader_name, "") if question.chooses_reader else Answer.NOW
    if len(text) > question.limit:
        over = {"over": len(text) - question.limit, "limit": question.limit}
        entered.problems[asked.name] = _("%(over)d characters too many; there is room for %(limit)d.") % over
    if not text and question.required:
        entered.problems[asked.name] = _("This one must be answered before the report can be handed in.")
    if found := identifying.left(text, typed.get(asked.none_name, "").splitlines()):
        entered.problems[asked.name] = words.identifies(found)
    if text and reader not in READERS:
        entered.problems[asked.reader_name] = _("Choose who may read this answer.")
    elif text:
        entered.words.append(Said(question, text, reader))


def _read_figure(figure: Figure, typed: Mapping[str, str], before: Before, entered: Entered) -> None:
    total = _read_box(figure, figure.total, typed, before, entered)
    if total is None:
        if figure.total.name not in entered.problems:
            entered.problems[figure.total.name] = _("Give a figure (nought is one), or say why there is none.")
        return
    entered.figures.append(total)
    for part in figure.parts:
        _read_part(figure, part, total, typed, before, entered)


def _read_part(
    figure: Figure, part: Part, total: Given, typed: Mapping[str, str], before: Before, entered: Entered
) -> None:
    because = typed.get(part.name, "")
    given = [(box, _read_box(figure, box, typed, before, entered)) for box in part.boxes]
    wrong = any(box.name in entered.problems for box in part.boxes)
    empty = [box for box, found in given if found is None]
    if empty and not wrong and total.status == Measurement.REPORTED and because not in NO_FIGURE:
        entered.problems[part.name] = _("Some boxes are empty. Say why, once for all of them.")
        return
    status = because if because in NO_FIGURE else total.status
    found = [each or Given(box, status) for box, each in given if each or status != Measurement.REPORTED]
    told = [each for each in found if each.status == Measurement.REPORTED]
    if figure.version.kind != IndicatorVersion.SCALE:  # Means do not add up to the mean of all.
        _compare(figure, part, total, told, entered)
    entered.figures.extend(found)


def _compare(figure: Figure, part: Part, total: Given, told: list[Given], entered: Entered) -> None:
    """Parts that come to more than their whole are refused at the whole."""
    ratio = figure.version.kind == IndicatorVersion.RATIO
    for name in ("numerator", "denominator") if ratio else ("value",):
        whole, parts = getattr(total, name) or 0, sum(getattr(each, name) or 0 for each in told)
        if parts > whole:
            words = {"parts": parts, "by": dict(Cell.BREAKDOWNS)[part.breakdown], "whole": whole}
            sentence = _("The parts by %(by)s come to %(parts)d, more than the whole of %(whole)d.")
            entered.problems[figure.total.name] = sentence % words
            return


def _read_box(figure: Figure, box: Box, typed: Mapping[str, str], before: Before, entered: Entered) -> Given | None:
    """What one box holds; None where it is empty, or wrong (the problem is noted)."""
    status, text = typed.get(box.status_name, ""), typed.get(box.name, "").strip()
    if status in NO_FIGURE:
        if text:
            entered.problems[box.name] = _("There is a figure here and a reason why there is none. Leave one of them.")
            return None
        return Given(box, status)
    try:
        if figure.version.kind == IndicatorVersion.RATIO:
            return _ratio(box, text, typed.get(box.of_name, "").strip())
        if not text:
            return None
        value = amount(text, figure.version)
    except NotAFigure as problem:
        entered.problems[box.name] = str(problem)
        return None
    if figure.reported_before is None or typed.get(figure.so_far_name) != ALL_SO_FAR:
        return Given(box, value=value)
    earlier = before.sum(box.expected, box.cell)
    if value < earlier:
        entered.problems[box.name] = _(
            "You had reported %(earlier)d before this period, so that all so far cannot be %(now)d."
        ) % {"earlier": earlier, "now": value}
        return None
    return Given(box, value=value - earlier, typed_total=value)


def _ratio(box: Box, part: str, whole: str) -> Given | None:
    if not part and not whole:
        return None
    if not part or not whole:
        raise NotAFigure(_("Both numbers are needed: so many, out of so many."))
    numerator, denominator = count(part), count(whole)
    if not denominator:
        raise NotAFigure(_("Out of nobody there is no share. Choose “does not apply to us” instead."))
    if numerator > denominator:
        raise NotAFigure(_("The first number cannot be larger than the second."))
    return Given(box, numerator=numerator, denominator=denominator)


def amount(text: str, version: IndicatorVersion) -> int:
    """What was typed for an indicator of this kind, in its units. Raises NotAFigure."""
    if version.kind == IndicatorVersion.MONEY:
        try:
            pence = money.minor(text.replace(",", "").removeprefix("£").strip())
        except money.NotMoney as problem:
            raise NotAFigure(_("Write pounds, such as 1,250 or 1,250.50.")) from problem
        if pence < 0:
            raise NotAFigure(_("An amount cannot be below nought."))
        return pence
    return _on_scale(text, version) if version.kind == IndicatorVersion.SCALE else count(text)


def count(text: str) -> int:
    """A whole number from nought up, thousands apart by commas or spaces if they are. Raises NotAFigure."""
    plain = text.replace(",", "").replace(" ", "")
    if plain.startswith("-"):
        raise NotAFigure(_("A count cannot be below nought."))
    if not (plain.isascii() and plain.isdigit()) or int(plain[:17]) > MOST:
        raise NotAFigure(_("Write a whole number in digits, such as 12. If you do not know it, say so beside the box."))
    return int(plain)


def _on_scale(text: str, version: IndicatorVersion) -> int:
    least, most = version.least or 0, version.most or 0
    try:
        hundredths = Decimal(text) * 100
        whole = hundredths == hundredths.to_integral_value() and least * 100 <= hundredths <= most * 100
    except InvalidOperation:
        whole = False
    if not whole:
        raise NotAFigure(
            _("Write a number from %(least)d to %(most)d, with two digits after the point at most.")
            % {"least": least, "most": most}
        )
    return int(hundredths)
