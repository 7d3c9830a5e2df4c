"""What may stand in an address that asks for coverage: one reading for page, API, CSV and command alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any

import django_filters
from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.filters import StrictForm
from accounts.models import Identifier, Organisation, Person
from grants.models import Grant
from priorities import coverage, gaps
from priorities.coverage import Question
from priorities.kinds import KINDS, WORDS
from priorities.memory.reading import Vocabulary
from priorities.models import Dimension
from priorities.shortfall.shortfalls import Gaps

MEASURES = [
    (coverage.LIVE, _("In running grants (whole award)")),
    (coverage.AWARDED, _("Awarded in this period")),
    (coverage.SPREAD, _("For this year (award shared out evenly by day)")),
    (coverage.GRANTS, _("Number of grants")),
]
WINDOW = ("from", "to")
EARLIEST, LATEST = 1900, 2200
"""Years that may be asked for; beyond them dates can no longer be counted on from."""
LISTED = 25
"""Up to so many choices are listed where one is refused."""


class OneOf(forms.ChoiceField):
    """A choice whose refusal names the choices."""

    def validate(self, value: Any) -> None:
        if value and not self.valid_value(value):
            raise forms.ValidationError(unknown(value, _codes(self)))
        super().validate(value)


class SomeOf(forms.MultipleChoiceField):
    """Several choices; a refusal names the choices. Blank ones are as if not given."""

    def to_python(self, value: Any) -> list[str]:
        return list(dict.fromkeys(each for each in super().to_python(value) if each))

    def validate(self, value: Any) -> None:
        for each in value:
            if not self.valid_value(each):
                raise forms.ValidationError(unknown(each, _codes(self)))


def _storable(text: str) -> str:
    """A text that PostgreSQL can be asked for; in place of the null character stands one that is in no name."""
    return text.replace("\0", "\ufffd")


class Organisations(forms.MultipleChoiceField):
    """Organisations by the portal's number or by identifier (GB-CHC-1234567); gives their numbers."""

    def to_python(self, value: Any) -> list[Any]:
        return list(dict.fromkeys(self._found(_storable(each)) for each in super().to_python(value) if each))

    def validate(self, value: Any) -> None:
        """Everything is known by then."""

    @staticmethod
    def _found(value: str) -> int:
        text = value.strip()
        if text.isascii() and text.isdigit() and len(text) < 19:
            found = Organisation.objects.filter(id=int(text)).values_list("id", flat=True).first()
        else:
            found = Identifier.objects.filter(value=text).values_list("organisation", flat=True).first()
        if found is None:
            raise forms.ValidationError(
                gettext(
                    "No organisation here is “%(value)s”. Give its number or its identifier, such as GB-CHC-1234567."
                )
                % {"value": text[:100]}
            )
        return found


class Programmes(forms.MultipleChoiceField):
    """Programmes by title, as the grants carry them."""

    def to_python(self, value: Any) -> list[str]:
        return list(dict.fromkeys(_storable(each) for each in super().to_python(value) if each))

    def validate(self, value: Any) -> None:
        for each in value:
            if not Grant.objects.current().filter(programme=each).exists():
                raise forms.ValidationError(
                    gettext("No grant here has the programme “%(value)s”. Give its title as the grants carry it.")
                    % {"value": each[:100]}
                )


class Day(forms.DateField):
    """A day as 2026-11-21, and no other way, since 3/4/2026 means two days."""

    def to_python(self, value: Any) -> date | None:
        try:
            day = super().to_python(value)
        except forms.ValidationError as wrong:
            raise forms.ValidationError(
                gettext("“%(value)s” is no day that exists. Write it as year, month and day: 2026-11-21.")
                % {"value": str(value)[:100]}
            ) from wrong
        if day and not EARLIEST <= day.year <= LATEST:
            raise forms.ValidationError(
                gettext("“%(value)s” is too far away to count with. Give a day from %(first)s to %(last)s.")
                % {"value": str(value)[:100], "first": f"{EARLIEST}-01-01", "last": f"{LATEST}-12-31"}
            )
        return day


