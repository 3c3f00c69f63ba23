"""TIFF directories (TIFF 6.0, section 2; BigTIFF), of a file or of an Exif block.

The walk is lenient: what is damaged beyond the first directory is noted in `Tree.faults`, so
that a listing can name it. Every offset is checked before it is used, loops end, and the number
of directories is bounded.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from passerby.errors import CorruptInput

_TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_TYPE_SIZES |= {16: 8, 17: 8, 18: 8}
_INTEGERS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}
_MOST_IFDS = 512
_MOST_ENTRIES = 20_000
"""Over all directories."""
_MOST_VALUES = 4_000_000

_CHILDREN = {0x014A: "SubIFD", 0x8769: "Exif", 0x8825: "GPS", 0xA005: "Interop"}
"""Tags that point to further directories."""

NEW_SUBFILE_TYPE = 254
SUBFILE_TYPE = 255
COMPRESSION = 259
PHOTOMETRIC = 262
STRIP_OFFSETS = 273
TILE_OFFSETS = 324
JPEG_OFFSET = 513
DNG_VERSION = 50706

_TRANSPARENCY_MASK = 4
_RAW_PHOTOMETRIC = frozenset({32803, 34892})
"""Colour filter array, and linear raw (TIFF/EP, DNG 1.7)."""
_RAW_VERSIONS = {0x4F52: "Olympus", 0x5352: "Olympus", 0x0055: "Panasonic"}
"""What stands in the place of the version 42 in the headers of some makers."""
_CR2_SLICES = 50752
_RAW_COMPRESSION = frozenset({32767, 32769, 32770, 34713, 65535})
"""Sony, packed raw, Samsung, Nikon, Pentax."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One tag. `at` is the offset of its 12 or 20 bytes, `offset` that of its value, `size` the
    value's bytes; `sound` is false when its type is unknown or the value lies outside."""

    tag: int
    kind: int
    count: int
    at: int
    offset: int
    size: int
    sound: bool


@dataclass(frozen=True, slots=True)
class Ifd:
    """One directory: a path such as ``IFD0/Exif``, its place and its tags.

    `page` is its position in the main chain, None for those that a tag points to.
    """

    name: str
    offset: int
    size: int
    entries: tuple[Entry, ...]
    page: int | None = None

    def find(self, tag: int) -> Entry | None:
        """Return the first entry of a tag."""
        return next((entry for entry in self.entries if entry.tag == tag), None)


@dataclass(frozen=True, slots=True)
class Fault:
    """A directory that could not be read: where it was to be, and its offset."""

    name: str
    offset: int


