"""What the journal's lines say, as values and as JSON.

Everything is about the bytes of a picture, by their sha256: a file that is moved or renamed keeps
its decisions, one that is changed has none, and two copies of one file always have the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from passerby.errors import StoreDamaged
from passerby.model.options import Options
from passerby.report.codec import Malformed, as_list, as_object, decode, encode, refuse
from passerby.session.changes import Change, decode_change, encode_change
from passerby.session.faces import Detection

FORMAT = 1
"""Version of the journal's form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The first line: by whom it was written, the key of the pictures' ids, the options."""

    format: int
    passerby: str
    key: str
    options: Options
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A file, by its path below the folder, had these bytes when something was decided on it."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """What the detectors said."""

    sha256: str
    detection: Detection


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Somebody changed what is decided; all of it counts as one step."""

    sha256: str
    by: str
    at: datetime
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """The last step was taken back."""

    sha256: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Redone:
    """The step that was taken back last was made again."""

    sha256: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Somebody looked at the picture."""

    sha256: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Another reviewer agreed with what is decided."""

    sha256: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A copy was published from the decisions of a version. `path` is that of the original."""

    path: str
    sha256: str
    version: int
    output_sha256: str


Event = Begun | Known | Detected | Changed | Undone | Redone | Seen | Signed | Published

_KINDS: dict[str, type[Any]] = {
    "begun": Begun,
    "known": Known,
    "detected": Detected,
    "changed": Changed,
    "undone": Undone,
    "redone": Redone,
    "seen": Seen,
    "signed": Signed,
    "published": Published,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def encode_event(event: Event) -> dict[str, Any]:
    """Return the JSON value of an event. What is null is left out."""
    value: dict[str, Any] = {"kind": _NAMES[type(event)], **encode(event)}
    if isinstance(event, Changed):
        value["changes"] = [encode_change(change) for change in event.changes]
    slim: dict[str, Any] = _slim(value)
    return slim


def _slim(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _slim(inner) for key, inner in value.items() if inner is not None}
    return [_slim(inner) for inner in value] if isinstance(value, list) else value


def decode_event(value: Any, number: int) -> Event:
    """Return the event of the journal's line of this number. Raises StoreDamaged for one that
    this version does not know: what a later version decided must not be left out."""
    try:
        return _decode(value)
    except Malformed as error:
        raise StoreDamaged(
            f"line {number} of the journal is not one that this version reads: {error}",
            "Open it with the version of Passerby that wrote it.",
        ) from error


def _decode(value: Any) -> Event:
    given = as_object(value, "event")
    name = given.get("kind")
    if name not in _KINDS:
        refuse("event.kind", "this is not known")
    if name == "changed":
        listed = as_list(given.get("changes"), "event.changes")
        changes = tuple(decode_change(one, f"event.changes[{i}]") for i, one in enumerate(listed))
        changed: Changed = decode(_Bare, given, "event").with_changes(changes)
        return changed
    event: Event = decode(_KINDS[name], given, "event")
    return event


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bare:
    """A `Changed` without its changes: those are of several kinds."""

    sha256: str
    by: str
    at: datetime

    def with_changes(self, changes: tuple[Change, ...]) -> Changed:
        return Changed(sha256=self.sha256, by=self.by, at=self.at, changes=changes)
