"""Takes one delivery report or complaint from standard input, as a mail server's pipe hands it over."""

from __future__ import annotations

import email
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import bounces


class Command(BaseCommand):
    help = "Read a delivery report or complaint, and stop writing to an address to which nothing arrives."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to", default="", help="the address it came to, where the pipe does not say (ORIGINAL_RECIPIENT)"
        )

    def handle(self, *args: Any, to: str, **options: Any) -> None:
        content = sys.stdin.buffer.read()
        headers = email.message_from_bytes(content)
        named = [str(headers.get(each, "")) for each in ("Delivered-To", "X-Original-To", "To")]
        try:
            bounces.receive(
                content, to=to or os.environ.get("ORIGINAL_RECIPIENT") or " ".join(named), at=timezone.now()
            )
        except bounces.NotBelieved as problem:
            raise CommandError(str(problem)) from problem
