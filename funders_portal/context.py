"""What every page's frame needs to know."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts import signin
from accounts.models import Group


def portal(request: HttpRequest) -> dict[str, Any]:
    """Both are read only by pages that show them."""
    return {"demo_door": SimpleLazyObject(signin.demo_door_open), "group": SimpleLazyObject(Group.current)}