@dataclass(frozen=True, slots=True)
class Tree:
    """All directories. `order` is ``<`` or ``>``, `base` the offset of the header."""

    order: str
    big: bool
    base: int
    ifds: tuple[Ifd, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def header_size(self) -> int:
        """Bytes of the header: 8, or 16 in BigTIFF."""
        return 16 if self.big else 8


class _Walker:
    """Follows the pointers of one header, each directory once."""

    def __init__(self, data: bytes, base: int, end: int, order: str, big: bool) -> None:
        self.data, self.base, self.end, self.order, self.big = data, base, end, order, big
        self.ifds: list[Ifd] = []
        self.faults: list[Fault] = []
        self.seen: set[int] = set()
        self.room = _MOST_ENTRIES

    def number(self, at: int, code: str) -> int:
        size = struct.calcsize(code)
        if at < self.base or at + size > self.end:
            raise CorruptInput(f"TIFF: a pointer leads outside the file, to byte {at}")
        return int(struct.unpack_from(self.order + code, self.data, at)[0])

    def chain(self, pointer: int) -> None:
        page = 0
        while pointer:
            try:
                pointer = self.directory(f"IFD{page}", self.base + pointer, page)
            except CorruptInput:
                if page == 0:
                    raise
                self.faults.append(Fault(f"IFD{page}", self.base + pointer))
                return
            page += 1

    def directory(self, name: str, at: int, page: int | None) -> int:
        """Read one directory and those below it; return the pointer to the next."""
        following = self.alone(name, at, page)
        self.children(name, self.ifds[-1].entries)
        return following

    def alone(self, name: str, at: int, page: int | None) -> int:
        """Read one directory; return the pointer to the next."""
        if at in self.seen:
            raise CorruptInput("TIFF: directories that point to one another")
        if len(self.ifds) >= _MOST_IFDS:
            raise CorruptInput(f"TIFF: there are more than {_MOST_IFDS} directories")
        self.seen.add(at)
        count = self.number(at, "Q" if self.big else "H")
        head, each = (8, 20) if self.big else (2, 12)
        if count > self.room or at + head + count * each > self.end:
            raise CorruptInput(f"TIFF: the directory at byte {at} reaches beyond the end")
        self.room -= count
        entries = tuple(self.entry(at + head + i * each) for i in range(count))
        after = at + head + count * each
        width = 8 if self.big else 4
        # Some writers leave out the last pointer at the end of a block.
        following = self.number(after, "Q" if self.big else "I") if after + width <= self.end else 0
        self.ifds.append(Ifd(name, at, min(after + width, self.end) - at, entries, page))
        return following

    def entry(self, at: int) -> Entry:
        tag, kind = struct.unpack_from(self.order + "HH", self.data, at)
        count = self.number(at + 4, "Q" if self.big else "I")
        size = _TYPE_SIZES.get(kind, 0) * count
        inline = 8 if self.big else 4
        field = at + (12 if self.big else 8)
        offset = field
        if size > inline:
            offset = self.base + self.number(field, "Q" if self.big else "I")
        sound = kind in _TYPE_SIZES and self.base <= offset and offset + size <= self.end
        return Entry(tag, kind, count, at, offset, size, sound)

    def children(self, name: str, entries: tuple[Entry, ...]) -> None:
        for entry in entries:
            label = _CHILDREN.get(entry.tag)
            if label is None or not entry.sound or entry.kind not in _INTEGERS or entry.count > 64:
                continue
            code = f"{self.order}{entry.count}{_INTEGERS[entry.kind]}"
            pointers = struct.unpack_from(code, self.data, entry.offset)
            for index, pointer in enumerate(pointers):
                numbered = f"{label}{index}" if label == "SubIFD" else label
                self.child(f"{name}/{numbered}", self.base + pointer)

    def child(self, name: str, at: int) -> None:
        """Read a directory that a tag points to and, for SubIFDs, those that it is chained to.

        The Exif, GPS and Interop directories are not chained (Exif 3.0, 4.6.3); some writers
        leave out their last pointer, and then other bytes stand in its place.
        """
        for step in range(_MOST_IFDS):
            path = name if step == 0 else f"{name}+{step}"
            try:
                following = self.directory(path, at, None)
            except CorruptInput:
                self.faults.append(Fault(path, at))
                return
            if not following or "SubIFD" not in name.rpartition("/")[2]:
                return
            at = self.base + following


def walk(data: bytes, base: int = 0, end: int | None = None) -> Tree:
    """Read the header at `base` and every directory that can be reached from it.

    Raises CorruptInput when the header or the first directory cannot be read.
    """
    walker, pointer = _open(data, base, len(data) if end is None else end)
    walker.chain(pointer)
    return Tree(walker.order, walker.big, base, tuple(walker.ifds), tuple(walker.faults))


def walk_first(data: bytes, base: int, end: int) -> Tree:
    """Read the header at `base` and the first directory alone. Raises CorruptInput."""
    walker, pointer = _open(data, base, end)
    walker.alone("IFD0", base + pointer, 0)
    return Tree(walker.order, walker.big, base, tuple(walker.ifds))


def _open(data: bytes, base: int, end: int) -> tuple[_Walker, int]:
    """Read the header; return it with the pointer to the first directory. Raises CorruptInput."""
    mark = data[base : base + 4]
    order = {b"II": "<", b"MM": ">"}.get(mark[:2])
    if order is None or end - base < 8:
        raise CorruptInput("TIFF: the header is damaged")
    version = struct.unpack(order + "H", mark[2:4])[0]
    if version not in (42, 43, *_RAW_VERSIONS):
        raise CorruptInput("TIFF: the header is damaged")
    walker = _Walker(data, base, end, order, big=version == 43)
    pointer = walker.number(base + 8, "Q") if version == 43 else walker.number(base + 4, "I")
    if pointer == 0:
        raise CorruptInput("TIFF: there is no directory")
    return walker, pointer


def integers(data: bytes, tree: Tree, entry: Entry) -> tuple[int, ...]:
    """Return the values of an integer tag. Raises CorruptInput."""
    if not entry.sound or entry.kind not in _INTEGERS or entry.count > _MOST_VALUES:
        raise CorruptInput(f"TIFF: tag {entry.tag} has no readable value")
    return struct.unpack_from(
        f"{tree.order}{entry.count}{_INTEGERS[entry.kind]}", data, entry.offset
    )


def first_integer(data: bytes, tree: Tree, ifd: Ifd, tag: int) -> int | None:
    """Return the first value of an integer tag; None when it is absent or damaged."""
    entry = ifd.find(tag)
    if entry is None or not entry.sound or entry.kind not in _INTEGERS or entry.count < 1:
        return None
    return int(struct.unpack_from(tree.order + _INTEGERS[entry.kind], data, entry.offset)[0])


def raw(data: bytes, entry: Entry) -> bytes:
    """Return the bytes of a value; none when it lies outside the file."""
    return data[entry.offset : entry.offset + entry.size] if entry.sound else b""


def pages(data: bytes, tree: Tree) -> tuple[Ifd, ...]:
    """Return the directories of the main chain that are pictures of their own, in their order:
    no reduced copies, masks or thumbnails (TIFF 6.0, NewSubfileType; DNG 1.7)."""
    chain = [ifd for ifd in tree.ifds if ifd.page is not None]
    full = [ifd for ifd in chain if _is_page(data, tree, ifd)]
    return tuple(full or chain[:1])


def lost_pages(tree: Tree) -> bool:
    """Whether the main chain goes on to a directory that cannot be read, or loops."""
    return any("/" not in fault.name for fault in tree.faults)


def _is_page(data: bytes, tree: Tree, ifd: Ifd) -> bool:
    if ifd.find(JPEG_OFFSET) and not ifd.find(STRIP_OFFSETS) and not ifd.find(TILE_OFFSETS):
        # The thumbnail of an Exif block (Exif 3.0, 4.5.8).
        return False
    if first_integer(data, tree, ifd, PHOTOMETRIC) == _TRANSPARENCY_MASK:
        return False
    kind = first_integer(data, tree, ifd, NEW_SUBFILE_TYPE)
    if kind is not None:
        # Bit 1 says that it is one page of several; all others that it is something else.
        return kind & ~2 == 0
    return first_integer(data, tree, ifd, SUBFILE_TYPE) != 2


def has_directories(data: bytes) -> bool:
    """Whether a file begins as TIFF does, or as those of makers that changed its version."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 8:
        return False
    return struct.unpack_from(order + "H", data, 2)[0] in (42, 43, *_RAW_VERSIONS)


def sensor_pictures(data: bytes, tree: Tree) -> tuple[Ifd, ...]:
    """Return the directories of a RAW file that hold sensor data; the first where none is known
    to. Previews and masks are none of them, also where they are stored like sensor data."""
    found = [
        ifd
        for ifd in tree.ifds
        if (_holds_sensor_data(data, tree, ifd) or ifd.find(_CR2_SLICES) is not None)
        and not first_integer(data, tree, ifd, NEW_SUBFILE_TYPE)
    ]
    return tuple(found or tree.ifds[:1])


def _holds_sensor_data(data: bytes, tree: Tree, ifd: Ifd) -> bool:
    return (
        first_integer(data, tree, ifd, PHOTOMETRIC) in _RAW_PHOTOMETRIC
        or first_integer(data, tree, ifd, COMPRESSION) in _RAW_COMPRESSION
    )


def is_camera_raw(data: bytes, tree: Tree) -> bool:
    """Whether any directory holds sensor data, or says that the file is a DNG."""
    return any(
        ifd.find(DNG_VERSION) is not None or _holds_sensor_data(data, tree, ifd)
        for ifd in tree.ifds
    )
