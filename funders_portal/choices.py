"""The choices of a coverage address in words, each with the address that does without it."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import Organisation
from priorities import coverage
from priorities.coverage import Question
from priorities.filters import CoverageFilter, RunningFilter
from priorities.models import Dimension


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice that narrows the figures, and the query that is left when it is taken back."""

    words: str
    without: str


def in_words(question: Question) -> str:
    """What is counted and of when: "Running grants, 1 January 2025"."""
    if question.measure == coverage.LIVE:
        return _("Running grants, %(day)s") % {"day": _day(question.on)}
    if question.measure == coverage.AWARDED:
        return (
            _("Awarded %(period)s") % {"period": _period(question)} if question.has_window else _("Awarded, all dates")
        )
    if question.measure == coverage.SPREAD:
        return _("Award shared out evenly by day, %(period)s") % {"period": _period(question)}
    if question.has_window:
        return _("Number of grants awarded %(period)s") % {"period": _period(question)}
    return _("Number of running grants, %(day)s") % {"day": _day(question.on)}


def by_in_words(question: Question) -> str:
    """What the rows and columns are: "by priority area and place"."""
    return _("by %(rows)s and %(columns)s") % {
        "rows": Dimension(question.rows).label,
        "columns": Dimension(question.columns).label,
    }


def day_query(question: Question) -> str:
    """The day and the funders as a query, so that what a page opens is of its own day even tomorrow."""
    return urlencode([("on", question.on.isoformat()), *(("funder", each) for each in question.funders)])


def narrowing(asked: CoverageFilter, data: QueryDict) -> list[Choice]:
    """Everything that narrows the figures: funders, recipients, programmes, codes."""
    return list(_narrowing(asked, data))


def _narrowing(asked: CoverageFilter, data: QueryDict) -> Iterator[Choice]:
    question = asked.question
    names = dict(
        Organisation.objects.filter(id__in=(*question.funders, *question.recipients)).values_list("id", "name")
    )
    for given, funder in zip(_given(data, "funder"), question.funders, strict=True):
        yield Choice(names[funder], _without(data, "funder", given))
    for given, recipient in zip(_given(data, "recipient"), question.recipients, strict=True):
        yield Choice(_("to %(name)s") % {"name": names[recipient]}, _without(data, "recipient", given))
    for programme in question.programmes:
        yield Choice(programme, _without(data, "programme", programme))
    for dimension, codes in question.codes.items():
        labels = {entry.code: entry.label for entry in asked.vocabulary[dimension]}
        for code in codes:
            yield Choice(labels[code], _without(data, dimension, code))


def _given(data: QueryDict, name: str) -> list[str]:
    return list(dict.fromkeys(each for each in data.getlist(name) if each))


def _without(data: QueryDict, name: str, value: str) -> str:
    rest = data.copy()
    rest.setlist(name, [each for each in data.getlist(name) if each != value])
    return rest.urlencode()


@dataclass(frozen=True, slots=True)
class Ticks:
    """What one may narrow the figures to, of one kind: each choice's value, words, and whether it is ticked."""

    name: str
    words: str
    offered: list[tuple[str, str, bool]]
    refusals: list[str]

    @property
    def open(self) -> bool:
        return bool(self.refusals) or any(ticked for _value, _words, ticked in self.offered)


def sheet(asked: CoverageFilter) -> dict[str, Any]:
    """The form's fields as the sheet lays them out, filled with what is asked now; refused ones as they were typed."""
    form: Any = _filled(asked) if asked.is_valid() else asked.form
    form.all_optional = True
    for name in ("measure", "rows", "columns"):
        form.fields[name].widget.choices = _offered(form.fields[name].choices, usual=not asked.is_valid())
    return {
        "form": form,
        "sheet_url": reverse("coverage_by"),
        "measure": form["measure"],
        "days": [form[name] for name in ("on", "from", "to")],
        "shown": [form[name] for name in ("rows", "columns")],
        "narrowed": [_ticks(form, name, choices) for name, choices in _narrowing_choices(asked)],
        "kept": [(name, value) for name in ("recipient", "programme") for value in asked.data.getlist(name) if value],
    }


