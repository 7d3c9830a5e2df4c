"""What every page's frame needs to know."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import Group


def portal(request: HttpRequest) -> dict[str, Any]:
    """`group` is read only by pages that show it."""
    return {"demo_door_open": settings.DEMO_DOOR, "group": SimpleLazyObject(Group.current)}
