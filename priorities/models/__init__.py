"""What for: vocabularies, each grant's shares in them, suggestions, targets, what the group watches, need."""

from priorities.models.agreed import Target, Watch
from priorities.models.codes import NOT_APPLICABLE, NOT_STATED, RESIDUAL, UNDIVIDED, Code, Dimension
from priorities.models.gaps import Evidence, GapRules, Looking, SetAside
from priorities.models.links import Bookmark, InitiativeLink, Link, Suggestion
from priorities.models.need import NeedFigure, NeedSeries

__all__ = [
    "NOT_APPLICABLE",
    "NOT_STATED",
    "RESIDUAL",
    "UNDIVIDED",
    "Bookmark",
    "Code",
    "Dimension",
    "Evidence",
    "GapRules",
    "InitiativeLink",
    "Link",
    "Looking",
    "NeedFigure",
    "NeedSeries",
    "SetAside",
    "Suggestion",
    "Target",
    "Watch",
]
