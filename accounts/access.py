"""Who may pass which door. `only(...)` is the first line of every view; `visible_to` on each queryset does the rest."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of person, by the name that Person.kinds gives."""

    name: str

    def __str__(self) -> str:
        return self.name


Anyone = Kind("anyone")
"""Strangers too."""
SignedIn = Kind("signed in")
Officer, Viewer = Kind("officer"), Kind("viewer")
Lead, Contributor = Kind("lead"), Kind("contributor")
Secretariat, Administrator = Kind("secretariat"), Kind("administrator")
FUNDERS = (Officer, Viewer, Secretariat)
"""Those who look over the whole portfolio."""
GRANTEES = (Lead, Contributor)


def holds(kind: Kind, person: Any) -> bool:
    """Whether `person` (anonymous people included) is of this kind."""
    if kind is Anyone:
        return True
    if not person.is_authenticated:
        return False
    return kind is SignedIn or kind.name in person.kinds


def may(person: Any, *kinds: Kind) -> bool:
    return any(holds(kind, person) for kind in kinds)


def only(*kinds: Kind) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let only people of these kinds into a view; strangers are led to sign-in and back, others get a 403.

    The kinds stand on the view as `.guard`, so that a test finds every door without one.
    """

    def guard(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if may(request.user, *kinds):
                return view(request, *args, **kwargs)
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            raise PermissionDenied

        guarded.guard = kinds  # type: ignore[attr-defined]
        return guarded

    return guard
