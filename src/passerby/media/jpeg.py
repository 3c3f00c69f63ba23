"""JPEG (ITU-T T.81, T.871): read with simplejpeg, written by surgery on the source's blocks (see
`passerby.media.surgery`) or with Pillow; all of them libjpeg-turbo.

Chroma is not interpolated when it is enlarged ("fast upsampling"). An interpolating decoder
mixes the chroma of a block into its neighbours, so that a face would show beyond the blocks that
it covers; without, two pictures that differed only inside whole MCUs before they were encoded
decode to the same pixels outside those MCUs.
"""

from __future__ import annotations

import io
import math
from dataclasses import replace

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin

from passerby.errors import CorruptInput, LimitExceeded, UnsupportedFormat
from passerby.media import exif, fields, guard, icc, orient, surgery
from passerby.media.containers import jpeg as container
from passerby.media.containers.jpeg import Segment
from passerby.media.jpeg_frame import Coding, Frame, read_frame
from passerby.media.metadata import Metadata
from passerby.model.geometry import Grid
from passerby.model.media import Encoding, Field, Format, JpegLayout, Mode, Orientation
from passerby.model.options import Limits
from passerby.ports import Picture, Samples

ICC_PREFIX = b"ICC_PROFILE\x00"
EXIF_PREFIX = b"Exif\x00"
XMP_PREFIX = b"http://ns.adobe.com/xap/1.0/\x00"
PHOTOSHOP_PREFIX = b"Photoshop 3.0\x00"

_MODES = {
    Coding.GREY: (Mode.L, "GRAY"),
    Coding.YCC: (Mode.RGB, "RGB"),
    Coding.RGB: (Mode.RGB, "RGB"),
    Coding.CMYK: (Mode.CMYK, "CMYK"),
    Coding.YCCK: (Mode.CMYK, "CMYK"),
}
_FALLBACK_QUALITY = 95
_LARGEST_STEP = 255
"""A baseline file holds 8-bit tables; other decoders refuse more."""
_COEFFICIENT_BYTES = 2


def read(data: bytes, limits: Limits) -> Picture:
    """Decode a JPEG. What follows its end marker is not looked at.

    Raises EmptyInput, CorruptInput, UnsupportedFormat or LimitExceeded.
    """
    segments = container.walk_segments(data)
    frame = read_frame(data, segments)
    mode, _ = _MODES[frame.coding]
    claimed = mode.channels * (1 + (_COEFFICIENT_BYTES if frame.progressive else 0))
    guard.check_claim((frame.width, frame.height), claimed, len(data), limits)
    metadata = read_metadata(data, segments)
    notes: list[str] = []
    encoding = _plan(frame, metadata, notes)
    coded = data[: segments[-1].end]
    samples = decode(coded, frame)
    refusal = surgery.refusal(frame) or _too_large(frame, claimed, len(data), limits)
    if refusal is not None:
        notes.append(f"all blocks are coded again: {refusal}")
    picture = orient.upright(samples, encoding, metadata.orientation, notes)
    return picture if refusal is not None else replace(picture, coded=coded)


def read_small(data: bytes, least: int, limits: Limits) -> Picture | None:
    """Decode at the fewest eighths of the size with which the longer side has at least `least`
    pixels: for showing, not for redacting. None for ink, whose scaled decoding is not tested.

    Raises what `read` does.
    """
    segments = container.walk_segments(data)
    frame = read_frame(data, segments)
    mode, colours = _MODES[frame.coding]
    guard.check_claim((frame.width, frame.height), mode.channels, len(data), limits)
    if mode is Mode.CMYK:
        return None
    metadata = read_metadata(data, segments)
    share = least / max(frame.width, frame.height)
    with guard.decoding("JPEG"):
        samples: NDArray[np.uint8] = simplejpeg.decode_jpeg(
            data[: segments[-1].end],
            colours,
            fastdct=False,
            fastupsample=True,
            strict=True,
            min_width=max(1, math.ceil(frame.width * share)),
            min_height=max(1, math.ceil(frame.height * share)),
        )
    return orient.upright(samples, _plan(frame, metadata, []), metadata.orientation, [])


def _too_large(frame: Frame, claimed: int, file_bytes: int, limits: Limits) -> str | None:
    """Return why the coefficients cannot be held: twice at once, besides the pixels."""
    share = sum(c.h * c.v for c in frame.components) * 64 / (frame.cell[0] * frame.cell[1])
    held = claimed + math.ceil(2 * _COEFFICIENT_BYTES * share / guard.COPIES)
    try:
        guard.check_claim((frame.width, frame.height), held, file_bytes, limits)
    except LimitExceeded as error:
        return f"with its coefficients {error.message}"
    return None


