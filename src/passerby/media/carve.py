"""Finds picture files within a stretch of bytes, by their signatures and their own structure.

Work is bounded: whatever the bytes are, each signature is searched for once, and the walks that
begin at its places share a `Budget`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from passerby.media.b64 import unbase64
from passerby.media.containers import bmff
from passerby.media.containers import jpeg as jpeg_container

TOO_MUCH = "too much looks like a picture: not looked at further"
_MOST_STEPS = 2000
"""Segments or chunks of one file; extended XMP of 16 MiB takes 260."""
_MOST_BOXES = 1000
"""Beside each other; a video in fragments has two a second."""
_NEXT_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_BASE64 = re.compile(rb"[A-Za-z0-9+/\s]*={0,2}")
_LEAST_BASE64 = 200
_BOX_TYPE = re.compile(rb"[A-Za-z0-9 \xa9]{4}", re.ASCII)


class Budget:
    """What may be spent on one file: so many files taken out, bytes walked through for them, and
    signatures that turn out to be nothing."""

    def __init__(self, size: int) -> None:
        self.files = 512
        self.room = 64 * 2**20 + 4 * size
        self.misses = 20_000

    def spend(self, size: int) -> None:
        """Take a walk of `size` bytes out of it."""
        self.files -= 1
        self.room -= size

    def miss(self) -> None:
        """Take a signature out of it that no file follows."""
        self.misses -= 1

    @property
    def is_spent(self) -> bool:
        """Whether no more is allowed."""
        return min(self.files, self.room, self.misses) <= 0


@dataclass(frozen=True, slots=True)
class Find:
    """A file at bytes start..stop of the stretch, that began with the signature `mark`. `data`
    is the file where it had to be decoded; `problem` says why it cannot be taken out."""

    start: int
    stop: int
    data: bytes | None = None
    problem: str = ""
    mark: bytes = b""


def carve(raw: bytes, start: int, stop: int, budget: Budget) -> Iterator[Find]:
    """Yield the files within raw[start:stop], from left to right, none inside another.

    A file that begins and is damaged is yielded with its problem, and the search goes on inside
    it. When the budget is spent, that is the last find.
    """
    places = {mark: raw.find(mark, start, stop) for mark in WALKERS}
    at = start
    while True:
        for mark, place in places.items():
            if 0 <= place < at:
                places[mark] = raw.find(mark, at, stop)
        ahead = [(place, mark) for mark, place in places.items() if place >= 0]
        if not ahead:
            return
        place, mark = min(ahead)
        at = place + 1
        if budget.is_spent:
            yield Find(place, stop, problem=TOO_MUCH, mark=mark)
            return
        found = WALKERS[mark](raw, place, stop, start)
        if found is None:
            budget.miss()
            continue
        budget.spend(found.stop - place)
        yield replace(found, mark=mark)
        if not found.problem:
            at = max(at, found.stop)


def _jpeg(raw: bytes, start: int, stop: int, _: int) -> Find | None:
    """Follow the segments. What does not even have a first segment is no JPEG."""
    at = start + 2
    for step in range(_MOST_STEPS):
        if at + 4 > stop or raw[at] != 0xFF:
            break
        marker = raw[at + 1]
        if marker == jpeg_container.EOI:
            return Find(start, at + 2) if step else None
        if marker == 0xFF:
            at += 1
            continue
        if marker < 0xC0 or 0xD0 <= marker <= 0xD8:
            break
        at += 2 + int(struct.unpack_from(">H", raw, at + 2)[0])
        if marker == jpeg_container.SOS:
            found = _NEXT_MARKER.search(raw, at, stop)
            if found is None:
                break
            at = found.start()
    if at + 2 <= stop and raw[at : at + 2] == b"\xff\xd9":
        return Find(start, at + 2)
    if not _begins_jpeg(raw, start, stop):
        return None
    return Find(start, stop, problem="a JPEG begins here and is damaged")


def _begins_jpeg(raw: bytes, start: int, stop: int) -> bool:
    """Whether a segment of a length follows, and another marker behind it."""
    if start + 6 > stop or not 0xC0 <= raw[start + 3] <= 0xFE:
        return False
    after = start + 4 + int(struct.unpack_from(">H", raw, start + 4)[0])
    return start + 6 <= after < stop and raw[after] == 0xFF


def _png(raw: bytes, start: int, stop: int, _: int) -> Find | None:
    at = start + 8
    for _step in range(_MOST_STEPS * 10):
        if at + 12 > stop:
            break
        size, kind = struct.unpack_from(">I4s", raw, at)
        at += 12 + size
        if at > stop or not kind.isalpha():
            break
        if kind == b"IEND":
            return Find(start, at)
    return Find(start, stop, problem="a PNG begins here and is damaged")


def _riff(raw: bytes, start: int, stop: int, _: int) -> Find | None:
    if start + 12 > stop or raw[start + 8 : start + 12] not in (b"WEBP", b"AVI ", b"WAVE"):
        return None
    end = start + 8 + int(struct.unpack_from("<I", raw, start + 4)[0])
    if end > stop:
        return Find(start, stop, problem="a RIFF file begins here and is damaged")
    return Find(start, end)


def _gif(raw: bytes, start: int, stop: int, _: int) -> Find | None:
    return Find(start, stop) if raw[start + 3 : start + 6] in (b"87a", b"89a") else None


def _boxes(raw: bytes, start: int, stop: int, first: int) -> Find | None:
    """Follow the boxes from the one whose type stands at `start`."""
    begin = start - 4
    if begin < first:
        return None
    size = int(struct.unpack_from(">I", raw, begin)[0])
    if not 12 <= size <= 4096 or begin + size > stop:
        return None
    end = begin
    for number, box in enumerate(bmff.walk(raw, begin, stop)):
        another = number > 0 and box.kind == b"ftyp"
        if another or not _BOX_TYPE.fullmatch(box.kind):
            break
        if number == _MOST_BOXES:
            return Find(begin, stop, problem="more boxes than any picture or video has")
        end = box.end
    return Find(begin, end)


def _to_the_end(_raw: bytes, start: int, stop: int, _: int) -> Find | None:
    return Find(start, stop)


def _archive(_raw: bytes, start: int, stop: int, _: int) -> Find | None:
    return Find(start, stop, problem="an archive begins here, which is not looked into")


def _base64(raw: bytes, start: int, stop: int, _: int) -> Find | None:
    match = _BASE64.match(raw, start, stop)
    if match is None or match.end() - start < _LEAST_BASE64:
        return None
    data = unbase64(match[0])
    if data is None:
        return Find(start, match.end(), problem="a picture in damaged base64")
    return Find(start, match.end(), data=data)


_Walker = Callable[[bytes, int, int, int], Find | None]
"""Takes the bytes, the place of the signature, the end and the beginning of the stretch."""
WALKERS: dict[bytes, _Walker] = {
    b"\xff\xd8\xff": _jpeg,
    b"\x89PNG\r\n\x1a\n": _png,
    b"RIFF": _riff,
    b"GIF8": _gif,
    b"ftyp": _boxes,
    b"JXL \r\n\x87\n": _boxes,
    b"jP  \r\n\x87\n": _boxes,
    b"\x1a\x45\xdf\xa3": _to_the_end,
    b"PK\x03\x04": _archive,
    b"/9j/": _base64,
    b"iVBORw0KGgo": _base64,
}
"""Signatures, and what follows the files that begin with them."""
