"""Moments as minutes from 1970, counted by the database."""

from __future__ import annotations

from typing import Any

from django.db.models import Func, IntegerField

NEVER = 2**31 - 1
"""The minute of what has not happened."""


class MinuteNumber(Func):
    """Minutes from 1970 to a moment, NEVER where there is none."""

    output_field = IntegerField()
    template = f"COALESCE(CAST(FLOOR(EXTRACT(EPOCH FROM (%(expressions)s)) / 60) AS INTEGER), {NEVER})"

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        # Two signs of a per cent, since the whole is filled in once more with the parameters.
        template = f"COALESCE(CAST(STRFTIME('%%%%s', %(expressions)s) AS INTEGER) / 60, {NEVER})"
        return self.as_sql(compiler, connection, template=template, **more)