class DayFilter(django_filters.DateFilter):  # type: ignore[misc]
    field_class = Day


class OneOfFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    field_class = OneOf


class SomeOfFilter(django_filters.MultipleChoiceFilter):  # type: ignore[misc]
    field_class = SomeOf


class OrganisationsFilter(django_filters.MultipleChoiceFilter):  # type: ignore[misc]
    field_class = Organisations


class ProgrammesFilter(django_filters.MultipleChoiceFilter):  # type: ignore[misc]
    field_class = Programmes


class OneEachForm(StrictForm):
    """Refuses several of what can only be asked for once, instead of taking the last of them."""

    def clean(self) -> dict[str, Any]:
        asked = super().clean()
        query: Any = self.data
        for name, field in self.fields.items():
            given = {each for each in query.getlist(name) if each}
            if len(given) > 1 and not isinstance(field, forms.MultipleChoiceField):
                self.add_error(name, _("Only one can be asked for; the address gives %(n)s.") % {"n": len(given)})
        return asked


class CoverageForm(OneEachForm):
    """Checks parameters against each other and refuses those it does not know."""

    def clean(self) -> dict[str, Any]:
        asked = super().clean()
        if asked.get("rows") and asked.get("rows") == asked.get("columns"):
            self.add_error("columns", _("Rows and columns are the same. Choose two different ones."))
        first, last = asked.get("from"), asked.get("to")
        if first and last and first > last:
            self.add_error("to", _("The period ends before it begins. Give a “to” that is not before “from”."))
        return asked


def days(label: Any) -> DayFilter:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return DayFilter(label=label, input_formats=["%Y-%m-%d"], widget=widget)


class Telling:
    """Filters that can say what was wrong with them without a form to say it in."""

    errors: Any

    def sentences(self) -> list[str]:
        """Each refusal with the parameter it is about."""
        return [
            str(each) if name == "__all__" else f"{name}: {each}"
            for name, refusals in self.errors.items()
            for each in refusals
        ]


# "from" is a word of Python's own, so these two are named in a mapping.
_Window: Any = type(
    "_Window", (django_filters.FilterSet,), {"from": days(_("from")), "to": days(_("to")), "__module__": __name__}
)
_Codes: Any = type(
    "_Codes",
    (django_filters.FilterSet,),
    {each.value: SomeOfFilter(label=each.label) for each in Dimension} | {"__module__": __name__},
)


class GapFilter(Telling, django_filters.FilterSet):  # type: ignore[misc]
    """Query parameters that ask where coverage falls short: the day, and perhaps one kind or one area of it."""

    on = days(_("On"))
    kind = OneOfFilter(label=_("Kind"), choices=[(each, WORDS[each]) for each in KINDS])
    priority = OneOfFilter(label=Dimension.PRIORITY.label)

    class Meta:
        form = OneEachForm

    def __init__(self, data: Mapping[str, Any] | None = None, *, also: Collection[str] = ()) -> None:
        super().__init__(_as_query(data or {}), Grant.objects.none())
        areas = Vocabulary.read()[Dimension.PRIORITY]
        self.form.also = tuple(also)
        self.form.fields["priority"].choices = [(each.code, each.label) for each in areas if not each.residual]

    def found(self, person: Person | None = None) -> Gaps:
        """The gaps that these parameters ask for, as this person may see them; raises ValueError where refused."""
        if not self.is_valid():
            raise ValueError("; ".join(self.sentences()))
        asked = self.form.cleaned_data
        found = gaps.table(on=asked["on"] or timezone.localdate(), person=person)
        return found.only(kind=asked["kind"], row=asked["priority"])


