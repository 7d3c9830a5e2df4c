"""Which grants: one reading of the address for the page, the CSV and the API alike, and what it says in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial
from typing import Any, cast

from django import forms
from django.db.models import F, Q, QuerySet
from django.forms import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import CharFilter, ChoiceFilter, Filter, FilterSet
from django_filters.fields import ChoiceField
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from accounts.filters import SHOWN_CHOICES, StrictForm, one_of
from accounts.models import Alias, Organisation
from counting import money
from counting.periods import NotADate
from grants import texts, typed
from grants.models import REGRANTS, Grant, GrantQuerySet, Recipient

LARGEST_ID = 2**63 - 1
SORTS = {
    "-award": (gettext_lazy("award date, newest first"), (F("award_date").desc(), F("id").desc())),
    "award": (gettext_lazy("award date, oldest first"), (F("award_date").asc(), F("id").asc())),
    "-amount": (gettext_lazy("amount, largest first"), (F("amount_awarded").desc(), F("id").desc())),
    "amount": (gettext_lazy("amount, smallest first"), (F("amount_awarded").asc(), F("id").asc())),
    "title": (gettext_lazy("title"), (F("title").asc(), F("id").asc())),
    "-title": (gettext_lazy("title, from Z"), (F("title").desc(), F("id").desc())),
    "end": (gettext_lazy("end, soonest first"), (F("runs_to").asc(nulls_last=True), F("id").asc())),
    "-end": (gettext_lazy("end, latest first"), (F("runs_to").desc(nulls_last=True), F("id").desc())),
}
"""How a list of grants may be sorted: by code, its words and its order."""


# --- fields -------------------------------------------------------------------------------------------------------
class SearchField(forms.CharField):
    """Words to look for; a postcode is refused, since nothing that is shown holds one."""

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if texts.POSTCODE.search(text) and "360G-" not in text.upper():
            raise ValidationError(
                _("Postcodes are left out of all that is shown, so nothing is found by them. Search by other words.")
            )
        return text


class OrganisationsField(forms.Field):
    """Organisations by identifier (org-id) or by the portal's own number, each value one; gives their numbers."""

    widget = forms.MultipleHiddenInput

    def __init__(self, *, among: Callable[[], QuerySet[Organisation]], **kwargs: Any) -> None:
        self.among = among
        super().__init__(**kwargs)

    def clean(self, value: Sequence[str] | None) -> list[int]:
        return [self.number(each.strip()) for each in value or () if each.strip()]

    def number(self, text: str) -> int:
        by_number = text.isascii() and text.isdigit() and int(text) <= LARGEST_ID
        found = Q(pk=int(text)) if by_number else Q(identifiers__value=text)
        pk = self.among().filter(found).values_list("pk", flat=True).first() if "\0" not in text else None
        if pk is None:
            raise ValidationError(
                _("Nobody is known here as “%(text)s”. Give an organisation identifier, such as %(known)s.")
                % {"text": text[:80], "known": one_of(self.examples())}
            )
        return pk

    def examples(self) -> list[str]:
        found = self.among().prefetch_related("identifiers")[: SHOWN_CHOICES + 1]
        return [f"{each.org_id or each.pk} ({each.name})" for each in found]


class DayField(forms.Field):
    """A date; where only month or year is given, the first day of it, or the last where `last` is True."""

    def __init__(self, *, last: bool = False, **kwargs: Any) -> None:
        self.last = last
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        try:
            read = typed.day(value)
        except NotADate as problem:
            raise ValidationError(
                _("“%s” is no date. Write it like 2025-03-31 or 31/3/2025.") % value[:40]
            ) from problem
        return read.last if self.last else read.first


class AmountField(forms.Field):
    """An amount in pounds as minor units."""

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        try:
            return typed.amount(value)
        except money.NotMoney as problem:
            raise ValidationError(_("“%s” is no amount. Write it like 120000 or £120,000.") % value[:40]) from problem


def refuse_choice(value: str, choices: Any) -> None:
    told = [str(code) if str(code) == str(label) else f"{code} ({label})" for code, label in choices if code]
    if not told:
        raise ValidationError(_("“%s” is none of the choices; there are none yet.") % value[:80])
    raise ValidationError(
        _("“%(value)s” is none of the choices: %(choices)s.") % {"value": value[:80], "choices": one_of(told)}
    )


