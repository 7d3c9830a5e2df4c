"""There is a picture of every page, wide and narrow, and none of a page that is no more."""

from __future__ import annotations

import struct

import pytest

from tests.house import test_pages
from tests.house import world as worlds
from tests.house.doors import DOORS
from tests.pictures import FOLDER, WIDTHS, files

SIGNATURE = b"\x89PNG\r\n\x1a\n"


@pytest.mark.django_db
def test_every_page_of_the_walk_has_its_two_pictures_and_nothing_else_has():
    names = {visit.name for visit in test_pages.pages(worlds.build())} & set(DOORS)
    assert {path.name for path in FOLDER.glob("*")} == files(names), "make pictures draws them anew"


@pytest.mark.parametrize("width", WIDTHS)
def test_each_picture_is_as_wide_as_its_name_says(width: int):
    heads = {path.name: path.read_bytes()[:24] for path in FOLDER.glob(f"*-{width}.png")}
    assert heads
    assert {name: struct.unpack(">8s8xI4x", head) for name, head in heads.items()} == dict.fromkeys(
        heads, (SIGNATURE, width)
    )
