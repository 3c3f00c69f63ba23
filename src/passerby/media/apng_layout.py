"""Which chunks of an animated PNG make which frame (PNG Third Edition, 11.3.6 and 13.12)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from fractions import Fraction

from passerby.errors import CorruptInput
from passerby.media import animation
from passerby.media.animation import Blend, Cel
from passerby.media.containers import png as container
from passerby.media.containers.chunk import Chunk
from passerby.media.png_header import Header
from passerby.model.media import Disposal

DISPOSALS = (Disposal.KEEP, Disposal.BACKGROUND, Disposal.PREVIOUS)
"""By their codes."""
_BLENDS = (Blend.SOURCE, Blend.OVER)
_HUNDREDTHS = 100
"""The denominator of a duration that gives none."""
CONTROL_SIZE = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame: where it goes, how long it is shown in seconds, and where in the file the pieces
    of its data stream lie."""

    cel: Cel
    duration: Fraction
    pieces: tuple[slice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The frames, how often they are shown (0 for ever), and whether the default image, which
    viewers without animation show, is no frame."""

    frames: tuple[Frame, ...]
    plays: int
    hidden_default: bool


@dataclass(slots=True, kw_only=True)
class _Started:
    """A frame of which the control chunk was read."""

    cel: Cel
    duration: Fraction
    pieces: list[slice] = field(default_factory=list)


def read_layout(data: bytes, chunks: tuple[Chunk, ...], header: Header) -> Layout:
    """Return how the chunks make frames. Raises CorruptInput where they contradict each other."""
    count, plays = _read_control(data, chunks)
    started: list[_Started] = []
    hidden, sequence, begun = False, 0, False
    for chunk in chunks:
        if chunk.type in (b"fcTL", b"fdAT"):
            _check_sequence(data, chunk, sequence)
            sequence += 1
        if chunk.type == b"fcTL":
            started.append(_read_frame(data, chunk, header))
        elif chunk.type == b"fdAT":
            if not started or not begun:
                raise CorruptInput("APNG: frame data before its frame")
            started[-1].pieces.append(slice(chunk.payload.start + 4, chunk.payload.stop))
        elif chunk.type == b"IDAT":
            hidden = hidden or not started
            if started:
                started[-1].pieces.append(chunk.payload)
            begun = True
    _check_frames(started, count, header, hidden=hidden)
    frames = [Frame(cel=s.cel, duration=s.duration, pieces=tuple(s.pieces)) for s in started]
    return Layout(frames=tuple(frames), plays=plays, hidden_default=hidden)


def _read_control(data: bytes, chunks: tuple[Chunk, ...]) -> tuple[int, int]:
    """Return the number of frames and of plays."""
    controls = [chunk for chunk in chunks if chunk.type == b"acTL"]
    if len(controls) != 1 or controls[0].size != 8:
        raise CorruptInput("APNG: the animation control chunk is damaged, or there are several")
    container.check_crc(data, controls[0])
    count, plays = struct.unpack_from(">II", data, controls[0].payload.start)
    return count, plays


def _check_sequence(data: bytes, chunk: Chunk, expected: int) -> None:
    container.check_crc(data, chunk)
    wanted = CONTROL_SIZE if chunk.type == b"fcTL" else max(chunk.size, 4)
    if chunk.size != wanted:
        raise CorruptInput(f"APNG: the chunk at byte {chunk.offset} is damaged")
    if struct.unpack_from(">I", data, chunk.payload.start)[0] != expected:
        raise CorruptInput(f"APNG: the chunk at byte {chunk.offset} is out of its sequence")


def _read_frame(data: bytes, chunk: Chunk, header: Header) -> _Started:
    values = struct.unpack_from(">IIIIIHHBB", data, chunk.payload.start)
    _, width, height, left, top, numerator, denominator, disposal, blend = values
    if disposal >= len(DISPOSALS) or blend >= len(_BLENDS):
        raise CorruptInput("APNG: a frame names a method that does not exist")
    box = animation.place(left, top, width, height, (header.width, header.height))
    return _Started(
        cel=Cel(box=box, blend=_BLENDS[blend], disposal=DISPOSALS[disposal]),
        duration=Fraction(numerator, denominator or _HUNDREDTHS),
    )


def _check_frames(started: list[_Started], count: int, header: Header, *, hidden: bool) -> None:
    if len(started) != count:
        raise CorruptInput(f"APNG: {len(started)} frames instead of {count}")
    if any(not frame.pieces for frame in started):
        raise CorruptInput("APNG: a frame has no data")
    if started and not hidden:
        box = started[0].cel.box
        if (box.width, box.height) != (header.width, header.height):
            raise CorruptInput("APNG: the first frame does not span the picture")
