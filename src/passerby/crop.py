"""The one picture that ever goes to a company: a crop of a face, for one purpose.

A company that will not answer without a photo gets as little as will do: the face alone, small,
with the purpose written across it, and with no other face and no metadata. Nothing is published
before the written file was read back and looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np

from passerby.decide import add_found, decide, explaining, unexplained
from passerby.errors import InputError, UnsupportedFormat, UsageError, VerificationFailed
from passerby.look import look
from passerby.masking import build_mask, paint
from passerby.media import watermark
from passerby.model.decision import Action, Decision
from passerby.model.finding import FinderId, Sighting
from passerby.model.geometry import Box, Grid, Region
from passerby.model.media import Encoding, Format, Mode
from passerby.model.options import Method, Options
from passerby.ports import Picture, Ports, Rgb

LONGEST = 600
"""Pixels of the longer side: enough for a search, too few for much else."""
MARGIN = 0.15
"""How far the crop reaches beyond the head on each side, as a share of its width or height."""
ROUNDS = 3
"""How often what the second look finds is covered as well."""
_INSIDE = 0.5
"""A face belongs to a given box when so much of it lies inside."""
_MOST_APART = 12.0
"""Levels by which the written pixels may differ from the planned ones, on average: JPEG of
quality 90 stays below, another picture does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to cut out. `purpose` is written across the picture. `box` is in display
    orientation; None: around the face. `face` counts from 1, in the order in which the faces are
    told; None: the only one."""

    purpose: str
    box: Box | None = None
    face: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """A finished crop. `box` is where it lies in the picture, `size` (width, height) of the
    file, `covered` are the faces that were covered in it, by their boxes in the picture."""

    data: bytes = field(repr=False)
    box: Box
    size: tuple[int, int]
    faces: int
    covered: tuple[Box, ...]
    words: str
    finders: tuple[FinderId, ...]
    notes: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """Of the file."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """The part of the picture that is cut out, and what is decided about the faces in it, all in
    the coordinates of that part. `kept` is the face that stays, None where none was found."""

    picture: Picture
    decisions: tuple[Decision, ...]
    kept: Decision | None


def crop_picture(
    data: bytes,
    wish: Wish,
    options: Options,
    ports: Ports,
    stage: Callable[[bytes], bytes] = lambda data: data,
) -> Crop:
    """Cut a face out of a picture, write the purpose across it, and check what was written.

    `stage` stores bytes and returns what was stored, read back. Raises UsageError when it is
    not plain which face is meant, or the purpose cannot be set; InputError or LimitExceeded when
    the picture cannot be used; FinderError; OutputError; VerificationFailed.
    """
    words = watermark.words_for(wish.purpose)
    # Other methods are computed from the face that they cover, or leave some as they are.
    options = replace(options, method=Method.SOLID, min_face=0)
    source, grid = _read_still(data, options, ports)
    now = ports.clock.now()
    sightings = look(ports.finder, source, ports.source)
    faces = decide(sightings, options=options, canvas=source.canvas, at=now)
    box, kept = _choose(wish, faces, source)
    if min(box.width, box.height) < watermark.LEAST_SIDE:
        raise InputError(
            f"the crop has {box.width}x{box.height} pixels: its shorter side needs "
            f"{watermark.LEAST_SIDE}",
            "Take a picture that shows the face larger, or draw a larger --box: nothing is "
            "enlarged here.",
        )
    cut = _cut_out(source, grid, box, faces, kept)
    cut = _cover(cut, options, ports, now)
    small = watermark.shrink(np.asarray(cut.picture.samples, np.uint8), LONGEST)
    planned = watermark.stamp(small, words)
    written = stage(watermark.write_jpeg(planned))
    view = _check_written(written, planned, options, ports)
    _check_faces(cut, view, options, ports)
    covered = [d for d in cut.decisions if d is not cut.kept]
    return Crop(
        data=written,
        box=box,
        size=(view.shape[1], view.shape[0]),
        faces=len(faces),
        covered=tuple(_moved(_face_of(d), box.x0, box.y0) for d in covered),
        words=words,
        finders=(ports.finder.identity, ports.second.identity),
        notes=_notes(cut, view, ports),
    )


def is_crop(data: bytes) -> bool:
    """Whether a file has the form of one that `crop_picture` wrote: small, and with nothing in it
    but a picture. An original has not."""
    return watermark.is_written_here(data, LONGEST)


def _read_still(data: bytes, options: Options, ports: Ports) -> tuple[Picture, Grid]:
    """Return the picture as it is shown, 8-bit RGB, and the grid of its blocks."""
    picture = ports.source.read(data, options.limits)
    if picture.more:
        raise UnsupportedFormat(
            "this is an animation or has several pages", "Export the picture that you mean."
        )
    # The last view is the picture as it is shown on a page: nothing else goes on.
    *_, shown = ports.source.views(picture)
    return _plain(shown, Grid()), picture.encoding.grid


def _plain(shown: Rgb, grid: Grid) -> Picture:
    encoding = Encoding(format=Format.PNG, mode=Mode.RGB, depth=8, lossless=True, grid=grid)
    return Picture(samples=shown, encoding=encoding)


def _choose(wish: Wish, faces: Sequence[Decision], source: Picture) -> tuple[Box, Decision | None]:
    """Return what is to be cut out, and the face that stays visible. Raises UsageError or
    InputError where that is not plain: a person has to say it."""
    named = _named(wish.face, faces)
    if wish.box is not None:
        box = wish.box.clip(*source.size)
        if box is None:
            raise UsageError(f"the box lies outside of the picture {source.size}")
        return box, _face_in(box, named, faces)
    if named is None:
        if not faces:
            raise InputError("no face was found", "Say where it is with --box X0,Y0,X1,Y1.")
        if len(faces) > 1:
            raise UsageError(_listed(faces), "Say which one with --face NUMBER, or use --box.")
        named = faces[0]
    around = named.region.box.grow(MARGIN, MARGIN, MARGIN, MARGIN).clip(*source.size)
    assert around is not None  # noqa: S101 - faces outside of the picture are left out
    return around, named


def _named(number: int | None, faces: Sequence[Decision]) -> Decision | None:
    if number is None:
        return None
    if not 1 <= number <= len(faces):
        raise UsageError(f"there is no face {number}; {_listed(faces)}", "Choose another --face.")
    return faces[number - 1]


def _listed(faces: Sequence[Decision]) -> str:
    boxes = [_face_of(face).as_tuple() for face in faces]
    each = "; ".join(
        f"{number}: {','.join(map(str, box))}" for number, box in enumerate(boxes, start=1)
    )
    count = "1 face" if len(faces) == 1 else f"{len(faces)} faces"
    return f"{count} found ({each})" if each else "no face was found"


def _face_of(decision: Decision) -> Box:
    """Return where the face itself lies, which the region around the head contains."""
    sightings = decision.track.sightings
    return sightings[0].box if sightings else decision.region.box


def _face_in(box: Box, named: Decision | None, faces: Sequence[Decision]) -> Decision | None:
    """Return the face that a given box is about; None where none was found in it."""
    inside = [
        face for face in faces if box.intersection(_face_of(face)) >= _INSIDE * _face_of(face).area
    ]
    if named is not None:
        if named not in inside:
            raise UsageError(f"the face lies outside of the box; {_listed(faces)}")
        return named
    if len(inside) > 1:
        raise UsageError(
            f"{len(inside)} faces lie in the box; {_listed(faces)}",
            "Say which one stays visible with --face NUMBER, or draw a smaller box.",
        )
    return inside[0] if inside else None


def _moved(box: Box, x: int, y: int) -> Box:
    return Box(box.x0 + x, box.y0 + y, box.x1 + x, box.y1 + y)


def _cut_out(
    source: Picture, grid: Grid, box: Box, faces: Sequence[Decision], kept: Decision | None
) -> _Cut:
    """Return the part alone. The blocks of the source stay known: a face has left traces in every
    block that it touches."""
    x, y = box.x0, box.y0
    shifted = replace(grid, x=(grid.x - x) % grid.width, y=(grid.y - y) % grid.height)
    samples = source.samples[box.y0 : box.y1, box.x0 : box.x1].copy()
    decisions = []
    stays = None
    for face in faces:
        moved = _decision_moved(face, -x, -y)
        if face is kept:
            stays = moved = replace(moved, action=Action.KEEP, reason="the face that is shown")
        if moved.region.box.clip(box.width, box.height) is not None:
            decisions.append(moved)
    picture = _plain(np.asarray(samples, np.uint8), shifted)
    return _Cut(picture=picture, decisions=tuple(decisions), kept=stays)


def _decision_moved(decision: Decision, x: int, y: int) -> Decision:
    sightings = tuple(replace(s, box=_moved(s.box, x, y)) for s in decision.track.sightings)
    return replace(
        decision,
        track=replace(decision.track, sightings=sightings),
        region=Region(box=_moved(decision.region.box, x, y), shape=decision.region.shape),
        action=Action.REDACT,
    )


def _cover(cut: _Cut, options: Options, ports: Ports, now: datetime) -> _Cut:
    """Cover every face but the one that stays, until a second look finds no other. Raises
    VerificationFailed when there is no end of it, UsageError when several might be meant."""
    original = cut.picture
    for _ in range(ROUNDS):
        painted = paint(original, cut.decisions, options, None)
        found = look(ports.second, painted, ports.source)
        told = explaining(cut.decisions, from_decisions=True)
        more = unexplained(found, told, options)
        if not more:
            return replace(cut, picture=painted)
        if cut.kept is None:
            # Whom the box is about, the first look has not seen.
            cut = _with_kept(cut, more, now)
            continue
        added = add_found(cut.decisions, more, canvas=original.canvas, at=now)
        cut = replace(cut, decisions=added)
    raise VerificationFailed(
        "other faces were found again and again", "Choose a smaller --box around the face."
    )


def _with_kept(cut: _Cut, found: Sequence[Sighting], now: datetime) -> _Cut:
    """Take the only face that the second look finds for the one that the box is about."""
    faces = add_found((), found, canvas=cut.picture.canvas, at=now)
    if len(faces) != 1:
        raise UsageError(
            f"{len(faces)} faces lie in the box, found by the second look only",
            "Draw a smaller box around the face.",
        )
    kept = replace(faces[0], action=Action.KEEP, reason="the face that is shown")
    return replace(cut, decisions=(*cut.decisions, kept), kept=kept)


def _check_written(written: bytes, planned: Rgb, options: Options, ports: Ports) -> Rgb:
    """Read the file back with other code than wrote it, and return its pixels. Raises
    VerificationFailed."""
    back = ports.source.read_again(written, options.limits)
    *_, view = ports.source.views(back)
    bare = replace(back.encoding, icc=None, colour_tags=(), fields=())
    left = ports.source.leftovers(written, bare, ())
    if left or back.hidden_parts:
        names = ", ".join(part.name for part in (*left, *back.hidden_parts))
        raise VerificationFailed(f"container: the file holds more than the picture: {names}")
    if view.shape != planned.shape:
        raise VerificationFailed("form: the written picture has another size")
    apart = float(np.abs(view.astype(np.int16) - planned).mean())
    if apart > _MOST_APART:
        raise VerificationFailed(f"pixels: {apart:.1f} levels from what was planned")
    return view


def _check_faces(cut: _Cut, view: Rgb, options: Options, ports: Ports) -> None:
    """Look at what was written: nobody else may be seen in it. Raises VerificationFailed."""
    share = view.shape[1] / cut.picture.size[0]
    told = [_decision_scaled(decision, share) for decision in cut.decisions]
    found = look(ports.second, _plain(view, Grid()), ports.source)
    others = unexplained(found, told, options)
    # Where nobody was seen in the box before, one face may be the one that it is about.
    if len(others) > (1 if cut.kept is None else 0):
        raise VerificationFailed(
            f"second look: another face is seen at {others[0].box.as_tuple()} of the crop",
            "Choose a smaller --box around the face, or word the purpose in another way.",
        )


def _decision_scaled(decision: Decision, share: float) -> Decision:
    box = decision.region.box
    scaled = Box.from_floats(*(share * side for side in box.as_tuple()))
    return replace(decision, region=Region(box=scaled, shape=decision.region.shape))


def _notes(cut: _Cut, view: Rgb, ports: Ports) -> tuple[str, ...]:
    """Return what the person should know before she sends it."""
    notes = []
    if cut.kept is None:
        notes.append("no face was found in the box: look at the picture before you send it")
        return tuple(notes)
    others = tuple(d for d in cut.decisions if d is not cut.kept)
    face = _face_of(cut.kept).clip(*cut.picture.size)
    if face is not None:
        mask = build_mask(others, cut.picture.size, cut.picture.encoding.grid)
        share = float(mask[face.y0 : face.y1, face.x0 : face.x1].mean())
        if share > 0.02:
            notes.append(f"{share:.0%} of the face lies under the cover of another one")
    if not look(ports.finder, _plain(view, Grid()), ports.source):
        notes.append("the detector does not see the face through the words: it is small or dim")
    return tuple(notes)
