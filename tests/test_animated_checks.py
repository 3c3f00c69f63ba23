"""What is checked of a written animation, and that each check can fail."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from media.animations import moving, saved_frames
from media.pictures import LIMITS, MEDIA, noise, saved
from passerby.checks import Plan, check_form, check_outside_masks, check_under_masks, verify_written
from passerby.look import look
from passerby.masking import paint
from passerby.model.decision import Decision
from passerby.model.geometry import Box, Shape
from passerby.model.media import Disposal, Timing
from passerby.model.options import Method, Options
from passerby.model.report import Outcome
from passerby.pipeline import redact_bytes
from passerby.ports import Picture
from stand_ins import Scripted, ports
from strategies import decision

FORMATS = ["GIF", "PNG", "WEBP"]
REGION = Box(10, 8, 30, 28)


def animated(name: str) -> bytes:
    options = {"lossless": True} if name == "WEBP" else {}
    return saved_frames(moving(), name, loop=2, **options)


def masked(frames: range) -> tuple[Decision, ...]:
    return tuple(replace(decision(REGION, Shape.BOX), frame=index) for index in frames)


def planned(name: str) -> tuple[Picture, Picture]:
    """Return the original and the plan, in which four of six frames are masked."""
    original = MEDIA.read(animated(name), LIMITS)
    return original, MEDIA.fit(paint(original, masked(range(1, 5)), Options(), None))


def changed(picture: Picture, number: int, samples: np.ndarray) -> Picture:
    frames = list(picture.frames)
    frames[number] = replace(frames[number], samples=samples)
    return picture.with_frames(frames)


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_written_passes(name: str) -> None:
    original, plan = planned(name)
    checks, written = verify_written(
        MEDIA.encode(plan, ()), Plan(original=original, planned=plan), MEDIA, (), LIMITS
    )
    assert written is not None
    assert [check.name for check in checks if not check.passed] == []


@pytest.mark.parametrize("name", FORMATS)
def test_how_it_is_played_is_checked(name: str) -> None:
    _, plan = planned(name)
    assert plan.timing is not None
    durations = (*plan.timing.durations[:-1], Fraction(7))
    others = [
        replace(plan.timing, loops=plan.timing.loops + 1),
        replace(plan.timing, durations=durations),
        replace(plan.timing, disposals=(Disposal.BACKGROUND, *plan.timing.disposals[1:])),
        None,
    ]
    assert check_form(plan, plan).passed
    for other in others:
        assert not check_form(replace(plan, timing=other), plan).passed
    fewer = plan.with_frames(plan.frames[:-1])
    assert "5 frames instead of 6" in check_form(fewer, plan).detail


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("number", [1, 4])
def test_one_pixel_under_one_mask(name: str, number: int) -> None:
    _, plan = planned(name)
    samples = plan.frames[number].samples.copy()
    samples[REGION.y0, REGION.x0, 0] += 1
    assert check_under_masks(plan, plan).passed
    assert not check_under_masks(changed(plan, number, samples), plan).passed


@pytest.mark.parametrize("name", FORMATS)
def test_one_pixel_outside_of_the_masks(name: str) -> None:
    original, plan = planned(name)
    samples = plan.frames[5].samples.copy()
    samples[REGION.y0, REGION.x0, 0] ^= 1
    assert check_outside_masks(plan, original, plan).passed
    assert not check_outside_masks(changed(plan, 5, samples), original, plan).passed


def test_a_frame_with_fewer_colours_is_held_to_a_bound() -> None:
    """And what lies under its mask to what was planned, exactly."""
    whole = MEDIA.read(saved(noise(40, 50, 3), "GIF"), LIMITS)
    samples = np.dstack([noise(40, 50, 3, seed=1), np.full((40, 50), 255, np.uint8)])
    original = replace(whole, samples=samples)
    options = Options(method=Method.NOISE)
    plan = MEDIA.fit(paint(original, (decision(REGION),), options, "ab" * 8))
    assert not plan.encoding.lossless
    assert check_outside_masks(plan, original, plan).passed
    other = plan.samples.copy()
    other[:16, 32:48, :3] ^= 255
    assert not check_outside_masks(plan.with_samples(other), original, plan).passed
    under = plan.samples.copy()
    under[REGION.y0, REGION.x0, 0] ^= 1
    assert not check_under_masks(plan.with_samples(under), plan).passed


@pytest.mark.parametrize("method", [Method.SOLID, Method.NOISE])
def test_a_gif_of_all_colours_gets_another_one_for_the_mask(method: Method) -> None:
    """Every colour of its table is used outside of the mask as well: few pixels give theirs up."""
    table = np.unique(noise(400, 3), axis=0)[:256]
    pixels = table[np.random.default_rng(0).integers(0, 256, (60, 70))]
    data = saved(pixels, "GIF")
    result = redact_bytes(
        data,
        shown="x",
        options=Options(method=method, color=(1, 2, 3)),
        given=None,
        ports=ports(Scripted([(Box(20, 20, 40, 40),)])),
    )
    assert result.report.outcome is Outcome.PUBLISHED, result.report
    assert "1 of 1 frames have fewer colours than before" in result.report.notes
    assert result.redacted is not None
    written = MEDIA.read(result.redacted, LIMITS).samples[..., :3]
    assert (written != MEDIA.read(data, LIMITS).samples[..., :3]).any(axis=2)[:10].mean() < 0.2


def test_a_frame_that_was_seen_before_is_not_looked_at_again() -> None:
    first, second = moving(2)
    data = saved_frames([first, second, first, first], "PNG")
    picture = MEDIA.read(data, LIMITS)
    timing = picture.timing
    # Pillow joins frames that are the same.
    assert timing is not None
    whole = picture.with_frames([picture.frames[0], picture.frames[1], *[picture.frames[0]] * 2])
    durations, disposals = timing.durations[:1] * 4, timing.disposals[:1] * 4
    whole = replace(whole, timing=Timing(durations=durations, disposals=disposals))
    finder = Scripted([(Box(1, 1, 9, 9),), (Box(20, 20, 30, 30),)])
    found = look(finder, whole, MEDIA)
    assert finder.looks == 2
    assert [(s.frame, s.box.x0) for s in found] == [(0, 1), (1, 20), (2, 1), (3, 1)]
