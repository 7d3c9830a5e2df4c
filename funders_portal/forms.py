"""What a person fills in on pages over the whole portfolio: a grant that she only tries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.filters import StrictForm
from accounts.models import Organisation, Person
from counting.money import WHOLE
from grants.filters import LARGEST_ID, AmountField, SearchField, matching, refuse_choice
from grants.models import Grant
from priorities.filters import Day, OneOf
from priorities.forms import PercentField
from priorities.memory.reading import Vocabulary
from priorities.models import NOT_STATED, Dimension
from priorities.sentences import day

ADD, END = "add", "end"
SHARED = (Dimension.PRIORITY.value, Dimension.REGION.value)
"""What is shared out in per cent; of the others one entry can be named."""
NAMED = (Dimension.GROUP.value, Dimension.SERVICE.value)
FOUND_AT_MOST = 12


def _day(label: Any, **more: Any) -> Day:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return Day(label=label, input_formats=["%Y-%m-%d"], widget=widget, **more)


class Funder(forms.ChoiceField):
    """A funder here by its number; a refusal names them."""

    def validate(self, value: Any) -> None:
        if value and not self.valid_value(value):
            refuse_choice(value, self.choices)
        super().validate(value)


class Trying(StrictForm):
    """What both ways of trying have in common."""

    all_optional = False
    what = forms.CharField(widget=forms.HiddenInput)
    on = _day(
        gettext_lazy("Figures of"),
        required=False,
        help_text=gettext_lazy("Usually today, or the first day on which the grant makes a difference."),
    )

    def clean(self) -> dict[str, Any]:
        asked = super().clean()
        given: Any = self.data
        for name in self.fields:
            if len({each for each in given.getlist(name) if each}) > 1:
                self.add_error(name, _("Only one can be tried at a time; the address gives several."))
        return asked


class TryAdding(Trying):
    """A grant that nobody has made: whose, how much, when, and what for."""

    funder = Funder(label=gettext_lazy("Funder"))
    amount = AmountField(
        label=gettext_lazy("Amount"),
        help_text=gettext_lazy("In pounds, for instance 120000 or £120,000."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 14}),
    )

    def __init__(self, data: Any = None, *, person: Person, today: date, vocabulary: Vocabulary) -> None:
        self.vocabulary, self.today = vocabulary, today
        super().__init__(data, auto_id="add_%s", initial=_usual(person, today) if data is None else None)
        self.fields["what"].initial = ADD
        self.fields["from"] = _day(gettext_lazy("First day"))
        self.fields["to"] = _day(gettext_lazy("Last day"))
        self.fields["funder"].choices = [  # type: ignore[attr-defined]
            (str(each), name) for each, name in Organisation.objects.funders().values_list("id", "name")
        ]
        for dimension in SHARED:
            for entry in self.offered(dimension):
                self.fields[f"{dimension}.{entry[0]}"] = PercentField(label=entry[1], required=False)
        for dimension in NAMED:
            choices = [("", _("Not yet sorted")), *self.offered(dimension)]
            self.fields[dimension] = OneOf(label=Dimension(dimension).label, choices=choices, required=False)

    def offered(self, dimension: str) -> list[tuple[str, str]]:
        """What may be named of a list today."""
        return [
            (entry.code, entry.label)
            for entry in self.vocabulary[dimension]
            if entry.code != NOT_STATED and (entry.valid_to is None or entry.valid_to >= self.today)
        ]

    def shares_of(self, dimension: str) -> list[forms.BoundField]:
        return [self[f"{dimension}.{code}"] for code, _label in self.offered(dimension)]

    def areas(self) -> list[forms.BoundField]:
        return self.shares_of(SHARED[0])

    def places(self) -> list[forms.BoundField]:
        return self.shares_of(SHARED[1])

    def one_of(self) -> list[forms.BoundField]:
        return [self[dimension] for dimension in NAMED]

    def dates(self) -> list[forms.BoundField]:
        return [self[name] for name in ("from", "to", "on")]

    def clean_amount(self) -> int:
        amount: int = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError(_("A grant of nothing changes nothing. Give an amount in pounds."))
        return amount

    def clean(self) -> dict[str, Any]:
        asked = super().clean()
        first, last = asked.get("from"), asked.get("to")
        if first and last and first > last:
            self.add_error("to", _("The grant ends before it begins. Give a last day that is not before the first."))
        for dimension, names in (
            (SHARED[0], _("The areas' shares come to %(share)s %%. Give 100 %% or less in all.")),
            (SHARED[1], _("The places' shares come to %(share)s %%. Give 100 %% or less in all.")),
        ):
            whole = sum(self.given(dimension).values())
            if whole > WHOLE:
                self.add_error(self._first(dimension), names % {"share": f"{whole / 100:g}"})
        return asked

    def given(self, dimension: str) -> dict[str, int]:
        """The shares that were written, in basis points."""
        written = {code: self.cleaned_data.get(f"{dimension}.{code}") for code, _label in self.offered(dimension)}
        return {code: share for code, share in written.items() if share}

    def _first(self, dimension: str) -> str:
        return f"{dimension}.{next(iter(self.given(dimension)))}"

    @property
    def shares(self) -> Mapping[str, Mapping[str, int]]:
        """All that the grant is for, in basis points by list and code."""
        named = {each: {self.cleaned_data[each]: WHOLE} for each in NAMED if self.cleaned_data[each]}
        return {**{each: self.given(each) for each in SHARED}, **named}

    @property
    def looked_at(self) -> date:
        """The day of the figures: the one asked for, else today, or the grant's first day if that is to come."""
        asked_for: date | None = self.cleaned_data["on"]
        return asked_for or max(self.today, self.cleaned_data["from"])


