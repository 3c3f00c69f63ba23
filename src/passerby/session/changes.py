"""What a person can change in a picture, and what becomes of it. Pure: no disk, no clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from passerby.errors import UsageError
from passerby.model.decision import Action
from passerby.model.geometry import Box, Region
from passerby.model.media import Field
from passerby.report.codec import FARTHEST, decode, encode, refuse
from passerby.session.faces import (
    CERTAIN,
    Choice,
    Face,
    Origin,
    PictureState,
    Place,
    Proposal,
)

LONGEST = 500
"""Characters of a ground, a name or a consent id."""
MOST = 5000
"""Faces of a picture: beyond this, drawing more is a mistake."""
_STILL_COVERED = 0.75
"""The share of a detected face that its region has to cover after it was moved or resized."""
_SAME_PLACE = 0.3
"""A decision is copied to the face that lies in its place if they share so much (IoU)."""


class Conflict(Exception):
    """A change was made to a version that is no longer the present one: `current` is."""

    def __init__(self, current: PictureState) -> None:
        super().__init__("the picture was changed since")
        self.current = current


@dataclass(frozen=True, slots=True, kw_only=True)
class Add:
    """Draw a face that was missed. It is hidden."""

    region: Region
    frame: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reshape:
    """Move or resize a region. That of a detected face goes on covering what was detected."""

    face: str
    region: Region


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """Hide a face, keep it, or leave it open. To keep it takes a consent or a stated ground."""

    face: str
    action: Choice
    reason: str = ""
    consent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """Take away what a person drew, copied, or was suggested; never what was found."""

    face: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepFields:
    """Choose the fields that the copy carries."""

    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Propose:
    """Say what was decided in the same place of a neighbour. It stays open until confirmed."""

    region: Region
    proposal: Proposal


Change = Add | Reshape | Decide | Remove | KeepFields | Propose

_KINDS: dict[str, type[Any]] = {
    "add": Add,
    "reshape": Reshape,
    "decide": Decide,
    "remove": Remove,
    "fields": KeepFields,
    "propose": Propose,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def encode_change(change: Change) -> dict[str, Any]:
    """Return the JSON value of a change."""
    return {"kind": _NAMES[type(change)], **encode(change)}


def decode_change(value: Any, where: str) -> Change:
    """Return the change of a JSON value. Raises Malformed."""
    name = value.get("kind") if isinstance(value, dict) else None
    if name not in _KINDS:
        refuse(where, f"expected a change: one of {', '.join(_KINDS)}")
    change: Change = decode(_KINDS[name], value, where)
    return change


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What is decided of a picture: a step of its history. `fields` None: as the run's options
    say."""

    faces: tuple[Face, ...] = ()
    fields: tuple[Field, ...] | None = None

    def face(self, name: str) -> Face:
        """Return a face by its id. Raises UsageError."""
        for face in self.faces:
            if face.id == name:
                return face
        raise UsageError("this face is not there", "Load the picture again.")

    def with_face(self, changed: Face) -> Decided:
        """Return the same with one face in place of that with its id."""
        faces = tuple(changed if face.id == changed.id else face for face in self.faces)
        return replace(self, faces=faces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Who changes, when, in a picture of which size and how many frames (None while that is not
    known), and how a new face is called."""

    by: str
    at: datetime
    size: tuple[int, int] | None
    frames: int | None
    name: str


def apply(decided: Decided, change: Change, context: Context) -> Decided:
    """Return what is decided after a change. Raises UsageError for one that cannot be."""
    applied: Decided = _APPLIERS[type(change)](decided, change, context)
    return applied


def _add(decided: Decided, change: Add, context: Context) -> Decided:
    if len(decided.faces) >= MOST:
        raise UsageError(f"a picture can have {MOST:,} faces at most")
    check_region(change.region, context.size)
    if change.frame is not None and not 0 <= change.frame < (context.frames or change.frame + 1):
        raise UsageError("the picture has no such frame")
    face = Face(
        id=context.name,
        origin=Origin.DRAWN,
        action=Choice.HIDE,
        places=(Place(region=change.region, frame=change.frame),),
        by=context.by,
        at=context.at,
    )
    return replace(decided, faces=(*decided.faces, face))


def _reshape(decided: Decided, change: Reshape, context: Context) -> Decided:
    face = decided.face(change.face)
    check_region(change.region, context.size)
    if len(face.places) != 1:
        raise UsageError(
            "this face was followed from frame to frame", "Draw another region over it instead."
        )
    if face.origin in CERTAIN and not _covers(change.region.box, face):
        raise UsageError(
            "the region of a face that was found has to cover it",
            "To leave it visible, keep it and say why, for instance that it is no face.",
        )
    moved = replace(face.moved(change.region), by=context.by, at=context.at)
    if face.dismissed:
        moved = replace(moved, action=Choice.HIDE)
    return decided.with_face(moved)


def _decide(decided: Decided, change: Decide, context: Context) -> Decided:
    face = decided.face(change.face)
    reason, consent = " ".join(change.reason.split()), (change.consent or "").strip() or None
    if len(reason) > LONGEST or len(consent or "") > LONGEST:
        raise UsageError(f"a ground has {LONGEST} characters at most")
    if change.action is Choice.KEEP and not (reason or consent):
        raise UsageError(
            "a face stays visible by a consent or a stated ground", "Choose one, or hide the face."
        )
    return decided.with_face(
        replace(
            face,
            action=change.action,
            reason=reason,
            consent=consent if change.action is Choice.KEEP else None,
            by=context.by,
            at=context.at,
            proposal=None,
        )
    )


def _remove(decided: Decided, change: Remove, context: Context) -> Decided:  # noqa: ARG001
    face = decided.face(change.face)
    if face.origin in CERTAIN:
        raise UsageError(
            "a face that was found cannot be removed",
            "Keep it and say why, for instance that it is no face.",
        )
    return replace(decided, faces=tuple(one for one in decided.faces if one.id != face.id))


def _fields(decided: Decided, change: KeepFields, context: Context) -> Decided:  # noqa: ARG001
    return replace(decided, fields=tuple(one for one in Field if one in change.fields))


def _propose(decided: Decided, change: Propose, context: Context) -> Decided:
    """A face that lies there is asked about; one that a person decided on is left as it is."""
    there = [f for f in decided.faces if len(f.places) == 1 and not f.dismissed]
    box = change.region.box
    near = max(there, key=lambda face: face.region.box.iou(box), default=None)
    if near is None or near.region.box.iou(box) < _SAME_PLACE:
        face = Face(
            id=context.name,
            origin=Origin.COPIED,
            action=Choice.ASK,
            places=(Place(region=change.region),),
            at=context.at,
            proposal=change.proposal,
        )
        return replace(decided, faces=(*decided.faces, face))
    if near.by is not None:
        return decided
    return decided.with_face(replace(near, action=Choice.ASK, proposal=change.proposal))


_APPLIERS: dict[type[Any], Callable[..., Decided]] = {
    Add: _add,
    Reshape: _reshape,
    Decide: _decide,
    Remove: _remove,
    KeepFields: _fields,
    Propose: _propose,
}


def check_region(region: Region, size: tuple[int, int] | None) -> None:
    """Raise UsageError for a region that hides nothing of a picture of this size."""
    if max(map(abs, region.box.as_tuple())) > FARTHEST:
        raise UsageError("this region is too large for a picture")
    if size is not None and region.box.clip(*size) is None:
        raise UsageError("this region lies outside of the picture")


def _covers(box: Box, face: Face) -> bool:
    """Whether a region still covers most of what a detector saw."""
    return all(
        box.intersection(sighting.box) >= _STILL_COVERED * sighting.box.area
        for sighting in face.seen[:1]
    )


ACTIONS = {Choice.HIDE: Action.REDACT, Choice.KEEP: Action.KEEP, Choice.ASK: Action.REDACT}
"""What is done with a face when the picture is published."""
