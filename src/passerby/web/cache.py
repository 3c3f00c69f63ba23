"""Answers that were made already, as many as fit into a number of bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable


class Cache:
    """The values that were used last, by their keys."""

    def __init__(self, most: int) -> None:
        """`most` is in bytes."""
        self._most = most
        self._values: OrderedDict[Hashable, bytes] = OrderedDict()
        self.bytes = 0

    def get(self, key: Hashable) -> bytes | None:
        """Return a value; None when it is not there."""
        if key not in self._values:
            return None
        self._values.move_to_end(key)
        return self._values[key]

    def put(self, key: Hashable, value: bytes) -> None:
        """Keep a value, and forget those that were not used for longest. One that takes a large
        part of all room is not kept."""
        if len(value) > self._most // 4:
            return
        self.bytes += len(value) - len(self._values.pop(key, b""))
        self._values[key] = value
        while self.bytes > self._most:
            _, dropped = self._values.popitem(last=False)
            self.bytes -= len(dropped)
