"""What was handed in, as it would be typed into the boxes of its form again."""

from __future__ import annotations

from counting import money
from outcomes import entered, identifying
from outcomes.asking import Box, Sheet
from outcomes.models import IndicatorVersion, Measurement


def boxes(sheet: Sheet) -> dict[str, str]:
    """The boxes as they would be typed to give what was handed in."""
    report = sheet.report
    typed: dict[str, str] = {}
    answers = {each.question_id: each for each in report.answers.filter(superseded_at=None)}
    for asked in sheet.words:
        if answer := answers.get(asked.question.pk):
            typed[asked.name] = answer.text
            # Whoever handed it in said so, or handed it in before anybody looked.
            typed[asked.none_name] = identifying.lines(each.words for each in identifying.finds(answer.text))
            if asked.question.chooses_reader and answer.text:
                typed[asked.reader_name] = answer.reader
    current = Measurement.objects.current().filter(report=report)
    figures = {(each.indicator_id, each.cell_id, each.start, each.end): each for each in current}
    for asked_for in sheet.figures:
        for part in asked_for.parts:
            states = {figures[box.key].status for box in part.boxes if box.key in figures}
            typed[part.name] = next(iter(states - {Measurement.REPORTED}), "")
        for box in asked_for.boxes:
            if figure := figures.get(box.key):
                typed.update(_box_as_typed(box, figure))
                if figure.typed_total is not None:
                    typed[asked_for.so_far_name] = entered.ALL_SO_FAR
    return typed


def _box_as_typed(box: Box, figure: Measurement) -> dict[str, str]:
    if figure.status != Measurement.REPORTED:
        return {box.status_name: figure.status} if box.cell.is_total else {}
    if figure.numerator is not None:
        return {box.name: str(figure.numerator), box.of_name: str(figure.denominator)}
    value = figure.value if figure.typed_total is None else figure.typed_total
    assert value is not None
    kind = box.expected.version.kind
    if kind == IndicatorVersion.MONEY:
        return {box.name: str(money.major(value))}
    return {box.name: str(value) if kind != IndicatorVersion.SCALE else f"{value / 100:.2f}"}
