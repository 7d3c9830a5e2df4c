"""Forms of this room: shares of one dimension, pasted rows, targets, the watch list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.worded import WordedForm
from counting import money
from priorities import linking, suggesting
from priorities.models import NOT_APPLICABLE, NOT_STATED, RESIDUAL, UNDIVIDED, Code, Dimension, Target, Watch
from priorities.need import files as need_files
from priorities.percents import NotAPercentage, basis_points
from priorities.to_sort import Proposal

HINTS = {
    UNDIVIDED: gettext_lazy("An answer: the funder says that the work should not be split."),
    NOT_APPLICABLE: gettext_lazy("An answer: there is nothing of the kind to say of this work."),
    NOT_STATED: gettext_lazy("No answer yet: somebody still has to say."),
}


class PercentField(forms.CharField):
    """A percentage as people write it; its value is basis points, None where empty or nought."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 6})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return basis_points(text) or None if text else None
        except NotAPercentage as problem:
            raise ValidationError(str(problem)) from problem

    def prepare_value(self, value: Any) -> Any:
        return linking.in_percent(value) if isinstance(value, int) else value


class SharesForm(WordedForm):
    """How much of a grant goes to each entry of one dimension. Shares, where any are given, come to the whole."""

    all_optional = True

    def __init__(
        self,
        data: Any = None,
        *,
        dimension: str,
        entries: Sequence[Code],
        said: Mapping[str, int],
        proposal: Proposal | None = None,
    ) -> None:
        self.dimension, self.said, self.proposal = dimension, dict(said), proposal
        suggested = {code.code: share for code, share in proposal.shares} if proposal else {}
        super().__init__(data, prefix=dimension, initial=linking.completed({"": said})[""] or suggested)
        for entry in entries:
            self.fields[entry.code] = PercentField(
                label=entry.label, required=False, help_text=str(HINTS.get(entry.code, ""))
            )

    @property
    def label(self) -> str:
        return str(Dimension(self.dimension).label)

    @property
    def is_open(self) -> bool:
        """Whether there is anything to see in it; area and place are always asked."""
        asked = self.dimension in (Dimension.PRIORITY, Dimension.REGION)
        return asked or bool(self.initial) or bool(self.is_bound and self.errors)

    def ordinary(self) -> Iterator[forms.BoundField]:
        return (self[name] for name in self.fields if name not in RESIDUAL)

    def residual(self) -> Iterator[forms.BoundField]:
        return (self[name] for name in self.fields if name in RESIDUAL)

    @property
    def shares(self) -> dict[str, int]:
        return {name: share for name, share in self.cleaned_data.items() if share}

    @property
    def changed_shares(self) -> bool:
        """Whether the answer differs from what people had said; what is not stated is no answer."""
        return {name: share for name, share in self.shares.items() if name != NOT_STATED} != self.said

    def clean(self) -> dict[str, Any]:
        if not self.errors and self.changed_shares:
            try:
                linking.checked(self.dimension, self.shares, suggesting.code_ids())
            except linking.CannotSort as problem:
                raise ValidationError(str(problem)) from problem
        return self.cleaned_data


class PasteForm(WordedForm):
    """Rows as they come out of a spreadsheet."""

    rows = forms.CharField(
        label=gettext_lazy("Rows from a spreadsheet"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "wrap": "off"}),
        help_text=gettext_lazy(
            "One grant a row: its identifier, its areas, its places. For instance: 360G-fund-12, then “Victim services "
            "80; Legal representation 20”, then “London”. A name alone is all of it. A first row with headings may "
            "name other lists, such as “service area”."
        ),
        error_messages={
            "required": gettext_lazy("There are no rows. Copy them in the spreadsheet and paste them here.")
        },
    )


EARLIEST_AGREED = 2000
"""The first year in which a target may have been agreed; what is earlier is a slip."""


