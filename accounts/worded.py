"""What every form of ours says of a text that is too long and of a number that is too large, in our own words."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

WORDS = {
    "max_length": _("Say it in at most %(limit_value)d characters; these are %(show_value)d."),
    "min_length": _("Say it in at least %(limit_value)d characters; these are %(show_value)d."),
    "max_value": _("This is too large. Give %(limit_value)s or less."),
    "min_value": _("This is too small. Give %(limit_value)s or more."),
}


class WordedForm(forms.Form):
    """A form whose fields, where they have no words of their own, refuse in these."""

    def full_clean(self) -> None:
        for field in self.fields.values():
            field.error_messages = {**WORDS, **field.error_messages}
        super().full_clean()
