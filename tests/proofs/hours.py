"""The hour that a proof chose: the clock of the machine, moved by as many seconds as a file says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from counting import working_days


class Hours:
    """In the place of django.utils.timezone where the jobs ask what time it is. It goes on as the machine's does."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self.file.read_text()))

    def localdate(self) -> date:
        return working_days.local_day(self.now())

    def start(self, at: datetime) -> None:
        """From here on it is that moment, and later as time goes by."""
        moved = self.file.with_suffix(".new")
        moved.write_text(str((at - datetime.now(UTC)).total_seconds()))
        moved.rename(self.file)

    def forward(self, to: datetime) -> None:
        """Go on to that moment, unless it is past already."""
        if to > self.now():
            self.start(to)


def opening() -> datetime:
    """Nine in the morning of a working day with seven more hours in which letters go."""
    return working_days.next_opening(datetime.now(UTC))
