"""The Results page over two million figures: by area, place, people and quarter, for everybody and for one's own.

One client against gunicorn as in production, while grants are edited and reports are accepted.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

from tests.bench.addresses import Asker, Query
from tests.bench.pages import (
    EDITS_A_SECOND,
    FEW,
    SEED,
    Asked,
    ask,
    facts_of,
    meanwhile,
    page_lines,
    prepared,
    seen_next,
    summary,
)
from tests.bench.server import Server, inside, running, told_by

BY = {"area": "priority", "place": "region", "people": "group", "quarter": "quarter"}
STARTS, ACCEPTED_A_SECOND = 3, 0.5
_TOTAL = re.compile(rb'<tfoot>.*?<td class="figure"[^>]*>([^<]*)</td>', re.DOTALL)


def measure(environment: dict[str, str], *, folder: Path, count: int, requests: int, figures: int) -> dict[str, Any]:
    """Milliseconds of the page along each list, and what else there is to say of its speed."""
    found: dict[str, Any] = {"seed": SEED} | prepared(environment, count, figures)
    facts = told_by(inside(environment, "facts", "results", "coverage"))
    found["load_average_before"] = os.getloadavg()
    page, session = facts["paths"]["results"], facts["session"]
    shutil.rmtree(folder / "columns", ignore_errors=True)
    starts = found["start_to_first_page_s"] = {}
    with running(environment, folder=folder, path=page, session=session) as server:
        starts["nothing saved"] = server.to_first_page
    starts["coverage, from what is saved"] = started(environment, folder, facts["paths"]["coverage"], session)
    starts["results, from what is saved"] = started(environment, folder, page, session)
    with running(environment, folder=folder, path=page, session=session) as server:
        found["memory_mb_at_rest"] = server.memory()
        with (
            meanwhile(environment, "edits", EDITS_A_SECOND) as edits,
            meanwhile(environment, "acceptances", ACCEPTED_A_SECOND) as accepted,
        ):
            found["pages"] = by_list(server, facts, requests)
        found["meanwhile"] = {"edits": edits, "reports accepted": accepted}
        found["accepted_seen"] = accepted_seen(environment, server, facts)
        found["memory_mb"] = server.memory()
    found["saved_mb"] = {
        each.suffix[1:]: each.stat().st_size // 2**20 for each in (folder / "columns").iterdir() if each.stat().st_size
    }
    found["load_average_after"] = os.getloadavg()
    return found


def started(environment: dict[str, str], folder: Path, page: str, session: str) -> list[float]:
    """Seconds from the server's start to its first page, from the quickest of STARTS to the slowest."""
    taken = []
    for _ in range(STARTS):
        with running(environment, folder=folder, path=page, session=session) as server:
            taken.append(server.to_first_page)
    return sorted(taken)


def by_list(server: Server, facts: dict[str, Any], requests: int) -> dict[str, Any]:
    """`requests` of each list, a fifth of them unfiltered; again by an officer, of whose own grants they are."""
    everybodys = asked_by(facts, requests, Asker(facts_of(facts), SEED).came_of_it_by)
    own = asked_by(facts, requests, Asker(facts_of(facts), SEED + 1).came_of_our_own_by)
    both = {"everybody's": (facts["session"], everybodys), "one's own": (facts["officer"], own)}
    found: dict[str, list[Asked]] = {}
    for whose, (session, paths) in both.items():
        for each in ask(server, session, paths, alone=True):
            found.setdefault(f"{whose}, by {each.name}", []).append(each)
    every = [each for some in found.values() for each in some]
    return {"all": summary(every)} | {name: summary(found[name]) for name in sorted(found)}


def asked_by(facts: dict[str, Any], requests: int, make: Callable[[int, str], Query]) -> list[tuple[str, str]]:
    """`requests` addresses of each list with its name, shuffled."""
    page = facts["paths"]["results"]
    found = [(name, f"{page}?{urlencode(make(number, by))}") for name, by in BY.items() for number in range(requests)]
    Random(SEED).shuffle(found)
    return found


def accepted_seen(environment: dict[str, str], server: Server, facts: dict[str, Any]) -> dict[str, Any]:
    """Of FEW reports accepted, how many the page asked for next had counted in, and how long it took."""
    page = facts["paths"]["results"]

    def asks(told: Any) -> str:
        return f"{page}?{urlencode({'indicator': told['indicator'], 'year': told['year']})}"

    def shows(told: Any, body: bytes) -> bool:
        total = _TOTAL.search(body)
        return total is not None and total[1].decode() == f"{told['total']:,}"

    return seen_next(inside(environment, "accept"), FEW, server, facts["session"], asks, shows)


def told(done: dict[str, Any]) -> str:
    made, reported, seen = done["made"], done["reported"], done["accepted_seen"]
    starts = done["start_to_first_page_s"]
    return "\n".join(
        [
            f"  made {made['grants']:,} grants in {made['seconds']} s, {reported['figures']:,} figures in "
            f"{reported['seconds']} s, seed {done['seed']}",
            f"  load average of the machine: {loads(done['load_average_before'])} before, "
            f"{loads(done['load_average_after'])} after",
            f"  start to first page of results, nothing saved: {starts['nothing saved']} s",
            *(
                f"  start to first page of {name}: {statistics.median(taken)} s (median of {taken})"
                for name, taken in starts.items()
                if isinstance(taken, list)
            ),
            f"  saved, MB: {done['saved_mb']}",
            f"  each worker's memory, MB, at rest: {done['memory_mb_at_rest']}",
            f"  each worker's memory, MB, at the end: {done['memory_mb']}",
            f"  meanwhile: {done['meanwhile']}",
            f"  reports accepted, in the very next page: {seen['seen']} of {seen['done']}, {seen['p50_ms']} ms "
            f"(median), {seen['largest_ms']} ms (largest)",
            *page_lines("1", done["pages"]),
        ]
    )


def loads(told: tuple[float, float, float]) -> str:
    return ", ".join(f"{each:.1f}" for each in told)