def fit(picture: Picture) -> Picture:
    """Say what a copy loses whose blocks are coded again."""
    layout = picture.encoding.jpeg
    if layout is None or picture.carried:
        return picture
    lost = []
    if layout.ycck:
        lost.append("the ink channels were coded as YCCK; they are written as CMYK")
    if any(max(table) > _LARGEST_STEP for table in layout.tables):
        lost.append("its quantisation tables are wider than 8 bits; quality 95 is written")
    return replace(picture, notes=(*picture.notes, *lost))


def read_again(data: bytes, limits: Limits) -> Picture:
    """Decode as `read` does, after Pillow's own decoder accepted the whole file.

    Pillow interpolates chroma, so that its pixels are not the ones to compare.
    """
    picture = read(data, limits)
    with guard.decoding("JPEG"), JpegImagePlugin.JpegImageFile(io.BytesIO(data)) as image:
        image.load()
        size = image.size
    if orient.swaps(picture.orientation):
        size = size[::-1]
    if size != picture.size:
        raise CorruptInput("JPEG: two decoders do not agree on its size")
    return picture


def read_metadata(data: bytes, segments: tuple[Segment, ...]) -> Metadata:
    """Return what the copy may need of the application segments."""
    orientation: Orientation | None = None
    found = fields.Sources()
    chunks: dict[int, bytes] = {}
    for segment in segments:
        payload = data[segment.payload] if segment.is_app else b""
        if segment.marker == 0xE1 and payload.startswith(EXIF_PREFIX):
            if orientation is None:
                start = segment.offset + 4
                orientation = exif.read_orientation(data, start, segment.end)
            found.add_exif(payload)
        elif segment.marker == 0xE1 and payload.startswith(XMP_PREFIX):
            found.add_xmp(payload[len(XMP_PREFIX) :])
        elif segment.marker == 0xED and payload.startswith(PHOTOSHOP_PREFIX):
            found.add_photoshop(payload[len(PHOTOSHOP_PREFIX) :])
        elif segment.marker == 0xE2 and payload.startswith(ICC_PREFIX):
            chunks.setdefault(payload[12] if len(payload) > 14 else 0, payload[14:])
    profile = b"".join(chunks[number] for number in sorted(chunks))
    return Metadata(
        orientation=orientation or Orientation.TOP_LEFT,
        profile=profile or None,
        fields=found.values(),
    )


def _plan(frame: Frame, metadata: Metadata, notes: list[str]) -> Encoding:
    mode, _ = _MODES[frame.coding]
    profile = icc.keep(metadata.profile, mode, notes)
    size = (frame.width, frame.height)
    return Encoding(
        format=Format.JPEG,
        mode=mode,
        depth=8,
        lossless=False,
        grid=orient.turn_grid(frame.cell, size, metadata.orientation),
        icc=profile,
        fields=metadata.fields,
        jpeg=_layout(frame, metadata.orientation),
    )


def _layout(frame: Frame, orientation: Orientation) -> JpegLayout:
    """Number the tables that the components use, in the order of the components."""
    numbers: list[int] = []
    for component in frame.components:
        if component.table not in numbers:
            numbers.append(component.table)
    return JpegLayout(
        tables=tuple(frame.tables[number] for number in numbers),
        components=tuple((c.h, c.v, numbers.index(c.table)) for c in frame.components),
        progressive=frame.progressive,
        orientation=orientation,
        rgb=frame.coding is Coding.RGB,
        ycck=frame.coding is Coding.YCCK,
    )


def decode(data: bytes, frame: Frame) -> Samples:
    """Return (height, width, channels) as stored, ink as 0 for none."""
    _, colours = _MODES[frame.coding]
    try:
        with guard.decoding("JPEG"):
            samples: NDArray[np.uint8] = simplejpeg.decode_jpeg(
                data, colours, fastdct=False, fastupsample=True, strict=True
            )
    except CorruptInput as error:
        if "subsampling" in error.message:
            factors = ", ".join(f"{c.h}x{c.v}" for c in frame.components)
            raise UnsupportedFormat(f"JPEG sampled {factors} is not handled") from error
        raise
    if samples.shape[:2] != (frame.height, frame.width):
        raise CorruptInput("JPEG: the picture is not of the size that its header says")
    if frame.coding in (Coding.CMYK, Coding.YCCK):
        # Adobe's convention, which all other software follows: 255 is no ink.
        np.invert(samples, out=samples)
    return samples


