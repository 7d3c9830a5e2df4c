"""Pages over a large portfolio: gunicorn as in production, clients in a process of their own, edits going on."""

from __future__ import annotations

import http.client
import json
import shutil
import signal
import statistics
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlencode

from tests.bench.addresses import ADDRESSES, APART, Asker, Facts, Maker
from tests.bench.imports import manage
from tests.bench.server import Server, inside, running, told_by

SEED, CLIENTS, EDITS_A_SECOND, SEEN = 20260101, (1, 4), 5, 50
"""SEEN: so many edits are looked for in the very next answer."""
SAME_QUESTION = {"rows": "priority", "columns": "region", "measure": "live"}
TIMES, FEW, FIGURES_A_GRANT = 5, 20, 20


class Asked(NamedTuple):
    """One request and what came of it. processor: milliseconds that the server's workers took for it, where it was the
    only one."""

    name: str
    path: str
    status: int
    milliseconds: float
    bytes: int
    processor: float | None = None


def measure(environment: dict[str, str], *, folder: Path, count: int, requests: int, figures: int) -> dict[str, Any]:
    """Milliseconds of every page of ADDRESSES over `count` made-up grants, and what else there is to say of speed."""
    results: dict[str, Any] = {"seed": SEED} | prepared(environment, count, figures)
    facts = told_by(inside(environment, "facts", *ADDRESSES, *APART))
    first = {"folder": folder, "path": facts["paths"]["coverage"], "session": facts["session"]}
    shutil.rmtree(folder / "columns", ignore_errors=True)
    with running(environment, **first) as server:
        results["start_to_first_page_s"] = {"without saved columns": server.to_first_page}
    with running(environment, **first) as server:
        results["start_to_first_page_s"]["with saved columns"] = server.to_first_page
        results["memory_mb_at_rest"] = server.memory()
        results["edits_meanwhile"], results["pages"] = loaded(environment, server, facts, requests)
        results["apart"] = by_page(
            ask_all(server, facts, questions(facts, FEW, seed=SEED, lines=APART), clients=1), lines=APART
        )
        results["edits_seen"] = edits_seen(environment, server, facts)
        results["accepted_seen"] = accepted_seen(environment, server, facts)
        results["memory_mb"] = server.memory()
        results["same_question_ms"] = same_question(environment, server, facts)
    return results


def prepared(environment: dict[str, str], count: int, figures: int) -> dict[str, Any]:
    manage(environment, "migrate", "-v0")
    manage(environment, "collectstatic", "--noinput", "-v0")
    began = time.perf_counter()
    made = manage(environment, "many_grants", str(count), "--seed", str(SEED))
    seconds = round(time.perf_counter() - began, 1)
    averages = json.loads(made.strip().splitlines()[-1].partition(": ")[2])
    began, figures = time.perf_counter(), min(figures, count * FIGURES_A_GRANT)
    manage(environment, "many_reports", str(figures), "--seed", str(SEED))
    reported = {"figures": figures, "seconds": round(time.perf_counter() - began, 1)}
    return {"made": {"grants": count, "seconds": seconds, "codes_a_grant": averages}, "reported": reported}


