"""The clock's two steps with letters, for tests of other things."""

from __future__ import annotations

from datetime import datetime

from accounts import gathering, sending


def post(at: datetime) -> int:
    """Gather what is due and send what waits; how many mails went."""
    gathering.gather(at=at)
    return sending.deliver(now=lambda: at)
