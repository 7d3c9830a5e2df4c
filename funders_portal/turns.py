"""One page at a time in each web process."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

_turn = threading.Lock()


def in_turn(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Pages that are only read wait for one another: two at once in one process take as long as one after the other,
    and more memory. What is sent in by a slow line, and what goes out to one, holds nobody up."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD"):
            return get_response(request)
        with _turn:
            return get_response(request)

    return answer
