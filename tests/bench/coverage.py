"""The coverage engine by itself: reading the portfolio, one edit, and the questions of a page, without any page.

Times are of the process, so that other work on the machine does not count.

Run as `python -m tests.bench.coverage [ROUNDS]` over whatever DATABASE_URL or PORTAL_VAR names; changes no figure.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "funders_portal.settings")


def main(rounds: int) -> None:
    import django

    django.setup()
    from django.db import transaction

    from grants import changes
    from grants.models import Grant
    from priorities import columns, coverage, freshness, gaps
    from priorities.coverage import Question
    from priorities.filters import CoverageFilter

    began = time.process_time()
    portfolio = columns.current()
    print(f"reading {portfolio.size:,} grants: {time.process_time() - began:.2f} s")
    day, year = date(2026, 6, 30), {"first": date(2025, 1, 1), "last": date(2025, 12, 31)}
    newest = Grant.objects.order_by("-id").values_list("id", flat=True)[:rounds]

    def edit(number: int) -> None:
        with transaction.atomic():
            changes.touch([newest[number % len(newest)]])

    questions = {
        "table, live": Question(on=day),
        "table, awarded over all dates": Question(measure="awarded", on=day),
        "table, grants": Question(measure="grants", on=day),
        "table, a year spread": Question(measure="spread", on=day, **year),
        "table, live, one people": Question(on=day, codes={"group": ("adult_women",)}),
        "table, awarded, two services of people": Question(
            rows="service", measure="awarded", on=day, codes={"group": ("adult_women",), "service": ("legal", "travel")}
        ),
    }
    for name, question in questions.items():
        shown(name, lambda question=question: coverage.table(question), rounds)
    shown("filters read", lambda: CoverageFilter({"region": "LON"}).question, rounds)
    shown("what the figures rest on", lambda: freshness.of(Question(on=day)), rounds)
    shown("gaps", lambda: gaps.table(on=day), rounds)
    shown("the portfolio, nothing changed", columns.current, rounds)
    shown("the portfolio after one edit", columns.current, rounds, before=edit)
    shown("a page: table, rest, gaps, after an edit", lambda: page(day), rounds, before=edit)
    print(f"memory at its peak: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def page(day: date) -> None:
    from priorities import columns, coverage, freshness, gaps
    from priorities.coverage import Question

    portfolio = columns.current()
    coverage.table(Question(on=day), portfolio=portfolio)
    freshness.of(Question(on=day), portfolio=portfolio)
    gaps.table(on=day, portfolio=portfolio)


def shown(name: str, ask: Callable[[], object], rounds: int, before: Callable[[int], object] | None = None) -> None:
    """Print the first time of `ask`, and the median and 95th percentile of the others, in milliseconds."""
    times = []
    for number in range(rounds + 1):
        if before:
            before(number)
        began = time.process_time()
        ask()
        times.append((time.process_time() - began) * 1000)
    first, rest = times[0], sorted(times[1:])
    at95 = rest[min(len(rest) - 1, int(len(rest) * 0.95))]
    print(f"{name:42} first {first:7.1f}  median {statistics.median(rest):7.1f}  p95 {at95:7.1f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
