"""A mail server that notes what it takes, and misbehaves as it is told; it can be asked what it has.

In a test it runs in a thread; for proofs it is a process of its own: `python -m tests.proofs.sink FOLDER`, which leaves
its two ports in FOLDER/ports.json and a line for each mail that it took in FOLDER/taken, before it says yes: when, to
whom, its Message-ID, a digest of its bytes, and the numbers of the proofs' letters in it.
"""

from __future__ import annotations

import asyncio
import email
import hashlib
import json
import random
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.smtp import SMTP

CUT, HANG, CUT_BEFORE = "cut after data", "hang", "cut before data"
"""What the server may do besides answering: take the mail and end the line, say nothing, end it at RCPT."""
LETTER = re.compile(rb"proof:(\d+)")
"""How the proofs' letters name themselves, so that they can be counted in a mail."""


@dataclass
class Sink:
    """What it took, in order. `answer(envelope)` may return a code with words, CUT, HANG or "" (take it)."""

    answer: Callable[[Any], str] = lambda envelope: ""
    at_sender: Callable[[str], str] = lambda address: ""
    at_recipient: Callable[[str], str] = lambda address: ""
    taken: list[bytes] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    log: Any = None
    """Where each mail leaves a line; then the mails themselves are not kept."""
    pause: float = 0.0
    """Seconds between taking a mail and saying so."""
    port: int = 0
    asked_at: int = 0

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if said := self.at_sender(address):
            return said
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        said = self.at_recipient(address)
        if said == CUT_BEFORE:
            server.transport.close()
            return "421 bye"
        if said:
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        said = self.answer(envelope)
        if said and said not in (CUT, HANG):
            return said
        if said == HANG:
            await asyncio.sleep(3600)
        self._take(envelope.content, envelope.rcpt_tos[0])
        if said == CUT:
            server.transport.close()
            return "421 bye"
        if self.pause:
            await asyncio.sleep(self.pause)
        return "250 OK taken"

    def _take(self, content: bytes, to: str = "") -> None:
        if self.log is None:
            self.taken.append(content)
            self.ids.append(email.message_from_bytes(content)["Message-ID"].strip("<>"))
            return
        name = re.search(rb"(?m)^Message-ID: <([^>]+)>", content)
        assert name, "a mail without a Message-ID"
        letters = ",".join(sorted({each.decode() for each in LETTER.findall(content)}))
        digest = hashlib.sha256(content).hexdigest()[:16]
        self.known.add(name[1].decode())
        self.log.write(f"{time.time():.6f} {to} {name[1].decode()} {digest} {letters}\n")
        self.log.flush()

    def has(self, message_id: str) -> bool:
        return message_id in self.known or message_id in self.ids

    @property
    def ask_url(self) -> str:
        return f"http://127.0.0.1:{self.asked_at}/?id={{message_id}}"


@contextmanager
def running(sink: Sink) -> Iterator[Sink]:
    """The sink, listening on a free port for mail and on another for questions."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        loop.create_server(lambda: SMTP(sink, loop=loop, enable_SMTPUTF8=True), "127.0.0.1", sink.port)
    )
    sink.port = server.sockets[0].getsockname()[1]
    asked = ThreadingHTTPServer(("127.0.0.1", sink.asked_at), _answers_of(sink))
    sink.asked_at = asked.server_address[1]
    threads = [threading.Thread(target=each, daemon=True) for each in (loop.run_forever, asked.serve_forever)]
    for thread in threads:
        thread.start()
    try:
        yield sink
    finally:
        asked.shutdown()
        asked.server_close()
        loop.call_soon_threadsafe(loop.stop)
        threads[0].join()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def _answers_of(sink: Sink) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = parse_qs(urlsplit(self.path).query)["id"][0]
            said = json.dumps({"items": [wanted] if sink.has(wanted) else []}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *args: Any) -> None:
            """Nothing; the proofs print their own lines."""

    return Answers


class Odd:
    """What a mail server may do amiss, in a share of the tries: by chance, but the same with the same seed."""

    def __init__(self, share: float, seed: int, log: Any) -> None:
        self.share, self.log, self.chance = share, log, random.Random(seed)

    def at_recipient(self, address: str) -> str:
        said = self._one_of("421 closing", "450 busy", "450 busy", "550 no such user", CUT_BEFORE)
        return self._noted(said, address)

    def answer(self, envelope: Any) -> str:
        said = self._one_of("451 try later", "451 try later", "554 not this one", CUT, CUT, CUT, CUT, HANG)
        return self._noted(said, envelope.rcpt_tos[0])

    def _one_of(self, *said: str) -> str:
        return self.chance.choice(said) if self.chance.random() < self.share / 2 else ""

    def _noted(self, said: str, address: str) -> str:
        if said:
            self.log.write(f"{address} {said}\n")
            self.log.flush()
        return said


def main() -> None:
    """A process of its own until it is killed: FOLDER, seconds before yes, share of odd answers, seed."""
    folder, pause, share, seed = Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    with (folder / "taken").open("a") as log, (folder / "odd").open("a") as amiss:
        odd = Odd(share, seed, amiss)
        with running(Sink(log=log, pause=pause, at_recipient=odd.at_recipient, answer=odd.answer)) as sink:
            (folder / "ports.json.new").write_text(json.dumps({"smtp": sink.port, "asked": sink.asked_at}))
            (folder / "ports.json.new").rename(folder / "ports.json")
            threading.Event().wait()


if __name__ == "__main__":
    main()
