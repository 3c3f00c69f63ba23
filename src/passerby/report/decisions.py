"""Decisions from a file: a person's, or those of an earlier run that is to be repeated.

Three forms are read: the report of one file, the report of a run, and what a person writes by
hand, which needs no more than this:

    {"schema": 1, "files": [{"item": {"sha256": "..."}, "decisions": [
        {"action": "redact", "region": {"shape": "box", "box": [10, 20, 60, 80]}}]}]}

A picture is found by the sha256 of its bytes. Everything doubtful is redacted or refused: an
action of ``review`` counts as ``redact``; the unresolved faces of a report are redacted too;
a file that failed gives no decisions at all, rather than an empty list of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from passerby.errors import BadDecisions
from passerby.model.decision import Action, Decision
from passerby.model.finding import Sighting, Track
from passerby.model.geometry import Box, Region, Shape
from passerby.model.given import Given
from passerby.model.media import Canvas, Field, Format
from passerby.model.options import Method
from passerby.model.report import Outcome
from passerby.report.codec import FARTHEST, Malformed, as_list, as_object, decode, refuse
from passerby.report.json import head, parse, read_file
from passerby.report.text import printable
from passerby.track import Face, Moment, faces_of, head_of

MOST = 100_000
"""Decisions for one picture beyond this are taken for a mistake."""

UNRESOLVED_MARGIN = 0.4
"""How far the box of an unresolved face grows on each side, as a share of its size."""

_DECIDED = frozenset(
    {Outcome.PUBLISHED, Outcome.PLANNED, Outcome.NEEDS_REVIEW, Outcome.SKIPPED, None}
)


def load_decisions(path: Path) -> dict[str, Given]:
    """Read a decisions file: what is to be done with each picture, by its bytes' sha256.

    Raises BadDecisions with one line that names the place of what is wrong.
    """
    try:
        return decisions_from(read_file(path))
    except Malformed as error:
        raise BadDecisions(f"{printable(str(path))}: {error}") from error


def decisions_from(data: bytes) -> dict[str, Given]:
    """Read the text of a decisions file. Raises Malformed."""
    value = head(parse(data))
    if "files" in value:
        files = as_list(value["files"], "files")
        entries = [(f"files[{i}].", as_object(f, f"files[{i}]")) for i, f in enumerate(files)]
    else:
        entries = [("", value)]
    found: dict[str, Given] = {}
    for where, entry in entries:
        given = _given(entry, where)
        if given is None:
            continue
        other = found.setdefault(given.sha256, given)
        if not _agree(given, other):
            refuse(f"{where}item.sha256", "this picture has two different entries")
    if not found:
        refuse("files", "no picture in here has decisions")
    return found


def _agree(one: Given, other: Given) -> bool:
    """Whether the same would be made: a folder may hold one picture twice, and what differs
    then is when it was decided, and the noise's seed."""
    what = [
        [(d.action, d.region, d.frame, d.consent) for d in given.decisions]
        + [given.size, given.method, given.color, given.keep_fields]
        for given in (one, other)
    ]
    return what[0] == what[1]


def _given(entry: Mapping[str, Any], where: str) -> Given | None:
    """Return the decisions of one picture; None for one on which nothing was decided."""
    outcome = _optional(entry, "outcome", Outcome, where)
    if outcome not in _DECIDED or (outcome is Outcome.SKIPPED and not entry.get("output_sha256")):
        return None
    item = as_object(_needed(entry, "item", where), f"{where}item")
    sha256 = _sha256(_needed(item, "sha256", f"{where}item."), f"{where}item.sha256")
    listed = as_list(_needed(entry, "decisions", where), f"{where}decisions")
    if len(listed) > MOST:
        refuse(f"{where}decisions", f"more than {MOST:,} for one picture")
    decisions = [_decision(one, f"{where}decisions[{i}]", i) for i, one in enumerate(listed)]
    options = as_object(entry.get("options") or {}, f"{where}options")
    inside = f"{where}options."
    values = {
        "sha256": sha256,
        "decisions": (*decisions, *_unresolved(entry, where)),
        "size": _optional(item, "size", tuple[int, int], f"{where}item."),
        "method": _optional(options, "method", Method, inside),
        "color": _optional(options, "color", tuple[int, int, int], inside),
        "seed": _optional(entry, "seed", str, where),
        "keep_fields": _optional(options, "keep_fields", tuple[Field, ...], inside),
    }
    try:
        return Given(**values)
    except ValueError as error:
        refuse(where.rstrip("."), str(error))


