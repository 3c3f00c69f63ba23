"""Animated WebP (RFC 9649, 2.7): each frame is read and written as a WebP by `webp`, with its two
decoders; the canvas is put together here.

As in browsers, and as the specification allows, the canvas is transparent where no frame is,
whatever background colour the file names.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from passerby.errors import CorruptInput, UnsupportedFormat
from passerby.media import animation, fields, guard, icc, samples, webp
from passerby.media.animation import Blend, Cel
from passerby.media.containers import riff as container
from passerby.media.containers.chunk import Chunk
from passerby.model.media import Disposal, Encoding, Field, Format, Mode, Timing
from passerby.model.options import Limits
from passerby.ports import Picture, Samples

FLAG_ANIMATION = 0x02
_SOURCE, _CLEAR = 0x02, 0x01
"""Flags of a frame: it replaces what it covers; it is disposed of to the background."""
_LONGEST_SIDE = 16383
"""Of a picture, and so of the first frame of a copy, which spans the canvas."""
_LOSSY_STEP = 16
"""Frames of lossy files are cut along the blocks in which they are coded."""
_LOSSLESS_STEP = 2
"""Offsets are stored halved."""

_Decoder = Callable[[bytes, webp.Bitstream], Samples]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame: where it goes, how long it is shown in seconds, its chunks and what they say."""

    cel: Cel
    duration: Fraction
    chunks: tuple[Chunk, ...]
    stream: webp.Bitstream


def read(data: bytes, limits: Limits) -> Picture:
    """Decode all frames of an animated WebP. What follows the RIFF form is not looked at.

    Raises EmptyInput, CorruptInput, UnsupportedFormat or LimitExceeded.
    """
    return _read(data, limits, webp.decode)


def read_again(data: bytes, limits: Limits) -> Picture:
    """Decode with Pillow."""
    return _read(data, limits, webp.decode_again)


def _read(data: bytes, limits: Limits, decode: _Decoder) -> Picture:
    chunks = tuple(container.walk_chunks(data))
    size, loops = _read_header(data, chunks)
    found = [chunk for chunk in chunks if chunk.type == b"ANMF"]
    animation.check_frames(size, len(found), 4, len(data), limits)
    frames = [read_frame(data, chunk, size) for chunk in found]
    metadata = webp.read_metadata(data, chunks)
    notes: list[str] = []
    if any(chunk.type in webp.PICTURE for chunk in chunks):
        notes.append("a picture that is no frame of the animation is left out")
    encoding = Encoding(
        format=Format.ANIMATED_WEBP,
        mode=Mode.RGBA,
        depth=8,
        lossless=all(frame.stream.lossless for frame in frames),
        icc=icc.keep(metadata.profile, Mode.RGBA, notes),
        fields=metadata.fields,
        drop_opaque_alpha=True,
    )
    hidden: list[bool] = []
    parts = (_decode_frame(data, frame, decode, hidden) for frame in frames)
    canvases = animation.compose(size, [frame.cel for frame in frames], parts)
    canvases, encoding = animation.without_spare_alpha(canvases, encoding)
    timing = Timing(
        durations=tuple(frame.duration for frame in frames),
        disposals=tuple(frame.cel.disposal for frame in frames),
        loops=loops,
    )
    return animation.picture_of(
        canvases, encoding, metadata.orientation, timing, notes=notes, hidden_colour=any(hidden)
    )


def _read_header(data: bytes, chunks: tuple[Chunk, ...]) -> tuple[tuple[int, int], int]:
    """Return the canvas's (width, height) and how often the animation is shown, 0 for ever."""
    extended = [chunk for chunk in chunks if chunk.type == b"VP8X"]
    control = [chunk for chunk in chunks if chunk.type == b"ANIM"]
    if len(extended) != 1 or extended[0].size != 10 or not data[extended[0].payload][0] & 2:
        raise CorruptInput("WebP: the extended header is damaged")
    if len(control) != 1 or control[0].size != 6:
        raise CorruptInput("WebP: the animation's header is damaged")
    canvas = data[extended[0].payload]
    width = int.from_bytes(canvas[4:7], "little") + 1
    height = int.from_bytes(canvas[7:10], "little") + 1
    if max(width, height) > _LONGEST_SIDE:
        raise UnsupportedFormat(f"a WebP canvas of {width}x{height} is not handled")
    loops = int(struct.unpack_from("<H", data, control[0].payload.start + 4)[0])
    return (width, height), loops