class TellingChoiceField(ChoiceField):  # type: ignore[misc]
    """A refusal names the choices."""

    def validate(self, value: Any) -> None:
        if value and not self.valid_value(value):
            refuse_choice(value, self.choices)


class TellingMultipleChoiceField(forms.MultipleChoiceField):
    def validate(self, value: Any) -> None:
        for each in value:
            if not self.valid_value(each):
                refuse_choice(each, self.choices)


class ProgrammesField(forms.Field):
    """Programmes by their whole names, each value one."""

    widget = forms.MultipleHiddenInput
    among = Grant.objects.none()

    def clean(self, value: Sequence[str] | None) -> list[str]:
        return [self.known(each) for each in value or () if each]

    def known(self, name: str) -> str:
        if "\0" in name or not self.among.filter(programme=name).exists():
            known = programmes(self.among)
            near = known.filter(programme__icontains=name[:20].replace("\0", "")) or known
            refuse_choice(name, [(each, each) for each in tellable(near[: SHOWN_CHOICES + 1])])
        return name


class SearchFilter(CharFilter):  # type: ignore[misc]
    field_class = SearchField


@extend_schema_field(OpenApiTypes.STR)
class OrganisationsFilter(Filter):  # type: ignore[misc]
    field_class = OrganisationsField


class TellingChoiceFilter(ChoiceFilter):  # type: ignore[misc]
    field_class = TellingChoiceField


class ChoicesFilter(Filter):  # type: ignore[misc]
    field_class = TellingMultipleChoiceField


class ProgrammesFilter(Filter):  # type: ignore[misc]
    field_class = ProgrammesField


@extend_schema_field(OpenApiTypes.DATE)
class DayFilter(Filter):  # type: ignore[misc]
    field_class = DayField


class AmountFilter(Filter):  # type: ignore[misc]
    field_class = AmountField


# --- what they do -------------------------------------------------------------------------------------------------
def matching(grants: GrantQuerySet, text: str) -> GrantQuerySet:
    """Those in which each word of `text` is found: in title, description, identifier, or a name of who pays or gets.

    A word that is half a postcode or another contact finds a grant whose place is protected by its identifier only:
    what is withheld must not be guessed.
    """
    for word in text.split()[:8]:
        called = Organisation.objects.filter(
            Q(name__icontains=word) | Q(id__in=Alias.objects.filter(name__icontains=word).values("organisation"))
        ).values("id")
        tellable = Grant.objects.filter(**({"protected_location": False} if texts.part_of_contact(word) else {}))
        ways = (
            tellable.filter(Q(title__icontains=word) | Q(description__icontains=word)),
            tellable.filter(funder__in=called),
            tellable.filter(id__in=Recipient.objects.filter(organisation__in=called).values("grant")),
        )
        by_number = Grant.objects.filter(grant_id__icontains=word).order_by().values("id")
        # Lists put together: of conditions joined by OR, PostgreSQL would go through a long list anew for each grant.
        grants = grants.filter(id__in=by_number.union(*(way.order_by().values("id") for way in ways)))
    return grants


def currencies(grants: GrantQuerySet) -> list[tuple[str, str]]:
    """Every currency of these grants, found by leaping along the index from one to the next."""
    found: list[tuple[str, str]] = []
    ordered = grants.order_by("currency").values_list("currency", flat=True)
    while (code := ordered.filter(currency__gt=found[-1][0] if found else "").first()) is not None:
        found.append((code, code))
    return found


def programmes(grants: GrantQuerySet) -> QuerySet[Grant, str]:
    """The names of these grants' programmes, each once."""
    named = grants.exclude(programme="").order_by("programme")
    return named.values_list("programme", flat=True).distinct()


def tellable(names: Iterable[str]) -> list[str]:
    """Those of these names that may stand in a choice: a name with an address or postcode in it is told nobody."""
    return [each for each in names if not texts.contacts(each)]


