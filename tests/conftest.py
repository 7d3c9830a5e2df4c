"""What every test may ask for."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client


@pytest.fixture(autouse=True)
def own_files(settings: LazySettings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Uploads land in a folder of the test's own, and no count of tries is left from another test."""
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("files")
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    cache.clear()


@pytest.fixture
def sign_in(client: Client):
    """sign_in(person) gives the test's client, signed in as that person."""

    def enter(person: object) -> Client:
        client.force_login(person)  # type: ignore[arg-type]
        return client

    return enter
