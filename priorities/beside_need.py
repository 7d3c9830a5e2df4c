"""Where the list of shortfalls asks whether money is small beside the need."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from priorities.columns import Portfolio


class Short(Protocol):
    """A cell whose share of the money is below so much of its share of the need, with where the need is told.

    columns: one code of the dimension, or several that are counted together. Shares in basis points; pence and grants
    (ids) of the running money there.
    """

    @property
    def area(self) -> str: ...

    @property
    def dimension(self) -> str: ...

    @property
    def columns(self) -> Sequence[str]: ...

    @property
    def money_share_bp(self) -> int: ...

    @property
    def need_share_bp(self) -> int: ...

    @property
    def people(self) -> str: ...

    @property
    def period(self) -> str: ...

    @property
    def source(self) -> str: ...

    @property
    def url(self) -> str: ...

    @property
    def pence(self) -> int: ...

    @property
    def grants(self) -> Sequence[int]: ...


def short(*, on: date, portfolio: Portfolio, below_bp: int) -> Sequence[Short]:
    """Every watched cell whose money is below `below_bp` of its need; none while no need figures are kept."""
    return []
