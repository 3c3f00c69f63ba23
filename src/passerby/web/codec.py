"""Between the session's values and the JSON of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from passerby.model.geometry import Region, Shape
from passerby.model.media import Field
from passerby.report.codec import Malformed, as_list, as_object, decode_box, refuse
from passerby.session.changes import Add, Change, Decide, KeepFields, Remove, Reshape
from passerby.session.faces import Choice, Face, PictureState, Place
from passerby.web.answers import Discreet, bad

_MOST_CHANGES = 2000
"""In one request; a picture can have more faces, and nobody decides so many at once."""
_LONGEST_NAME = 100
_GROUNDS = 12
_LONGEST = 1000
"""Characters of a text in a request; the session has limits of its own."""


def summary(state: PictureState, discreet: Discreet) -> dict[str, Any]:
    """Return what the wall of thumbnails shows of a picture."""
    faces = state.faces
    return {
        "id": state.id,
        "name": state.name,
        "state": state.state.value,
        "certainty": state.certainty,
        "hide": sum(face.action is Choice.HIDE for face in faces),
        "keep": sum(face.action is Choice.KEEP for face in faces),
        "ask": sum(face.open for face in faces),
        "suggested": sum(face.dismissed for face in faces),
        "version": state.version,
        "revision": state.revision,
        "size": state.size,
        "frames": state.frames,
        "detected": state.detected,
        "burst": state.burst,
        "problem": None if state.problem is None else discreet.failure(state.problem),
        "notice": state.notice,
        "output": {"state": state.output.state.value, "sha256": state.output.sha256},
    }


def picture(state: PictureState, discreet: Discreet) -> dict[str, Any]:
    """Return everything that is known of a picture."""
    return {
        **summary(state, discreet),
        "faces": [_face(face) for face in state.faces],
        "keep_fields": [one.value for one in state.keep_fields],
        "offered_fields": [one.value for one in state.offered],
        "signoffs": [{"by": one.by, "at": one.at.isoformat()} for one in state.signoffs],
        "undo": state.undo,
        "redo": state.redo,
        "neighbours": list(state.neighbours),
    }


def _face(face: Face) -> dict[str, Any]:
    proposal = face.proposal
    return {
        "id": face.id,
        **_region(face.region),
        "places": [_place(place) for place in face.places],
        "action": face.action.value,
        "score": round(face.score, 4),
        "origin": face.origin.value,
        "suggested": face.dismissed,
        "reason": face.reason,
        "consent": face.consent,
        "by": face.by,
        "at": None if face.at is None else face.at.isoformat(),
        "proposal": None
        if proposal is None
        else {
            "action": proposal.action.value,
            "reason": proposal.reason,
            "consent": proposal.consent,
        },
    }


def _region(region: Region) -> dict[str, Any]:
    return {"shape": region.shape.value, "box": list(region.box.as_tuple())}


def _place(place: Place) -> dict[str, Any]:
    return {"frame": place.frame, **_region(place.region)}


def grounds(states: Iterable[PictureState]) -> list[str]:
    """Return the grounds that people stated last, to be chosen again."""
    stated = [
        (face.at, face.reason)
        for state in states
        for face in state.faces
        if face.action is Choice.KEEP and face.reason and face.by and face.at
    ]
    return list(dict.fromkeys(reason for _, reason in sorted(stated, reverse=True)))[:_GROUNDS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a request asks for: changes of a version, all or none, then the rest."""

    base: int
    changes: tuple[Change, ...] = ()
    seen: bool = False
    copy: tuple[str, ...] = field(default=())

    @property
    def consents(self) -> tuple[str, ...]:
        """The consents by which faces are to stay visible."""
        return tuple(
            change.consent
            for change in self.changes
            if isinstance(change, Decide) and change.consent is not None
        )