# --- clients ----------------------------------------------------------------------------------------------------------
def loaded(
    environment: dict[str, str], server: Server, facts: dict[str, Any], requests: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The edits that went on, and by number of clients what each page took."""
    found = {}
    with meanwhile(environment, "edits", EDITS_A_SECOND) as edits:
        for clients in CLIENTS:
            asked = ask_all(server, facts, questions(facts, requests, seed=SEED + clients), clients)
            found[str(clients)] = by_page(asked)
    return edits, found


@contextmanager
def meanwhile(environment: dict[str, str], command: str, rate: float) -> Iterator[dict[str, Any]]:
    """Edits, or acceptances, go on meanwhile, so many a second; how many, afterwards."""
    process, told = inside(environment, command, str(rate)), dict[str, Any]()
    try:
        yield told
    finally:
        process.send_signal(signal.SIGTERM)
        told |= told_by(process)


def questions(
    facts: dict[str, Any], requests: int, *, seed: int, lines: Mapping[str, Maker] = ADDRESSES
) -> list[tuple[str, str]]:
    """`requests` addresses of each page with its name, shuffled."""
    asker = Asker(facts_of(facts), seed)
    found = [
        (name, f"{facts['paths'][name]}?{urlencode(make(asker, number), doseq=True)}")
        for name, make in lines.items()
        for number in range(requests)
    ]
    Random(seed).shuffle(found)
    return found


def facts_of(told: dict[str, Any]) -> Facts:
    today = date.fromisoformat(told["today"])
    return Facts(told["codes"], told["funders"], told["recipients"], told["programmes"], today)


def ask_all(server: Server, facts: dict[str, Any], paths: list[tuple[str, str]], clients: int) -> list[Asked]:
    """Every address once, shared out over so many clients, each of which waits for an answer before it asks again."""
    with ThreadPoolExecutor(clients) as pool:
        parts = pool.map(lambda first: ask(server, facts["session"], paths[first::clients]), range(clients))
        return [each for part in parts for each in part]


def ask(server: Server, session: str, paths: Sequence[tuple[str, str]], *, alone: bool = False) -> list[Asked]:
    """One after the other; `alone`: nobody else asks meanwhile, so that the workers' processor time is theirs."""
    line, found = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120), []
    for name, path in paths:
        before = server.processor() if alone else 0
        began = time.perf_counter()
        answer, body = get(line, path, session)
        milliseconds = (time.perf_counter() - began) * 1_000
        taken = server.processor() - before if alone else None
        found.append(Asked(name, path, answer, milliseconds, len(body), taken))
    line.close()
    return found


def get(line: http.client.HTTPConnection, path: str, session: str) -> tuple[int, bytes]:
    headers = {"Cookie": f"sessionid={session}", "Accept": "text/html,application/json"}
    try:
        line.request("GET", path, headers=headers)
        answer = line.getresponse()
    except (http.client.RemoteDisconnected, ConnectionError):
        # The server closes a line that was quiet for five seconds, as browsers know too.
        line.close()
        line.request("GET", path, headers=headers)
        answer = line.getresponse()
    except TimeoutError:
        line.close()
        return 504, b""
    return answer.status, answer.read()


def by_page(asked: list[Asked], *, lines: Mapping[str, Maker] = ADDRESSES) -> dict[str, Any]:
    """What each page took, and all of them together."""
    pages = defaultdict(list)
    for each in asked:
        pages[each.name].append(each)
    return {"all": summary(asked)} | {name: summary(pages[name]) for name in lines}


def summary(asked: list[Asked]) -> dict[str, Any]:
    times = [each.milliseconds for each in asked]
    processor = [each.processor for each in asked if each.processor is not None]
    cuts = cuts_of(times)
    refused = [each for each in asked if each.status != 200]
    return {
        "requests": len(asked),
        "p50_ms": round(cuts[49], 1),
        "p95_ms": round(cuts[94], 1),
        "p99_ms": round(cuts[98], 1),
        "largest_ms": round(max(times), 1),
        **({"processor_p95_ms": round(cuts_of(processor)[94], 1)} if processor else {}),
        "slowest": max(asked, key=lambda each: each.milliseconds).path,
        "kb": round(statistics.mean(each.bytes for each in asked) / 1024),
        "not_answered": dict(Counter(str(each.status) for each in refused)),
        "first_not_answered": refused[0].path if refused else "",
    }


def cuts_of(times: list[float]) -> list[float]:
    return statistics.quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99


# --- edits seen, and plain SQL ----------------------------------------------------------------------------------------
def edits_seen(environment: dict[str, str], server: Server, facts: dict[str, Any]) -> dict[str, Any]:
    """Of SEEN edits, how many the very next answer showed, and how long that answer took."""
    path = facts["paths"]["api-coverage-list"]

    def asks(told: Any) -> str:
        return f"{path}?{urlencode({'measure': 'awarded', 'recipient': told['recipient']})}"

    def shows(told: Any, body: bytes) -> bool:
        return bool(sum(map(sum, json.loads(body)["cells"])) == told["pence"])

    return seen_next(inside(environment, "edit"), SEEN, server, facts["session"], asks, shows)


