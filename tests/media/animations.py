"""Animations that the tests are made of, put together byte by byte, and read by other decoders."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageSequence

from canaries.apng import frame_control, frame_data
from canaries.gif import control, image, looped, screen
from canaries.png import SIGNATURE, chunk
from media.pictures import astronaut

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""By the colour type of a PNG."""


def moving(count: int = 6, height: int = 40, width: int = 56) -> list[np.ndarray]:
    """Return frames that show another part of a portrait each, (height, width, 3)."""
    whole = astronaut(height + 4 * count, width + 4 * count)
    return [
        np.ascontiguousarray(whole[4 * i : 4 * i + height, 2 * i : 2 * i + width])
        for i in range(count)
    ]


def saved_frames(frames: Sequence[np.ndarray], name: str, **options: object) -> bytes:
    """Return an animation written by Pillow."""
    images = [Image.fromarray(frame) for frame in frames]
    out = io.BytesIO()
    given = {"duration": 50, "loop": 0, **options}
    images[0].save(out, name, save_all=True, append_images=images[1:], **given)
    return out.getvalue()


def shown_by_pillow(data: bytes) -> list[np.ndarray]:
    """Return the RGBA canvases that Pillow makes of an animation."""
    with Image.open(io.BytesIO(data)) as opened:
        frames = [np.array(frame.convert("RGBA")) for frame in ImageSequence.Iterator(opened)]
    return [visible(frame) for frame in frames]


def visible(frame: np.ndarray) -> np.ndarray:
    """Return 8-bit samples as RGBA, without the colour of what is transparent."""
    if frame.shape[2] < 3:
        frame = np.dstack([frame[..., :1]] * 3 + [frame[..., 1:]])
    if frame.shape[2] == 3:
        frame = np.dstack([frame, np.full(frame.shape[:2], 255, np.uint8)])
    return np.where(frame[..., 3:] == 0, np.uint8(0), frame)


def any_box(rng: np.random.Generator, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return left, top, width and height of some rectangle inside."""
    width, height = size
    left, top = int(rng.integers(0, width)), int(rng.integers(0, height))
    across, down = rng.integers(1, width - left + 1), rng.integers(1, height - top + 1)
    return left, top, int(across), int(down)


def random_gif(seed: int, colours: int = 256) -> bytes:
    """Return a GIF of a few frames of noise, placed and disposed of in every way."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 30)), int(rng.integers(1, 30))
    shared = rng.integers(0, 256, (256, 3), np.uint8).tobytes()
    pieces = [screen(*size, shared), looped(int(rng.integers(0, 4)))]
    for index in range(int(rng.integers(1, 7))):
        left, top, width, height = any_box(rng, size)
        if not index and rng.integers(0, 2):
            left, top, width, height = 0, 0, *size
        indices = rng.integers(0, colours, (height, width), np.uint8)
        clear = int(rng.integers(0, colours)) if rng.integers(0, 3) else None
        table = rng.integers(0, 256, (256, 3), np.uint8).tobytes() if rng.integers(0, 2) else b""
        pieces.append(control(int(rng.integers(0, 300)), int(rng.integers(0, 4)), clear))
        interlaced = bool(rng.integers(0, 2))
        pieces.append(image(indices, table, at=(left, top), interlaced=interlaced))
    return b"".join([*pieces, b";"])


def packed_rows(values: np.ndarray, depth: int) -> bytes:
    """Return unfiltered rows of samples, (height, width, channels)."""
    height = values.shape[0]
    if depth == 16:
        body = values.astype(">u2").reshape(height, -1).view(np.uint8)
    elif depth == 8:
        body = values.astype(np.uint8).reshape(height, -1)
    else:
        bits = np.unpackbits(values.astype(np.uint8)[..., None], axis=3)[..., 8 - depth :]
        body = np.packbits(bits.reshape(height, -1), axis=1)
    return np.hstack([np.zeros((height, 1), np.uint8), body]).tobytes()


def random_apng(seed: int, colour: int, depth: int) -> bytes:
    """Return an animated PNG of a few frames of noise, placed, blended and disposed of in every
    way, with a default image that is a frame or none."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 24)), int(rng.integers(1, 24))
    count, hidden = int(rng.integers(1, 7)), bool(rng.integers(0, 2))

    def stream(width: int, height: int) -> bytes:
        values = rng.integers(0, 1 << depth, (height, width, CHANNELS[colour]))
        if colour in (4, 6):
            top = (1 << depth) - 1
            values[..., -1] = rng.choice([0, top, top // 3, 1], (height, width))
        return zlib.compress(packed_rows(values, depth))

    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    pieces = [SIGNATURE, chunk(b"IHDR", header), chunk(b"acTL", struct.pack(">II", count, 2))]
    if colour == 3:
        table = rng.integers(0, 256, (1 << depth, 4), np.uint8)
        pieces += [chunk(b"PLTE", table[:, :3].tobytes()), chunk(b"tRNS", table[:, 3].tobytes())]
    if hidden:
        pieces.append(chunk(b"IDAT", stream(*size)))
    sequence = 0
    for index in range(count):
        left, top, width, height = any_box(rng, size)
        first = not index and not hidden
        if first:
            left, top, width, height = 0, 0, *size
        delay = int(rng.integers(0, 65536)), int(rng.choice([0, 100, 1000, 65535]))
        methods = int(rng.integers(0, 3)), int(rng.integers(0, 2))
        pieces.append(frame_control(sequence, (width, height), (left, top), delay, methods))
        sequence += 1
        coded = stream(width, height)
        if first:
            pieces.append(chunk(b"IDAT", coded))
            continue
        for piece in (coded[:9], coded[9:]):
            pieces.append(frame_data(sequence, piece))
            sequence += 1
    return b"".join([*pieces, chunk(b"IEND", b"")])
