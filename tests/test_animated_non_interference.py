"""The proof of a redaction, for animations: change what lies under the masks of the frames, before
the file is encoded, and the copy does not change."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canaries.animated_webp import animation, coded, frame
from canaries.apng import frame_control, frame_data
from canaries.gif import control, image, looped, screen
from canaries.png import SIGNATURE, chunk
from media.animations import packed_rows
from passerby.masking import build_mask
from passerby.model.decision import Decision
from passerby.model.geometry import Box, Grid, Shape
from passerby.model.options import Method
from strategies import decision
from test_non_interference import METHODS, check, texture

FRAMES = 3
SETTINGS = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def scenes(draw: st.DrawFn) -> tuple[tuple[int, int], tuple[Decision, ...]]:
    """A size, and up to two regions in each frame: in a corner, on an edge, anywhere."""
    width, height = draw(st.integers(9, 70)), draw(st.integers(9, 70))
    decisions = []
    for index in range(FRAMES):
        for _ in range(draw(st.integers(0, 2))):
            w, h = draw(st.integers(3, width)), draw(st.integers(3, height))
            x, y = draw(st.integers(-w // 2, width - 1)), draw(st.integers(-h // 2, height - 1))
            region = decision(Box(x, y, x + w, y + h), draw(st.sampled_from(Shape)))
            decisions.append(replace(region, frame=index))
    return (width, height), tuple(decisions)


def masks_of(decisions: tuple[Decision, ...], size: tuple[int, int]) -> list[np.ndarray]:
    return [
        build_mask([d for d in decisions if d.frame == index], size, Grid())
        for index in range(FRAMES)
    ]


def scrambled(
    rng: np.random.Generator, frames: list[np.ndarray], masks: list[np.ndarray], top: int
) -> list[np.ndarray]:
    """Return the frames with other samples under their masks."""
    out = []
    for pixels, mask in zip(frames, masks, strict=True):
        other = pixels.copy()
        other[mask] = rng.integers(0, top, pixels.shape).astype(pixels.dtype)[mask]
        out.append(other)
    return out


def differ(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return any((a != b).any() for a, b in zip(one, other, strict=True))


def clear_holes(
    rng: np.random.Generator, frames: list[np.ndarray], masks: list[np.ndarray], clear: bool
) -> None:
    """Make what is not masked opaque, or transparent here and there: in place."""
    for pixels, mask in zip(frames, masks, strict=True):
        holes = rng.random(mask.shape) < (0.3 if clear else 0)
        pixels[..., -1][~mask] = np.iinfo(pixels.dtype).max
        pixels[..., -1][~mask & holes] = 0


@pytest.mark.parametrize("colours", [5, 200, 256])
@given(
    scene=scenes(), method=METHODS, seed=st.integers(0, 2**32 - 1), clear=st.booleans(),
    disposals=st.lists(st.integers(0, 3), min_size=FRAMES, max_size=FRAMES),
)  # fmt: skip
@SETTINGS
def test_gif(
    colours: int,
    scene: tuple[tuple[int, int], tuple[Decision, ...]],
    method: Method,
    seed: int,
    clear: bool,
    disposals: list[int],
) -> None:
    """So many colours outside of the masks, others under them; and tables in another order."""
    size, decisions = scene
    rng = np.random.default_rng(seed)
    masks = masks_of(decisions, size)
    if clear:
        # Otherwise what is transparent shows what lay under the mask of the frame before.
        disposals = [2] * FRAMES
    table = rng.integers(0, 256, (256, 3), np.uint8)
    one, other = [], []
    for mask in masks:
        indices = rng.integers(0, colours, mask.shape, np.uint8)
        under = rng.integers(0, 256, mask.shape, np.uint8)
        one.append(indices)
        other.append(np.where(mask, under, indices).astype(np.uint8))
    if not differ(one, other):
        return
    order = rng.permutation(256)
    places = np.argsort(order).astype(np.uint8)
    hole = 0 if clear else None
    first = _gif(size, one, table, disposals, hole)
    moved = None if hole is None else int(places[hole])
    second = _gif(size, [places[i] for i in other], table[order], disposals, moved)
    check(first, second, decisions, method)


def _gif(
    size: tuple[int, int],
    frames: list[np.ndarray],
    table: np.ndarray,
    disposals: list[int],
    clear: int | None,
) -> bytes:
    pieces = [screen(*size, table.tobytes()), looped(3)]
    for indices, disposal in zip(frames, disposals, strict=True):
        pieces += [control(4, disposal, clear), image(indices)]
    return b"".join([*pieces, b";"])


@pytest.mark.parametrize(("colour", "depth"), [(2, 8), (6, 8), (4, 16), (0, 8)])
@given(scene=scenes(), method=METHODS, seed=st.integers(0, 2**32 - 1), clear=st.booleans())
@SETTINGS
def test_animated_png(
    colour: int,
    depth: int,
    scene: tuple[tuple[int, int], tuple[Decision, ...]],
    method: Method,
    seed: int,
    clear: bool,
) -> None:
    size, decisions = scene
    rng = np.random.default_rng(seed)
    masks = masks_of(decisions, size)
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    scale, dtype = (257, np.uint16) if depth == 16 else (1, np.uint8)
    shape = (size[1], size[0], channels)
    frames = [texture(rng, shape).astype(dtype) * dtype(scale) for _ in masks]
    if colour in (4, 6):
        clear_holes(rng, frames, masks, clear)
    others = scrambled(rng, frames, masks, 1 << depth)
    if differ(frames, others):
        coded_ = [_apng(size, each, colour, depth) for each in (frames, others)]
        check(*coded_, decisions, method)


def _apng(size: tuple[int, int], frames: list[np.ndarray], colour: int, depth: int) -> bytes:
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    control_ = struct.pack(">II", len(frames), 0)
    pieces = [SIGNATURE, chunk(b"IHDR", header), chunk(b"acTL", control_)]
    for index, pixels in enumerate(frames):
        number = 2 * index - 1 if index else 0
        pieces.append(frame_control(number, size, methods=(index % 3, 0)))
        stream = zlib.compress(packed_rows(pixels, depth))
        pieces.append(frame_data(number + 1, stream) if index else chunk(b"IDAT", stream))
    return b"".join([*pieces, chunk(b"IEND", b"")])


@pytest.mark.parametrize("channels", [3, 4])
@given(scene=scenes(), method=METHODS, seed=st.integers(0, 2**32 - 1), clear=st.booleans())
@SETTINGS
def test_animated_webp(
    channels: int,
    scene: tuple[tuple[int, int], tuple[Decision, ...]],
    method: Method,
    seed: int,
    clear: bool,
) -> None:
    size, decisions = scene
    rng = np.random.default_rng(seed)
    masks = masks_of(decisions, size)
    frames = [texture(rng, (size[1], size[0], channels)) for _ in masks]
    if channels == 4:
        clear_holes(rng, frames, masks, clear)
    others = scrambled(rng, frames, masks, 256)
    if differ(frames, others):
        check(_webp(size, frames), _webp(size, others), decisions, method)


def _webp(size: tuple[int, int], frames: list[np.ndarray]) -> bytes:
    parts = [frame(coded(pixels), size, flags=2 + index % 2) for index, pixels in enumerate(frames)]
    return animation(size, 0, *parts)
