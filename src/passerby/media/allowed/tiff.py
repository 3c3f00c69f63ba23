"""What a written TIFF may hold."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from passerby.errors import CorruptInput, UnsupportedFormat
from passerby.media import guard, icc, tiff_segments
from passerby.media import tiff as codec
from passerby.media.containers import jpeg as jpeg_container
from passerby.media.containers import tiff as container
from passerby.media.containers.tiff import Ifd, Tree
from passerby.media.inventory import jpeg as jpeg_inventory
from passerby.media.inventory import tiff as inventory
from passerby.media.inventory.exif_tags import describe
from passerby.media.jpeg_frame import unused_huffman
from passerby.media.tiff_layout import ADOBE_DEFLATE, DEFLATE, JPEG, LZW, NONE, Layout, read_layout
from passerby.model.media import Encoding, Group, Part

_NEEDED = frozenset(
    {254, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 282, 283, 284, 296, 317}
    | {320, 322, 323, 324, 325, 332, 338, 339, 347, 530, 531}
)
"""Tags whose values are numbers that a decoder uses, with their structure checked on reading."""
_PAGE_NUMBER = 297
_MOST_NUMBERS = 16
"""Values in a tag that is no list of strips or tiles and no palette."""
_LZW_END = 5
"""Bytes that hold at most a code that clears the table, the end code, and filling: 39 bits."""
_LISTS = frozenset({273, 279, 320, 324, 325, 347})


def list_leftovers(data: bytes, encoding: Encoding, packet: bytes | None) -> list[Part]:
    """List tags that are not needed for a page and not planned, further directories, and bytes
    that nothing refers to or that a strip does not need. Raises CorruptInput."""
    tree = container.walk(data)
    pages = container.pages(data, tree)
    allowed = {"header", "padding"}
    spare: list[Part] = []
    for number, page in enumerate(pages):
        allowed |= {page.name, f"{page.name}/picture"}
        allowed |= _allowed_tags(data, tree, page, _planned(number, len(pages), encoding, packet))
        spare += _in_segments(data, tree, page)
    return [part for part in inventory.list_parts(data) if not _is_planned(part, allowed)] + spare


@dataclass(frozen=True, slots=True)
class _Planned:
    """What one page may have besides its picture. `numbers` are the values that its PageNumber
    may have; without `icc` being known, any profile that is rebuilt already will do."""

    numbers: tuple[tuple[int, int], ...]
    packet: bytes | None
    icc: bytes | None
    icc_known: bool

    def has_profile(self, raw: bytes) -> bool:
        return raw == self.icc if self.icc_known else icc.is_rebuilt(raw)


def _planned(number: int, count: int, encoding: Encoding, packet: bytes | None) -> _Planned:
    """Return the plan of a page. The encoding is that of the first: what another one holds is
    compared with its own when it is read."""
    numbers = ((number, count), (number, 0)) if count > 1 else ()
    if number == 0:
        return _Planned(numbers, packet, encoding.icc, icc_known=True)
    return _Planned(numbers, None, None, icc_known=False)


def _allowed_tags(data: bytes, tree: Tree, page: Ifd, planned: _Planned) -> set[str]:
    """Return the paths of the tags that a page may have."""
    tags = Counter(entry.tag for entry in page.entries)
    allowed: set[str] = set()
    for entry in page.entries:
        if entry.tag == codec.XMP_TAG:
            fits = container.raw(data, entry) == planned.packet
        elif entry.tag == codec.ICC_TAG:
            fits = planned.has_profile(container.raw(data, entry))
        elif entry.tag == _PAGE_NUMBER:
            fits = entry.sound and container.integers(data, tree, entry) in planned.numbers
        else:
            small = entry.tag in _LISTS or entry.count <= _MOST_NUMBERS
            fits = entry.tag in _NEEDED and entry.sound and small
        if fits and tags[entry.tag] == 1:
            allowed.add(f"{page.name}/{describe(page.name, entry.tag)[0]}")
    return allowed


def _is_planned(part: Part, allowed: set[str]) -> bool:
    """Whether a part is a page itself, an allowed tag, or lies inside one."""
    return part.name in allowed or "/".join(part.name.split("/")[:2]) in allowed


def _in_segments(data: bytes, tree: Tree, page: Ifd) -> Iterator[Part]:
    """Yield a part for each strip or tile that holds more than its share of the picture."""
    try:
        layout = read_layout(data, tree, page)
    except (CorruptInput, UnsupportedFormat):
        yield Part(name="picture/damaged", group=Group.UNKNOWN, offset=0, size=0)
        return
    width, height = layout.cell
    channels = 1 if layout.planar else layout.channels
    row_bytes = -(-width * channels * layout.depth // 8)
    in_plane = layout.across * layout.down
    for index, (offset, size) in enumerate(layout.segments):
        top = index % in_plane // layout.across * height
        rows = height if layout.is_tiled else min(height, layout.height - top)
        spare = _spare_bytes(data[offset : offset + size], layout, rows * row_bytes)
        if spare:
            name = "picture/more than a strip needs"
            yield Part(name=name, group=Group.UNKNOWN, offset=offset, size=spare)


def _spare_bytes(coded: bytes, layout: Layout, needed: int) -> int:
    if layout.compression == NONE:
        return max(0, len(coded) - needed)
    if layout.compression == JPEG:
        return _spare_in_jpeg(coded, layout)
    if layout.compression == LZW:
        return _LZW_END if _is_whole(coded[:-_LZW_END], layout, needed) else 0
    if layout.compression not in (ADOBE_DEFLATE, DEFLATE) or layout.reversed_bits:
        return 0
    decoder = zlib.decompressobj()
    try:
        decoder.decompress(coded, needed)
        # The end of the stream may still be unread when all of its output was taken.
        more = decoder.decompress(decoder.unconsumed_tail, 1)
    except zlib.error:
        return len(coded)
    return len(more) + len(decoder.unused_data)


def _is_whole(coded: bytes, layout: Layout, needed: int) -> bool:
    """Whether a strip or tile of which the end was cut off still holds its part of the picture."""
    try:
        with guard.decoding("TIFF"):
            return len(tiff_segments.inflate(coded, layout, needed)) >= needed
    except CorruptInput:
        return False


def _spare_in_jpeg(coded: bytes, layout: Layout) -> int:
    """Count the bytes of segments that say nothing about the picture, and behind its end: in a
    strip or tile, and in the tables that all of them share."""
    shared = layout.jpeg_tables
    try:
        extra = _unneeded(coded) + (_unneeded(shared) if shared else 0)
        whole = tiff_segments.jpeg_file(coded, layout)
        segments = jpeg_container.walk_segments(whole)
    except CorruptInput:
        return len(coded)
    # Planes that lie apart may each use other tables.
    if layout.planar:
        return extra
    unused, used = unused_huffman(whole, segments), jpeg_inventory.used_tables(whole, segments)
    unused |= {
        s.offset
        for s in segments
        if s.marker == jpeg_container.DQT
        and not jpeg_inventory.tables_are_used(whole[s.payload], used)
    }
    return extra + sum(s.size for s in segments if s.offset in unused)


def _unneeded(stream: bytes) -> int:
    segments = jpeg_container.walk_segments(stream)
    extra = [s.size for s in segments if s.is_app or s.marker == jpeg_container.COM]
    return sum(extra) + len(stream) - segments[-1].end