class TargetForm(WordedForm):
    """What the funders agreed. The value is written as people say it: per cent, pounds, or a number."""

    area = forms.ModelChoiceField(
        queryset=Code.objects.none(),
        label=gettext_lazy("Area"),
        error_messages={"invalid_choice": gettext_lazy("Choose one of the areas in the list.")},
    )
    column = forms.ChoiceField(
        label=gettext_lazy("In it"),
        required=False,
        help_text=gettext_lazy(
            "One place, group or service of what the group watches there; empty for the whole area."
        ),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind of target"), choices=Target.KINDS, widget=forms.RadioSelect)
    value = forms.CharField(
        label=gettext_lazy("How much"),
        help_text=gettext_lazy("Per cent for a share, pounds for an amount a year, or a number of grants."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 12}),
    )
    agreed_by = forms.CharField(
        label=gettext_lazy("Who agreed it"),
        max_length=200,
        help_text=gettext_lazy("The meeting or the funders, such as “Funders' meeting, spring”."),
        error_messages={"required": gettext_lazy("Say who agreed it: a meeting, or the funders by name.")},
    )
    agreed_on = forms.DateField(
        label=gettext_lazy("Agreed on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Say on which day it was agreed; a target without a date binds nobody."),
            "invalid": gettext_lazy("This day does not exist. Write it as 2026-03-31 or choose it."),
        },
    )
    valid_to = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Empty where it stands until the funders agree another."),
        error_messages={"invalid": gettext_lazy("This day does not exist. Write it as 2026-03-31 or choose it.")},
    )

    def __init__(self, data: Any = None, *, target: Target | None = None) -> None:
        super().__init__(data, initial=_as_written(target) if target else None)
        self.target = target
        areas = Code.objects.ordinary().filter(dimension=Dimension.PRIORITY)
        self.fields["area"].queryset = areas  # type: ignore[attr-defined]
        self.fields["column"].choices = _columns(target)  # type: ignore[attr-defined]

    def clean_agreed_on(self) -> Any:
        day = self.cleaned_data["agreed_on"]
        if day > timezone.localdate():
            raise ValidationError(_("This day has not come yet. Write the day on which it was agreed."))
        if day.year < EARLIEST_AGREED:
            raise ValidationError(_("This day is before %(year)s. Write the year in full.") % {"year": EARLIEST_AGREED})
        return day

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if "kind" in said and "value" in said:
            self._read_value(said["kind"], said["value"])
        if "area" in said and "column" in said:
            said["column"] = self._watched(said["area"], said["column"])
        if said.get("valid_to") and said.get("agreed_on") and said["valid_to"] < said["agreed_on"]:
            self.add_error("valid_to", _("This is before the day on which it was agreed. Write a later day."))
        if not self.errors:
            self._refuse_a_second(said)
        return said

    def _refuse_a_second(self, said: Mapping[str, Any]) -> None:
        """Of one kind a cell has one target that goes on standing."""
        today = timezone.localdate()
        alike = Target.objects.filter(area=said["area"], column=said["column"], kind=said["kind"])
        lasting = alike.filter(Q(valid_to=None) | Q(valid_to__gt=today))
        other = next((each for each in lasting if each != self.target), None)
        if other and not (said["valid_to"] and said["valid_to"] <= today):
            sentence = _("There is a target of this kind here already: %(amount)s. Change that one, or end it first.")
            self.add_error("kind", sentence % {"amount": other.amount})

    def _read_value(self, kind: str, text: str) -> None:
        try:
            value = _value(kind, text)
        except ValueError as problem:
            self.add_error("value", str(problem))
            return
        if value < 1:
            self.add_error("value", _("A target is more than nought."))
        self.cleaned_data["value"] = value

    def _watched(self, area: Code, pk: str) -> Code | None:
        if not pk:
            return None
        column = Code.objects.get(pk=pk)
        if not Watch.objects.filter(area=area, dimension=column.dimension).exists():
            self.add_error(
                "column",
                _("The group does not watch %(area)s by %(list)s. Choose another, or add it to what we watch.")
                % {"area": area.label, "list": Dimension(column.dimension).label},
            )
        return column


