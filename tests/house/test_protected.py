"""One function alone says that a Table of people may be seen by everybody."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("accounts", "celery_worker", "counting", "funders_portal", "grants", "meetings", "outcomes", "priorities")


def test_nothing_but_disclosure_calls_a_table_protected() -> None:
    saying = {
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if re.search(r"\bprotected=True", path.read_text())
    }
    assert saying == {"counting/disclosure.py"}
