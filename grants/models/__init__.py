"""What we fund: projects and their grants, how grants are joined, imports, and the log of changes."""

from grants.models.grants import (
    PRECISIONS,
    REGRANTS,
    Change,
    ChangeCounter,
    Grant,
    GrantQuerySet,
    Import,
    ImportProblem,
    ImportQuerySet,
    ImportRow,
    Location,
    Project,
    Recipient,
    RelatedGrant,
    Revision,
)
from grants.models.joined import (
    JoinedGrant,
    Joining,
    JoiningAnswer,
    JoiningBookmark,
    JoiningQuerySet,
)

__all__ = [
    "PRECISIONS",
    "REGRANTS",
    "Change",
    "ChangeCounter",
    "Grant",
    "GrantQuerySet",
    "Import",
    "ImportProblem",
    "ImportQuerySet",
    "ImportRow",
    "JoinedGrant",
    "Joining",
    "JoiningAnswer",
    "JoiningBookmark",
    "JoiningQuerySet",
    "Location",
    "Project",
    "Recipient",
    "RelatedGrant",
    "Revision",
]
