"""What may stand in an address that asks what came of it: one reading for page, chart, CSV and API."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from counting import periods
from outcomes import results
from outcomes.models import Cell, Indicator, IndicatorVersion, Measurement
from outcomes.results import Question
from priorities.filters import OneOfFilter, Telling
from priorities.need_filters import KnownFilter, OnceForm

OWN, EVERYBODY = "own", "all"
BY = [
    ("priority", _("area")),
    ("region", _("place")),
    ("group", _("people that grants are for")),
    (results.QUARTER, _("quarter")),
    *((code, words) for code, words in Cell.BREAKDOWNS if code in results.BREAKDOWNS),
    (results.WHOLE_OF_IT, _("nothing, the whole")),
]
YEARS = 12
"""How many years back may be asked for."""
FOR_OWN = ("quarter", "known_on")
"""What is asked of one's own grants alone, since by comparing such answers one could tell who reported what."""


def _versions() -> list[IndicatorVersion]:
    """The newest definition of everything in the library that can be added up, in its order."""
    rows = IndicatorVersion.objects.filter(
        indicator__owner=None, kind__in=[IndicatorVersion.COUNT, IndicatorVersion.RATIO, IndicatorVersion.MONEY]
    )
    found: dict[int, IndicatorVersion] = {}
    for each in rows.select_related("indicator").order_by("indicator__position", "indicator", "number"):
        found[each.indicator_id] = each
    return list(found.values())


class ResultsFilter(Telling, django_filters.FilterSet):  # type: ignore[misc]
    """Query parameters as a Question.

    person: whose own grants may be asked for; None: everybody's figures alone. versions: definitions that were read
    already.
    """

    indicator = OneOfFilter(label=_("What is counted"))
    by = OneOfFilter(label=_("Look at by"), choices=BY)
    year = OneOfFilter(label=_("Year"))
    whose = OneOfFilter(
        label=_("Whose figures"),
        choices=[(OWN, _("of our own grants, exact")), (EVERYBODY, _("of everybody, in tens"))],
    )
    quarter = OneOfFilter(
        label=_("Only the quarter (own grants)"),
        choices=[
            ("", _("the whole year")),
            ("1", _("January to March")),
            ("2", _("April to June")),
            ("3", _("July to September")),
            ("4", _("October to December")),
        ],
    )
    known_on = KnownFilter(
        label=_("As it was known on (own grants)"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("As it stands now, where it is left empty."),
    )

    class Meta:
        form = OnceForm

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        person: Any = None,
        also: Collection[str] = (),
        versions: Sequence[IndicatorVersion] | None = None,
    ) -> None:
        query = data if isinstance(data, MultiValueDict) else QueryDict(mutable=True)
        super().__init__(query, Measurement.objects.none())
        self.funders = tuple(person.funder_ids) if person is not None else ()
        self.versions = _versions() if versions is None else versions
        self.on = timezone.localdate()
        self.form.also, self.form.all_optional = tuple(also), True
        self.form.fields["indicator"].choices = [(each.indicator.code, each.name) for each in self.versions]
        newest = periods.quarter_end(self.on).year
        self.form.fields["year"].choices = [(str(each), str(each)) for each in range(newest, newest - YEARS, -1)]
        if not self.funders:
            for name in ("whose", *FOR_OWN):
                del self.form.fields[name]

    @cached_property
    def known(self) -> results.Known:
        """What is answered from, of one moment for all that this page says."""
        return results.current()

    @cached_property
    def is_own(self) -> bool:
        """Whether one's own grants are asked about; where nothing is said, if anything was reported on them."""
        asked = self.form.cleaned_data.get("whose")
        if asked or not self.funders:
            return bool(asked == OWN)
        return results.has_own(self.known, self.funders)

    def sheet(self, person: Any) -> Any:
        """The form with what is shown chosen in it, whether it was asked for or is what comes without asking."""
        question = self.question
        shown = {
            "indicator": question.indicator.code, "by": question.by, "year": str(self.of_year),
            "whose": OWN if self.is_own else EVERYBODY,
        }  # fmt: skip
        data = QueryDict(mutable=True)
        data.update(shown)
        for name in FOR_OWN:
            data[name] = self.data.get(name, "")
        return ResultsFilter(data, person=person, versions=self.versions).form

    def is_valid(self) -> bool:
        if not super().is_valid():
            return False
        asked = self.form.cleaned_data
        for name in FOR_OWN:
            if asked.get(name) and not self.is_own:
                sentence = _("Only the figures of your own grants can be asked for in this way. Take it out.")
                self.form.add_error(name, sentence)
        if not self.form.errors and not self.is_own and results.year(self.of_year, on=self.on) is None:
            self.form.add_error("year", _("No quarter of this year is over yet."))
        return not self.form.errors

    @property
    def of_year(self) -> int:
        return int(self.form.cleaned_data["year"] or periods.last_closed(self.on).year)

    @cached_property
    def question(self) -> Question:
        """What these parameters ask; they must be valid."""
        asked = self.form.cleaned_data
        first, last = self._days(asked.get("quarter") or "")
        return Question(
            indicator=self._indicator(asked["indicator"]),
            first=first,
            last=last,
            on=self.on,
            by=asked["by"] or "priority",
            own=self.funders if self.is_own else None,
            known_on=asked.get("known_on"),
        )

    def _days(self, quarter: str) -> tuple[date, date]:
        """Of everybody closed quarters of one year, of one's own grants also the one that is not over."""
        if quarter:
            first = date(self.of_year, int(quarter) * 3 - 2, 1)
            return first, periods.quarter_end(first)
        if self.is_own:
            return date(self.of_year, 1, 1), min(date(self.of_year, 12, 31), periods.quarter_end(self.on))
        days = results.year(self.of_year, on=self.on)
        assert days is not None
        return days

    def _indicator(self, code: str) -> Indicator:
        """The one asked for, else the first of which there is a figure."""
        if not code:
            told = results.indicators(self.known)
            return told[0] if told else self.versions[0].indicator
        return next(each.indicator for each in self.versions if each.indicator.code == code)
