"""What every door of the API has in common: the guards of pages, and lists that never skip a row."""

from __future__ import annotations

from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

from accounts.access import Kind, may


class PassesGuard(BasePermission):
    """Reads `guard` on the view; a view that states none lets nobody in."""

    message = _(
        "This part of the API is not open to you. Your funder's officer or the secretariat can say who may use it."
    )

    def has_permission(self, request: Request, view: Any) -> bool:
        return may(request.user, *getattr(view, "guard", ()))


class Guarded:
    """First base of every viewset: `class GrantViewSet(Guarded, ReadOnlyModelViewSet): guard = FUNDERS`."""

    guard: tuple[Kind, ...] = ()
    permission_classes: Any = (PassesGuard,)


class Json(JSONRenderer):
    """JSON, spelt several times as fast as Python's own, which still spells what has more than 64 bits."""

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        if data is None:
            return b""
        try:
            return orjson.dumps(data, default=JSONEncoder().default, option=orjson.OPT_PASSTHROUGH_DATETIME)
        except TypeError:
            return super().render(data, accepted_media_type, renderer_context)


class Pages(CursorPagination):
    """A hundred rows a page, by primary key, so that rows added meanwhile neither repeat nor hide others."""

    ordering = "pk"
    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        """One page of rows; raises NotFound, a 404, where the cursor in the address was not made by the portal."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, OverflowError) as wrong:
            raise NotFound(
                _("This page address is damaged. Start again from the first page, without “cursor”.")
            ) from wrong
