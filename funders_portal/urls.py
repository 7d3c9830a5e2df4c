"""Every door of the portal, room by room, and the API's router."""

from django.urls import include, path
from rest_framework.routers import DefaultRouter

from funders_portal import api, home


class Router(DefaultRouter):
    APIRootView = api.Root
    include_format_suffixes = False


router = Router()

urlpatterns = [
    path("", home.home, name="home"),
    path("help/", home.help_page, name="help"),
    path("healthz", home.healthz, name="healthz"),
    path("", include("accounts.urls")),
    path("", include("grants.urls")),
    path("", include("priorities.urls")),
    path("api/schema/", api.Schema.as_view(), name="api-schema"),
    path("api/docs/", api.documentation, name="api-docs"),
    path("api/", include(router.urls)),
    path("api/<path:rest>", api.Nothing.as_view(), name="api-nothing"),
]

handler400 = "funders_portal.errors.bad_request"
handler403 = "funders_portal.errors.forbidden"
handler404 = "funders_portal.errors.not_found"
handler500 = "funders_portal.errors.failed"
