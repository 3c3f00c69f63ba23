"""GIF (GIF89a specification, 1990): read with imagecodecs (giflib), checked with Pillow, written
with Pillow's LZW; blocks, colours and the canvas are this package's own.

A decoder is given one image at a time, without colours, and answers with indices. How far its data
reaches is counted beforehand, because decoders fill up what is missing. Where a player's canvas
begins and after a disposal to the background it is transparent, as in browsers, whatever
background colour the file names.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin, Image

from passerby.errors import CorruptInput, OutputError
from passerby.media import animation, fields, gif_lzw, guard, icc
from passerby.media.containers import gif as container
from passerby.media.containers.gif import Block, Control, Kind
from passerby.media.gif_cels import GifCel, code_cels, lay
from passerby.media.metadata import Metadata
from passerby.model.geometry import Box
from passerby.model.media import Disposal, Encoding, Field, Format, Mode, Orientation, Timing
from passerby.model.options import Limits
from passerby.ports import Picture, Samples

_DISPOSAL_CODES = {Disposal.KEEP: 1, Disposal.BACKGROUND: 2, Disposal.PREVIOUS: 3}
_NO_TABLE = 0x70
"""Packed field of a screen without colours of its own: eight bits in each of the original's."""

Indices = NDArray[np.uint8]
"""(height, width): places in a colour table."""
_Decoder = Callable[[bytes], Indices]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One image, what is said about it, where it goes, and where its colours lie."""

    image: container.Image
    control: Control
    box: Box
    table: slice


def read(data: bytes, limits: Limits) -> Picture:
    """Decode all frames of a GIF. What follows the trailer is not looked at.

    Raises EmptyInput, CorruptInput or LimitExceeded.
    """
    return _read(data, limits, _decode)


def read_again(data: bytes, limits: Limits) -> Picture:
    """Decode with Pillow."""
    return _read(data, limits, _decode_with_pillow)


def _read(data: bytes, limits: Limits, decode: _Decoder) -> Picture:
    blocks = container.walk(data)
    size = screen_size(data)
    found = [block for block in blocks if block.kind is Kind.IMAGE]
    animation.check_frames(size, len(found), 4, len(data), limits)
    frames = read_frames(data, blocks)
    cels = [
        animation.Cel(box=frame.box, blend=animation.Blend.OVER, disposal=frame.control.disposal)
        for frame in frames
    ]
    parts = (_part(data, frame, decode) for frame in frames)
    metadata = read_metadata(data, blocks)
    notes: list[str] = []
    encoding = Encoding(
        format=Format.GIF,
        mode=Mode.RGBA,
        depth=8,
        lossless=True,
        icc=icc.keep(metadata.profile, Mode.RGB, notes),
        fields=metadata.fields,
    )
    if any(block.kind is Kind.STRAY for block in blocks):
        notes.append("bytes between the blocks of the file are passed over")
    timing = Timing(
        durations=tuple(Fraction(frame.control.delay, 100) for frame in frames),
        disposals=tuple(frame.control.disposal for frame in frames),
        loops=_read_loops(data, blocks),
    )
    canvases = animation.compose(size, cels, parts)
    return animation.picture_of(canvases, encoding, Orientation.TOP_LEFT, timing, notes=notes)


def screen_size(data: bytes) -> tuple[int, int]:
    """Return (width, height) of the logical screen."""
    width, height = struct.unpack_from("<2H", data, 6)
    return width, height


def read_frames(data: bytes, blocks: list[Block]) -> list[Frame]:
    """Return the images with what stands before them. Raises CorruptInput."""
    shared = [slice(b.offset, b.end) for b in blocks if b.kind is Kind.TABLE]
    size = screen_size(data)
    control = Control()
    frames: list[Frame] = []
    for block in blocks:
        if block.kind is Kind.CONTROL:
            control = container.read_control(data, block)
        elif block.kind is Kind.IMAGE:
            image = container.read_image(data, block)
            if image.table is None and not shared:
                raise CorruptInput("GIF: a frame has no colours")
            box = animation.place(image.left, image.top, image.width, image.height, size)
            table = image.table or shared[0]
            frames.append(Frame(image=image, control=control, box=box, table=table))
            control = Control()
    return frames


def _read_loops(data: bytes, blocks: list[Block]) -> int:
    """Return how often the animation is shown: once where nothing is said; browsers take the
    last word."""
    said = [container.read_loops(data, b) for b in blocks if b.kind is Kind.APPLICATION]
    return next((loops for loops in reversed(said) if loops is not None), 1)


def read_metadata(data: bytes, blocks: list[Block]) -> Metadata:
    """Return what the copy may need of the application extensions."""
    profile: bytes | None = None
    found = fields.Sources()
    for block in blocks:
        if block.kind is not Kind.APPLICATION:
            continue
        name = container.application(data, block)
        if name == container.XMP:
            found.add_xmp(container.read_packet(data, block))
        elif name == container.ICC and profile is None:
            profile = container.join(data, block.offset + 14)
    return Metadata(profile=profile, fields=found.values())


def _part(data: bytes, frame: Frame, decode: _Decoder) -> Samples:
    """Return the pixels of one image, with alpha."""
    image, box = frame.image, frame.box
    coded = container.join(data, image.data)
    wanted = box.width * box.height
    if gif_lzw.measure(coded, image.bits, wanted).pixels < wanted:
        raise CorruptInput("GIF: the image data ends early")
    with guard.decoding("GIF"):
        indices = decode(_bare_file(image, coded))
    if indices.shape != (box.height, box.width):
        raise CorruptInput("GIF: a frame is not of the size in its header")
    return _look_up(indices, data[frame.table], frame.control.transparent)


def _bare_file(image: container.Image, coded: bytes) -> bytes:
    """Return a GIF of one image alone, without colours that a decoder could look up."""
    size = struct.pack("<2H", image.width, image.height)
    table = bytes(index for index in range(256) for _ in range(3))
    return b"".join(
        [
            *(b"GIF89a", size, b"\xf7\x00\x00", table),
            *(b",\x00\x00\x00\x00", size, b"\x40" if image.interlaced else b"\x00"),
            *(bytes([image.bits]), container.split(coded), b";"),
        ]
    )


def _decode(bare: bytes) -> Indices:
    indices: Indices = imagecodecs.gif_decode(bare, index=0, asrgb=False)
    return indices


def _decode_with_pillow(bare: bytes) -> Indices:
    with GifImagePlugin.GifImageFile(io.BytesIO(bare)) as image:
        return np.array(image, np.uint8)


def _look_up(indices: Indices, entries: bytes, transparent: int | None) -> Samples:
    """Return RGBA for indices; one beyond the table is opaque black. What is transparent has no
    colour."""
    table = np.zeros((256, 4), np.uint8)
    table[:, 3] = 255
    colours = np.frombuffer(entries, np.uint8).reshape(-1, 3)
    table[: len(colours), :3] = colours
    if transparent is not None:
        table[transparent] = 0
    looked_up: Samples = np.take(table, indices, axis=0)
    return looked_up


def fit(picture: Picture) -> Picture:
    """Return the picture with what a GIF can show.

    A frame may bring 255 or 256 new colours; one with more has fewer in the copy, which is no
    longer lossless. And where a pixel is transparent that shows something in the frame before,
    the canvas has to be cleared in between.
    """
    frames = picture.frames
    timing = _timing(picture)
    fitted, disposals = _lay_all(frames, timing.disposals)
    notes = list(frames[0].notes)
    reduced = sum(not one.encoding.lossless for one in fitted)
    if reduced:
        notes.append(f"{reduced} of {len(frames)} frames have fewer colours than before")
    cleared = sum(one is not other for one, other in zip(disposals, timing.disposals, strict=True))
    if cleared:
        notes.append(f"after {cleared} of {len(frames)} frames the canvas is cleared, for what is "
                     "transparent in the next one")  # fmt: skip
    fitted[0] = replace(fitted[0], notes=tuple(notes))
    return replace(picture.with_frames(fitted), timing=replace(timing, disposals=disposals))


def _lay_all(
    frames: Sequence[Picture], disposals: Sequence[Disposal]
) -> tuple[list[Picture], tuple[Disposal, ...]]:
    """Return frames and disposals that a GIF shows exactly; encodings say where colours were
    taken."""
    fitted = []
    laid = list(lay(frames, disposals))
    for frame, one in zip(frames, laid, strict=True):
        encoding = replace(frame.encoding, lossless=frame.encoding.lossless and not one.reduced)
        fitted.append(replace(frame, samples=one.shown, encoding=encoding))
    settled = tuple(one.disposal for one in laid)
    # Where colours were taken, fewer pixels change, and more may have to be cleared.
    return _lay_all(fitted, settled) if any(one.reduced for one in laid) else (fitted, settled)


def _timing(picture: Picture) -> Timing:
    if picture.timing is None:
        raise OutputError("GIF: the picture has no timing")
    return picture.timing


def encode(picture: Picture, keep: tuple[Field, ...]) -> bytes:
    """Encode a fitted picture; the blocks of the output are a list of this module."""
    encoding, timing = picture.encoding, _timing(picture)
    with guard.encoding("GIF"):
        cels = code_cels(picture.frames, timing.disposals)
        size = struct.pack("<2H", *picture.size)
        pieces = [b"GIF89a", size, bytes([_NO_TABLE, 0, 0])]
        if timing.loops != 1:
            repeats = max(timing.loops - 1, 0)
            loops = struct.pack("<BBHB", 3, 1, repeats, 0)
            pieces.append(container.build_extension(container.LOOPS[0], loops))
        pieces += extensions(encoding, fields.packet(encoding.fields, keep))
        for cel, duration, disposal in zip(cels, timing.durations, timing.disposals, strict=True):
            pieces += _image_blocks(cel, duration, disposal)
        return b"".join([*pieces, b";"])


def extensions(encoding: Encoding, packet: bytes | None) -> Iterator[bytes]:
    """Yield the extensions of the planned profile and the planned fields."""
    if encoding.icc:
        yield container.build_extension(container.ICC, container.split(encoding.icc))
    if packet is not None:
        yield container.build_extension(container.XMP, packet + container.XMP_TRAILER)


def _image_blocks(cel: GifCel, duration: Fraction, disposal: Disposal) -> list[bytes]:
    delay = duration * 100
    if delay.denominator != 1:
        raise ValueError("GIF: a duration is no whole number of hundredths")
    clear = cel.transparent is not None
    packed = _DISPOSAL_CODES[disposal] << 2 | clear
    control = struct.pack("<BBHBB", 4, packed, int(delay), cel.transparent or 0, 0)
    box = cel.box
    place = struct.pack("<4H", box.x0, box.y0, box.width, box.height)
    bits = (len(cel.table) // 3).bit_length() - 1
    return [b"!\xf9", control, b",", place, bytes([0x80 | bits - 1]), cel.table, _code(cel.indices)]


def _code(indices: Indices) -> bytes:
    """Return code size and sub-blocks, as Pillow codes them."""
    buffer = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(indices))
    image.save(buffer, "GIF", optimize=False, interlace=0)
    coded = buffer.getvalue()
    block = next(b for b in container.walk(coded) if b.kind is Kind.IMAGE)
    return coded[container.read_image(coded, block).data - 1 : block.end]
