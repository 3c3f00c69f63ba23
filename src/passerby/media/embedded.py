"""Takes the pictures out of a file that are embedded in it.

A part that knows how to open its picture (`Holder`) is asked for it. Everything else that is not
the picture itself is searched for files that begin in it, whatever the part calls itself: a maker
may put a preview into any block.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from passerby.errors import PasserbyError
from passerby.media.carve import TOO_MUCH, WALKERS, Budget, Find, carve
from passerby.media.inventory.parts import LEAST_PICTURE, Holder, ancestors, plain
from passerby.media.inventory.tiff import gaps
from passerby.media.sniff import sniff
from passerby.model.media import Format, Group, Part
from passerby.ports import Embedded

_MARKS = tuple(WALKERS)
_MOST_HOLDERS = 2000
"""Parts that are opened in one file."""
_HEAD = 65536
_PURPOSES = (
    (b"hdrgm:GainMapMax", "gain map"),
    (b"hdrgm:GainMapMin", "gain map"),
    (b"HDRGainMapVersion", "gain map"),
    (b"photo:2020:aux:hdrgainmap", "gain map"),
    (b"aux:disparity", "disparity"),
    (b"aux:depth", "depth map"),
    (b"aux:portraiteffectsmatte", "portrait matte"),
    (b"aux:semanticskinmatte", "skin matte"),
    (b"aux:semantichairmatte", "hair matte"),
    (b"aux:semanticteethmatte", "teeth matte"),
    (b"aux:semanticglassesmatte", "glasses matte"),
    (b"aux:semanticskymatte", "sky matte"),
)
"""What Adobe's, Google's and Apple's XMP say that an auxiliary picture is for."""


def list_embedded(data: bytes, listed: Sequence[Part]) -> Iterator[Embedded]:
    """Yield the pictures embedded in a file whose parts are listed. Raises nothing.

    A part that should hold a picture and gives none is yielded with its problem.
    """
    known: set[bytes] = set()
    holders = [part for part in listed if isinstance(part, Holder)]
    budget = Budget(len(data))
    for part in holders[:_MOST_HOLDERS]:
        yield from _open(part, known, budget)
    if len(holders) > _MOST_HOLDERS:
        (bare,) = plain([holders[_MOST_HOLDERS]])
        yield Embedded(part=bare, problem=TOO_MUCH)
    yield from _Search(data, listed).run(known, budget)


def _open(part: Holder, known: set[bytes], budget: Budget) -> Iterator[Embedded]:
    (bare,) = plain([part])
    if budget.is_spent:
        yield Embedded(part=bare, kind=part.kind, problem=TOO_MUCH)
        return
    try:
        raw = part.open()
        budget.room -= len(raw)
    except PasserbyError as error:
        yield Embedded(part=bare, kind=part.kind, problem=error.message)
        return
    if _is_unmarked_file(raw):
        yield Embedded(part=bare, data=raw, kind=part.kind)
        return
    found = False
    for find in carve(raw, 0, len(raw), budget):
        found = True
        file = _cut(raw, find)
        known.add(_digest(file))
        if find.problem:
            yield Embedded(part=bare, kind=part.kind, problem=find.problem)
        else:
            yield Embedded(part=bare, data=file, kind=_kind(file, part.kind))
    if not found and part.group is Group.EMBEDDED and len(raw) >= LEAST_PICTURE:
        # Whoever reads it says what is wrong.
        yield Embedded(part=bare, data=raw, kind=part.kind)


def _is_unmarked_file(raw: bytes) -> bool:
    """Whether the bytes are a file of a format that is not searched for, such as a TIFF: files
    that are found inside it are told when it is looked into."""
    if raw.startswith(_MARKS) or raw.startswith(_MARKS, 4):
        return False
    try:
        return sniff(raw) is not Format.VIDEO
    except PasserbyError:
        return False


def _cut(raw: bytes, find: Find) -> bytes:
    return raw[find.start : find.stop] if find.data is None else find.data


