"""An animated GIF with every carrier of its kind."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import numpy as np
from PIL import Image

from canaries import blocks
from canaries.carriers import Filled, Nest

XMP_TRAILER = b"\1" + bytes(range(255, -1, -1)) + b"\0"
COLOURS = 128


def sub_blocks(payload: bytes) -> bytes:
    """Return content in sub-blocks that cut no canary in two, so that a search finds it."""
    out = b""
    while payload:
        size = min(len(payload), 255)
        inside = payload.rfind(b"canary", max(0, size - 21), size)
        if len(payload) > size and inside > 0:
            size = inside
        out += bytes([size]) + payload[:size]
        payload = payload[size:]
    return out + b"\0"


def contents(data: bytes) -> Iterator[bytes]:
    """Yield what lies in the sub-blocks of a GIF, without the bytes that count them."""
    at = 13 + _table_size(data[10])
    while at < len(data) and data[at] != 0x3B:
        if data[at] == 0x2C:
            at += 11 + _table_size(data[at + 9])
        elif data[at] == 0x21:
            at += 2
        else:
            at += 1
            continue
        whole = b""
        while at < len(data) and data[at]:
            whole += data[at + 1 : at + 1 + data[at]]
            at += 1 + data[at]
        at += 1
        yield whole


def _table_size(packed: int) -> int:
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0


def extension(label: int, *pieces: bytes) -> bytes:
    """Return an extension of the sub-blocks; bytes that end in zero are taken as they are."""
    return bytes([0x21, label]) + b"".join(pieces)


def application(name: bytes, content: bytes) -> bytes:
    """Return an application extension of content in sub-blocks."""
    return extension(0xFF, b"\x0b", name, content)


def control(delay: int, disposal: int, transparent: int | None = None) -> bytes:
    """Return a graphic control extension."""
    packed = disposal << 2 | (transparent is not None)
    return extension(0xF9, struct.pack("<BBHBB", 4, packed, delay, transparent or 0, 0))


def coded(indices: np.ndarray) -> tuple[int, bytes]:
    """Return the code size and the bare codes of (height, width) indices."""
    out = io.BytesIO()
    Image.fromarray(indices).save(out, "GIF", optimize=False, interlace=0)
    data = out.getvalue()
    at = data.index(b",", 13 + _table_size(data[10])) + 10
    return data[at], next(contents(data[: at + 1] + data[at + 1 :]))


def image(
    indices: np.ndarray,
    table: bytes = b"",
    *,
    at: tuple[int, int] = (0, 0),
    behind: bytes = b"",
    interlaced: bool = False,
) -> bytes:
    """Return an image block; `behind` follows the codes in their sub-blocks."""
    height, width = indices.shape
    bits = (len(table) // 3).bit_length() - 2
    packed = (0x80 | bits if table else 0) | (0x40 if interlaced else 0)
    size, codes = coded(indices)
    head = struct.pack("<B4HB", 0x2C, *at, width, height, packed)
    return head + table + bytes([size]) + sub_blocks(codes + behind)


def screen(width: int, height: int, table: bytes = b"") -> bytes:
    """Return signature, logical screen and colours."""
    bits = (len(table) // 3).bit_length() - 2
    packed = 0x70 | (0x80 | bits if table else 0)
    return b"GIF89a" + struct.pack("<2HBBB", width, height, packed, 0, 0) + table


def looped(repeats: int) -> bytes:
    """Return the extension that says how often an animation is repeated."""
    return application(b"NETSCAPE2.0", b"\3\1" + struct.pack("<H", repeats) + b"\0")


def few_colours(pixels: np.ndarray) -> tuple[np.ndarray, bytes]:
    """Return indices and a table of 256 colours of which half have no pixel."""
    few = Image.fromarray(pixels).quantize(COLOURS)
    table = bytes(few.getpalette("RGB"))[: 3 * COLOURS].ljust(3 * COLOURS, b"\0")
    return np.asarray(few), table + b"\0" * 3 * (256 - COLOURS)


def filled_gif(pixels: np.ndarray) -> Filled:
    """Return a GIF of three frames of (height, width, 3) pixels with every carrier that one can
    hold."""
    nest = Nest()
    indices, table = few_colours(pixels)
    height, width = indices.shape
    own = nest.raw("unused colours of a frame", "frame 2/image/colours").rjust(384, b"\1")
    shared = nest.raw("unused colours", "global colour table/colours").rjust(384, b"\1")
    part = indices[: height // 2, : width // 2]
    whole = [
        screen(width, height, table[:384] + shared),
        looped(4),
        *_extensions(nest),
        control(5, 1),
        image(indices, behind=nest.raw("behind the end code", "frame 1/image/after the picture")),
        nest.raw("bytes between blocks", "bytes between blocks"),
        extension(0xFE, sub_blocks(nest.raw("comment between frames", "comment"))),
        control(7, 2),
        image(part, table[:384] + own, at=(3, 5)),
        control(9, 3),
        _longer_image(nest, part),
        b";",
        nest.picture("picture after the trailer", "after the end/jpeg"),
        _second_gif(nest),
        nest.raw("bytes after the trailer", "after the end"),
    ]
    return nest.filled(b"".join(whole))


def _extensions(nest: Nest) -> list[bytes]:
    text = nest.raw("plain text", "plain text")
    grid = struct.pack("<4HBBBB", 0, 0, 40, 8, 8, 8, 1, 0)
    kept = blocks.iptc_block(nest, "MGKIPTC")
    return [
        application(b"XMP DataXMP", blocks.xmp_packet(nest) + XMP_TRAILER),
        application(b"ICCRGBG1012", sub_blocks(blocks.laden_profile(nest))),
        application(b"C2PA_GIF\1\0\0", sub_blocks(blocks.jumbf_box(nest))),
        application(b"MGK8BIM0000", sub_blocks(blocks.photoshop_block(nest))),
        application(b"MGKIPTC0000", sub_blocks(kept)),
        application(b"UNKNOWN1.00", sub_blocks(nest.raw("unknown application", "UNKNOWN"))),
        application(b"NETSCAPE2.0", b"\3\1\4\0" + sub_blocks(nest.raw("loops", "NETSCAPE"))),
        extension(0xFE, sub_blocks(nest.raw("comment", "comment"))),
        extension(0x01, bytes([12]), grid, sub_blocks(text)),
        extension(0x77, sub_blocks(nest.raw("unknown extension", "extension 0x77"))),
    ]


def _longer_image(nest: Nest, part: np.ndarray) -> bytes:
    """Return an image whose codes go on behind the picture: its rows, and as many again in which
    pictures of another kind could be. The canary is a run of code bytes of these rows."""
    height, width = part.shape
    noise = np.random.default_rng(3).integers(0, COLOURS, part.shape, np.uint8)
    size, codes = coded(np.vstack([part, noise]))
    name = "rows beyond the frame"
    nest.raw(name, "frame 3/image/more or less")
    nest.changed(name, codes[-400:-380])
    head = struct.pack("<B4HB", 0x2C, 1, 2, width, height, 0)
    cut = len(codes) - 400
    # The run is in a sub-block of its own.
    pieces = [codes[at : min(at + 255, cut)] for at in range(0, cut, 255)]
    pieces += [codes[cut:-380], codes[-380:-200], codes[-200:]]
    return head + bytes([size]) + b"".join(bytes([len(p)]) + p for p in pieces) + b"\0"


def _second_gif(nest: Nest) -> bytes:
    """Return a file that another one was written over: a GIF with a comment."""
    indices = np.zeros((4, 4), np.uint8)
    text = extension(0xFE, sub_blocks(nest.raw("GIF after the trailer", "after the end/gif")))
    return screen(4, 4, b"\0" * 6) + text + image(indices) + b";"
