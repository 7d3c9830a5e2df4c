"""Fails where a test was skipped in every run that knew it: `python .ci/skipped.py REPORT.xml ...` (JUnit)."""

import sys
from pathlib import Path
from xml.etree import ElementTree


def skipped_everywhere(reports: list[Path]) -> list[str]:
    """Names of tests that ran in none of the reports."""
    ran, skipped = set(), set()
    for report in reports:
        for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 (pytest's own file of a moment ago)
            name = f"{case.get('classname')}::{case.get('name')}"
            (skipped if case.find("skipped") is not None else ran).add(name)
    return sorted(skipped - ran)


if __name__ == "__main__":
    if names := skipped_everywhere([Path(word) for word in sys.argv[1:]]):
        sys.exit("Skipped in every run:\n" + "\n".join(names))
