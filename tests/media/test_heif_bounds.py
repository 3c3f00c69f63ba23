"""Files made to keep a reader busy: many boxes, items, pieces, references, packed blocks."""

from __future__ import annotations

import struct
import time
import tracemalloc
import zlib
from contextlib import suppress

import imagecodecs
import pytest

from heif_files import HeifBuilder, box, code_av1, full, ispe
from media.pictures import LIMITS, MEDIA, astronaut
from passerby.errors import CorruptInput, PasserbyError
from passerby.media.heif_write import Form, NewItem, build_file

_TAGS, _ITEMS = 5_000, 300
PICTURE = code_av1(astronaut(64, 64))


def started() -> HeifBuilder:
    builder = HeifBuilder(brand=b"avif")
    builder.picture(PICTURE)
    return builder


def many_boxes() -> bytes:
    return started().build() + box(b"free") * 30_000


def many_stores() -> bytes:
    builder = started()
    for index in range(2_000):
        builder.add(b"oddi", b"%08d" % index)
    return builder.build() + box(b"mdat", b"x") * 15_000


def many_items() -> bytes:
    builder = started()
    for _ in range(5_000):
        builder.add(b"oddi", b"")
    return builder.build()


def many_groups() -> bytes:
    builder = started()
    for _ in range(3_000):
        builder.add(b"oddi", b"")
    group = full(b"oddg", struct.pack(">III", 1, 1, 1))
    builder.in_meta.append(box(b"grpl", group * 15_000))
    return builder.build()


def many_references() -> bytes:
    builder = started()
    for _ in range(1_000):
        builder.refer(b"dimg", 1, *[1] * 1_000)
    return builder.build()


def parts_of_one_another() -> bytes:
    """Items that are each a part of the next, in a circle."""
    builder = started()
    first = builder.add(b"av01", b"", method=2)
    second = builder.add(b"av01", b"", method=2)
    builder.refer(b"iloc", first, second, second)
    builder.refer(b"iloc", second, first, first)
    return builder.build()


def made_of_themselves() -> bytes:
    builder = HeifBuilder(brand=b"avif")
    layout = struct.pack(">BBBBHH", 0, 0, 255, 255, 65535, 65535)
    builder.add(b"grid", layout, [(ispe(65535, 65535), False)])
    builder.refer(b"dimg", 1, *[1] * 65_535)
    return builder.build()


def many_bombs() -> bytes:
    """Three hundred packed items, each of which would inflate to 16 MiB."""
    builder = started()
    bomb = zlib.compress(b"\0" * 2**24, 9)
    for index in range(300):
        payload = bomb + b"%08d" % index
        builder.add(b"mime", payload, more=b"application/rdf+xml\0deflate\0")
    return builder.build()


def one_block_many_times() -> bytes:
    """Three hundred items that are the same Exif block of many tags."""
    tags = b"".join(struct.pack("<HHII", 0xEEEE, 4, 1, 7) for _ in range(_TAGS))
    exif = b"\0\0\0\0II\x2a\0\x08\0\0\0" + struct.pack("<H", _TAGS) + tags + b"\0\0\0\0"
    builder = started()
    for _ in range(_ITEMS):
        builder.add(b"Exif", exif)
    data = bytearray(builder.build()[: -len(exif) * (_ITEMS - 1)])
    at = data.index(b"iloc") + 4 + 4 + 2 + 2
    place = data[at + 16 + 8 : at + 16 + 12]
    for index in range(_ITEMS):
        start = at + 16 * (1 + index) + 8
        data[start : start + 4] = place
    mdat = data.index(b"mdat") - 4
    data[mdat : mdat + 4] = struct.pack(">I", len(data) - mdat)
    return bytes(data)


def packed_boxes() -> bytes:
    """A JPEG XL file with three hundred boxes that would unpack to 16 MiB each."""
    bomb = bytes(imagecodecs.brotli_encode(b"\0" * (2**24 - 1)))
    head = box(b"JXL ", b"\r\n\x87\n") + box(b"ftyp", b"jxl \0\0\0\0jxl ")
    stream = bytes(imagecodecs.jpegxl_encode(astronaut(16, 16), lossless=True))
    return head + box(b"jxlc", stream) + box(b"brob", b"xml ", bomb) * 300


@pytest.mark.parametrize(
    "build",
    [
        *(many_boxes, many_stores, many_items, many_groups, many_references),
        *(parts_of_one_another, made_of_themselves, many_bombs, one_block_many_times),
        packed_boxes,
    ],
)
def test_work_is_bounded(build) -> None:
    data = build()
    start = time.monotonic()
    with suppress(PasserbyError):
        MEDIA.parts(data)
    with suppress(PasserbyError):
        MEDIA.read(data, LIMITS)
    assert time.monotonic() - start < 10


def test_memory_is_bounded() -> None:
    data = many_bombs()
    tracemalloc.start()
    with suppress(PasserbyError):
        MEDIA.parts(data)
    with suppress(PasserbyError):
        MEDIA.read(data, LIMITS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * 2**20 + 4 * len(data)


@pytest.mark.parametrize("build", [many_boxes, many_items, many_references, parts_of_one_another])
def test_what_is_too_much_is_refused(build) -> None:
    with pytest.raises(CorruptInput):
        MEDIA.parts(build())
    with pytest.raises(CorruptInput):
        MEDIA.read(build(), LIMITS)


def test_the_block_that_is_there_many_times_is_listed_once() -> None:
    names = [part.name for part in MEDIA.parts(one_block_many_times())]
    assert sum("/IFD0/" in name for name in names) == _TAGS
    assert sum(name.endswith("/Exif") for name in names) == _ITEMS


def test_tiles_that_share_their_bytes_are_held_once() -> None:
    rows, columns, size = 20, 50, 1 << 20
    layout = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, 64 * columns, 64 * rows)
    whole = (ispe(64 * columns, 64 * rows), False)
    # A group of tiles that is a mebibyte long: three groups of seven bits.
    payload = PICTURE.payload + b"\x22\x80\x80\x40" + bytes(size)
    tile = NewItem(kind=b"av01", payload=payload, properties=tuple(PICTURE.properties))
    grid = NewItem(kind=b"grid", payload=layout, properties=(whole,))
    form = Form(
        brands=(b"avif",),
        items=(grid, *[tile] * rows * columns),
        references=((b"dimg", 1, tuple(range(2, 2 + rows * columns))),),
    )
    data = build_file(form)
    assert len(data) < 2 * size
    tracemalloc.start()
    with suppress(PasserbyError):
        MEDIA.read(data, LIMITS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 * size


def test_items_that_hold_more_than_the_file() -> None:
    """Each is nearly all of the first, and none the same as another."""
    builder = started()
    first = builder.add(b"oddi", bytes(100_000))
    for cut in range(8):
        # The length of an item is a piece of what it is a part of.
        number = builder.add(b"oddi", bytes(90_000 + cut), method=2)
        builder.refer(b"iloc", number, first)
    data = bytearray(builder.build())[: -sum(range(90_000, 90_008))]
    mdat = data.index(b"mdat") - 4
    data[mdat : mdat + 4] = struct.pack(">I", len(data) - mdat)
    at = data.index(b"iloc") + 4 + 4 + 2 + 2
    for index in range(2, 10):
        start = at + 16 * index + 8
        data[start : start + 4] = bytes(4)
    with pytest.raises(CorruptInput, match="more than the file"):
        MEDIA.parts(bytes(data))
