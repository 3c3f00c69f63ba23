"""Whether a part lies in one of many stretches of a file, found without looking at each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from passerby.model.media import Part


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches that do not overlap, in the order of the file: where each begins and ends."""

    starts: list[int]
    ends: list[int]

    @classmethod
    def of(cls, spans: Iterable[tuple[int, int]]) -> Spans:
        """Take (offset, offset of the byte behind it) of each, in any order."""
        ordered = sorted(spans)
        return cls([start for start, _ in ordered], [end for _, end in ordered])

    def hold(self, part: Part) -> bool:
        """Whether the part begins in one of them."""
        index = bisect_right(self.starts, part.offset) - 1
        return index >= 0 and part.offset < self.ends[index]
