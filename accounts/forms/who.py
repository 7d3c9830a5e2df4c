"""What people type to come in, and what is said of organisations, people and the group."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import identifiers, invitations, organisations, people, signin
from accounts.filters import StrictForm
from accounts.journal import Did
from accounts.models import Group, Membership, Organisation, Person
from accounts.worded import WordedForm


class AskForm(WordedForm, RequestLoginCodeForm):  # type: ignore[misc]
    """The address to which a code goes."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": _("Type the address at which your funder or charity writes to you."),
            "invalid": _("This is not a whole address; one looks like name@example.org."),
        },
    )

    def clean_email(self) -> str:
        """Somebody who was invited can sign in with that address."""
        invitations.let_in(address=self.cleaned_data["email"], at=timezone.now())
        address: str = super().clean_email()
        return address

    @property
    def known(self) -> bool:
        """Whether somebody who may sign in has the address; never told on a page."""
        return self._user is not None


class CodeForm(WordedForm, ConfirmLoginCodeForm):  # type: ignore[misc]
    """The code that was sent, or one that was made by command for this person."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code"}),
        error_messages={
            "required": _("Type the code from the mail."),
            "max_length": _("A code has 8 figures. Type only those."),
        },
    )
    remember = forms.BooleanField(
        label=_("Keep me signed in on this device for 30 days"),
        help_text=_("Leave this off on a computer that you share."),
        required=False,
    )

    def __init__(self, *args: Any, person: Person | None, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person, self.at = person, at
        self.by_command = False

    def clean_code(self) -> str:
        """Raises ValidationError unless it is the code that was sent or one made by command."""
        code: str = self.cleaned_data["code"]
        try:
            super().clean_code()
        except ValidationError:
            self.by_command = self.person is not None and signin.fits(person=self.person, code=code, at=self.at)
            if not self.by_command:
                raise
        return code


ROLES = [(role, Organisation._meta.get_field(role).verbose_name) for role in Organisation.ROLES]  # type: ignore[union-attr]


class SearchForm(StrictForm):
    """The box above a list, kept in the address."""

    also = ("page",)
    q = forms.CharField(label=_("Search"), max_length=200, required=False, widget=forms.SearchInput)


class OrganisationSearchForm(SearchForm):
    role = forms.ChoiceField(label=_("Kind"), choices=[("", _("all")), *ROLES], required=False)


class JournalForm(StrictForm):
    also = ("page",)
    what = forms.ChoiceField(label=_("What was done"), choices=[("", _("anything")), *Did.choices], required=False)
    about = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)


class WorkForm(WordedForm):
    """A form whose work may say no; `holder` is then the organisation or person that stands in the way, if one does."""

    holder: Organisation | Person | None = None

    def refuse(self, refused: organisations.Refused) -> None:
        """Show why, at its field where there is one."""
        field = None
        if isinstance(refused, organisations.IdentifierTaken):
            field, self.holder = "identifiers", refused.holder
        elif isinstance(refused, people.AddressTaken):
            field, self.holder = "email", refused.holder
        self.add_error(field, str(refused))


def lines(text: str) -> tuple[str, ...]:
    """What stands on each line, spaces mended, blank lines and repetitions left out."""
    return tuple(dict.fromkeys(filter(None, (" ".join(each.split()) for each in text.splitlines()))))


class OrganisationForm(WorkForm):
    name = forms.CharField(
        label=_("Name"), max_length=255, error_messages={"required": _("An organisation needs a name.")}
    )
    roles = forms.MultipleChoiceField(
        label=_("What it is"),
        help_text=_("Tick all that hold; one that gives grants and receives them is both."),
        choices=ROLES,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one.")},
    )
    identifiers = forms.CharField(
        label=_("Identifiers"),
        help_text=_(
            "One a line, the main one first, each with its register: GB-CHC-1234567 (charity, England and Wales), "
            "GB-COH-01234567 (company), GB-SC-SC012345 (Scotland), GB-NIC-123456 (Northern Ireland)."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        required=False,
    )
    aliases = forms.CharField(
        label=_("Other names"),
        help_text=_("One a line: former names, short names, how files spell it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )

    def __init__(self, *args: Any, organisation: Organisation | None = None, **kwargs: Any) -> None:
        now = organisations.as_it_stands(organisation) if organisation else None
        self.kept = now.identifiers if now else ()
        if now:
            kwargs["initial"] = {
                "name": now.name,
                "roles": list(now.roles),
                "identifiers": "\n".join(now.identifiers),
                "aliases": "\n".join(now.aliases),
            }
        super().__init__(*args, **kwargs)

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_identifiers(self) -> tuple[str, ...]:
        """Each tidied; what it has already stands, however it is written: some come so from funders' files."""
        typed = lines(self.cleaned_data["identifiers"])
        values = tuple(dict.fromkeys(each if each in self.kept else identifiers.tidy(each) for each in typed))
        new = [each for each in values if each not in self.kept]
        if faults := [fault for each in new if (fault := identifiers.fault(each))]:
            raise ValidationError(faults)
        return values

    def clean_aliases(self) -> tuple[str, ...]:
        names = lines(self.cleaned_data["aliases"])
        if too_long := [each for each in names if len(each) > 255]:
            raise ValidationError(gettext("“%(name)s…” is longer than 255 letters.") % {"name": too_long[0][:40]})
        return names

    @property
    def details(self) -> organisations.Details:
        typed = self.cleaned_data
        return organisations.Details(typed["name"], frozenset(typed["roles"]), typed["identifiers"], typed["aliases"])