class WatchForm(WordedForm):
    """Which areas are watched, by which lists: a box each."""

    watched = forms.MultipleChoiceField(
        required=False,
        error_messages={"invalid_choice": gettext_lazy("This page is out of date. Open it again and choose anew.")},
    )

    def __init__(self, data: Any = None, *, areas: Iterable[Code]) -> None:
        super().__init__(data)
        dimensions = ["", *(name for name in Dimension.values if name != Dimension.PRIORITY)]
        choices = [(f"{area.pk}:{name}", "") for area in areas for name in dimensions]
        self.fields["watched"].choices = choices  # type: ignore[attr-defined]

    @property
    def pairs(self) -> set[tuple[int, str]]:
        split = (each.partition(":") for each in self.cleaned_data["watched"])
        return {(int(area), dimension) for area, _colon, dimension in split}


def _value(kind: str, text: str) -> int:
    """Basis points, pence or a number, as the kind has it; raises ValueError with words for the person."""
    if kind == Target.SHARE:
        return basis_points(text)
    bare = text.strip().removeprefix("£").replace(",", "").strip()
    if kind == Target.AMOUNT:
        try:
            return money.minor(bare)
        except money.NotMoney as problem:
            raise ValueError(
                _("“%(text)s” is no amount. Write pounds, such as 250,000.") % {"text": text[:40]}
            ) from problem
    if not (bare.isascii() and bare.isdigit() and len(bare) < 9):
        raise ValueError(_("“%(text)s” is no number of grants. Write a whole number, such as 3.") % {"text": text[:40]})
    return int(bare)


def _as_written(target: Target) -> dict[str, Any]:
    value = {
        Target.SHARE: lambda: linking.in_percent(target.value),
        Target.AMOUNT: lambda: f"{money.major(target.value):.2f}".removesuffix(".00"),
        Target.NUMBER: lambda: str(target.value),
    }[target.kind]()
    return {
        "area": target.area_id,
        "column": target.column_id or "",
        "kind": target.kind,
        "value": value,
        "agreed_by": target.agreed_by,
        "agreed_on": target.agreed_on,
        "valid_to": target.valid_to,
    }


def _columns(target: Target | None) -> list[tuple[str, Any]]:
    """The entries of every watched list, list by list, and the one that the target has now."""
    watched = Watch.objects.exclude(dimension="").values("dimension")
    entries = Code.objects.filter(
        Q(dimension__in=watched, kind="share", watchable=True, valid_to=None)
        | Q(pk=target.column_id if target else None)
    )
    groups: dict[str, list[tuple[str, str]]] = {}
    for entry in entries:
        groups.setdefault(str(Dimension(entry.dimension).label), []).append((str(entry.pk), entry.label))
    return [("", _("the whole area")), *groups.items()]


class NeedForm(WordedForm):
    """Need figures: a CSV file, or the same table pasted. What was uploaded comes back as text, to be looked over."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        required=False,
        help_text=gettext_lazy("Saved as CSV (UTF-8), with its line of headings."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt"}),
    )
    rows = forms.CharField(
        label=gettext_lazy("Or paste the table"),
        required=False,
        strip=False,
        max_length=need_files.MOST_BYTES,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "wrap": "off"}),
        help_text=gettext_lazy("With its line of headings, as the example file has it."),
    )
    all_optional = True
    too_large = False

    def clean_file(self) -> str:
        """The file as text."""
        file = self.cleaned_data["file"]
        if not file:
            return ""
        if file.size > need_files.MOST_BYTES:
            self.too_large = True
            raise ValidationError(_("This file is larger than 2 MB. Cut it into several files."))
        try:
            text: str = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as problem:
            raise ValidationError(
                _("This is no text in UTF-8. Save the table as CSV (UTF-8) and try again.")
            ) from problem
        return text

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        file, pasted = answers.get("file", ""), answers.get("rows", "").strip()
        if not self.errors and not file and not pasted:
            raise ValidationError(_("Choose a file, or paste the table with its line of headings."))
        if file and pasted:
            raise ValidationError(_("Give a file or a pasted table, not both, so that it is clear which one counts."))
        answers["text"] = file or answers.get("rows", "")
        return answers