def _digest(file: bytes) -> bytes:
    return hashlib.sha256(file).digest()


def _kind(file: bytes, stored: str = "") -> str:
    """Say for people what a file is, where that is more than its format: how it is stored, or
    what its metadata says that it is for."""
    if stored and stored != "base64":
        return stored
    head = file[:_HEAD]
    purpose = next((name for mark, name in _PURPOSES if mark in head), "")
    try:
        form = str(sniff(file))
    except PasserbyError:
        form = "file"
    words = f"{form} in base64" if stored else form
    return f"{words} ({purpose})" if purpose else words if stored else ""


class _Search:
    """Looks once through all that is not the picture, and tells which part a find lies in."""

    def __init__(self, data: bytes, listed: Sequence[Part]) -> None:
        self.data = data
        self.listed = listed
        self.spots = [
            (number, part)
            for number, part in enumerate(listed)
            if not part.pinned and part.size > 0
        ]
        self.ahead = sorted(self.spots, key=lambda spot: spot[1].offset, reverse=True)
        self.around: list[tuple[int, Part]] = []
        self.touched: set[int] = set()
        self.starts: list[int] = []
        self.stops: list[int] = []

    def run(self, known: set[bytes], budget: Budget) -> Iterator[Embedded]:
        """Yield what is found, and then the parts that should hold a picture and do not."""
        for start, stop in self._stretches():
            for find in carve(self.data, start, stop, budget):
                part = self._innermost(find.start)
                if find.problem:
                    yield Embedded(part=part, at=find.start, problem=find.problem)
                    continue
                self.starts.append(find.start)
                self.stops.append(find.stop)
                file = _cut(self.data, find)
                if find.data is None:
                    yield Embedded(part=part, data=file, at=find.start, kind=_kind(file))
                elif _digest(file) not in known:
                    yield Embedded(part=part, data=file, kind=_kind(file, "base64"))
        yield from self._unopened()

    def _stretches(self) -> Iterator[tuple[int, int]]:
        """Yield the bytes to look through, in order: those of parts that are not the picture,
        less those of holders, which were opened."""
        spans = [
            (p.offset, p.offset + p.size) for _, p in self.spots if p.group is not Group.PICTURE
        ]
        opened = [(p.offset, p.offset + p.size) for _, p in self.spots if isinstance(p, Holder)]
        opened.sort(reverse=True)
        at = 0
        for first, stop in sorted(spans, key=lambda span: (span[0], -span[1])):
            start = max(at, first)
            holes = []
            while start < stop and opened and opened[-1][0] < stop:
                holes.append(opened.pop())
            yield from gaps(holes, start, stop) if start < stop else ()
            at = max(at, stop)

    def _innermost(self, place: int) -> Part:
        """Return the smallest part around a place, the first of equals. Places only grow."""
        while self.ahead and self.ahead[-1][1].offset <= place:
            self.around.append(self.ahead.pop())
        self.around = [(n, p) for n, p in self.around if p.offset + p.size > place]
        self.touched |= {number for number, _ in self.around}
        _, found = min(
            self.around, key=lambda each: (each[1].size, -each[1].name.count("/"), each[0])
        )
        return plain([found])[0]

    def _is_in_a_find(self, place: int) -> bool:
        """Whether a place lies in a file that was taken out: the boxes of a video are parts."""
        number = bisect_right(self.starts, place)
        return number > 0 and place < self.stops[number - 1]

    def _unopened(self) -> Iterator[Embedded]:
        """Yield the parts that should hold a picture, and in which none was found."""
        blocks = ancestors(part.name for part in self.listed)
        for number, part in enumerate(self.listed):
            if part.group is not Group.EMBEDDED or part.size < LEAST_PICTURE:
                continue
            if number in self.touched or part.name in blocks or isinstance(part, Holder):
                continue
            if not part.pinned and self._is_in_a_find(part.offset):
                continue
            yield Embedded(part=part, problem="no picture file begins in it")