class OrganisationField(forms.CharField):
    """An organisation by identifier or name, as somebody types it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Organisation"),
            help_text=_("Its name or its identifier."),
            widget=forms.TextInput(attrs={"list": "funders", "autocomplete": "off"}),
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return organisations.named(text) if text else None
        except organisations.NotFound as unknown:
            raise ValidationError(str(unknown)) from unknown


class JoinForm(WorkForm):
    """What a person may do for an organisation."""

    organisation = OrganisationField(error_messages={"required": _("Type the organisation's name or identifier.")})
    role = forms.ChoiceField(
        label=_("As"),
        choices=[("", "–"), *Membership.ROLES],
        error_messages={"required": _("Say what the person may do there.")},
    )


class PersonForm(WorkForm):
    """A person as secretariat and administrators see one; `by` who is no administrator makes none."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_(
            "Codes to sign in go there. A shared mailbox of a role outlives whoever holds it. "
            "A new address signs every device out."
        ),
        max_length=254,
        error_messages={
            "required": _("Type the address to which sign-in codes go."),
            "invalid": _("This is not a whole address; one looks like name@example.org."),
        },
    )
    name = forms.CharField(label=_("Name"), max_length=150, required=False)
    is_secretariat = forms.BooleanField(
        label=_("Secretariat of the group"),
        help_text=_("Sees and edits every grant, looks after organisations and people."),
        required=False,
    )
    is_administrator = forms.BooleanField(
        label=_("Administrator"),
        help_text=_("Looks after organisations and people, and makes other administrators."),
        required=False,
    )
    is_active = forms.BooleanField(
        label=_("May sign in"), help_text=_("Off: every device is signed out at once."), required=False
    )

    def __init__(self, *args: Any, by: Person, person: Person | None = None, **kwargs: Any) -> None:
        self.now = people.as_it_stands(person) if person else {"is_active": True, "is_administrator": False}
        kwargs["initial"] = self.now | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        if not by.is_administrator:
            del self.fields["is_administrator"]
        if person is None:
            del self.fields["is_active"]

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    @property
    def details(self) -> people.Details:
        typed = self.now | self.cleaned_data
        return people.Details(
            **{field: typed[field] for field in ("email", "name", "is_secretariat", "is_administrator", "is_active")}
        )


class AddPersonForm(PersonForm):
    """A new person, belonging to an organisation from the start if one is named."""

    organisation = OrganisationField(required=False)
    role = forms.ChoiceField(label=_("As"), choices=[("", "–"), *Membership.ROLES], required=False)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if typed.get("organisation") and not typed.get("role") and "role" not in self.errors:
            self.add_error("role", gettext("Say what the person may do there."))
        if typed.get("role") and not typed.get("organisation") and "organisation" not in self.errors:
            self.add_error("organisation", gettext("Type the organisation's name or identifier."))
        return typed

    @property
    def belonging(self) -> list[tuple[Organisation, str]]:
        organisation = self.cleaned_data["organisation"]
        return [(organisation, self.cleaned_data["role"])] if organisation else []


class GroupForm(WordedForm):
    name = forms.CharField(
        label=_("Name of the group"),
        help_text=_("It stands on every page and in every letter."),
        max_length=Group._meta.get_field("name").max_length,
        error_messages={"required": _("The group needs a name.")},
    )