def running_sheet(asked: RunningFilter) -> dict[str, Any]:
    """The sheet of a page that says itself what it shows: a day, and what narrows."""
    form: Any = asked.form
    if asked.is_valid():
        data = asked.data.copy()
        data["on"] = asked.question.on.isoformat()
        form = _with(form, data)
    form.all_optional = True
    return {
        "form": form,
        "day_field": form["on"],
        "narrowed": [_ticks(form, name, choices) for name, choices in _narrowing_choices(asked)],
        "kept": [(name, value) for name in ("recipient", "programme") for value in asked.data.getlist(name) if value],
    }


def day_and_funders(asked: CoverageFilter) -> dict[str, Any]:
    """The sheet of a page that is about one day, of some funders or of all."""
    form: Any = _filled(asked) if asked.is_valid() else asked.form
    form.all_optional = True
    funders = Organisation.objects.funders().values_list("id", "name")
    return {
        "form": form,
        "sheet_url": reverse("coverage"),
        "days": [form["on"]],
        "narrowed": [_ticks(form, "funder", funders)],
    }


def day_and_funder(asked: CoverageFilter, funder: Organisation | None) -> dict[str, Any]:
    """The sheet of a page that is about one day and one funder."""
    form: Any = _filled(asked) if asked.is_valid() else asked.form
    form.all_optional = True
    return {
        "form": form,
        "sheet_url": reverse("funder_view"),
        "days": [form["on"]],
        "one_of": [(each, each == funder) for each in Organisation.objects.funders().order_by("name", "id")],
        "refusals": list(form.errors.get("funder", ())),
    }


def _narrowing_choices(asked: CoverageFilter) -> Iterator[tuple[str, Iterable[tuple[Any, str]]]]:
    """The choices as they are known already: the form's own are looked up anew each time they are gone through."""
    yield "funder", Organisation.objects.funders().values_list("id", "name")
    for dimension in Dimension.values:
        yield dimension, asked.codes(dimension)


def _ticks(form: Any, name: str, choices: Iterable[tuple[Any, str]]) -> Ticks:
    chosen = {str(each) for each in form[name].value() or ()}
    offered = [(str(value), words, str(value) in chosen) for value, words in choices]
    return Ticks(name, capfirst(form.fields[name].label), offered, list(form.errors.get(name, ())))


def _offered(choices: Iterable[tuple[str, Any]], *, usual: bool) -> list[tuple[str, str]]:
    """The choices as a sentence begins them; with `usual` one may also leave it as it usually is."""
    return [(code, capfirst(label)) if code else (code, _("As usual")) for code, label in choices if code or usual]


def _filled(asked: CoverageFilter) -> Any:
    """The form with the defaults that were taken where the parameters say nothing."""
    question = asked.question
    data: QueryDict = asked.data.copy()
    for name in ("rows", "columns", "measure"):
        data[name] = getattr(question, name)
    data["on"] = question.on.isoformat()
    for name, day in (("from", question.first), ("to", question.last)):
        if day:
            data[name] = day.isoformat()
    return _with(asked.form, data)


def _with(form: Any, data: QueryDict) -> Any:
    # Checked already, and making a form costs more than all the rest of the sheet.
    form = copy.copy(form)
    form.data, form._bound_fields_cache = data, {}
    return form


def _day(day: Any) -> str:
    return date_format(day, "j F Y")


def _period(question: Question) -> str:
    first, last = question.first, question.last
    if first and last:
        return _("from %(first)s to %(last)s") % {"first": _day(first), "last": _day(last)}
    if first:
        return _("from %(first)s on") % {"first": _day(first)}
    return _("up to %(last)s") % {"last": _day(last)} if last else _("at any time")
