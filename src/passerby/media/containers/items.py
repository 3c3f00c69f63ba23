"""The items of a HEIF or AVIF file: the `meta` box (ISO/IEC 14496-12, 8.11; ISO/IEC 23008-12).

Nothing is decoded. Every count is bounded, every reference leads to something that is there, and
the bytes of two items are either the same or apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from passerby.errors import CorruptInput, UnsupportedFormat
from passerby.media.containers import bmff
from passerby.media.containers.bmff import Box, Fields

_MOST_ITEMS = 4_000
_MOST_EXTENTS = 50_000
_MOST_LINKS = 100_000
"""References from item to item, and from items to properties."""
_MOST_SHARED = 3
"""Times the size of the file that all items together may have, where they share bytes."""
_DEEPEST = 4
"""Items whose bytes are a part of another item's."""

Span = tuple[int, int]
"""Offsets in the file of the first byte and of the byte after the last."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item. `box` is its entry; `spans` are where its bytes lie, in order."""

    id: int
    kind: bytes
    box: Box
    name: bytes = b""
    content_type: bytes = b""
    coded: bytes = b""
    """The content encoding, such as ``deflate`` or ``br``."""
    protected: bool = False
    spans: tuple[Span, ...] = ()
    properties: tuple[tuple[Box, bool], ...] = ()
    """With whether a reader must understand it, in the order in which they apply."""

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(stop - start for start, stop in self.spans)

    def read(self, data: bytes) -> bytes:
        """Return the item's bytes."""
        return b"".join(data[start:stop] for start, stop in self.spans)

    def find(self, kind: bytes) -> Box | None:
        """Return the first property of a type."""
        return next((box for box, _ in self.properties if box.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Reference:
    """`kind` says what the item `source` is to the `targets`: its thumbnail, its tiles..."""

    kind: bytes
    source: int
    targets: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """A `meta` box. `boxes` are those directly in it, `properties` those in its `ipco`."""

    box: Box
    boxes: tuple[Box, ...]
    handler: bytes
    primary: int
    items: dict[int, Item]
    references: tuple[Reference, ...]
    properties: tuple[Box, ...]
    slack: tuple[Span, ...]
    """Bytes within these boxes that nothing reads."""

    def targets(self, kind: bytes, source: int) -> tuple[int, ...]:
        """Return what an item refers to by references of a kind, in order."""
        found = [r.targets for r in self.references if r.kind == kind and r.source == source]
        return tuple(target for targets in found for target in targets)

    def sources(self, kind: bytes, target: int) -> tuple[int, ...]:
        """Return the items that refer to an item by references of a kind."""
        return tuple(r.source for r in self.references if r.kind == kind and target in r.targets)


@dataclass(frozen=True, slots=True)
class _Extent:
    index: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class _Location:
    method: int
    extents: tuple[_Extent, ...]


def find_meta(data: bytes, boxes: tuple[Box, ...]) -> Meta:
    """Read the file's `meta` box. Raises CorruptInput, UnsupportedFormat."""
    found = [box for box in boxes if box.kind == b"meta"]
    if len(found) != 1:
        raise CorruptInput("HEIF: there is no list of items, or more than one")
    return _Reader(data, found[0]).read()


@dataclass(slots=True)
class _Reader:
    data: bytes
    box: Box
    boxes: tuple[Box, ...] = ()
    entries: dict[int, Item] = field(default_factory=dict)
    locations: dict[int, _Location] = field(default_factory=dict)
    references: list[Reference] = field(default_factory=list)
    properties: tuple[Box, ...] = ()
    associations: dict[int, tuple[tuple[Box, bool], ...]] = field(default_factory=dict)
    slack: list[Span] = field(default_factory=list)
    extents: int = 0
    links: int = 0

    def read(self) -> Meta:
        self._fields(self.box).version_and_flags()
        self.boxes = bmff.walk_whole(self.data, self.box.content + 4, self.box.end, "HEIF: meta")
        handler = self._fields(self._only(b"hdlr"))
        handler.take(8)
        pitm = self._fields(self._only(b"pitm"))
        version, _ = pitm.version_and_flags()
        primary = pitm.number(2 if version == 0 else 4)
        self._end(pitm)
        self._read_entries()
        self._read_locations()
        self._read_references()
        self._read_properties()
        items = {number: self._join(item) for number, item in self.entries.items()}
        self._check_overlaps(items)
        if primary not in items:
            raise CorruptInput("HEIF: the primary item is not there")
        return Meta(
            box=self.box,
            boxes=self.boxes,
            handler=handler.take(4),
            primary=primary,
            items=items,
            references=tuple(self.references),
            properties=self.properties,
            slack=tuple(self.slack),
        )

    def _fields(self, box: Box) -> Fields:
        return Fields(self.data, box, f"HEIF: the {box.kind.decode('latin-1')} box")

    def _end(self, fields: Fields) -> None:
        """Note what is left of a box of which all has been read."""
        if fields.left:
            self.slack.append((fields.at, fields.at + fields.left))

    def _only(self, kind: bytes) -> Box:
        box = self._at_most_one(kind)
        if box is None:
            raise CorruptInput(f"HEIF: there is no {kind.decode('latin-1')} box")
        return box

    def _at_most_one(self, kind: bytes) -> Box | None:
        found = [box for box in self.boxes if box.kind == kind]
        if len(found) > 1:
            raise CorruptInput(f"HEIF: more than one {kind.decode('latin-1')} box")
        return found[0] if found else None

    def _read_entries(self) -> None:
        """iinf (14496-12, 8.11.6)."""
        box = self._only(b"iinf")
        fields = self._fields(box)
        version, _ = fields.version_and_flags()
        count = fields.number(2 if version == 0 else 4)
        boxes = bmff.walk_whole(self.data, fields.at, box.end, "HEIF: iinf")
        if count != len(boxes) or count > _MOST_ITEMS:
            raise CorruptInput("HEIF: the list of items does not hold what it says")
        for entry in boxes:
            item = self._read_entry(entry)
            if item.id in self.entries:
                raise CorruptInput("HEIF: two items have the same number")
            self.entries[item.id] = item

    def _read_entry(self, box: Box) -> Item:
        fields = self._fields(box)
        version, _ = fields.version_and_flags()
        if box.kind != b"infe" or version not in (2, 3):
            raise CorruptInput("HEIF: an item's entry is of an unknown kind")
        number = fields.number(2 if version == 2 else 4)
        protected = fields.number(2) != 0
        kind = fields.take(4)
        name = fields.text()
        content_type = fields.text() if kind in (b"mime", b"uri ") else b""
        coded = fields.text() if kind == b"mime" else b""
        self._end(fields)
        return Item(number, kind, box, name, content_type, coded, protected)

    def _read_locations(self) -> None:
        """iloc (14496-12, 8.11.3)."""
        fields = self._fields(self._only(b"iloc"))
        version, _ = fields.version_and_flags()
        if version > 2:
            raise CorruptInput("HEIF: the iloc box is of an unknown version")
        sizes = fields.number(2)
        of_offset, of_length, of_base, of_index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
        if any(size not in (0, 4, 8) for size in (of_offset, of_length, of_base)):
            raise CorruptInput("HEIF: the iloc box has numbers of an unknown size")
        of_index = of_index if version else 0
        for _ in range(fields.number(4 if version == 2 else 2)):
            number = fields.number(4 if version == 2 else 2)
            method = fields.number(2) & 15 if version else 0
            if fields.number(2) != 0:
                raise UnsupportedFormat("HEIF with bytes in another file is not handled")
            base = fields.number(of_base)
            extents = []
            for _ in range(fields.number(2)):
                index = fields.number(of_index)
                offset = base + fields.number(of_offset)
                extents.append(_Extent(index, offset, fields.number(of_length)))
            self.extents += len(extents)
            if number in self.locations or method > 2 or self.extents > _MOST_EXTENTS:
                raise CorruptInput("HEIF: the iloc box contradicts itself")
            self.locations[number] = _Location(method, tuple(extents))
        self._end(fields)

    def _read_references(self) -> None:
        """iref (14496-12, 8.11.12)."""
        box = self._at_most_one(b"iref")
        if box is None:
            return
        fields = self._fields(box)
        version, _ = fields.version_and_flags()
        wide = 2 if version == 0 else 4
        for each in bmff.walk_whole(self.data, fields.at, box.end, "HEIF: iref"):
            inner = self._fields(each)
            source, count = inner.number(wide), inner.number(2)
            self._count_links(count)
            targets = tuple(inner.number(wide) for _ in range(count))
            if source not in self.entries or not self.entries.keys() >= set(targets):
                raise CorruptInput("HEIF: a reference to an item that is not there")
            self.references.append(Reference(each.kind, source, targets))
            self._end(inner)

    def _read_properties(self) -> None:
        """iprp, ipco and ipma (23008-12, 9.3)."""
        box = self._at_most_one(b"iprp")
        if box is None:
            return
        boxes = bmff.walk_whole(self.data, box.content, box.end, "HEIF: iprp")
        if [each.kind for each in boxes].count(b"ipco") != 1:
            raise CorruptInput("HEIF: there is no ipco box, or more than one")
        for each in boxes:
            if each.kind == b"ipco":
                content = bmff.walk_whole(self.data, each.content, each.end, "HEIF: ipco")
                self.properties = content
        for each in boxes:
            if each.kind == b"ipma":
                self._read_associations(self._fields(each))

    def _read_associations(self, fields: Fields) -> None:
        version, flags = fields.version_and_flags()
        wide = 2 if flags & 1 else 1
        for _ in range(fields.number(4)):
            number = fields.number(2 if version == 0 else 4)
            count = fields.number(1)
            self._count_links(count)
            found: list[tuple[Box, bool]] = []
            for _ in range(count):
                value = fields.number(wide)
                essential, index = divmod(value, 1 << (8 * wide - 1))
                if index > len(self.properties):
                    raise CorruptInput("HEIF: a property that is not there")
                if index:
                    found.append((self.properties[index - 1], bool(essential)))
            if number in self.associations or number not in self.entries:
                raise CorruptInput("HEIF: the ipma box contradicts itself")
            self.associations[number] = tuple(found)
        self._end(fields)

    def _count_links(self, count: int) -> None:
        self.links += count
        if self.links > _MOST_LINKS:
            raise CorruptInput("HEIF: too many references")

    def _join(self, item: Item) -> Item:
        return Item(
            item.id,
            item.kind,
            item.box,
            item.name,
            item.content_type,
            item.coded,
            item.protected,
            self._spans(item.id, 0),
            self.associations.get(item.id, ()),
        )

    def _spans(self, number: int, depth: int) -> tuple[Span, ...]:
        location = self.locations.get(number)
        if location is None:
            return ()
        if depth > _DEEPEST:
            raise CorruptInput("HEIF: items that are parts of one another")
        spans: list[Span] = []
        for extent in location.extents:
            spans += _cut(self._ground(number, location, extent, depth), extent)
            if len(spans) > _MOST_EXTENTS:
                raise CorruptInput("HEIF: too many pieces")
        if sum(stop - start for start, stop in spans) > len(self.data):
            raise CorruptInput("HEIF: an item is larger than the file")
        return tuple(spans)

    def _ground(
        self, number: int, location: _Location, extent: _Extent, depth: int
    ) -> tuple[Span, ...]:
        """Return the bytes that an extent's offset counts in: of the file, of the idat box, or
        of another item (construction methods 0, 1 and 2)."""
        if location.method == 0:
            return ((0, len(self.data)),)
        if location.method == 1:
            box = self._only(b"idat")
            return ((box.content, box.end),)
        others = [r.targets for r in self.references if r.kind == b"iloc" and r.source == number]
        targets = [target for each in others for target in each]
        place = max(extent.index, 1) - 1
        if place >= len(targets):
            raise CorruptInput("HEIF: an item is a part of one that is not there")
        return self._spans(targets[place], depth + 1)

    def _check_overlaps(self, items: dict[int, Item]) -> None:
        """Raise CorruptInput where the bytes of two items overlap and are not the same: writers
        store equal tiles once. Items that are parts of others may overlap them, but all together
        hold little more than the file."""
        apart = [n for n, where in self.locations.items() if where.method != 2 and n in items]
        spans = sorted({span for number in apart for span in items[number].spans})
        for (_, stop), (start, _) in pairwise(spans):
            if start < stop:
                raise CorruptInput("HEIF: the bytes of two items overlap")
        contents = {item.spans: item.size for item in items.values()}
        if sum(contents.values()) > _MOST_SHARED * len(self.data):
            raise CorruptInput("HEIF: the items hold more than the file")


def _cut(ground: tuple[Span, ...], extent: _Extent) -> Iterator[Span]:
    """Yield the pieces of an extent. A length of 0 is all that there is (8.11.3.3)."""
    total = sum(stop - start for start, stop in ground)
    size = extent.size or total - extent.offset
    if size <= 0 or extent.offset + size > total:
        raise CorruptInput("HEIF: an item lies outside the file")
    at, end = extent.offset, extent.offset + size
    first = 0
    for start, stop in ground:
        length = stop - start
        low, high = max(at - first, 0), min(end - first, length)
        if low < high:
            yield start + low, start + high
        first += length
