"""What may stand in an address that asks for need beside money, or for need figures."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from accounts.filters import ApiForm, StrictForm
from counting import places
from priorities.filters import DayFilter, OneOfFilter, Telling
from priorities.models import NeedFigure, NeedSeries
from priorities.models.need import PLACES


class OnceForm(StrictForm):
    """Refuses a parameter that is given twice with different values."""

    def clean(self) -> dict[str, Any]:
        asked = super().clean()
        query: Any = self.data
        for name in self.fields:
            given = {each for each in query.getlist(name) if each}
            if len(given) > 1:
                self.add_error(name, _("Only one can be asked for; the address gives %(n)s.") % {"n": len(given)})
        return asked


def _day(label: Any, hint: Any) -> DayFilter:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return DayFilter(label=label, input_formats=["%Y-%m-%d"], widget=widget, help_text=hint)


class NeedFilter(Telling, django_filters.FilterSet):  # type: ignore[misc]
    """The day of the grants, and the day by which a need figure must have been published to count."""

    on = _day(_("Grants running on"), _("Today, where it is left empty."))
    known_on = _day(_("Need figures as published by"), _("The same day, where it is left empty."))

    class Meta:
        form = OnceForm

    def __init__(self, data: Mapping[str, Any] | None = None, *, also: Collection[str] = ()) -> None:
        query = data if isinstance(data, MultiValueDict) else QueryDict(mutable=True)
        super().__init__(query, NeedFigure.objects.none())
        self.form.also, self.form.all_optional = tuple(also), True

    @property
    def on_day(self) -> date:
        day: date | None = self.form.cleaned_data["on"]
        return day or timezone.localdate()

    @property
    def asked_known(self) -> date | None:
        """The day of knowledge that was asked for; None is now."""
        day: date | None = self.form.cleaned_data["known_on"] or self.form.cleaned_data["on"]
        return day

    @property
    def known(self) -> date:
        return self.asked_known or self.on_day


class OnceApiForm(OnceForm):
    also = ApiForm.also


class NeedFigureFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which need figures; without known_on the latest value of each thing counted, whenever it was published."""

    kind = OneOfFilter(field_name="series__kind", label=_("How it was counted"), choices=NeedSeries.KINDS)
    place = OneOfFilter(label=_("Place"), choices=[(code, places.named(code)) for code in PLACES])
    series = django_filters.CharFilter(field_name="series__code", label=_("Statistic, by its code"), max_length=60)
    known_on = DayFilter(
        label=_("Each value as it was known on this day; values whose day of publication is not known are left out"),
        input_formats=["%Y-%m-%d"],
        method="as_known",
    )

    class Meta:
        model = NeedFigure
        fields: list[str] = []
        form = OnceApiForm

    def filter_queryset(self, queryset: Any) -> Any:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data["known_on"] else found & NeedFigure.objects.known_now()

    def as_known(self, queryset: Any, name: str, day: date) -> Any:
        return queryset & NeedFigure.objects.known_on(day)