def wishes(body: Mapping[str, Any]) -> Wishes:
    """Return what the body of a request to change a picture asks for. Raises Refused."""
    try:
        listed = as_list(body.get("do"), "do")
        if not 1 <= len(listed) <= _MOST_CHANGES:
            refuse("do", f"expected 1 to {_MOST_CHANGES:,} changes")
        given = [(as_object(one, f"do[{at}]"), f"do[{at}]") for at, one in enumerate(listed)]
        changes = [
            _CHANGES[kind](one, where)
            for one, where in given
            if (kind := _kind(one, where)) in _CHANGES
        ]
        copied = [
            face
            for one, where in given
            if one["kind"] == "copy"
            for face in _texts(one, "faces", where)
        ]
        return Wishes(
            base=base(body),
            changes=tuple(changes),
            seen=any(one["kind"] == "seen" for one, _ in given),
            copy=tuple(copied),
        )
    except Malformed as error:
        raise bad(str(error)) from None


def base(body: Mapping[str, Any]) -> int:
    """Return the version that a request is about. Raises Refused."""
    value = body.get("base")
    if isinstance(value, bool) or not isinstance(value, int):
        raise bad("base: expected the version that was seen")
    return value


def signer(body: Mapping[str, Any]) -> str:
    """Return the name of whoever signs off. Raises Refused."""
    try:
        name = _text(body, "by", "body").strip()
    except Malformed as error:
        raise bad(str(error)) from None
    if not 0 < len(name) <= _LONGEST_NAME:
        raise bad("by: expected a name")
    return name


def _kind(value: Mapping[str, Any], where: str) -> str:
    kind = value.get("kind")
    if kind not in (*_CHANGES, "seen", "copy"):
        refuse(f"{where}.kind", "this is not known")
    return str(kind)


def _add(value: Mapping[str, Any], where: str) -> Change:
    frame = value.get("frame")
    if frame is not None and (isinstance(frame, bool) or not isinstance(frame, int)):
        refuse(f"{where}.frame", "expected a number")
    return Add(region=_given_region(value, where), frame=frame)


def _reshape(value: Mapping[str, Any], where: str) -> Change:
    return Reshape(face=_text(value, "face", where), region=_given_region(value, where))


def _decide(value: Mapping[str, Any], where: str) -> Change:
    consent = None if value.get("consent") is None else _text(value, "consent", where)
    reason = "" if value.get("reason") is None else _text(value, "reason", where)
    action = _text(value, "action", where)
    if action not in set(Choice):
        refuse(f"{where}.action", "expected hide, keep or ask")
    face = _text(value, "face", where)
    return Decide(face=face, action=Choice(action), reason=reason, consent=consent)


def _remove(value: Mapping[str, Any], where: str) -> Change:
    return Remove(face=_text(value, "face", where))


def _fields(value: Mapping[str, Any], where: str) -> Change:
    names = _texts(value, "fields", where)
    if not set(names) <= set(Field):
        refuse(f"{where}.fields", f"expected some of {', '.join(Field)}")
    return KeepFields(fields=tuple(Field(name) for name in names))


_CHANGES: dict[str, Callable[[Mapping[str, Any], str], Change]] = {
    "add": _add,
    "reshape": _reshape,
    "decide": _decide,
    "remove": _remove,
    "fields": _fields,
}


def _given_region(value: Mapping[str, Any], where: str) -> Region:
    shape = value.get("shape", Shape.ELLIPSE.value)
    if shape not in set(Shape):
        refuse(f"{where}.shape", "expected box or ellipse")
    return Region(box=decode_box(value.get("box"), f"{where}.box"), shape=Shape(shape))


def _text(value: Mapping[str, Any], name: str, where: str) -> str:
    return _is_text(value.get(name), f"{where}.{name}")


def _texts(value: Mapping[str, Any], name: str, where: str) -> list[str]:
    listed = as_list(value.get(name), f"{where}.{name}")
    return [_is_text(one, f"{where}.{name}[{at}]") for at, one in enumerate(listed)]


def _is_text(value: Any, where: str) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        refuse(where, f"expected a text of at most {_LONGEST:,} characters")
    if any(0xD800 <= ord(character) < 0xE000 for character in value):
        refuse(where, "expected Unicode text")
    return value
