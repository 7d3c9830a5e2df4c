"""What for: vocabularies, each grant's shares in them, suggestions, targets, what the group watches."""

from priorities.models.agreed import Target, Watch
from priorities.models.codes import NOT_APPLICABLE, NOT_STATED, RESIDUAL, UNDIVIDED, Code, Dimension
from priorities.models.links import Bookmark, InitiativeLink, Link, Suggestion

__all__ = [
    "NOT_APPLICABLE",
    "NOT_STATED",
    "RESIDUAL",
    "UNDIVIDED",
    "Bookmark",
    "Code",
    "Dimension",
    "InitiativeLink",
    "Link",
    "Suggestion",
    "Target",
    "Watch",
]
