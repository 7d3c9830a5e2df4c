"""Doors of this room."""

from django.urls import URLPattern, path

from grants.views import grants, imports, inviting

urlpatterns: list[URLPattern] = [
    path("grants/", grants.grants, name="grants"),
    path("grants/grants.csv", grants.grants_csv, name="grants_csv"),
    path("grants/add/", grants.grant_add, name="grant_add"),
    path("grants/removed/", grants.grants_removed, name="grants_removed"),
    path("grants/upload/", imports.upload, name="upload"),
    path("grants/imports/", imports.imports_list, name="imports"),
    path("grants/imports/<int:pk>/", imports.import_page, name="import"),
    path("grants/imports/<int:pk>/progress/", imports.import_progress, name="import_progress"),
    path("grants/imports/<int:pk>/apply/", imports.import_apply, name="import_apply"),
    path("grants/imports/<int:pk>/drop/", imports.import_drop, name="import_drop"),
    path("grants/imports/<int:pk>/undo/", imports.import_undo, name="import_undo"),
    path("grants/imports/<int:pk>/missing/", imports.import_missing, name="import_missing"),
    path("grants/imports/<int:pk>/problems.csv", imports.import_problems_csv, name="import_problems_csv"),
    path("grants/<int:pk>/", grants.grant, name="grant"),
    path("grants/<int:pk>/edit/", grants.grant_edit, name="grant_edit"),
    path("grants/<int:pk>/remove/", grants.grant_remove, name="grant_remove"),
    path("grants/<int:pk>/restore/", grants.grant_restore, name="grant_restore"),
    path("grants/<int:pk>/hold-back/", grants.grant_hold_back, name="grant_hold_back"),
    path("grants/<int:pk>/protection/", grants.grant_protection, name="grant_protection"),
    path("grants/<int:pk>/invite/", inviting.grant_invite, name="grant_invite"),
]
