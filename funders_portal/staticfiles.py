"""Static files under names that carry their hash, compressed, so that browsers may keep them for ever."""

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage

MATCHING_URL = r"""(?P<matched>url\(['"]{0,1}\s*(?P<url>.*?)["']{0,1}\))"""


class Files(StaticFilesConfig):
    """What is collected: the rooms' own files, not what libraries bring for pages that are not served here."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "*.map", "rest_framework", "django_htmx"]


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Without `collectstatic` (tests, a first look) files keep their plain names instead of failing the page."""

    manifest_strict = False
    # Files named by url() in a style sheet get their hashed names too; source maps are not collected.
    patterns = (("*.css", (MATCHING_URL,)),)

    def stored_name(self, name: str) -> str:
        try:
            return str(super().stored_name(name))
        except ValueError:
            return name
