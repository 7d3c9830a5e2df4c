"""What is typed to invite somebody, to accept, and to hand over what one holds."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import invitations, mailboxes, successors
from accounts.forms.who import WorkForm
from accounts.models import Invitation, Membership, Organisation, Person
from accounts.worded import WordedForm

MOST_INVITED = 50
"""How many one list may name."""


class InviteForm(WorkForm):
    """Whom to invite, one a line. What goes was seen before: Send counts only with the print of the letters shown."""

    people = forms.CharField(
        label=_("Whom"),
        help_text=_(
            "One a line: name, address. For instance: Ali Wexcombe, ali@example.org. The address alone will do; "
            "a mailbox that several share will do too."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
        max_length=20_000,
        error_messages={"required": _("Type at least one address.")},
    )
    organisation = forms.ChoiceField(label=_("To act for"))
    role = forms.ChoiceField(
        label=_("As"),
        choices=[
            (Membership.LEAD, _("lead: writes and hands in reports, adds and removes colleagues")),
            (Membership.CONTRIBUTOR, _("contributor: writes and hands in reports")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what they may do.")},
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, by: Person, organisations: list[Organisation], sender: Organisation | None, site: str,
        about: str = "", grant: str = "", **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.by, self.sender, self.site, self.about, self.grant = by, sender, site, about, grant
        self.organisations = {str(each.pk): each for each in organisations}
        if len(organisations) == 1:
            del self.fields["organisation"]
        else:
            choices = [("", "–"), *((key, each.name) for key, each in self.organisations.items())]
            self.fields["organisation"].choices = choices  # type: ignore[attr-defined]

    def clean_people(self) -> list[mailboxes.Contact]:
        """Each line read; a sentence for each that cannot be an address."""
        typed = [each for each in enumerate(self.cleaned_data["people"].splitlines(), start=1) if each[1].strip()]
        if len(typed) > MOST_INVITED:
            raise ValidationError(gettext("Invite at most %(most)d at a time.") % {"most": MOST_INVITED})
        contacts: dict[str, mailboxes.Contact] = {}
        faults = []
        for number, line in typed:
            contact = mailboxes.read(line)
            said = mailboxes.fault(contact)
            if not said and contact.address in contacts:
                said = gettext("“%(address)s” stands here twice.") % {"address": contact.address}
            faults += [self.at_line(number, said, len(typed))] if said else []
            contacts[contact.address] = contact
        if faults:
            raise ValidationError(faults)
        return list(contacts.values())

    def at_line(self, number: int, said: str, lines: int) -> str:
        return gettext("Line %(number)d: %(said)s") % {"number": number, "said": said} if lines > 1 else said

    def clean(self) -> dict[str, Any]:
        """Nobody is invited twice, nor who is there already."""
        typed = super().clean() or self.cleaned_data
        if "people" in typed and not self.errors:
            stand = (invitations.obstacle(each, self.charity) for each in typed["people"])
            for said in filter(None, stand):
                self.add_error("people", said)
        return typed

    @property
    def charity(self) -> Organisation:
        key = self.cleaned_data.get("organisation")
        return self.organisations[key] if key else next(iter(self.organisations.values()))

    @property
    def asked(self) -> invitations.Asked:
        role = self.cleaned_data["role"]
        return invitations.Asked(self.charity, role, self.sender, self.site, self.about, self.grant)

    @cached_property
    def letters(self) -> list[invitations.Draft]:
        """What goes when Send is pressed; for a valid form."""
        return invitations.drafts(self.cleaned_data["people"], self.asked, by=self.by)

    @property
    def print(self) -> str:
        said = "\0".join(f"{each.to}\0{each.subject}\0{each.body}" for each in self.letters)
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def is_seen(self) -> bool:
        """Whether Send was pressed beneath exactly these letters."""
        return "send" in self.data and self.cleaned_data["seen"] == self.print

    def send(self, *, at: datetime, leads_to: str) -> str:
        """Invite them; the address that comes next. Raises Refused."""
        invitations.send(contacts=self.cleaned_data["people"], asked=self.asked, by=self.by, at=at)
        return leads_to


class AcceptForm(WordedForm):
    """How the one who accepts is called, where nobody said so yet or several share the mailbox."""

    name = forms.CharField(max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}))

    def __init__(self, *args: Any, invitation: Invitation, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"auto_id": f"id_%s_{invitation.pk}"})
        self.invitation = invitation
        if not invitations.wants_name(invitation, person):
            del self.fields["name"]
            return
        name = self.fields["name"]
        name.label, name.error_messages["required"] = _("Your name"), _("Say what you are called.")
        if invitation.is_role_mailbox:
            name.label, name.help_text = _("Your first name"), _("Several may read this mailbox; it says who accepted.")

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


class TakeOverForm(WordedForm):
    """Whose work goes to whom."""

    leaver = forms.ChoiceField(label=_("What this person holds"))
    successor = forms.ChoiceField(label=_("goes to"))

    def __init__(self, *args: Any, held: list[successors.Held], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(each.person.pk): each.person for each in held}
        choices = [("", "–"), *((key, str(each)) for key, each in self.people.items())]
        officers = {str(each.person.pk) for each in held if each.is_officer}
        self.fields["leaver"].choices = choices  # type: ignore[attr-defined]
        self.fields["successor"].choices = [  # type: ignore[attr-defined]
            each for each in choices if not each[0] or each[0] in officers
        ]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        people = {field: self.people[key] for field, key in typed.items() if key in self.people}
        if len(people) == 2 and people["leaver"] == people["successor"]:
            raise ValidationError(gettext("Choose two different people."))
        return people
