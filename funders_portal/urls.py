"""Every door of the portal, room by room."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("", include("accounts.urls")),
    path("", include("grants.urls")),
    path("", include("priorities.urls")),
]
