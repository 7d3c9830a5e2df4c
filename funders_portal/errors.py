"""Pages for what goes wrong: a sentence on what to do, and a reference that stands in the log too."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.template.loader import render_to_string

log = structlog.get_logger(__name__)
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
"""What a page may be asked with; the API knows more of them."""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "400", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "403", 403)


def form_out_of_date(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the secret that proves it is ours: most often one left open over a new sign-in."""
    log.warning("csrf_failed", reason=reason)
    return _page(request, "403_csrf", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "404", 404)


def only_methods_of_pages(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: no page answers PUT, DELETE, PATCH or TRACE, and whatever method one refuses, it says how to go on.

    Which pages take POST their views say themselves.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/api/"):
            return get_response(request)
        response = get_response(request) if request.method in METHODS else HttpResponseNotAllowed(METHODS)
        if response.status_code != 405:
            return response
        page = _page(request, "405", 405)
        page["Allow"] = response["Allow"]
        return page

    return answer


def failed(request: HttpRequest) -> HttpResponse:
    """Asks no database, no session and no context processor, since one of them may be what failed."""
    return HttpResponse(render_to_string("funders_portal/500.html", {"reference": reference()}), status=500)


def reference() -> str:
    """The request's id as the log has it, or a new one that is logged here."""
    found = structlog.contextvars.get_contextvars().get("request_id")
    if not found:
        found = str(uuid.uuid4())
        log.error("error_page_without_request_id", request_id=found)
    return str(found)


def _page(request: HttpRequest, name: str, status: int) -> HttpResponse:
    return render(request, f"funders_portal/{name}.html", {"reference": reference()}, status=status)