def _needed(entry: Mapping[str, Any], key: str, where: str) -> Any:
    if key not in entry:
        refuse(f"{where}{key}", "this is missing")
    return entry[key]


def _optional(entry: Mapping[str, Any], key: str, kind: Any, where: str) -> Any:
    if entry.get(key) is None:
        return None
    return decode(kind, entry[key], f"{where}{key}")


def _sha256(value: Any, where: str) -> str:
    text = value.lower() if isinstance(value, str) else ""
    if len(text) != 64 or not set(text) <= set("0123456789abcdef"):
        refuse(where, "expected the picture's sha256: 64 hexadecimal digits")
    return text


def _decision(value: Any, where: str, index: int) -> Decision:
    entry = as_object(value, where)
    action: Action = decode(Action, _needed(entry, "action", f"{where}."), f"{where}.action")
    region = as_object(_needed(entry, "region", f"{where}."), f"{where}.region")
    _needed(region, "box", f"{where}.region.")
    region = {"shape": Shape.BOX.value, **region}
    track = _optional(entry, "track", Track, f"{where}.")
    decision: Decision = decode(
        Decision,
        {
            "reason": "given",
            "by": "reviewer",
            **entry,
            "region": region,
            "track": {"id": f"given-{index + 1}"},
        },
        where,
    )
    return Decision(
        track=track or decision.track,
        action=Action.REDACT if action is Action.REVIEW else action,
        region=decision.region,
        reason=decision.reason,
        by=decision.by,
        at=decision.at,
        frame=decision.frame,
        consent=decision.consent,
    )


def _unresolved(entry: Mapping[str, Any], where: str) -> list[Decision]:
    """Redact what the last look still found: nobody has said that it may stay. In an animation
    also in the frames near those in which it was found."""
    seen: tuple[Sighting, ...] = _optional(entry, "unresolved", tuple[Sighting, ...], where) or ()
    item = as_object(entry["item"], f"{where}item")
    frames = _optional(item, "frames", int, f"{where}item.") or 1
    faces: list[Face]
    if frames == 1:
        faces = [(Moment(frame=0, head=head_of(one.box), sightings=(one,)),) for one in seen]
    else:
        faces = faces_of(seen, _canvas(item, frames, seen, where))
    return [
        Decision(
            track=Track(id=f"unresolved-{index}", sightings=moment.sightings),
            action=Action.REDACT,
            region=Region(box=_wide(moment), shape=Shape.BOX),
            reason="unresolved in the report that the decisions come from",
            frame=None if frames == 1 else moment.frame,
        )
        for index, face in enumerate(faces, 1)
        for moment in face
    ]


def _canvas(item: Mapping[str, Any], frames: int, seen: Sequence[Sighting], where: str) -> Canvas:
    """Return what a report was about. Pages alone are not in time: what is of no known format
    is hidden in more frames. Raises Malformed."""
    if not 0 < frames <= MOST:
        refuse(f"{where}item.frames", f"expected a number of frames from 1 to {MOST:,}")
    for index, sighting in enumerate(seen):
        if not 0 <= sighting.frame < frames:
            refuse(f"{where}unresolved[{index}].frame", f"there are {frames:,} frames")
    # The sizes of further pages are not known. What lies outside of them is refused later.
    return Canvas(
        sizes=((FARTHEST, FARTHEST),) * frames,
        in_time=item.get("format") != Format.MULTIPAGE_TIFF,
    )


def _wide(moment: Moment) -> Box:
    """Return what is hidden of an unresolved face in one frame."""
    margin, box = UNRESOLVED_MARGIN, moment.head
    for sighting in moment.sightings:
        box = box.union(sighting.box.grow(margin, margin, margin, margin))
    return box