def read_frame(data: bytes, chunk: Chunk, canvas: tuple[int, int]) -> Frame:
    """Return what a frame chunk says. Raises CorruptInput."""
    if chunk.size < container.FRAME_HEADER:
        raise CorruptInput("WebP: a frame is damaged")
    head = data[chunk.payload][: container.FRAME_HEADER]
    left, top, width, height, milliseconds = (
        int.from_bytes(head[at : at + 3], "little") for at in range(0, 15, 3)
    )
    box = animation.place(2 * left, 2 * top, width + 1, height + 1, canvas)
    chunks = tuple(
        container.walk_between(
            data, chunk.payload.start + container.FRAME_HEADER, chunk.payload.stop
        )
    )
    stream = webp.read_header(data, chunks)
    if (stream.width, stream.height) != (box.width, box.height):
        raise CorruptInput("WebP: two headers do not agree on the size of a frame")
    return Frame(
        cel=Cel(
            box=box,
            blend=Blend.SOURCE if head[15] & _SOURCE else Blend.OVER,
            disposal=Disposal.BACKGROUND if head[15] & _CLEAR else Disposal.KEEP,
        ),
        duration=Fraction(milliseconds, 1000),
        chunks=chunks,
        stream=stream,
    )


def _decode_frame(data: bytes, frame: Frame, decode: _Decoder, hidden: list[bool]) -> Samples:
    """Return the pixels of a frame's rectangle, RGBA; add whether they hid a picture."""
    box, stream = frame.cel.box, frame.stream
    with guard.decoding("WebP"):
        pixels = decode(webp.bare_file(data, frame.chunks, stream), stream)
    if pixels.shape != (box.height, box.width, 4 if stream.alpha else 3):
        raise CorruptInput("WebP: a frame is not of the size or kind in its header")
    hidden.append(stream.alpha and webp.zero_invisible(pixels, stream))
    return samples.with_alpha(pixels)


def fit(picture: Picture) -> Picture:
    """Return the picture with alpha in all frames, or in none."""
    return animation.fit_alpha(picture)


def encode(picture: Picture, keep: tuple[Field, ...]) -> bytes:
    """Encode a fitted picture, losslessly where the source was."""
    encoding, timing = picture.encoding, picture.timing
    with guard.encoding("WebP"):
        if timing is None or encoding.drop_opaque_alpha or picture.encoding.depth != 8:
            raise ValueError("the picture is no fitted animation")
        flags = FLAG_ANIMATION | (webp.FLAG_ALPHA if encoding.mode is Mode.RGBA else 0)
        pieces = [(b"ANIM", struct.pack("<IH", 0, timing.loops)), *_frames(picture, timing)]
        if encoding.icc:
            pieces.insert(0, (b"ICCP", encoding.icc))
            flags |= webp.FLAG_ICC
        packet = fields.packet(encoding.fields, keep)
        if packet is not None:
            pieces.append((b"XMP ", packet))
            flags |= webp.FLAG_XMP
        return webp.form(pieces, picture.size, flags)


def _frames(picture: Picture, timing: Timing) -> Iterator[tuple[bytes, bytes]]:
    """Yield the frame chunks."""
    lossless = picture.encoding.lossless
    canvases = [frame.samples for frame in picture.frames]
    step = _LOSSLESS_STEP if lossless else _LOSSY_STEP
    cels = animation.cut(canvases, timing.disposals, step)
    for canvas, cel, duration in zip(canvases, cels, timing.durations, strict=True):
        part = samples.contiguous(canvas[animation.window(cel.box)])
        coded = [container.build(*piece) for piece in webp.coded_chunks(part, lossless)]
        yield b"ANMF", b"".join([_frame_header(cel, duration), *coded])


def _frame_header(cel: Cel, duration: Fraction) -> bytes:
    milliseconds = duration * 1000
    if milliseconds.denominator != 1:
        raise ValueError("WebP: a duration is no whole number of milliseconds")
    box = cel.box
    values = (box.x0 // 2, box.y0 // 2, box.width - 1, box.height - 1, int(milliseconds))
    flags = _SOURCE | (_CLEAR if cel.disposal is Disposal.BACKGROUND else 0)
    return b"".join(value.to_bytes(3, "little") for value in values) + bytes([flags])
