"""From sightings to decisions. Pure: no pixels, no input or output, no clock.

Sightings of one face become one track; a track becomes a region that spans the whole head, an
action and a reason. A detector's box spans forehead to chin. Recognisers look at more: hairline,
ears, jaw. The region is therefore an ellipse in the box grown on every side (`MARGIN`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime

from passerby.model.decision import Action, Decision
from passerby.model.finding import Sighting, Track
from passerby.model.geometry import Box, Region, Shape
from passerby.model.options import Options

MARGIN = 0.3
"""How far a region reaches beyond the face on each side, as a share of its width or height. An
ellipse in a box grown by 0.21 contains the box; the rest is for hair, ears and the box's error."""

_SAME_FACE = 0.5
"""Sightings are of one face above this intersection over union."""

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
    size: tuple[int, int],
    at: datetime,
) -> tuple[Decision, ...]:
    """Redact every face that was seen, but for those below `options.min_face`.

    `size` is (width, height): what lies wholly outside is left out. Tracks are numbered t1, t2,
    ... from the top down and from left to right.
    """
    return tuple(
        _decision(f"t{number}", group, options.min_face, at)
        for number, group in enumerate(_faces(sightings, size), start=1)
    )


def add_found(
    decisions: Sequence[Decision],
    sightings: Iterable[Sighting],
    *,
    size: tuple[int, int],
    at: datetime,
) -> tuple[Decision, ...]:
    """Return the decisions, and behind them one more for every face that was found since."""
    names = {decision.track.id for decision in decisions}
    free = (f"t{n}" for n in range(len(decisions) + 1, 2**31) if f"t{n}" not in names)
    added = []
    for group, name in zip(_faces(sightings, size), free, strict=False):
        finders = ", ".join(sorted({sighting.finder for sighting in group}))
        added.append(
            Decision(
                track=Track(id=name, sightings=group),
                action=Action.REDACT,
                region=_region(group),
                reason=f"found by the second look ({finders})",
                at=at,
            )
        )
    return (*decisions, *added)


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
    kept = [d.region.box for d in decisions if d.action is Action.KEEP]
    masks = [d.region for d in decisions if d.action is not Action.KEEP]
    return tuple(
        sighting
        for sighting in sightings
        if sighting.box.height >= options.min_face
        and not any(_head(sighting.box).iou(box) >= _SAME_REGION for box in kept)
        and not _covered(sighting.box, masks)
    )


def _faces(sightings: Iterable[Sighting], size: tuple[int, int]) -> list[tuple[Sighting, ...]]:
    """Group sightings of one face; groups in reading order, the best sighting of each first."""
    groups: list[list[Sighting]] = []
    for sighting in sorted(sightings, key=lambda s: (-s.score, s.box, s.finder, s.frame)):
        if _head(sighting.box).clip(*size) is None:
            continue
        for group in groups:
            if group[0].box.iou(sighting.box) > _SAME_FACE:
                group.append(sighting)
                break
        else:
            groups.append([sighting])
    groups.sort(key=lambda group: (group[0].box.y0, group[0].box))
    return [tuple(group) for group in groups]


def _decision(name: str, group: tuple[Sighting, ...], min_face: int, at: datetime) -> Decision:
    small = all(sighting.box.height < min_face for sighting in group)
    finders = ", ".join(sorted({sighting.finder for sighting in group}))
    return Decision(
        track=Track(id=name, sightings=group),
        action=Action.KEEP if small else Action.REDACT,
        region=_region(group),
        reason=f"face lower than {min_face} pixels" if small else f"face found ({finders})",
        at=at,
    )


def _region(group: tuple[Sighting, ...]) -> Region:
    """Span the heads of all sightings of a face."""
    heads = [_head(sighting.box) for sighting in group]
    box = Box(
        min(head.x0 for head in heads),
        min(head.y0 for head in heads),
        max(head.x1 for head in heads),
        max(head.y1 for head in heads),
    )
    return Region(box=box, shape=Shape.ELLIPSE)


def _head(face: Box) -> Box:
    """Grow a face's box to span the head."""
    return face.grow(MARGIN, MARGIN, MARGIN, MARGIN)


def _covered(face: Box, masks: Sequence[Region]) -> bool:
    """Tell whether all of the ellipse inscribed in a face's box lies under masks."""
    near = [mask for mask in masks if mask.box.intersection(face)]
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