class CoverageFilter(Telling, _Window, _Codes):  # type: ignore[misc]
    """Query parameters as a coverage Question; `also` are parameters that the caller reads itself (a page, a format).

    All are optional: what is left out or blank has Question's own default, `on` being `at` or today. An unknown
    parameter or value, a day that does not exist and dates in the wrong order are refused in sentences.
    """

    rows = OneOfFilter(label=_("Rows"), choices=Dimension.choices)
    columns = OneOfFilter(label=_("Columns"), choices=Dimension.choices)
    measure = OneOfFilter(label=_("Measure"), choices=MEASURES)
    on = days(_("On"))
    funder = OrganisationsFilter(label=_("Funder"))
    recipient = OrganisationsFilter(label=_("Recipient"))
    programme = ProgrammesFilter(label=_("Programme"))

    class Meta:
        form = CoverageForm

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, at: date | None = None, also: Collection[str] = (), **more: Any
    ) -> None:
        more.setdefault("queryset", Grant.objects.none())
        super().__init__(_as_query(data or {}), **more)
        self.at, self.also = at, tuple(also)

    @property
    def form(self) -> Any:
        """The form, its choices filled from the vocabulary and the funders as they are now."""
        if not hasattr(self, "_form"):
            form = super().form
            # As functions, since most fields of a question are never looked into.
            for dimension in self.vocabulary:
                form.fields[dimension].choices = partial(self.codes, dimension)
            form.fields["funder"].choices = lambda: Organisation.objects.funders().values_list("id", "name")
            form.also = self.also
        return self._form

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary.read()

    def codes(self, dimension: str) -> list[tuple[str, str]]:
        """A dimension's codes with their labels, in their order."""
        return [(entry.code, entry.label) for entry in self.vocabulary[dimension]]

    @property
    def question(self) -> Question:
        """What these parameters ask; raises ValueError where they were refused."""
        if not self.is_valid():
            raise ValueError("; ".join(self.sentences()))
        asked = self.form.cleaned_data
        on = asked["on"] or self.at or timezone.localdate()
        first, last = self._window(asked, on)
        rows, across = _shown(asked.get("rows", ""), asked.get("columns", ""))
        return Question(
            rows=rows,
            columns=across,
            measure=asked.get("measure") or Question.measure,
            on=on,
            first=first,
            last=last,
            funders=tuple(asked["funder"]),
            recipients=tuple(asked["recipient"]),
            programmes=tuple(asked["programme"]),
            codes={each: tuple(asked[each]) for each in Dimension.values if asked[each]},
        )

    @staticmethod
    def _window(asked: Mapping[str, Any], on: date) -> tuple[date | None, date | None]:
        """A day has no window; a yearly share without one is that of the day's calendar year."""
        if asked.get("measure", "") in ("", coverage.LIVE):
            return None, None
        first, last = asked["from"], asked["to"]
        if asked["measure"] == coverage.SPREAD and not (first or last):
            return date(on.year, 1, 1), date(on.year, 12, 31)
        return first, last


class RunningFilter(CoverageFilter):
    """The same for pages that say themselves what they show of running grants: a day, and what narrows them."""

    vars().update(dict.fromkeys(("rows", "columns", "measure", *WINDOW)))


def _as_query(data: Mapping[str, Any]) -> MultiValueDict[str, Any]:
    """The parameters as an address gives them, lists being the same name several times."""
    if isinstance(data, MultiValueDict):
        return data
    query = QueryDict(mutable=True)
    for name, value in data.items():
        query.setlist(name, list(value) if isinstance(value, list | tuple) else [value])
    return query


def _shown(rows: str, across: str) -> tuple[str, str]:
    """Both dimensions where one or none is given: the usual two, and never the same twice."""
    usual = (Question.rows, Question.columns)
    rows = rows or next(each for each in usual if each != across)
    return rows, across or next(each for each in reversed(usual) if each != rows)


def _codes(field: forms.ChoiceField) -> list[str]:
    choices: Any = field.choices
    return [code for code, _label in choices]


def unknown(value: str, choices: Iterable[str]) -> str:
    """The sentence that refuses a choice, with the choices there are."""
    known = [code for code in choices if code]
    if len(known) > LISTED:
        return gettext("“%(value)s” is not known here.") % {"value": value[:100]}
    return gettext("“%(value)s” is not known here. Choose from: %(choices)s.") % {
        "value": value[:100],
        "choices": ", ".join(known),
    }