def recipients(grants: GrantQuerySet, person: Any) -> QuerySet[Organisation]:
    """Whom a reader of these grants may ask for: organisations that she sees, and whoever shares a grant of hers."""
    if person is not None and person.is_authenticated and person.sees_all_grants:
        return Organisation.objects.all()
    getting = Recipient.objects.filter(grant__in=grants.order_by().values("id")).values("organisation")
    seen = Organisation.objects.visible_to(person).values("id") if person is not None else []
    return Organisation.objects.filter(Q(id__in=getting) | Q(id__in=seen))


class GrantFilter(FilterSet):  # type: ignore[misc]
    """Filters of grants as they stand in addresses: ?funder=GB-CHC-1000001&from=2024-01-01&sort=-amount.

    Choices, examples and refusals come from the grants given, so they tell nothing that their reader does not see.
    """

    search = SearchFilter(label=gettext_lazy("Search"), method="found", max_length=200)
    funder = OrganisationsFilter(
        label=gettext_lazy("Funder"), field_name="funder", lookup_expr="in", among=Organisation.objects.funders
    )
    recipient = OrganisationsFilter(label=gettext_lazy("Recipient"), method="going_to", among=Organisation.objects.none)
    programme = ProgrammesFilter(label=gettext_lazy("Programme"), field_name="programme", lookup_expr="in")
    vars()["from"] = DayFilter(label=gettext_lazy("Awarded from"), field_name="award_date", lookup_expr="gte")
    to = DayFilter(label=gettext_lazy("Awarded to"), field_name="award_date", lookup_expr="lte", last=True)
    on = DayFilter(label=gettext_lazy("Running on"), method="running")
    least = AmountFilter(label=gettext_lazy("Amount from"), field_name="amount_awarded", lookup_expr="gte")
    most = AmountFilter(label=gettext_lazy("Amount to"), field_name="amount_awarded", lookup_expr="lte")
    currency = TellingChoiceFilter(label=gettext_lazy("Currency"), choices=list, empty_label=gettext_lazy("Any"))
    protected = TellingChoiceFilter(
        label=gettext_lazy("Place protected"),
        method="with_protection",
        choices=[("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))],
        empty_label=gettext_lazy("Either"),
    )
    held_back = TellingChoiceFilter(
        label=gettext_lazy("Not to be shared yet"),
        method="with_mark",
        choices=[("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))],
        empty_label=gettext_lazy("Either"),
    )
    regrant = ChoicesFilter(
        label=gettext_lazy("Kind of regrant"),
        field_name="regrant_type",
        lookup_expr="in",
        choices=REGRANTS,
        widget=forms.CheckboxSelectMultiple,
    )
    sort = TellingChoiceFilter(
        label=gettext_lazy("Sorted by"),
        method="sorted_by",
        choices=[(code, told) for code, (told, order) in SORTS.items()],
        empty_label=None,
    )

    class Meta:
        model = Grant
        fields: list[str] = []
        form = StrictForm

    @property
    def form(self) -> Any:
        if not hasattr(self, "_form"):
            person = getattr(self.request, "user", None)
            fields = super().form.fields
            fields["recipient"].among = partial(recipients, self.queryset, person)
            fields["programme"].among = self.queryset
            fields["currency"].choices = partial(currencies, self.queryset)
        return self._form

    @property
    def award_from(self) -> forms.BoundField:
        """The field "from", under a name that a template can say."""
        return cast(forms.BoundField, self.form["from"])

    def found(self, grants: GrantQuerySet, name: str, text: str) -> GrantQuerySet:
        return matching(grants, text)

    def going_to(self, grants: GrantQuerySet, name: str, organisations: list[int]) -> GrantQuerySet:
        return grants.filter(id__in=Recipient.objects.filter(organisation__in=organisations).values("grant"))

    def running(self, grants: GrantQuerySet, name: str, day: date) -> GrantQuerySet:
        return grants.running_on(day)

    def with_protection(self, grants: GrantQuerySet, name: str, value: str) -> GrantQuerySet:
        return grants.filter(protected_location=value == "yes")

    def with_mark(self, grants: GrantQuerySet, name: str, value: str) -> GrantQuerySet:
        return grants.filter(held_back=value == "yes")

    def sorted_by(self, grants: GrantQuerySet, name: str, value: str) -> GrantQuerySet:
        return grants.with_running_period().order_by(*SORTS[value][1])
