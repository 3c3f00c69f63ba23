"""Animated PNG (PNG Third Edition, 13.12): each frame is read and written as a PNG by `png`, with
its two decoders; the canvas is put together here.

A default image that is no frame of the animation is not read: viewers that play it never show it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from fractions import Fraction

from passerby.media import animation, fields, guard, icc, png, png_colour, samples
from passerby.media.animation import Cel
from passerby.media.apng_layout import DISPOSALS, Frame, Layout, read_layout
from passerby.media.containers import png as container
from passerby.media.containers.chunk import Chunk
from passerby.media.metadata import Metadata
from passerby.media.png_header import (
    GREY,
    GREY_ALPHA,
    MODES,
    RGBA,
    Header,
    frame_header,
    read_header,
    read_meaning,
)
from passerby.media.png_rows import inflate_pieces
from passerby.model.media import Encoding, Field, Format, Mode, Timing
from passerby.model.options import Limits
from passerby.ports import Picture, Samples

_Decoder = Callable[[bytes, Header], Samples]
_WITH_ALPHA = {Mode.L: Mode.LA, Mode.RGB: Mode.RGBA}


def read(data: bytes, limits: Limits) -> Picture:
    """Decode all frames of an animated PNG. What follows IEND is not looked at.

    Raises EmptyInput, CorruptInput, UnsupportedFormat or LimitExceeded.
    """
    return _read(data, limits, png.decode)


def read_again(data: bytes, limits: Limits) -> Picture:
    """Decode with Pillow what has at most 8 bits a sample."""
    return _read(data, limits, png.decode_again)


def _read(data: bytes, limits: Limits, decode: _Decoder) -> Picture:
    chunks = tuple(container.walk_chunks(data))
    header = read_header(data, chunks)
    size = (header.width, header.height)
    guard.check_claim(size, 4, len(data), limits)
    header = read_meaning(data, chunks, header)
    layout = read_layout(data, chunks, header)
    mode = _WITH_ALPHA.get(header.mode, header.mode)
    pixel_bytes = mode.channels * (2 if header.depth == 16 else 1)
    animation.check_frames(size, len(layout.frames), pixel_bytes, len(data), limits)
    metadata = png.read_metadata(data, chunks)
    notes = _notes(header, layout)
    encoding = _encoding(data, chunks, header, metadata, notes)
    hidden: list[bool] = []
    parts = (_decode_frame(data, frame, header, decode, hidden) for frame in layout.frames)
    canvases = animation.compose(size, [frame.cel for frame in layout.frames], parts)
    canvases, encoding = animation.without_spare_alpha(canvases, encoding)
    return animation.picture_of(
        canvases,
        encoding,
        metadata.orientation,
        _timing(layout),
        notes=notes,
        hidden_colour=any(hidden),
    )


def _notes(header: Header, layout: Layout) -> list[str]:
    notes = []
    if layout.hidden_default:
        notes.append("the default image, which is no frame of the animation, is left out")
    if header.colour == GREY and header.depth < 8:
        notes.append(f"{header.depth} bits a sample are written with 8")
    return notes


def _encoding(
    data: bytes, chunks: tuple[Chunk, ...], header: Header, metadata: Metadata, notes: list[str]
) -> Encoding:
    """Describe the copy. The canvas may be transparent where no frame is: an alpha channel that
    the file itself has not is written only where it is needed."""
    profile = icc.keep(metadata.profile, MODES[header.colour], notes)
    return Encoding(
        format=Format.APNG,
        mode=_WITH_ALPHA.get(header.mode, header.mode),
        depth=16 if header.depth == 16 else 8,
        lossless=True,
        icc=profile,
        colour_tags=png_colour.read_tags(data, chunks, profile, notes),
        fields=metadata.fields,
        drop_opaque_alpha=header.colour not in (GREY_ALPHA, RGBA),
    )


def _timing(layout: Layout) -> Timing:
    return Timing(
        durations=tuple(frame.duration for frame in layout.frames),
        disposals=tuple(frame.cel.disposal for frame in layout.frames),
        loops=layout.plays,
    )


def _decode_frame(
    data: bytes, frame: Frame, header: Header, decode: _Decoder, hidden: list[bool]
) -> Samples:
    """Return the pixels of a frame's rectangle, with alpha; add whether they hid a picture."""
    own = frame_header(header, frame.cel.box)
    pixels = samples.with_alpha(decode(inflate_pieces(data, frame.pieces, own), own))
    hidden.append(samples.zero_invisible(pixels))
    return pixels


def fit(picture: Picture) -> Picture:
    """Return the picture with alpha in all frames, or in none."""
    return animation.fit_alpha(picture)


def encode(picture: Picture, keep: tuple[Field, ...]) -> bytes:
    """Encode a fitted picture; the chunks of the output are a list of this module."""
    encoding, timing = picture.encoding, picture.timing
    with guard.encoding("APNG"):
        if timing is None or encoding.drop_opaque_alpha:
            raise ValueError("the picture is no fitted animation")
        canvases = [frame.samples for frame in picture.frames]
        cels = animation.cut(canvases, timing.disposals, 1)
        pieces = _frames(canvases, cels, timing.durations, encoding)
        control = struct.pack(">II", len(cels), timing.loops)
        extra = [container.build(b"acTL", control), *png_colour.write_chunks(encoding)]
        packet = fields.packet(encoding.fields, keep)
        if packet is not None:
            extra.append(png.text_chunk(packet))
        head = next(pieces)
        end = container.build(b"IEND", b"")
        return b"".join([container.SIGNATURE, head, *extra, *pieces, end])


def _frames(
    canvases: list[Samples], cels: list[Cel], durations: tuple[Fraction, ...], encoding: Encoding
) -> Iterator[bytes]:
    """Yield the header chunk, and the chunks of all frames."""
    sequence = 0
    for index, (canvas, cel) in enumerate(zip(canvases, cels, strict=True)):
        part = samples.contiguous(canvas[animation.window(cel.box)])
        head, *coded, _ = map(bytes, png.coded_chunks(encoding.mode, part, encoding.depth))
        if not index:
            yield head
        yield container.build(b"fcTL", _control(sequence, cel, durations[index]))
        sequence += 1
        if not index:
            yield from coded
            continue
        for chunk in coded:
            yield container.build(b"fdAT", struct.pack(">I", sequence) + chunk[8:-4])
            sequence += 1


def _control(sequence: int, cel: Cel, duration: Fraction) -> bytes:
    """Return the payload of a frame control chunk that replaces what its rectangle covers."""
    box = cel.box
    return struct.pack(
        ">IIIIIHHBB",
        *(sequence, box.width, box.height, box.x0, box.y0),
        *(duration.numerator, duration.denominator),
        *(DISPOSALS.index(cel.disposal), 0),
    )
