"""From sightings to faces: which sightings are of one face. Pure: no pixels, no clock.

In a still, sightings that overlap are of one face. In an animation a face is followed from frame
to frame by where it is and how large it is, never by what it looks like. Where it was not seen
for a few frames it is taken to lie where it was seen before and after: a detector blinks, people
do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from passerby.model.finding import Sighting
from passerby.model.geometry import Box
from passerby.model.media import Canvas

HEAD = 0.3
"""How far a head reaches beyond the face on each side, as a share of its width or height. An
ellipse in a box grown by 0.21 contains the box; the rest is for hair, ears and the box's error."""

BRIDGED = 12
"""Frames without a sighting after which a face is no longer the one that was seen before."""

LEAD = 2
"""Frames before the first sighting and after the last that are hidden as well: a face that comes
into view is there before a detector is sure of it."""

_SAME_FACE = 0.5
"""Sightings in one frame are of one face above this intersection over union."""

_SAME_PLACE = 0.2
"""A face in the next frame is the same above this intersection over union of the heads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A face in one frame: where its head is, and the sightings there, best first. There are none
    where it lies between frames, or just outside of those, in which it was seen."""

    frame: int
    head: Box
    sightings: tuple[Sighting, ...] = ()


Face = tuple[Moment, ...]
"""One face: a moment for each frame that it may be in, in their order."""


def head_of(face: Box) -> Box:
    """Grow a face's box to span the head."""
    return face.grow(HEAD, HEAD, HEAD, HEAD)


def faces_of(sightings: Iterable[Sighting], canvas: Canvas) -> list[Face]:
    """Return the faces that were seen, from the first frame on, from the top down, from left to
    right. What lies wholly outside of its frame is left out."""
    moments = _moments(sightings, canvas)
    if not canvas.in_time:
        return [(moment,) for moment in moments]
    return [_filled(face, canvas) for face in _followed(moments)]


def _moments(sightings: Iterable[Sighting], canvas: Canvas) -> list[Moment]:
    """Group sightings of one face in one frame."""
    groups: list[list[Sighting]] = []
    by_frame: dict[int, list[list[Sighting]]] = {}
    for sighting in sorted(sightings, key=lambda s: (-s.score, s.box, s.finder, s.frame)):
        if head_of(sighting.box).clip(*canvas.sizes[sighting.frame]) is None:
            continue
        near = by_frame.setdefault(sighting.frame, [])
        for group in near:
            if group[0].box.iou(sighting.box) > _SAME_FACE:
                group.append(sighting)
                break
        else:
            near.append([sighting])
            groups.append(near[-1])
    groups.sort(key=lambda group: (group[0].frame, group[0].box.y0, group[0].box))
    return [
        Moment(frame=group[0].frame, head=_hull(group), sightings=tuple(group)) for group in groups
    ]


def _hull(group: Sequence[Sighting]) -> Box:
    """Span the heads of all sightings of a face."""
    head = head_of(group[0].box)
    for sighting in group[1:]:
        head = head.union(head_of(sighting.box))
    return head


@dataclass(slots=True)
class _Trail:
    """A face that is being followed."""

    moments: list[Moment] = field(default_factory=list)

    @property
    def last(self) -> Moment:
        return self.moments[-1]


def _followed(moments: Sequence[Moment]) -> list[list[Moment]]:
    """Join moments of one face: in each frame the nearest pairs first."""
    trails: list[_Trail] = []
    for frame in sorted({moment.frame for moment in moments}):
        here = [moment for moment in moments if moment.frame == frame]
        alive = [trail for trail in trails if frame - trail.last.frame <= BRIDGED]
        pairs = sorted(
            (
                (trail.last.head.iou(moment.head), -t, -m)
                for t, trail in enumerate(alive)
                for m, moment in enumerate(here)
            ),
            reverse=True,
        )
        taken: set[int] = set()
        used: set[int] = set()
        for overlap, t, m in pairs:
            if overlap > _SAME_PLACE and -t not in used and -m not in taken:
                alive[-t].moments.append(here[-m])
                used.add(-t)
                taken.add(-m)
        trails += [_Trail([moment]) for m, moment in enumerate(here) if m not in taken]
    return [trail.moments for trail in trails]


def _filled(seen: Sequence[Moment], canvas: Canvas) -> Face:
    """Add the frames between sightings, and `LEAD` frames before and after."""
    first, last = seen[0], seen[-1]
    whole = [
        Moment(frame=frame, head=first.head)
        for frame in range(max(0, first.frame - LEAD), first.frame)
    ]
    for moment, following in zip(seen, [*seen[1:], None], strict=True):
        whole.append(moment)
        if following is not None:
            span = moment.head.union(following.head)
            between = range(moment.frame + 1, following.frame)
            whole += [Moment(frame=frame, head=span) for frame in between]
    after = range(last.frame + 1, min(last.frame + LEAD + 1, len(canvas.sizes)))
    return (*whole, *(Moment(frame=frame, head=last.head) for frame in after))
