"""Files of other projects are the ones that were taken."""

import hashlib

import pytest
from django.conf import settings

VENDOR = settings.BASE_DIR / "funders_portal/static/funders_portal/vendor"
LINES = [line.split(" | ") for line in (VENDOR / "VERSIONS.txt").read_text().splitlines() if not line.startswith("#")]


@pytest.mark.parametrize(("name", "digest"), [(line[0], line[3]) for line in LINES])
def test_each_file_is_the_one_that_was_taken(name: str, digest: str):
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest


def test_every_file_stands_in_the_list_with_its_licence():
    assert {line[0] for line in LINES} == {path.name for path in VENDOR.iterdir() if path.is_file()} - {"VERSIONS.txt"}
    assert {licence for _, _, licence, _ in LINES} == {"MIT", "0BSD", "OFL-1.1"}


def test_the_library_that_draws_makes_no_code_from_text():
    built = (VENDOR / "plotly-portal.min.js").read_text()
    assert "new Function(" not in built
    assert "eval(" not in built
