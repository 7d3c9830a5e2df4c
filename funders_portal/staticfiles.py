"""Static files under names that carry their hash, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    # Without `collectstatic` (tests, a first look) a file is found under its plain name instead of failing the page.
    manifest_strict = False
