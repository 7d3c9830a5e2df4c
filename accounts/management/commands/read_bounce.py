"""Takes one delivery report or complaint from standard input, as a mail server's pipe hands it over."""

from __future__ import annotations

import email
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from accounts import bounces

AGAIN = os.EX_TEMPFAIL
"""By this exit code a mail server knows that it should hand it over again later."""


class Command(BaseCommand):
    help = (
        "Read a delivery report or complaint, and stop writing to an address to which nothing arrives. "
        "What is not believed is logged and set aside: an error would send the mail server's own words to whoever "
        "is named as its sender."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to", default="", help="the address it came to, where the pipe does not say (ORIGINAL_RECIPIENT)"
        )

    def handle(self, *args: Any, to: str, **options: Any) -> None:
        content = sys.stdin.buffer.read()
        headers = email.message_from_bytes(content)
        named = [str(headers.get(each, "")) for each in ("Delivered-To", "X-Original-To", "To")]
        where = to or os.environ.get("ORIGINAL_RECIPIENT") or " ".join(named)
        try:
            bounces.receive(content, to=where, at=timezone.now())
        except bounces.NotBelieved as problem:
            self.stderr.write(f"Not believed: {problem}")
        except bounces.NotYet as problem:
            raise CommandError("The mail is on the wire; hand it over again.", returncode=AGAIN) from problem
        except DatabaseError as problem:
            raise CommandError(f"The database does not answer: {problem}", returncode=AGAIN) from problem
