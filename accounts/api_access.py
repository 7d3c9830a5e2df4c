"""What every door of the API has in common: guards as on pages, lists in pages, refusals in sentences."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

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
    permission_classes = (PassesGuard,)


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


def in_sentences(wrong: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as `{"detail": sentence}`, with `fields` (name to its sentences) where parts of the address are wrong.

    None, so a 500, where the fault is the portal's own.
    """
    response = exception_handler(wrong, context)
    if response is not None and not (isinstance(response.data, dict) and "detail" in response.data):
        fields = response.data if isinstance(response.data, dict) else {"": response.data}
        told = [f"{name}: {each}" if name else str(each) for name, lines in fields.items() for each in lines]
        response.data = {"detail": " ".join(told), "fields": fields}
    return response
