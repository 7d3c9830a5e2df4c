"""What people type at this room's doors."""

from accounts.forms.inviting import AcceptForm, InviteForm, TakeOverForm
from accounts.forms.who import (
    AddPersonForm,
    AskForm,
    CodeForm,
    GroupForm,
    JoinForm,
    JournalForm,
    OrganisationForm,
    OrganisationSearchForm,
    PersonForm,
    SearchForm,
)

__all__ = [
    "AcceptForm",
    "AddPersonForm",
    "AskForm",
    "CodeForm",
    "GroupForm",
    "InviteForm",
    "JoinForm",
    "JournalForm",
    "OrganisationForm",
    "OrganisationSearchForm",
    "PersonForm",
    "SearchForm",
    "TakeOverForm",
]