def encode(picture: Picture, keep: tuple[Field, ...]) -> bytes:
    """Encode with the source's blocks where nothing is masked, if they can be carried over;
    else with the source's tables and, where Pillow can, its sampling.

    The bytes are put together from the encoder's coded picture, the profile and the fields:
    nothing else that the encoder writes gets through.
    """
    encoding = picture.encoding
    with guard.encoding("JPEG"):
        if picture.carried:
            coded, frame = surgery.rewrite(picture)
            head = surgery.head(picture, frame)
        else:
            coded = _compress(picture)
            head = _head(coded)
        packet = fields.packet(encoding.fields, keep)
        if packet is not None:
            head.append(container.build(0xE1, XMP_PREFIX + packet))
        return _assemble(coded, [*head, *icc_segments(encoding.icc)])


def _head(coded: bytes) -> list[bytes]:
    """Return what the encoder says of the components' meaning."""
    segments = container.walk_segments(coded)
    return [coded[s.offset : s.end] for s in segments if s.marker in (container.APP0, 0xEE)]


def _compress(picture: Picture) -> bytes:
    encoding = picture.encoding
    samples = picture.samples
    if encoding.mode is Mode.CMYK:
        # Pillow inverts ink on writing, by Adobe's convention.
        image = Image.frombuffer("CMYK", picture.size, samples, "raw", "CMYK", 0, 1)
    elif encoding.mode is Mode.L:
        image = Image.frombuffer("L", picture.size, samples, "raw", "L", 0, 1)
    else:
        image = Image.fromarray(samples)
    layout = encoding.jpeg
    buffer = io.BytesIO()
    if layout is None:
        image.save(buffer, "JPEG", quality=_FALLBACK_QUALITY, subsampling=0)
        return buffer.getvalue()
    if any(max(table) > _LARGEST_STEP for table in layout.tables):
        quality: dict[str, object] = {"quality": _FALLBACK_QUALITY}
    else:
        quality = {"qtables": written_tables(layout)}
    image.save(
        buffer,
        "JPEG",
        subsampling=_subsampling(layout, encoding.grid),
        progressive=layout.progressive,
        keep_rgb=layout.rgb,
        **quality,
    )
    return buffer.getvalue()


def written_tables(layout: JpegLayout) -> list[list[int]]:
    """Return a table for each component, in display orientation: rows and columns of a table
    change places with those of the picture."""
    turned = orient.swaps(layout.orientation)
    order = [8 * (n % 8) + n // 8 for n in range(64)] if turned else list(range(64))
    tables = [[table[n] for n in order] for table in layout.tables]
    each = [tables[number] for _, _, number in layout.components]
    # Pillow gives the last table to all components that remain.
    while len(each) > 1 and each[-1] == each[-2]:
        each.pop()
    return each


def _subsampling(layout: JpegLayout, grid: Grid) -> str:
    """Return the nearest sampling that Pillow writes and that loses no chroma.

    A turned picture of an odd size has its chroma cells off the grid that would be written.
    """
    if len(layout.components) != 3 or layout.rgb or grid.x % 2 or grid.y % 2:
        return "4:4:4"
    factors = [
        (v, h) if orient.swaps(layout.orientation) else (h, v) for h, v, _ in layout.components
    ]
    if factors[1] != factors[2]:
        return "4:4:4"
    (h, v), (chroma_h, chroma_v) = factors[:2]
    ratio = (h / chroma_h, v / chroma_v)
    return {(2.0, 1.0): "4:2:2", (2.0, 2.0): "4:2:0", (4.0, 1.0): "4:2:2"}.get(ratio, "4:4:4")


def _assemble(coded: bytes, head: list[bytes]) -> bytes:
    """Put the planned segments in front of the coded picture's own."""
    view = memoryview(coded)
    body = [
        view[s.offset : s.end]
        for s in container.walk_segments(coded)
        if not s.is_app and s.marker not in (container.SOI, container.COM)
    ]
    return b"".join([b"\xff\xd8", *head, *body])


def icc_segments(profile: bytes | None) -> list[bytes]:
    """Return the APP2 segments of a profile (ICC.1:2022, B.4)."""
    if not profile:
        return []
    room = 65533 - 14
    parts = [profile[at : at + room] for at in range(0, len(profile), room)]
    return [
        container.build(0xE2, ICC_PREFIX + bytes((number, len(parts))) + part)
        for number, part in enumerate(parts, 1)
    ]
