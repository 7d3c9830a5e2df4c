"""What people fill in about grants and files."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation, Person
from accounts.worded import WordedForm
from counting import money, periods
from counting.periods import NotADate, PartialDate
from grants import portfolio, revisions, standard, texts, typed, words
from grants.models import REGRANTS, Grant

IDENTIFIER = re.compile(r"[^\s/]+")
MONTHS_AT_MOST = 600
DAYS_AHEAD = 366
"""A grant may be decided to be awarded so many days from now."""


class KnownDateField(forms.CharField):
    """A date to the day, month or year, as a PartialDate, or None where nothing is typed."""

    def __init__(self, *, required: bool = False, **kwargs: Any) -> None:
        super().__init__(required=required, max_length=40, widget=forms.TextInput(attrs={"size": 18}), **kwargs)

    def to_python(self, value: Any) -> PartialDate | None:  # type: ignore[override]
        text = super().to_python(value)
        if not text:
            return None
        try:
            return typed.day(text)
        except NotADate as problem:
            raise forms.ValidationError(
                _("“%s” is no date. Write it like 31/3/2025, March 2025 or 2025.") % text
            ) from problem

    def run_validators(self, value: Any) -> None:
        super().run_validators(str(value) if value else "")


class AwardDateField(KnownDateField):
    """A date to the day."""

    def to_python(self, value: Any) -> PartialDate | None:  # type: ignore[override]
        known = super().to_python(value)
        if known and known.precision != periods.DAY:
            raise forms.ValidationError(_("Give the whole date, like 31/3/2025."))
        return known


class GrantForm(WordedForm):
    """A grant as a person states it; the same questions for a new one and for one that stands."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=500)
    funder = forms.ModelChoiceField(
        label=gettext_lazy("Funder"), queryset=Organisation.objects.none(), empty_label=gettext_lazy("Choose")
    )
    recipients = forms.CharField(
        label=gettext_lazy("Recipients"),
        max_length=5000,
        error_messages={"required": gettext_lazy("Say who gets the grant.")},
        help_text=gettext_lazy("Organisation identifier (GB-CHC-1234567) or exact name; each on its own line."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    add_recipients = forms.BooleanField(label=gettext_lazy("Add the recipients that are not known yet"), required=False)
    to_individual = forms.BooleanField(
        label=gettext_lazy("The grant goes to a person, who is never named here"), required=False
    )
    amount_awarded = forms.CharField(
        label=gettext_lazy("Amount awarded"),
        max_length=40,
        help_text=gettext_lazy("For instance £120,000 or 120000.50"),
        widget=forms.TextInput(attrs={"size": 18}),
    )
    currency = forms.CharField(
        label=gettext_lazy("Currency"),
        max_length=3,
        initial="GBP",
        help_text=gettext_lazy("Three letters. Only pounds (GBP) are in the figures; others are listed apart."),
        widget=forms.TextInput(attrs={"size": 4}),
    )
    award_date = AwardDateField(label=gettext_lazy("Award date"), required=True)
    planned_start = KnownDateField(
        label=gettext_lazy("Planned start"),
        help_text=gettext_lazy("As finely as it is known: 1/4/2025, April 2025 or 2025."),
    )
    planned_months = forms.IntegerField(
        label=gettext_lazy("Months planned"),
        required=False,
        min_value=1,
        max_value=MONTHS_AT_MOST,
        help_text=gettext_lazy("The end is worked out from the start and the months unless you give it."),
    )
    planned_end = KnownDateField(label=gettext_lazy("Planned end"))
    actual_start = KnownDateField(label=gettext_lazy("Actual start"))
    actual_end = KnownDateField(label=gettext_lazy("Actual end"))
    regions = forms.MultipleChoiceField(
        label=gettext_lazy("Where the work happens"),
        required=False,
        choices=list(words.PLACES.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Where people are reached, not where the office is."),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=20_000,
        help_text=gettext_lazy("Leave out addresses and anything by which a person or a safe house could be found."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    programme = forms.CharField(label=gettext_lazy("Programme"), required=False, max_length=500)
    regrant_type = forms.ChoiceField(
        label=gettext_lazy("Kind of regrant"),
        required=False,
        choices=[("", gettext_lazy("Not a regrant")), *REGRANTS],
        help_text=gettext_lazy("Only where the money is passed on to somebody else."),
    )
    same_work_as = forms.CharField(
        label=gettext_lazy("Pays for the same work as"),
        required=False,
        max_length=255,
        help_text=gettext_lazy(
            "The identifier of another grant to the same recipient, perhaps from another funder. It is "
            "proposed to that funder and to the charity: one report for both, once one of them says so too."
        ),
    )
    grant_id = forms.CharField(
        label=gettext_lazy("Grant identifier"),
        required=False,
        max_length=255,
        help_text=gettext_lazy("As your own published file has it; left empty, one is made."),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput, initial=0)

    def __init__(self, data: Any = None, *, person: Person, grant: Grant | None = None, initial: Any = None) -> None:
        self.person, self.grant = person, grant
        self.found: list[Organisation] = []
        self.unknown: list[str] = []
        super().__init__(data, initial={**(stated(grant) if grant else {}), **(initial or {})})
        self.fields["funder"].queryset = own_funders(person)  # type: ignore[attr-defined]
        if self.fields["funder"].queryset.count() == 1:  # type: ignore[attr-defined]
            self.fields["funder"].initial = self.fields["funder"].queryset.get()  # type: ignore[attr-defined]
        self.fields["recipients"].required = not (self.is_bound and self.data.get("to_individual"))
        if grant:
            del self.fields["grant_id"]

    def stand_at(self, revision: int) -> None:
        """Keep what was typed, now as an answer to the revision that the person has been shown."""
        data = cast(QueryDict, self.data).copy()
        data["revision"] = str(revision)
        self.data = data

    # --- each answer ----------------------------------------------------------------------------------------------
    def clean_title(self) -> str:
        title = self._kept("title")
        if not title.strip():
            raise forms.ValidationError(_("The title holds nothing that can be seen."))
        return title

    def clean_description(self) -> str:
        return self._kept("description")

    def clean_programme(self) -> str:
        return self._kept("programme")

    def _kept(self, name: str) -> str:
        """What stands, where only blanks and line ends differ, so that a form sent back unchanged changes nothing."""
        text = texts.without_controls(self.cleaned_data[name].replace("\r\n", "\n"))
        stands = getattr(self.grant, name) if self.grant else ""
        if " ".join(stands.split()) == " ".join(text.split()):
            return stands
        _refuse_contacts(text)
        return text

    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"].upper()
        if currency not in standard.CURRENCIES:
            raise forms.ValidationError(
                _("“%s” is no currency. Write GBP for pounds, or the three letters of another, such as EUR.") % currency
            )
        return currency

    def clean_award_date(self) -> PartialDate:
        awarded: PartialDate = self.cleaned_data["award_date"]
        stands = self.grant and self.grant.award_date == awarded.first
        if not stands and awarded.first > timezone.localdate() + timedelta(days=DAYS_AHEAD):
            raise forms.ValidationError(_("This is more than a year ahead. Give the day on which it was decided."))
        return awarded

    def clean_grant_id(self) -> str:
        identifier: str = self.cleaned_data["grant_id"]
        if identifier and not IDENTIFIER.fullmatch(identifier):
            raise forms.ValidationError(_("An identifier has no blanks and no strokes (/)."))
        if identifier and Grant.objects.filter(grant_id=identifier).exists():
            raise forms.ValidationError(_("There is a grant with this identifier already."))
        return identifier

    # --- answers together -----------------------------------------------------------------------------------------
    def clean(self) -> dict[str, Any]:
        self._read_amount()
        self._read_recipients()
        self._read_dates()
        self._read_same_work()
        return self.cleaned_data

    def _read_amount(self) -> None:
        if "amount_awarded" not in self.cleaned_data or "currency" not in self.cleaned_data:
            return
        try:
            amount = typed.amount(self.cleaned_data["amount_awarded"], self.cleaned_data["currency"])
        except money.NotMoney as problem:
            self.add_error("amount_awarded", not_money(str(problem), self.cleaned_data["currency"]))
            return
        if amount and self.grant and self.grant.joint_share:
            self.add_error("amount_awarded", _("This is a joint share: its money stands in the grant it belongs to."))
        self.cleaned_data["amount_awarded"] = amount

    def _read_recipients(self) -> None:
        lines = [line.strip() for line in self.cleaned_data.get("recipients", "").splitlines() if line.strip()]
        for line in dict.fromkeys(lines):
            self._read_recipient(line)
        if self.unknown and not self.cleaned_data.get("add_recipients"):
            named = "; ".join(f"“{name}”" for name in self.unknown)
            self.add_error(
                "recipients", _("Not known yet: %s. Mend the name, or tick below that it is to be added.") % named
            )

    def _read_recipient(self, line: str) -> None:
        called = portfolio.organisations_called(line)
        if len(called) == 1:
            self.found += [each for each in called if each not in self.found]
        elif called:
            told = ", ".join(each.org_id or str(each.pk) for each in called)
            sentence = _("“%(name)s” is the name of several organisations. Give the identifier: %(told)s.")
            self.add_error("recipients", sentence % {"name": line, "told": told})
        elif len(line) > 255:
            self.add_error("recipients", _("A name is at most 255 letters long."))
        else:
            self.unknown.append(line)

    def _read_dates(self) -> None:
        self._fill_planned_end()
        for start, end in (("planned_start", "planned_end"), ("actual_start", "actual_end")):
            first, last = self.cleaned_data.get(start), self.cleaned_data.get(end)
            if first and last and last.last < first.first:
                self.add_error(end, _("The end lies before the start."))

    def _fill_planned_end(self) -> None:
        start, months = self.cleaned_data.get("planned_start"), self.cleaned_data.get("planned_months")
        if "planned_end" not in self.cleaned_data or self.cleaned_data["planned_end"] or not (start and months):
            return
        try:
            end = periods.end_after(start.first, months)
        except OverflowError:
            self.add_error("planned_months", _("So many months lead beyond the year 9999."))
        else:
            self.cleaned_data["planned_end"] = PartialDate(end, end, "duration")

    def _read_same_work(self) -> None:
        identifier = self.cleaned_data.get("same_work_as")
        self.cleaned_data["same_work_as"] = None
        if not identifier:
            return
        other = Grant.objects.visible_to(self.person).filter(grant_id=identifier).select_related("project").first()
        if other is None or other == self.grant:
            self.add_error("same_work_as", _("There is no other grant with the identifier “%s”.") % identifier)
        elif not set(self.found) & set(other.recipients.all()):
            self.add_error("same_work_as", _("That grant goes to somebody else, so it cannot pay for the same work."))
        self.cleaned_data["same_work_as"] = other

    # --- what the work is told ------------------------------------------------------------------------------------
    def details(self) -> portfolio.Details:
        answers = self.cleaned_data
        return portfolio.Details(
            plain=self._plain(),
            funder=answers["funder"],
            recipients=self.found,
            new_recipients=self.unknown,
            same_work_as=answers["same_work_as"],
            regions=answers["regions"],
            grant_id=answers.get("grant_id", ""),
        )

    def _plain(self) -> dict[str, Any]:
        same = ("title", "description", "programme", "currency", "amount_awarded", "planned_months", "regrant_type")
        plain = {name: self.cleaned_data[name] for name in (*same, "to_individual")}
        plain["award_date"] = self.cleaned_data["award_date"].first
        for name in revisions.DATES:
            known: PartialDate | None = self.cleaned_data[name]
            edge = known and (known.last if name.endswith("end") else known.first)
            plain |= {name: edge, f"{name}_precision": known.precision if known else ""}
        if self.grant and self.grant.programme != plain["programme"]:
            plain["programme_code"] = ""
        return plain


def not_money(code: str, currency: str) -> str:
    """Why an amount cannot be kept, and how to mend it."""
    if code == "finer-than-a-penny" and currency != "GBP":
        told = {"currency": currency, "digits": money.digits(currency)}
        if not told["digits"]:
            return _("An amount in %(currency)s is a whole number, without a point.") % told
        return _("An amount in %(currency)s has at most %(digits)d figures after the point.") % told
    return str(_NOT_MONEY[code])


_NOT_MONEY = {
    "not-a-number": gettext_lazy("This is no amount. Write it like £120,000 or 120000.50."),
    "finer-than-a-penny": gettext_lazy("An amount has no parts of a penny."),
    "too-large": gettext_lazy("This is more money than there is. Mend the amount."),
}


def _refuse_contacts(text: str) -> None:
    if found := texts.contacts(text):
        told = ", ".join(f"“{each}”" for each in dict.fromkeys(found))
        raise forms.ValidationError(
            _(
                "Take out %s: addresses, postcodes, telephone numbers and mailboxes may lead to people or a refuge. "
                "Say in which region it is under “Where the work happens”."
            )
            % told
        )


def own_funders(person: Person) -> Any:
    """The funders for which this person may write grants."""
    funders = Organisation.objects.funders()
    return funders if person.is_secretariat else funders.filter(id__in=person.officer_ids)


def stated(grant: Grant) -> dict[str, Any]:
    """A grant as the form's first answers."""
    others = grant.project.grants.current().exclude(pk=grant.pk)
    return {
        "title": grant.title,
        "description": grant.description,
        "funder": grant.funder_id,
        "recipients": "\n".join(portfolio.called(each) for each in grant.recipients.order_by("id")),
        "to_individual": grant.to_individual,
        "amount_awarded": f"{money.major(grant.amount_awarded, grant.currency):,f}".removesuffix(".00"),
        "currency": grant.currency,
        "award_date": typed_day(grant.award_date, "day"),
        "planned_months": grant.planned_months,
        **{name: typed_day(getattr(grant, name), getattr(grant, f"{name}_precision")) for name in revisions.DATES},
        "regions": sorted({each.region for each in grant.locations.all() if each.region}),
        "programme": grant.programme,
        "regrant_type": grant.regrant_type,
        "same_work_as": others.order_by("id").values_list("grant_id", flat=True).first() or "",
        "revision": portfolio.newest(grant),
    }


def typed_day(day: date | None, precision: str) -> str:
    """A date as people type it; nothing for an end that was worked out."""
    if day is None or precision == "duration":
        return ""
    return "/".join(reversed(periods.as_text(day, precision).split("-")))
