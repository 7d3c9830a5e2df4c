"""What an officer fills in about reports: a plan, another date, an answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from accounts.worded import WordedForm
from grants.filters import AmountField
from grants.models import Grant, Project
from outcomes.models import Cell, EvidenceMark, Indicator, IndicatorVersion, Overlap, Request
from outcomes.models.due import ANCHORS, FORMS
from outcomes.models.reminding import PRESETS
from outcomes.serving import Asked

IDENTIFY = {"data-identify": ""}
"""Marks a box in which the browser looks for what could tell who a person is."""


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


class FigureForm(WordedForm):
    """One figure to ask for, from the library or of the charity's own."""

    def __init__(self, *args: Any, indicators: Iterable[Indicator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grouped: dict[str, list[tuple[str, str]]] = {}
        for each in indicators:
            [newest, *_older] = each.versions.all()
            grouped.setdefault(str(each.get_collection_display()), []).append((each.code, newest.name))
        self.fields["indicator"] = forms.ChoiceField(
            label=_("Figure"),
            choices=[("", ""), *grouped.items()],
            help_text=_("The definition stands beside it once it is asked."),
        )
        self.fields["breakdowns"] = forms.MultipleChoiceField(
            label=_("Also by"), choices=Cell.BREAKDOWNS, required=False, widget=forms.CheckboxSelectMultiple,
            help_text=_("One at a time, never crossed. Ask only for what you will use."),
        )  # fmt: skip


class OwnFigureForm(WordedForm):
    """A charity's own way of counting."""

    name = forms.CharField(label=_("Name"), max_length=200)
    definition = forms.CharField(
        label=_("What is counted, and what is not"), max_length=1_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    kind = forms.ChoiceField(label=_("It is"), choices=IndicatorVersion.KINDS[:2] + IndicatorVersion.KINDS[3:4])
    over_time = forms.ChoiceField(label=_("Over time"), choices=IndicatorVersion.OVER_TIME)
    counts_people = forms.BooleanField(label=_("it counts people"), required=False)


class TargetForm(WordedForm):
    """What a grant is meant to reach."""

    value = forms.IntegerField(label=_("Target"), min_value=0, max_value=10**12)
    start = day(_("From"))
    end = day(_("To"))


class BaselineForm(WordedForm):
    """Where a project stood before."""

    value = forms.IntegerField(label=_("Before"), min_value=0, max_value=10**12, required=False)
    as_at = day(_("As at"))
    because = forms.CharField(label=_("Or why nobody knows"), max_length=300, required=False)


class RenewalForm(WordedForm):
    """When the renewal of a grant was decided."""

    decided_on = day(_("Decided on"))


class OverlapForm(WordedForm):
    """How many people two works share."""

    other = forms.ChoiceField(label=_("The other work"))
    indicator = forms.ChoiceField(label=_("Figure"), help_text=_("Of those that count people."))
    start = day(_("From"), help_text=_("Days that both have reported on."))
    end = day(_("To"))
    method = forms.ChoiceField(
        label=_("How many of the people are in both?"), choices=Overlap.METHODS, widget=forms.RadioSelect
    )
    people = forms.IntegerField(label=_("How many, where it is known"), min_value=0, max_value=10**9, required=False)

    def __init__(
        self, *args: Any, others: Iterable[Project], versions: Iterable[IndicatorVersion], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        works = [("", ""), *((each.pk, str(each)) for each in others)]
        figures = [("", ""), *((each.indicator.code, each.name) for each in versions)]
        self.fields["other"].choices = works  # type: ignore[attr-defined]
        self.fields["indicator"].choices = figures  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        is_known, has_number = given.get("method") == Overlap.KNOWN, given.get("people") is not None
        if is_known and not has_number and "people" not in self.errors:
            self.add_error("people", _("Say how many."))
        elif has_number and "method" in given and not is_known:
            self.add_error("people", _("A number belongs to “so many” alone. Choose that, or leave the number out."))
        return given


class QuestionForm(WordedForm):
    """One question of the funder's own."""

    text = forms.CharField(label=_("Question"), max_length=300)
    why = forms.CharField(
        label=_("Why you ask, and who reads it"), max_length=300, help_text=_("Charities see it beneath the question.")
    )
    limit = forms.IntegerField(label=_("Most characters"), min_value=100, max_value=5_000, initial=1_000)


class RuleForm(WordedForm):
    """What grants of a size owe."""

    from_amount = AmountField(label=_("From an amount of"), help_text=_("In pounds."))
    from_months = forms.IntegerField(label=_("and a length of months"), min_value=0, max_value=240, initial=0)
    form = forms.ChoiceField(label=_("the charity gives"), choices=FORMS)
    every = forms.IntegerField(label=_("every so many months (0: once)"), min_value=0, max_value=60, initial=12)
    anchor = forms.ChoiceField(label=_("counted from"), choices=ANCHORS)
    days_after = forms.IntegerField(
        label=_("due so many days after the period"), min_value=0, max_value=365, initial=30
    )


class TalkForm(WordedForm):
    """A conversation, written up."""

    said = forms.CharField(
        label=_("What was said"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 6, **IDENTIFY}),
        help_text=_("In general; nothing that could tell who anybody helped is. The charity reads it."),
    )  # fmt: skip
    feedback = forms.CharField(
        label=_("What we learned, and what we did with it"), max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 4, **IDENTIFY}),
    )  # fmt: skip


class BlackOutForm(WordedForm):
    """A word or a passage to strike."""

    passage = forms.CharField(
        label=_("Word or passage"),
        max_length=1_000,
        help_text=_("Exactly as it stands in the report; capitals, accents and line breaks do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class FileForm(WordedForm):
    """A file, the funder that it was made for, and which others may have it."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_(
            "PDF, Word, Excel, CSV, text, JPEG or PNG, up to 20 MB. Nobody who was helped may be told from it."
        ),
    )
    grant = forms.ChoiceField(label=_("Made for"), error_messages={"required": _("Choose who it was made for.")})
    others = forms.MultipleChoiceField(
        label=_("These may have it too"), required=False, widget=forms.CheckboxSelectMultiple
    )
    digest = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    holds_none = forms.BooleanField(
        required=False, label=_("I looked: nobody who was helped can be told from it. Keep it.")
    )

    def __init__(self, *args: Any, grants: Iterable[Grant], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grants = {str(each.pk): each for each in grants}
        names = [(pk, str(each.funder)) for pk, each in self.grants.items()]
        self.fields["grant"].choices = names if len(names) == 1 else [("", ""), *names]  # type: ignore[attr-defined]
        self.fields["others"].choices = names  # type: ignore[attr-defined]
        if len(names) < 2:
            del self.fields["others"]

    def clean(self) -> dict[str, Any]:
        return {"others": [], **(super().clean() or {})}


class EvidenceForm(WordedForm):
    """May each answer and file serve as evidence? Nothing is chosen before the charity chooses it."""

    all_optional = True

    def __init__(self, *args: Any, asked: Iterable[Asked], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in asked:
            self.fields[each.name] = forms.ChoiceField(
                label=each.title, help_text=each.words, choices=EvidenceMark.CHOICES, required=False,
                initial=each.said or None, widget=forms.RadioSelect, show_hidden_initial=True,
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """What this person chose; what she left as she found it may have been changed by a colleague meanwhile."""
        given = super().clean() or {}
        return {name: given[name] for name in self.changed_data if given.get(name)}


class AcceptForm(WordedForm):
    """An answer that the charity reads."""

    feedback = forms.CharField(
        label=_("What we learned, and what we did with it"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 5, **IDENTIFY}),
        help_text=_(
            "The charity reads this. It is the only word it gets back, so be as plain as you would be to a colleague."
        ),
    )


class TimeForm(WordedForm):
    """Another date for a report, asked of its funders."""

    until = day(_("Until when?"))
    words = forms.CharField(label=_("Why?"), max_length=1_000, help_text=_("A line is enough. Your funders read it."))


class RequestForm(WordedForm):
    """Something that has changed, told to one funder."""

    kind = forms.ChoiceField(label=_("What is it about?"), choices=Request.KINDS[1:], widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("What is to change?"), max_length=1_000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Of people you help, nothing that could tell who they are."),
    )  # fmt: skip


class RequestAnswerForm(WordedForm):
    """A funder's yes or no."""

    words = forms.CharField(label=_("Your words to the charity"), max_length=1_000, required=False)


class ContactForm(WordedForm):
    """Whom charities can ring."""

    ring = forms.CharField(
        label=_("Ring us instead"), max_length=200, required=False,
        help_text=_("A name and a number. Charities see it beside each report."),
    )  # fmt: skip
    safeguarding = forms.CharField(
        label=_("Where a safeguarding concern belongs"), max_length=300, required=False,
        help_text=_("Whom to ring at once. It stands above the question about harm."),
    )  # fmt: skip


class FollowUpForm(WordedForm):
    """Whether findings were used."""

    used = forms.TypedChoiceField(
        label=_("Were the findings used?"), choices=[("yes", _("yes")), ("no", _("no, or not yet"))],
        coerce=lambda text: text == "yes", widget=forms.RadioSelect,
    )  # fmt: skip
    by_whom = forms.CharField(label=_("By whom?"), max_length=500, required=False)
    shown_by = forms.CharField(
        label=_("What shows it?"), max_length=1_000, required=False,
        help_text=_("A document, a change, a citation; where it can be read."),
    )  # fmt: skip


class LettersForm(WordedForm):
    """How often a funder reminds; what would go is shown before anything does."""

    preset = forms.ChoiceField(label=_("How often"), choices=PRESETS, widget=forms.RadioSelect)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class PauseForm(WordedForm):
    """No reminders for a while."""

    until = day(_("No reminders before"), help_text=_("Within the next 60 days. The report's date stays as it is."))


class RecipientForm(WordedForm):
    """To whom reminders go."""

    person = forms.ModelChoiceField(
        label=_("Remind"),
        queryset=Person.objects.none(),
        required=False,
        empty_label=_("everybody who leads for us"),
    )

    def __init__(self, *args: Any, people: Iterable[Person], **more: Any) -> None:
        super().__init__(*args, **more)
        people = Person.objects.filter(pk__in=[each.pk for each in people])
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
