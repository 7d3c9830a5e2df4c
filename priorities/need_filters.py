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
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.filters import ApiForm, StrictForm
from counting import places
from priorities.filters import Day, DayFilter, OneOfFilter, Telling
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


def _written(label: Any, hint: Any) -> dict[str, Any]:
    """A day that is asked for in a box of its own."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return {"label": label, "input_formats": ["%Y-%m-%d"], "widget": widget, "help_text": hint}


class Known(Day):
    """A day by which figures were published: none that is still to come."""

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        if day and day > timezone.localdate():
            raise forms.ValidationError(
                gettext("What will be known on %(day)s is still to come. Give today or an earlier day.")
                % {"day": date_format(day, "j F Y")}
            )
        return day


class KnownFilter(DayFilter):
    field_class = Known


class NeedFilter(Telling, django_filters.FilterSet):  # type: ignore[misc]
    """The day of the grants, and the day by which a need figure must have been published to count."""

    on = DayFilter(**_written(_("Grants running on"), _("Today, where it is left empty.")))
    known_on = KnownFilter(**_written(_("Need figures as published by"), _("The same day, where it is left empty.")))

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
        """The day of knowledge that was asked for, for grants of a day to come today; None is now."""
        day: date | None = self.form.cleaned_data["known_on"] or self.form.cleaned_data["on"]
        return min(day, timezone.localdate()) if day else None

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
    known_on = KnownFilter(
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
