"""Forms beside the list of shortfalls: set aside, looking at it, and the thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation, Person
from accounts.worded import WordedForm
from counting import periods
from counting.money import WHOLE
from priorities.kinds import percent
from priorities.models import GapRules
from priorities.models.gaps import LONGEST
from priorities.percents import NotAPercentage, basis_points
from priorities.shortfall.shortfalls import Gap, Sentence

LONGEST_ASIDE = 24
"""Months; nothing is set aside for longer without somebody looking at it again."""
USUAL_ASIDE = 6


class AboutLine(WordedForm):
    """Something said of a line: of all its places, or of one of them."""

    all_optional = True
    which = forms.ChoiceField(
        label=gettext_lazy("Which"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("This is not in the list. Choose one of those that are.")},
    )

    def __init__(self, data: Any = None, *, line: Sentence) -> None:
        super().__init__(data)
        self.line = line
        choices = [("", _("all of them")), *((gap.key, gap.place) for gap in line.gaps)]
        self.fields["which"].choices = choices  # type: ignore[attr-defined]

    @property
    def gaps(self) -> Sequence[Gap]:
        return [gap for gap in self.line.gaps if self.cleaned_data["which"] in ("", gap.key)]


class AsideForm(AboutLine):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        error_messages={
            "required": gettext_lazy("Say why it is set aside, so that whoever looks again knows."),
            "max_length": gettext_lazy("Say it in at most 300 characters."),
        },
    )
    look_again_on = forms.DateField(
        label=gettext_lazy("Look at it again on"),
        error_messages={
            "required": gettext_lazy("Say on which day it comes back into the list."),
            "invalid": gettext_lazy("This day does not exist. Write it as 2026-03-31 or choose it."),
        },
    )

    def __init__(self, data: Any = None, *, line: Sentence, today: date) -> None:
        super().__init__(data, line=line)
        self.today = today

    def clean_look_again_on(self) -> date:
        day: date = self.cleaned_data["look_again_on"]
        if day <= self.today:
            raise ValidationError(_("This day is over or today. Write a later one."))
        if day > periods.add_months(self.today, LONGEST_ASIDE):
            raise ValidationError(
                _("This is more than %(n)s months away. Write an earlier day.") % {"n": LONGEST_ASIDE}
            )
        return day


class LookingForm(AboutLine):
    funder = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label=gettext_lazy("Which funder"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose a funder for which you may write.")},
    )
    note = forms.CharField(
        label=gettext_lazy("A short note"),
        max_length=200,
        required=False,
        error_messages={"max_length": gettext_lazy("Say it in at most 200 characters.")},
    )
    is_open = forms.BooleanField(label=gettext_lazy("The other funders may see this"), required=False)

    def __init__(self, data: Any = None, *, line: Sentence, person: Person) -> None:
        super().__init__(data, line=line)
        self.own = Organisation.objects.filter(id__in=person.officer_ids)
        self.fields["funder"].queryset = self.own  # type: ignore[attr-defined]

    def clean_funder(self) -> Organisation:
        chosen: Organisation | None = self.cleaned_data["funder"]
        if chosen is None and len(self.own) == 1:
            return self.own[0]
        if chosen is None:
            raise ValidationError(_("Say which funder is looking at it."))
        return chosen


class MonthsField(forms.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        refusal = _("Write a whole number of months from 1 to %(most)s.") % {"most": LONGEST}
        wrong = dict.fromkeys(("required", "invalid", "min_value", "max_value"), refusal)
        box = forms.TextInput(attrs={"inputmode": "numeric", "size": 5})
        super().__init__(min_value=1, max_value=LONGEST, error_messages=wrong, widget=box, **kwargs)


class ShareField(forms.CharField):
    """A percentage from 1 to 100, as basis points."""

    def __init__(self, **kwargs: Any) -> None:
        self.refusal = gettext_lazy("Write a percentage from 1 to 100, such as 80.")
        box = forms.TextInput(attrs={"inputmode": "decimal", "size": 6})
        super().__init__(error_messages={"required": self.refusal}, widget=box, **kwargs)

    def clean(self, value: Any) -> int:
        try:
            points = basis_points(super().clean(value))
        except NotAPercentage as wrong:
            raise ValidationError(self.refusal) from wrong
        if not WHOLE // 100 <= points <= WHOLE:
            raise ValidationError(self.refusal)
        return points

    def prepare_value(self, value: Any) -> Any:
        return percent(value).removesuffix("\u00a0%") if isinstance(value, int) else value


class RulesForm(WordedForm):
    """From when on something falls short."""

    ending_soon = MonthsField(label=gettext_lazy("Money running out: within so many months"))
    ending_within = MonthsField(label=gettext_lazy("And within so many"))
    ending_later = MonthsField(
        label=gettext_lazy("And within so many at most"),
        help_text=gettext_lazy("What ends later than this is not in the list. Each sentence says the day."),
    )
    fragile = ShareField(
        label=gettext_lazy("Rests on one funder or charity: per cent of the running money"),
    )
    need = ShareField(
        label=gettext_lazy("Small beside the need: per cent"),
        help_text=gettext_lazy("Under so much of the share of need; 50 is under half."),
    )
    narrow = ShareField(
        label=gettext_lazy("One service only: per cent of the grants"),
        help_text=gettext_lazy("So many of the grants in a place pay for one service each, and two of them at least."),
    )
    evidence_months = MonthsField(label=gettext_lazy("No recent report: none accepted in so many months"))

    def __init__(self, data: Any = None, *, rules: GapRules) -> None:
        super().__init__(data, initial={name: getattr(rules, name) for name in self.base_fields})

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        months = [said[name] for name in ("ending_soon", "ending_within", "ending_later") if name in said]
        if len(months) == 3 and not months[0] < months[1] < months[2]:
            self.add_error("ending_within", _("Write the three in order, each longer than the one before: 6, 12, 18."))
        return said
