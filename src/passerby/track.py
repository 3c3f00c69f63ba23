"""From sightings to faces: which sightings are of one face. Pure: no pixels, no clock.

In a still, sightings that overlap are of one face. In an animation a face is followed from frame
to frame by where it is and how large it is, never by what it looks like. Where it was not seen
for a few frames it is taken to lie where it was seen before and after: a detector blinks, people
do not.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
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

_REACH = 1.0
"""How far a head that was not expected to may move in a frame, as a share of its size."""

_MOST_REACHES = 3
"""Frames in which it may go on moving so: who comes into view far away is somebody else."""

_SAME_SIZE = 0.4
"""A head that moved so far is the same if the smaller area is more than this share of the other."""

_ROUND = 0.21
"""An ellipse in a box that is grown by this share on each side contains the box."""


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

    def expected(self, frame: int) -> Box:
        """Return where the head is in a later frame if it goes on as it moved before."""
        return _moved(self.last.head, _speed(self.moments[-2:]), frame - self.last.frame)


def _speed(moments: Sequence[Moment]) -> tuple[float, float]:
    """Return how far the middle of a head moved in a frame, across and down, from the first of
    the moments to the last."""
    one, other = moments[0], moments[-1]
    frames = max(1, other.frame - one.frame)
    return (
        (_middle(other.head)[0] - _middle(one.head)[0]) / frames,
        (_middle(other.head)[1] - _middle(one.head)[1]) / frames,
    )


def _middle(box: Box) -> tuple[float, float]:
    return (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2


def _moved(box: Box, speed: tuple[float, float], frames: int) -> Box:
    across, down = round(speed[0] * frames), round(speed[1] * frames)
    return Box(box.x0 + across, box.y0 + down, box.x1 + across, box.y1 + down)


def _followed(moments: Sequence[Moment]) -> list[list[Moment]]:
    """Join moments of one face: in each frame the likeliest pairs first."""
    trails: list[_Trail] = []
    by_frame: dict[int, list[Moment]] = {}
    for moment in moments:
        by_frame.setdefault(moment.frame, []).append(moment)
    for frame, here in sorted(by_frame.items()):
        alive = [trail for trail in trails if frame - trail.last.frame <= BRIDGED]
        taken: set[int] = set()
        used: set[int] = set()
        for _, t, m in sorted(_pairs(alive, here, frame), reverse=True):
            if -t not in used and -m not in taken:
                alive[-t].moments.append(here[-m])
                used.add(-t)
                taken.add(-m)
        trails += [_Trail([moment]) for m, moment in enumerate(here) if m not in taken]
    return [trail.moments for trail in trails]


_Likelihood = tuple[int, float]
"""2 where a face lies where it was going, 1 where it lies where it was, 0 where it can have come
to; and how well it does so."""


def _pairs(
    alive: Sequence[_Trail], here: Sequence[Moment], frame: int
) -> Iterator[tuple[_Likelihood, int, int]]:
    """Yield which trails may go on with which moments of a frame, by their places in the lists,
    negative so that of equals the first comes last."""
    middles = [_middle(moment.head) for moment in here]
    order = sorted(range(len(here)), key=lambda m: middles[m][1])
    downs = [middles[m][1] for m in order]
    for t, trail in enumerate(alive):
        last, expected = trail.last.head, trail.expected(frame)
        gone = min(frame - trail.last.frame, _MOST_REACHES)
        reach = _REACH * max(last.width, last.height) * gone
        was, will = _middle(last), _middle(expected)
        # Most are somewhere else altogether.
        first = bisect_left(downs, min(was[1], will[1]) - reach)
        last_near = bisect_right(downs, max(was[1], will[1]) + reach)
        for m in order[first:last_near]:
            away = _distance(middles[m], was)
            if min(away, _distance(middles[m], will)) <= reach:
                likelihood = _likelihood(last, expected, here[m].head)
                if likelihood is not None and (likelihood[0] or away <= reach):
                    yield likelihood, -t, -m


def _distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    return max(abs(one[0] - other[0]), abs(one[1] - other[1]))


def _likelihood(last: Box, expected: Box, head: Box) -> _Likelihood | None:
    """Say how well a head near enough may be the same as one before; None where it is another."""
    if expected.iou(head) > _SAME_PLACE:
        return 2, expected.iou(head)
    if last.iou(head) > _SAME_PLACE:
        return 1, last.iou(head)
    alike = min(last.area, head.area) > _SAME_SIZE * max(last.area, head.area)
    return (0, -_distance(_middle(last), _middle(head))) if alike else None


def _filled(seen: Sequence[Moment], canvas: Canvas) -> Face:
    """Add the frames between sightings, and `LEAD` frames before and after."""
    first, last = seen[0], seen[-1]
    whole = [
        Moment(frame=frame, head=_led(first.head, _speed(seen[:2]), frame - first.frame))
        for frame in range(max(0, first.frame - LEAD), first.frame)
    ]
    for moment, following in zip(seen, [*seen[1:], None], strict=True):
        whole.append(moment)
        if following is not None:
            span = _span(moment.head, following.head)
            between = range(moment.frame + 1, following.frame)
            whole += [Moment(frame=frame, head=span) for frame in between]
    after = range(last.frame + 1, min(last.frame + LEAD + 1, len(canvas.sizes)))
    speed = _speed(seen[-2:])
    whole += [Moment(frame=f, head=_led(last.head, speed, f - last.frame)) for f in after]
    return tuple(whole)


def _led(head: Box, speed: tuple[float, float], frames: int) -> Box:
    """Span where a head was seen, and where it was some frames before or after."""
    return _span(head, _moved(head, speed, frames))


def _span(one: Box, other: Box) -> Box:
    """Return a box in which an ellipse contains both boxes: a face may be anywhere between, and
    at either end."""
    span = one.union(other)
    return span if one == other else span.grow(_ROUND, _ROUND, _ROUND, _ROUND)
