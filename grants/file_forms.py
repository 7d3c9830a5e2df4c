"""What people fill in about files on their way in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person
from accounts.worded import WordedForm
from grants import showing
from grants.models import Import, ImportRow


class UploadForm(WordedForm):
    """A file, or a table pasted from a spreadsheet."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy("360Giving as JSON, CSV or Excel (.xlsx), or any list with the same column titles."),
        widget=forms.ClearableFileInput(attrs={"accept": ".json,.csv,.tsv,.txt,.xlsx"}),
    )
    pasted = forms.CharField(
        label=gettext_lazy("Or paste a table"),
        required=False,
        help_text=gettext_lazy(
            "From a spreadsheet, with its row of titles: Identifier, Title, Description, Currency, Amount Awarded, "
            "Award Date, Funding Org:Identifier, Funding Org:Name, Recipient Org:Identifier, Recipient Org:Name."
        ),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        strip=False,
    )
    too_large = False
    all_optional = True

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > settings.IMPORT_MAX_BYTES:
            self.too_large = True
            most = filesizeformat(settings.IMPORT_MAX_BYTES)
            raise forms.ValidationError(
                _("This file is larger than %(most)s. Cut it into several files, or ask whoever runs the portal.")
                % {"most": most}
            )
        return file

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        file, pasted = answers.get("file"), answers.get("pasted", "").strip()
        if not self.errors and not file and not pasted:
            raise forms.ValidationError(_("Choose a file, or paste a table with its row of titles."))
        if file and pasted:
            raise forms.ValidationError(
                _("Give a file or a pasted table, not both, so that it is clear which one counts.")
            )
        return answers

    def file_name(self) -> str:
        """What the import is called."""
        file = self.cleaned_data["file"]
        return file.name if file else _("pasted table")


class MissingForm(WordedForm):
    """Which of the grants that a file lacks stay, and which are removed."""

    rows = forms.ModelMultipleChoiceField(queryset=ImportRow.objects.none())
    answer = forms.ChoiceField(choices=ImportRow.ANSWERS)

    def __init__(self, data: Any, *, source: Import, person: Person) -> None:
        super().__init__(data)
        asked_about = showing.rows(source, showing.MISSING, person).filter(answer="")
        self.fields["rows"].queryset = asked_about  # type: ignore[attr-defined]
