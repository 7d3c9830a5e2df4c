"""Pages for what goes wrong: a sentence on what to do, and a reference that stands in the log too."""

from __future__ import annotations

import uuid

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

log = structlog.get_logger(__name__)


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
