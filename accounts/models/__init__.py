"""Who: people and their organisations, invitations, what is written to people, what waits for them, the journal."""

from accounts.models.clock import Knock
from accounts.models.invitations import Invitation
from accounts.models.letters import Letter, Mail, MailChange, Sender, StoppedAddress
from accounts.models.tasks import Task
from accounts.models.who import (
    Alias,
    Group,
    Identifier,
    JournalEntry,
    Membership,
    Organisation,
    OrganisationQuerySet,
    Person,
    PersonQuerySet,
    SentForm,
    SigninCode,
)

__all__ = [
    "Alias",
    "Group",
    "Identifier",
    "Invitation",
    "JournalEntry",
    "Knock",
    "Letter",
    "Mail",
    "MailChange",
    "Membership",
    "Organisation",
    "OrganisationQuerySet",
    "Person",
    "PersonQuerySet",
    "Sender",
    "SentForm",
    "SigninCode",
    "StoppedAddress",
    "Task",
]
