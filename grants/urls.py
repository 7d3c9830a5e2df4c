"""Doors of this room."""

from django.urls import URLPattern, path

from grants.views import grants

urlpatterns: list[URLPattern] = [
    path("grants/", grants.grants, name="grants"),
    path("grants/grants.csv", grants.grants_csv, name="grants_csv"),
    path("grants/add/", grants.grant_add, name="grant_add"),
    path("grants/removed/", grants.grants_removed, name="grants_removed"),
    path("grants/<int:pk>/", grants.grant, name="grant"),
    path("grants/<int:pk>/edit/", grants.grant_edit, name="grant_edit"),
    path("grants/<int:pk>/remove/", grants.grant_remove, name="grant_remove"),
    path("grants/<int:pk>/restore/", grants.grant_restore, name="grant_restore"),
    path("grants/<int:pk>/protection/", grants.grant_protection, name="grant_protection"),
]
