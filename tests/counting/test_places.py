"""From which region an ONS code comes."""

import pytest

from counting import places


@pytest.mark.parametrize(
    ("gss", "region"),
    [
        ("E08000038", "YH"),
        ("E08000039", "YH"),
        ("E08000037", "NE"),
        ("E12000007", "LON"),
        ("W06000015", "WAL"),
        ("E92000001", "UK"),
        ("E05000001", None),
    ],
)
def test_an_ons_code_tells_its_region_where_it_can(gss, region):
    assert places.region_of(gss) == region