def accepted_seen(environment: dict[str, str], server: Server, facts: dict[str, Any]) -> dict[str, Any]:
    """Of FEW reports accepted, how many the very next answer had counted in, and how long that answer took."""
    path = facts["paths"]["api-results-list"]

    def asks(told: Any) -> str:
        return f"{path}?{urlencode({'indicator': told['indicator'], 'year': told['year']})}"

    def shows(told: Any, body: bytes) -> bool:
        return bool(json.loads(body)["totals"] == [told["total"]])

    return seen_next(inside(environment, "accept"), FEW, server, facts["session"], asks, shows)


def seen_next(
    process: subprocess.Popen[str],
    times: int,
    server: Server,
    session: str,
    asks: Callable[[Any], str],
    shows: Callable[[Any, bytes], bool],
) -> dict[str, Any]:
    """So many times a change made by `process`, and whether the very next answer shows it."""
    assert process.stdin
    assert process.stdout
    seen, taken = 0, []
    for _ in range(times):
        process.stdin.write("\n")
        process.stdin.flush()
        told = json.loads(process.stdout.readline())
        # A line of its own each time, so that it goes to whichever worker is free.
        line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        began = time.perf_counter()
        status, body = get(line, asks(told), session)
        taken.append((time.perf_counter() - began) * 1_000)
        line.close()
        seen += status == 200 and shows(told, body)
    process.stdin.close()
    process.wait()
    return {
        "done": times,
        "seen": seen,
        "p50_ms": round(statistics.median(taken), 1),
        "largest_ms": round(max(taken), 1),
    }


def same_question(environment: dict[str, str], server: Server, facts: dict[str, Any]) -> dict[str, Any]:
    """Running grants by area and place: by plain SQL over the same tables, and by the portal; medians of TIMES."""
    by_sql = told_by(inside(environment, "sql", str(TIMES)))
    path = f"{facts['paths']['api-coverage-list']}?{urlencode(SAME_QUESTION)}"
    by_portal = [each.milliseconds for each in ask(server, facts["session"], [("same", path)] * TIMES)]
    return {"plain SQL": statistics.median(by_sql), "portal": round(statistics.median(by_portal), 1)}


# --- told -------------------------------------------------------------------------------------------------------------
def told(done: dict[str, Any]) -> str:
    made, seen, same = done["made"], done["edits_seen"], done["same_question_ms"]
    reported, accepted = done["reported"], done["accepted_seen"]
    starts = ", ".join(f"{name} {seconds} s" for name, seconds in done["start_to_first_page_s"].items())
    return "\n".join(
        [
            f"  made {made['grants']:,} grants in {made['seconds']} s, seed {done['seed']}",
            f"  made {reported['figures']:,} figures in {reported['seconds']} s",
            f"  codes a grant: {json.dumps(made['codes_a_grant'])}",
            f"  start to first page: {starts}",
            f"  each worker's memory, MB, at rest: {json.dumps(done['memory_mb_at_rest'])}",
            f"  each worker's memory, MB, at the end: {json.dumps(done['memory_mb'])}",
            f"  edits meanwhile: {json.dumps(done['edits_meanwhile'])}",
            f"  edits in the very next answer: {seen['seen']} of {seen['done']}, {seen['p50_ms']} ms (median)",
            f"  reports accepted, in the very next answer: {accepted['seen']} of {accepted['done']}, "
            f"{accepted['p50_ms']} ms (median)",
            f"  running grants by area and place: plain SQL {same['plain SQL']} ms, the portal {same['portal']} ms",
            *(line for clients, pages in done["pages"].items() for line in page_lines(clients, pages)),
            *page_lines("1", done["apart"]),
        ]
    )


def page_lines(clients: str, pages: dict[str, Any]) -> Iterator[str]:
    yield f"\n  {clients} client{'s' if clients != '1' else ''}"
    yield f"  {'page':<24}{'requests':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'largest':>9}{'KB':>6}"
    for name, page in pages.items():
        yield (
            f"  {name:<24}{page['requests']:>9}{page['p50_ms']:>9}{page['p95_ms']:>9}{page['p99_ms']:>9}"
            f"{page['largest_ms']:>9}{page['kb']:>6}"
            + (
                f"  p95 of the workers' processor time {page['processor_p95_ms']} ms"
                if "processor_p95_ms" in page
                else ""
            )
            + (f"  not answered {page['not_answered']}: {page['first_not_answered']}" if page["not_answered"] else "")
        )
