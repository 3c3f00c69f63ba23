"""The decisions of a session as the document that `passerby redact --decisions` reads.

What is published from a session is read from this very document, so that the command line makes
the same bytes of it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

from passerby.decide import SECOND_LOOK
from passerby.model.decision import Decision
from passerby.model.finding import Track
from passerby.model.given import Given
from passerby.model.options import Method, Options
from passerby.report.codec import encode
from passerby.report.decisions import decisions_from
from passerby.report.json import document, dump
from passerby.session.changes import ACTIONS
from passerby.session.faces import Choice, Face, Origin
from passerby.session.history import History

_SEED_BYTES = 16

_REASONS = {
    Origin.FOUND: "face found",
    Origin.SECOND_LOOK: SECOND_LOOK,
    Origin.SUGGESTED: "suggested by the detector and accepted",
    Origin.DRAWN: "drawn by the reviewer",
    Origin.COPIED: "lies where a face lies in a neighbouring picture",
}


def decisions_of(history: History) -> tuple[Decision, ...]:
    """Return what is to be done with each face; what nobody has decided is hidden."""
    return tuple(
        Decision(
            track=Track(id=face.id, sightings=place.sightings),
            action=ACTIONS[face.action],
            region=place.region,
            reason=_reason(face),
            by=face.by or "passerby",
            at=face.at,
            frame=place.frame,
            consent=face.consent,
        )
        for face in history.decided.faces
        if not face.dismissed
        for place in face.places
    )


def _reason(face: Face) -> str:
    if face.reason:
        return face.reason
    if face.action is Choice.KEEP:
        return "consent on record"
    undecided = "; not decided, so hidden" if face.action is Choice.ASK else ""
    return _REASONS[face.origin] + undecided


def seed_of(sha256: str, options: Options, key: bytes) -> str | None:
    """Return the seed of the noise in a picture: the same each time, so that the same decisions
    make the same bytes. None where there is no noise."""
    if options.method is not Method.NOISE:
        return None
    drawn = hmac.new(key, f"seed\n{sha256}".encode(), hashlib.sha256).digest()
    return options.seed or drawn[:_SEED_BYTES].hex()


def entry_of(history: History, path: str, options: Options, key: bytes) -> dict[str, Any]:
    """Return what the document says of one picture. `path` is for people."""
    item: dict[str, Any] = {"path": path, "sha256": history.sha256}
    if history.detection is not None:
        item["size"] = list(history.detection.size)
    fields = history.keep_fields(options.keep_fields)
    entry: dict[str, Any] = {
        "item": item,
        "options": {
            "method": options.method.value,
            "color": list(options.color),
            "keep_fields": [field.value for field in fields],
        },
        "decisions": [encode(decision) for decision in decisions_of(history)],
    }
    seed = seed_of(history.sha256, options, key)
    return entry if seed is None else {**entry, "seed": seed}


def document_of(entries: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the document of several pictures."""
    return document("decisions", files=list(entries))


def given_of(entry: dict[str, Any]) -> Given:
    """Return the decisions for one picture as the command line would read them."""
    (given,) = decisions_from(dump(document_of([entry]))).values()
    return given
