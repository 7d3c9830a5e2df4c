"""What people type at this room's doors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import signin
from accounts.models import Person


class AskForm(RequestLoginCodeForm):
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

    @property
    def known(self) -> bool:
        """Whether somebody who may sign in has the address; never told on a page."""
        return self._user is not None


class CodeForm(ConfirmLoginCodeForm):
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
        try:
            return super().clean_code()
        except ValidationError:
            code = self.cleaned_data["code"]
            self.by_command = self.person is not None and signin.fits(person=self.person, code=code, at=self.at)
            if not self.by_command:
                raise
            return code
