"""Stretches of a file, asked for a place many times."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable


class Spans:
    """Stretches that do not overlap."""

    def __init__(self, spans: Iterable[slice]) -> None:
        self._spans = sorted((span.start, span.stop) for span in spans)

    def __contains__(self, offset: int) -> bool:
        """Whether a byte lies in one of them."""
        at = bisect_right(self._spans, (offset, 1 << 64)) - 1
        return at >= 0 and offset < self._spans[at][1]
