"""What happened to the bytes of one picture, folded from the journal. Pure: no disk, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from passerby.errors import UsageError
from passerby.model.media import Field
from passerby.session.changes import Context, Decided, apply
from passerby.session.events import (
    Changed,
    Detected,
    Event,
    Published,
    Redone,
    Seen,
    Signed,
    Undone,
)
from passerby.session.faces import MACHINE, Detection, Face, SignOff


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A published copy of a file, and the version of the decisions that it was made from."""

    version: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The state of one picture's bytes, and the steps that can be undone and redone.

    `copies` holds what was published, by the original's path.
    """

    sha256: str
    detection: Detection | None = None
    decided: Decided = field(default_factory=Decided)
    past: tuple[Decided, ...] = ()
    future: tuple[Decided, ...] = ()
    version: int = 0
    revision: int = 0
    seen: bool = False
    touched: bool = False
    signoffs: tuple[SignOff, ...] = ()
    copies: tuple[tuple[str, Copy], ...] = ()

    def copy_of(self, path: str) -> Copy | None:
        """Return what was published of a file last."""
        return dict(self.copies).get(path)

    def keep_fields(self, default: tuple[Field, ...]) -> tuple[Field, ...]:
        """Return the fields that the copy carries."""
        return default if self.decided.fields is None else self.decided.fields

    @property
    def doubtful(self) -> tuple[Face, ...]:
        """What a detector said and no person has decided."""
        return tuple(f for f in self.decided.faces if f.origin in MACHINE and f.by is None)


def fold(history: History, event: Event) -> History:
    """Return the state after an event. Raises UsageError for a change that cannot be."""
    match event:
        case Detected():
            after = _detected(history, event.detection)
        case Changed():
            after = _changed(history, event)
        case Undone():
            after = _undone(history)
        case Redone():
            after = _redone(history)
        case Seen():
            after = replace(history, seen=True)
        case Signed():
            given = tuple(s for s in history.signoffs if s.by != event.by)
            after = replace(history, signoffs=(*given, SignOff(by=event.by, at=event.at)))
        case Published():
            copy = Copy(version=event.version, sha256=event.output_sha256)
            copies = {**dict(history.copies), event.path: copy}
            after = replace(history, copies=tuple(copies.items()))
        case _:
            return history
    return replace(after, revision=history.revision + 1)


def _detected(history: History, detection: Detection) -> History:
    """Put what was found before what was drawn meanwhile, in every step."""
    if history.detection is not None:
        return history

    def with_found(decided: Decided) -> Decided:
        return replace(decided, faces=(*detection.faces, *decided.faces))

    return replace(
        history,
        detection=detection,
        decided=with_found(history.decided),
        past=tuple(map(with_found, history.past)),
        future=tuple(map(with_found, history.future)),
        version=history.version + 1,
        signoffs=(),
    )


def _changed(history: History, event: Changed) -> History:
    decided = history.decided
    found = history.detection
    size, frames = (found.size, found.frames) if found else (None, None)
    for number, change in enumerate(event.changes):
        name = f"p{history.version + 1}-{number + 1}"
        context = Context(by=event.by, at=event.at, size=size, frames=frames, name=name)
        decided = apply(decided, change, context)
    return replace(
        history,
        decided=decided,
        past=(*history.past, history.decided),
        future=(),
        version=history.version + 1,
        touched=True,
        signoffs=(),
    )


def _undone(history: History) -> History:
    if not history.past:
        raise UsageError("there is nothing to undo", "")
    return replace(
        history,
        decided=history.past[-1],
        past=history.past[:-1],
        future=(*history.future, history.decided),
        version=history.version + 1,
        signoffs=(),
    )


def _redone(history: History) -> History:
    if not history.future:
        raise UsageError("there is nothing to redo", "")
    return replace(
        history,
        decided=history.future[-1],
        past=(*history.past, history.decided),
        future=history.future[:-1],
        version=history.version + 1,
        signoffs=(),
    )
