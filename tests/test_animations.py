"""A face moves through 60 frames and is hidden in each, by the real detectors; how the animation
is played stays as it was. The copies are opened by Pillow, whose reading of animations shares no
code with ours."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageSequence

from canaries.animated_webp import animation, coded, frame
from canaries.apng import frame_control, frame_data
from canaries.gif import control, few_colours, image, looped, screen
from canaries.png import SIGNATURE, chunk, rows
from passerby.compose import build_ports
from passerby.examine import verify_bytes
from passerby.model.geometry import Box
from passerby.model.options import Options
from passerby.model.report import Outcome, Report
from passerby.pipeline import redact_bytes
from passerby.ports import Ports
from people import backdrop, face_in_head, head, paste

FRAMES = 60
SIZE = (160, 120)
HUNDREDTHS = [3 + index % 5 for index in range(FRAMES)]
PLAYS = 7


@cache
def ports() -> Ports:
    return build_ports(Options(), threads=2)


@cache
def scene() -> tuple[list[np.ndarray], list[Box]]:
    """Return frames in which a head goes up and down on its way across, and where its face is."""
    width, height = SIZE
    portrait = head("collins", 36)
    background = backdrop(width, height, 3)
    frames, faces = [], []
    for index in range(FRAMES):
        share = index / (FRAMES - 1)
        x = round(2 + share * (width - portrait.shape[1] - 4))
        y = round(2 + (0.5 + 0.5 * np.sin(7 * share)) * (height - portrait.shape[0] - 4))
        canvas = background.copy()
        paste(canvas, portrait, x, y)
        frames.append(canvas)
        faces.append(face_in_head("collins", 36, x, y))
    return frames, faces


def gif(disposals: list[int]) -> bytes:
    pieces = [screen(*SIZE), looped(PLAYS - 1)]
    for pixels, delay, disposal in zip(scene()[0], HUNDREDTHS, disposals, strict=True):
        indices, table = few_colours(pixels)
        pieces += [control(delay, disposal), image(indices, table[:384])]
    return b"".join([*pieces, b";"])


def apng(disposals: list[int]) -> bytes:
    header = struct.pack(">IIBBBBB", *SIZE, 8, 2, 0, 0, 0)
    count = struct.pack(">II", FRAMES, PLAYS)
    pieces = [SIGNATURE, chunk(b"IHDR", header), chunk(b"acTL", count)]
    for index, pixels in enumerate(scene()[0]):
        delay, methods = (HUNDREDTHS[index], 100), (disposals[index], 0)
        number = 2 * index - 1 if index else 0
        pieces.append(frame_control(number, SIZE, delay=delay, methods=methods))
        stream = zlib.compress(rows(pixels))
        pieces.append(frame_data(number + 1, stream) if index else chunk(b"IDAT", stream))
    return b"".join([*pieces, chunk(b"IEND", b"")])


def webp(disposals: list[int], **options: object) -> bytes:
    frames = [
        frame(coded(pixels, **options), SIZE, milliseconds=10 * delay, flags=disposal)
        for pixels, delay, disposal in zip(scene()[0], HUNDREDTHS, disposals, strict=True)
    ]
    return animation(SIZE, PLAYS, *frames, flags=0x02)


def lossy(disposals: list[int]) -> bytes:
    return webp(disposals, quality=90)


@dataclass(frozen=True)
class Kind:
    """How a file is made, the disposals in it by the format's codes, and how far a pixel under
    the fill may be from it."""

    build: Callable[[list[int]], bytes]
    disposals: tuple[int, ...]
    bound: int = 0


KINDS = {
    "GIF": Kind(gif, (1, 2, 3)),
    "animated PNG": Kind(apng, (0, 1, 2)),
    "animated WebP": Kind(webp, (0, 1)),
    "lossy WebP": Kind(lossy, (0, 1), bound=12),
}


def disposals_of(kind: Kind) -> list[int]:
    return [kind.disposals[index % len(kind.disposals)] for index in range(FRAMES)]


@cache
def redacted(name: str) -> tuple[bytes, Report, bytes]:
    source = KINDS[name].build(disposals_of(KINDS[name]))
    result = redact_bytes(source, shown=name, options=Options(), given=None, ports=ports())
    assert result.report.outcome is Outcome.PUBLISHED, result.report
    assert result.redacted is not None
    return source, result.report, result.redacted


def ellipse(box: Box) -> np.ndarray:
    xs, ys = np.arange(SIZE[0]) + 0.5, np.arange(SIZE[1]) + 0.5
    across = (2 * xs - box.x0 - box.x1) / box.width
    down = (2 * ys - box.y0 - box.y1) / box.height
    return (across**2)[None, :] + (down**2)[:, None] < 1


@pytest.mark.parametrize("name", KINDS)
def test_the_face_is_hidden_in_every_frame(name: str) -> None:
    _, faces = scene()
    with Image.open(io.BytesIO(redacted(name)[2])) as opened:
        shown = [np.array(each.convert("RGBA")) for each in ImageSequence.Iterator(opened)]
    assert len(shown) == FRAMES
    for number, (pixels, face) in enumerate(zip(shown, faces, strict=True)):
        inside = pixels[ellipse(face)]
        assert inside[:, :3].max() <= KINDS[name].bound, number
        assert inside[:, 3].min() == 255, number
        # The picture beside the face is there.
        assert (pixels[..., :3].max(axis=2) > 40).mean() > 0.4


@pytest.mark.parametrize("name", KINDS)
def test_one_face_is_followed(name: str) -> None:
    report = redacted(name)[1]
    assert report.item.frames == FRAMES
    assert len(report.decisions) == FRAMES
    assert {decision.track.id for decision in report.decisions} == {"t1"}
    assert report.redacted == 1


@pytest.mark.parametrize("name", KINDS)
def test_it_is_played_as_before(name: str) -> None:
    kind = KINDS[name]
    source, _, copy = redacted(name)
    assert played(source) == played(copy)
    durations, disposals, loops = played(copy)
    assert durations == [10 * each for each in HUNDREDTHS]
    assert disposals == disposals_of(kind)
    # Pillow gives a GIF's repetitions, beyond the first time.
    assert loops == (PLAYS - 1 if name == "GIF" else PLAYS)


def played(data: bytes) -> tuple[list[int], list[int], int]:
    """Return durations in milliseconds, disposals by the format's codes, and loops, as Pillow
    tells them; of a WebP from its bytes, as Pillow does not."""
    durations, disposals = [], []
    with Image.open(io.BytesIO(data)) as opened:
        for each in ImageSequence.Iterator(opened):
            each.load()
            durations.append(int(each.info["duration"]))
            told = getattr(each, "disposal_method", each.info.get("disposal"))
            disposals.append(None if told is None else int(told))
        loops = opened.info["loop"]
    if data[:4] == b"RIFF":
        at = [index for index in range(len(data)) if data[index : index + 4] == b"ANMF"]
        disposals = [data[index + 23] & 1 for index in at]
    return durations, disposals, loops


@pytest.mark.parametrize("name", KINDS)
def test_verify_agrees(name: str) -> None:
    """With the original, and without it."""
    source, report, copy = redacted(name)
    original = source if name in ("GIF", "lossy WebP") else None
    result = verify_bytes(
        copy, shown=name, original=original, report=report, options=Options(), ports=ports()
    )
    assert result.exit == 0, result


@pytest.mark.parametrize("name", KINDS)
def test_every_frame_is_checked(name: str) -> None:
    report = redacted(name)[1]
    checks = {check.name: check for check in report.checks}
    assert all(check.passed for check in report.checks)
    assert f"{FRAMES} frames" in checks["form"].detail
    # The tables of this GIF have colours that Pillow made of none of its pixels.
    assert {part.name.rpartition("/")[2] for part in report.dropped} <= {
        "colours that no pixel has"
    }
