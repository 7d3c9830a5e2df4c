"""What an officer fills in about reports: a plan, another date, an answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.worded import WordedForm
from outcomes.models.due import ANCHORS, FORMS


def day(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, input_formats=["%Y-%m-%d"], widget=widget, **more)


class PlanForm(WordedForm):
    """How a grant's reports are planned; the list of dates is shown before it is kept."""

    form = forms.ChoiceField(label=_("What the charity gives"), choices=FORMS, widget=forms.RadioSelect)
    every = forms.IntegerField(
        label=_("Every so many months"), min_value=0, max_value=60, help_text=_("0: once, at the end of the grant.")
    )
    anchor = forms.ChoiceField(
        label=_("Counted from"),
        choices=ANCHORS,
        help_text=_("The grant's beginning counts where it is the award date."),
    )
    first_end = day(
        _("Last day of the first period"),
        required=False,
        help_text=_("Needed for a payment, a meeting or the charity's year-end."),
    )
    days_after = forms.IntegerField(label=_("Due so many days after a period ends"), min_value=0, max_value=365)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("anchor") not in (None, "award") and not given.get("first_end"):
            self.add_error("first_end", _("Say when the first period ends."))
        return given


class DueForm(WordedForm):
    """Another date for one report."""

    due_on = day(_("Due on"))


class WaiveForm(WordedForm):
    """That one report is not needed."""

    because = forms.CharField(label=_("Why is it not needed?"), max_length=300, help_text=_("The charity reads it."))


class AcceptForm(WordedForm):
    """An answer that the charity reads."""

    feedback = forms.CharField(
        label=_("What we learned, and what we did with it"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "The charity reads this. It is the only word it gets back, so be as plain as you would be to a colleague."
        ),
    )
