"""From sightings to decisions. Pure: no pixels, no input or output, no clock.

A face becomes a track; a track becomes a region that spans the whole head, an action and a
reason, in an animation one for each frame. A detector's box spans forehead to chin. Recognisers
look at more: hairline, ears, jaw. The region is therefore an ellipse in the box grown on every
side (`passerby.track.HEAD`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime

from passerby.model.decision import Action, Decision, by_frame
from passerby.model.finding import Sighting, Track
from passerby.model.geometry import Box, Region, Shape
from passerby.model.media import Canvas
from passerby.model.options import Options
from passerby.track import Face, faces_of, head_of

SECOND_LOOK = "found by the second look"
"""Begins the reason of what the first look overlooked."""

_SAME_REGION = 0.4
"""A sighting is of a kept face when its region and the kept one share so much (IoU)."""

_RING = tuple(
    (radius * math.cos(angle), radius * math.sin(angle))
    for radius, count in ((0.0, 1), (0.5, 8), (0.85, 16), (1.0, 24))
    for angle in (2 * math.pi * index / count for index in range(count))
)
"""Points of the unit disc at which it is asked whether a face lies under masks."""


def decide(
    sightings: Iterable[Sighting],
    *,
    options: Options,
    canvas: Canvas,
    at: datetime,
) -> tuple[Decision, ...]:
    """Redact every face that was seen, but for those below `options.min_face`.

    What lies wholly outside of its frame is left out. Tracks are numbered t1, t2, ... from the
    first frame on, from the top down and from left to right.
    """
    decisions: list[Decision] = []
    for number, face in enumerate(faces_of(sightings, canvas), start=1):
        seen = [sighting for moment in face for sighting in moment.sightings]
        small = all(sighting.box.height < options.min_face for sighting in seen)
        reason = f"face found ({_finders(seen)})"
        if small:
            reason = f"face lower than {options.min_face} pixels"
        action = Action.KEEP if small else Action.REDACT
        decisions += _decisions(f"t{number}", face, action, reason, canvas, at)
    return tuple(decisions)


def add_found(
    decisions: Sequence[Decision],
    sightings: Iterable[Sighting],
    *,
    canvas: Canvas,
    at: datetime,
) -> tuple[Decision, ...]:
    """Return the decisions, and behind them more for every face that was found since."""
    names = {decision.track.id for decision in decisions}
    free = (f"t{n}" for n in range(len(names) + 1, 2**31) if f"t{n}" not in names)
    added: list[Decision] = []
    for face, name in zip(faces_of(sightings, canvas), free, strict=False):
        seen = [sighting for moment in face for sighting in moment.sightings]
        reason = f"{SECOND_LOOK} ({_finders(seen)})"
        added += _decisions(name, face, Action.REDACT, reason, canvas, at)
    return (*decisions, *added)


def _decisions(
    name: str, face: Face, action: Action, reason: str, canvas: Canvas, at: datetime
) -> list[Decision]:
    """Return what is done with one face, frame by frame."""
    single = len(canvas.sizes) == 1
    return [
        Decision(
            track=Track(id=name, sightings=moment.sightings),
            action=action,
            region=Region(box=moment.head, shape=Shape.ELLIPSE),
            reason=reason if moment.sightings else f"{reason}, in frames near this one",
            at=at,
            frame=None if single else moment.frame,
        )
        for moment in face
    ]


def _finders(seen: Sequence[Sighting]) -> str:
    return ", ".join(sorted({sighting.finder for sighting in seen}))


def explaining(decisions: Sequence[Decision], *, from_decisions: bool) -> tuple[Decision, ...]:
    """Return the decisions that may explain a sighting on a redacted picture.

    Masks always may; faces that were kept only where a person kept them. One that the policy
    kept for its size does not: `options.min_face` speaks for it, and a later sighting of the same
    face may be larger.
    """
    if from_decisions:
        return tuple(decisions)
    return tuple(d for d in decisions if d.action is not Action.KEEP)


def unexplained(
    sightings: Iterable[Sighting], decisions: Sequence[Decision], options: Options
) -> tuple[Sighting, ...]:
    """Return the sightings, made on a redacted picture, of faces that can still be seen.

    Left out are faces that lie under masks altogether (detectors fire on the masks themselves),
    faces that it was decided to keep, and faces below `options.min_face`. A sighting explains
    away a kept face only if it has about the same place and size, so that keeping one person
    never exempts a neighbour.
    """
    seen = [sighting for sighting in sightings if sighting.box.height >= options.min_face]
    frames = max((sighting.frame for sighting in seen), default=-1) + 1
    kept = by_frame((d for d in decisions if d.action is Action.KEEP), frames)
    masks = by_frame((d for d in decisions if d.action is not Action.KEEP), frames)
    return tuple(
        s for s in seen if not (_kept(s.box, kept[s.frame]) or _covered(s.box, masks[s.frame]))
    )


def _kept(face: Box, decisions: Sequence[Decision]) -> bool:
    """Tell whether a face is one that was to be kept."""
    head = head_of(face)
    return any(head.iou(kept.region.box) >= _SAME_REGION for kept in decisions)


def _covered(face: Box, masks: Sequence[Decision]) -> bool:
    """Tell whether all of the ellipse inscribed in a face's box lies under masks."""
    near = [mask.region for mask in masks if mask.region.box.intersection(face)]
    x, y = (face.x0 + face.x1) / 2, (face.y0 + face.y1) / 2
    return bool(near) and all(
        any(_contains(mask, x + dx * face.width / 2, y + dy * face.height / 2) for mask in near)
        for dx, dy in _RING
    )


def _contains(region: Region, x: float, y: float) -> bool:
    box = region.box
    if region.shape is Shape.BOX:
        return box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1
    dx = (2 * x - box.x0 - box.x1) / box.width
    dy = (2 * y - box.y0 - box.y1) / box.height
    return dx * dx + dy * dy <= 1
