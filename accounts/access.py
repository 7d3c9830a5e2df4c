"""Who may pass which door. `only(...)` is the first line of every view; `visible_to` on each queryset does the rest."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

if TYPE_CHECKING:
    from accounts.models import Person


class SignedInRequest(HttpRequest):
    """What a view gets behind a guard that lets no stranger pass."""

    user: Person


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
MANAGERS = (Secretariat, Administrator)
"""Those who look after organisations, people and the group's settings."""


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
                return to_sign_in(request)
            raise PermissionDenied

        guarded.guard = kinds  # type: ignore[attr-defined]
        return guarded

    return guard


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead a stranger to sign-in, and from there back to the page she stood on."""
    if request.headers.get("HX-Request"):
        # Only a part of a page was asked for; the browser goes as a whole, and comes back to the whole.
        answer = redirect_to_login(wanted_path(request, request.headers.get("HX-Current-URL", "")))
        return HttpResponse(status=204, headers={"HX-Redirect": answer.url})
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path())
    return redirect_to_login(wanted_path(request, request.headers.get("Referer", "")))


def wanted_path(request: HttpRequest, url: str) -> str:
    """Path and query of a page of the portal; the first page where the browser named none, or another site's."""
    if not url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}):
        return "/"
    parts = urlsplit(url)
    return urlunsplit(("", "", parts.path or "/", parts.query, ""))
