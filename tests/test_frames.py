"""Every frame and page by itself: its faces, its masks, its grid, its checks. The detectors are
scripted; with the real ones, animations are looked at in `tests/test_animations.py`."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageSequence

from passerby.errors import Exit
from passerby.examine import verify_bytes
from passerby.look import look
from passerby.model.decision import Action, Decision, by_frame
from passerby.model.finding import Track
from passerby.model.geometry import Box, Grid, Region, Shape
from passerby.model.given import Given
from passerby.model.options import Limits, Method, Options
from passerby.model.report import Outcome, Report, Verification
from passerby.pipeline import redact_bytes
from stand_ins import MEDIA, Scripted, ports

SIZE = (96, 80)
FACE = Box(43, 33, 61, 53)
AWAY = Box(3, 3, 17, 19)
NOWHERE: tuple[Box, ...] = ()


def images(count: int) -> list[Image.Image]:
    rng = np.random.default_rng(7)
    shape = (SIZE[1], SIZE[0], 3)
    return [Image.fromarray(rng.integers(30, 220, shape, dtype=np.uint8)) for _ in range(count)]


def saved(frames: list[Image.Image], form: str, **options: object) -> bytes:
    stream = io.BytesIO()
    frames[0].save(stream, form, save_all=True, append_images=frames[1:], **options)
    return stream.getvalue()


@cache
def pages() -> bytes:
    """Return three pages, of which the second is coded as JPEG: its blocks are a grid."""
    frames = images(3)
    frames[1].encoderinfo = {"compression": "jpeg"}
    return saved(frames, "TIFF", compression="tiff_lzw")


@cache
def animation(form: str = "PNG") -> bytes:
    return saved(images(3), form, duration=[40, 50, 60], lossless=True)


def redacted(
    data: bytes, *answers: tuple[Box, ...], method: Method = Method.SOLID
) -> tuple[bytes, Report]:
    finder = Scripted([*answers, NOWHERE])
    result = redact_bytes(
        data, shown="x", options=Options(method=method), given=None, ports=ports(finder)
    )
    assert result.report.outcome is Outcome.PUBLISHED, result.report
    assert result.redacted is not None
    return result.redacted, result.report


def verify(
    output: bytes, original: bytes | None, report: Report | None, *answers: tuple[Box, ...]
) -> Verification:
    return verify_bytes(
        output,
        shown="x",
        original=original,
        report=report,
        options=Options(),
        ports=ports(Scripted([*answers, NOWHERE])),
    )


def decoded(data: bytes) -> list[np.ndarray]:
    with Image.open(io.BytesIO(data)) as image:
        return [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]


def black(pixels: np.ndarray, box: Box) -> bool:
    return not pixels[box.y0 : box.y1, box.x0 : box.x1].any()


@pytest.mark.parametrize("hit", [0, 1, 2])
def test_a_page_has_its_own_masks_on_its_own_grid(hit: int) -> None:
    answers = [(FACE,) if page == hit else NOWHERE for page in range(3)]
    output, report = redacted(pages(), *answers)
    assert [d.frame for d in report.decisions] == [hit]
    assert [report.grid_of(page).width for page in range(3)] == [1, 8, 1]
    before, after = decoded(pages()), decoded(output)
    for page in range(3):
        changed = (before[page] != after[page]).any(axis=2)
        assert changed.any() == (page == hit)
    assert black(after[hit], FACE)
    # Whole blocks where there are blocks, and where there are none the ellipse alone.
    rows = np.flatnonzero((after[hit] == 0).all(axis=2).any(axis=1))
    assert (rows[0] % 8 == 0 and (rows[-1] + 1) % 8 == 0) == (hit == 1)
    for original in (pages(), None):
        assert verify(output, original, report).exit is Exit.OK


def test_a_mask_in_a_frame_that_the_report_has_elsewhere_fails() -> None:
    output, report = redacted(pages(), NOWHERE, (FACE,), NOWHERE)
    for frame in (0, 2):
        moved = tuple(replace(d, frame=frame) for d in report.decisions)
        wrong = replace(report, decisions=moved)
        for original in (pages(), None):
            done = verify(output, original, wrong)
            failed = {check.name for check in done.checks if not check.passed}
            assert "under the mask" in failed


def test_the_report_of_a_file_with_fewer_pages_fails_and_is_no_bug() -> None:
    two = images(2)
    two[1].encoderinfo = {"compression": "jpeg"}
    _, report = redacted(saved(two, "TIFF", compression="tiff_lzw"), (FACE,))
    output, _ = redacted(pages(), (FACE,))
    assert report.further_grids
    done = verify(output, pages(), report)
    assert done.failure is None
    assert done.exit is Exit.VERIFICATION
    assert report.grid_of(2) == Grid()


@pytest.mark.parametrize("hit", [0, 1, 2])
def test_a_face_that_another_tool_left_in_one_frame_is_told(hit: int) -> None:
    frames = images(3)
    for index, frame in enumerate(frames):
        if index != hit:
            frame.paste(Image.new("RGB", (FACE.width, FACE.height)), (FACE.x0, FACE.y0))
    output = saved(frames, "PNG", duration=[40, 50, 60])
    # A face in each frame of the original, which is looked at first.
    done = verify(output, animation(), None, (FACE,), (FACE,), (FACE,))
    (check,) = [check for check in done.checks if check.name == "faces changed"]
    assert not check.passed
    assert dict(check.figures) == {"left": 1}


@pytest.mark.parametrize("form", ["PNG", "GIF", "WEBP"])
def test_how_it_is_played_and_how_many_frames_there_are_is_checked(form: str) -> None:
    output, report = redacted(animation(form), (FACE,))
    assert verify(output, animation(form), report).exit is Exit.OK
    with Image.open(io.BytesIO(output)) as image:
        frames = [frame.convert("RGBA") for frame in ImageSequence.Iterator(image)]
    slower = saved(frames, form, duration=[40, 50, 70], lossless=True)
    shorter = saved(frames[:2], form, duration=[40, 50], lossless=True)
    for wrong in (slower, shorter):
        form_check = verify(wrong, animation(form), report).checks[3]
        assert form_check.name == "form"
        assert not form_check.passed


def given(data: bytes, *decisions: Decision) -> Given:
    _, report = redacted(data)
    return Given(sha256=report.item.sha256, decisions=decisions)


def drawn(frame: int | None, action: Action = Action.REDACT) -> Decision:
    region = Region(box=AWAY, shape=Shape.BOX)
    return Decision(track=Track(id="d"), action=action, region=region, reason="", frame=frame)


@pytest.mark.parametrize("frame", [None, 0, 1, 2])
def test_a_given_decision_holds_in_its_frame_or_in_all(frame: int | None) -> None:
    known = given(animation(), drawn(frame))
    result = redact_bytes(animation(), shown="x", options=Options(), given=known, ports=ports())
    assert result.redacted is not None
    hidden = [black(pixels, AWAY) for pixels in decoded(result.redacted)]
    assert hidden == [frame in (None, index) for index in range(3)]


@pytest.mark.parametrize("frame", [-1, 3])
def test_a_given_decision_for_a_frame_that_is_not_there_is_refused(frame: int) -> None:
    known = given(animation(), drawn(frame))
    result = redact_bytes(animation(), shown="x", options=Options(), given=known, ports=ports())
    assert result.redacted is None
    assert result.report.failure is not None
    assert f"for frame {frame} of 3" in result.report.failure.message


def test_decisions_are_sorted_by_the_frames_that_they_hold_for() -> None:
    both, first, last, none = drawn(None), drawn(0), drawn(1), drawn(2)
    assert by_frame((last, both, first, none), 2) == [[both, first], [last, both]]


def test_frames_that_are_alike_are_looked_at_once_and_others_are_not() -> None:
    one, other = images(2)
    data = saved([one, other, one], "TIFF")
    finder = Scripted([(FACE,), (AWAY,), NOWHERE])
    seen = look(finder, MEDIA.read(data, Limits()), MEDIA)
    assert finder.looks == 2
    assert [(s.frame, s.box) for s in seen] == [(0, FACE), (1, AWAY), (2, FACE)]
