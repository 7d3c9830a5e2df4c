"""Need beside money as a Table and as CSV, and the addresses of the grants behind it."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from counting import money
from counting.tables import SHARE, Line, Table
from grants import spreadsheet
from priorities.models import Dimension
from priorities.need import Comparator, Family
from priorities.need import words as need_words

MONEY, PEOPLE = "money", "people"


def as_table(family: Family) -> Table:
    """A family as a Table in basis points: a row a code, its share of the money and of the people."""
    shown = [each for each in family.comparators if each.money is not None]
    cells = [[each.money or 0, each.need] for each in shown]
    return Table(
        measure="need",
        unit=SHARE,
        on=family.question.on,
        rows=[Line(each.code, each.label) for each in shown],
        columns=[Line(MONEY, _("of the money")), Line(PEOPLE, _("of the people"))],
        cells=cells,
        row_totals=[sum(each) for each in cells],
        column_totals=[sum(each) for each in zip(*cells, strict=True)],
        total=0,
        rows_name=str(Dimension(family.dimension).label),
    )


def grants_query(family: Family, each: Comparator) -> str:
    """The query that opens the grants behind a share of money."""
    question, query = family.question, QueryDict(mutable=True)
    query["rows"], query["columns"], query["on"] = question.rows, question.columns, question.on.isoformat()
    for dimension, codes in question.codes.items():
        query.setlist(dimension, list(codes))
    query["row"] = each.code
    return query.urlencode()


def as_csv(families: Iterable[Family]) -> str:
    """One line a comparison, with its figures' period, kind, day of publication and source."""
    head = [
        _("Area"), _("By"), _("Where or for whom"), _("Share of the money (%)"), _("Pounds"),
        _("Share of the people (%)"), _("Number"), _("Of"), _("Whose need"), _("In"), _("Period"),
        _("How it was counted"), _("Published on"), _("Source"), _("Address"),
    ]  # fmt: skip
    return spreadsheet.text([head, *(_line(family, each) for family in families for each in family.comparators)])


def _line(family: Family, each: Comparator) -> list[object]:
    figure = each.figure
    return [
        need_words.area(family),
        capfirst(str(Dimension(family.dimension).label)),
        each.label,
        "" if each.money is None else each.money / 100,
        money.major(each.pence),
        each.need / 100,
        "" if figure.value is None else figure.value,
        each.whole.value if each.whole and figure.value is not None else "",
        family.series.people,
        figure.place_name,
        figure.period,
        family.series.get_kind_display(),
        figure.published_on.isoformat() if figure.published_on else "",
        figure.source,
        figure.url,
    ]