def _usual(person: Person, today: date) -> dict[str, Any]:
    own = person.funder_ids
    return {"funder": str(min(own)) if own else "", "from": today, "to": today + timedelta(days=364)}


class TryEnding(Trying):
    """A grant that stands, and the day that would be its last. `find` looks for it by words; `grant` names it."""

    find = SearchField(
        label=gettext_lazy("Which grant"),
        max_length=200,
        error_messages={"required": gettext_lazy("Say which grant: words of its title, or its identifier.")},
        help_text=gettext_lazy("Words of its title, its funder, its recipient, or its identifier."),
    )
    grant = forms.CharField(required=False, max_length=255, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, person: Person, today: date) -> None:
        self.person, self.today, self.found = person, today, list[Grant]()
        super().__init__(data, auto_id="end_%s", initial={"last": today} if data is None else None)
        self.fields["what"].initial = END
        self.fields["find"].required = not (data and data.get("grant"))
        self.fields["last"] = _day(gettext_lazy("Its last day would be"))
        self.order_fields(["what", "find", "grant", "last", "on"])

    @cached_property
    def visible(self) -> Any:
        grants: Any = Grant.objects.visible_to(self.person)
        return grants.with_running_period().select_related("funder")

    def clean_grant(self) -> Grant | None:
        text = self.cleaned_data["grant"].strip()
        # Whoever looks for another one has left this one.
        return self._named(text) if text and not self.cleaned_data.get("find") else None

    def _named(self, text: str) -> Grant:
        by_number = text.isascii() and text.isdigit() and int(text) <= LARGEST_ID
        found = self.visible.filter(pk=int(text)).first() if by_number else None
        if found is None:
            found = self.visible.filter(grant_id=text).first()
        if found is None:
            raise forms.ValidationError(
                _("You can see no grant “%(text)s” here. Look for it by words of its title, or give its identifier.")
                % {"text": text[:80]}
            )
        return found  # type: ignore[no-any-return]

    def clean(self) -> dict[str, Any]:
        asked = super().clean()
        grant, last = asked.get("grant"), asked.get("last")
        if "grant" in self.errors:
            # Hidden, so its refusal stands where the person can mend it.
            self.add_error("find", self.errors.pop("grant"))
        elif grant:
            if last:
                self._check_day(grant, last)
        elif "find" not in self.errors:
            self._look_for(asked["find"])
        return asked

    def _check_day(self, grant: Any, last: date) -> None:
        said = {"first": day(grant.runs_from), "last": day(grant.runs_to) if grant.runs_to else ""}
        if grant.runs_to is None:
            told = _("This grant does not say when it ends, so it is in no figure and ending it changes none.")
            self.add_error("find", told)
        elif last >= grant.runs_to:
            self.add_error("last", _("It ends on %(last)s already. Give an earlier day.") % said)
        elif last < grant.runs_from:
            self.add_error("last", _("It begins on %(first)s. Give a day that is not before that.") % said)

    def _look_for(self, words: str) -> None:
        self.found = list(self._running(words))
        if not self.found:
            told = _("No running grant is found by “%(words)s”. Try fewer words, or an earlier last day.")
            self.add_error("find", told % {"words": words[:80]})

    def _running(self, words: str) -> Iterator[Grant]:
        """Those that the words find and that still run after the last day."""
        last = self.cleaned_data.get("last") or self.today
        longer = self.visible.filter(runs_from__lte=last, runs_to__gt=last)
        yield from matching(longer, words).order_by("-amount_awarded", "id")[:FOUND_AT_MOST]

    @property
    def looked_at(self) -> date:
        """The day of the figures: the one asked for, else today or the day after the grant's last."""
        asked_for: date | None = self.cleaned_data["on"]
        return asked_for or max(self.today, self.cleaned_data["last"] + timedelta(days=1))
