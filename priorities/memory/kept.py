"""What was worked out of a block's rows and may be asked for again: the last few things of each kind."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Kept:
    """Things by kind and key. Another thread that misses one meanwhile makes its own."""

    def __init__(self) -> None:
        self._held: defaultdict[str, OrderedDict[Hashable, Any]] = defaultdict(OrderedDict)

    def has(self, kind: str, key: Hashable) -> bool:
        return key in self._held[kind]

    def peek(self, kind: str, key: Hashable) -> Any:
        """What is kept, or None."""
        return self._held[kind].get(key)

    def get(self, kind: str, key: Hashable, make: Callable[[], T], *, most: int) -> T:
        """What is kept, else what `make` makes, which is then kept; of a kind the `most` that were asked for last."""
        found: T | None = self._held[kind].pop(key, None)
        return self.put(kind, key, make() if found is None else found, most=most)

    def put(self, kind: str, key: Hashable, value: T, *, most: int) -> T:
        held = self._held[kind]
        held.pop(key, None)  # So that it stands last, as what was asked for last.
        held[key] = value
        while len(held) > most:
            held.popitem(last=False)
        return value

    def all(self, kind: str) -> dict[Any, Any]:
        return dict(self._held[kind])
