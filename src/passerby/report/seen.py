"""The faces that were seen in a file, for people: one line each, also in an animation."""

from __future__ import annotations

from passerby.model.media import ANIMATED, Canvas
from passerby.model.report import Inspection
from passerby.report.text import plural
from passerby.track import Face, Moment, faces_of


def count(inspection: Inspection) -> str:
    """Return how many faces were seen: "3 faces", "3 faces in 40 of 60 frames"."""
    told = plural(len(_faces(inspection)), "face")
    frames = inspection.item.frames
    if frames == 1 or not inspection.sightings:
        return told
    seen = len({sighting.frame for sighting in inspection.sightings})
    kind = "frames" if inspection.item.format in ANIMATED else "pages"
    return f"{told} in {seen:,} of {frames:,} {kind}"


def lines(inspection: Inspection) -> list[str]:
    """Return a line for each face: where it is, and how sure the detector was at best."""
    several = inspection.item.frames > 1
    kind = "frame" if inspection.item.format in ANIMATED else "page"
    return [
        f"  face {number}: {_line(face, kind if several else '')}"
        for number, face in enumerate(_faces(inspection), 1)
    ]


def _faces(inspection: Inspection) -> list[Face]:
    """Return the faces; in a still, and on pages, each sighting is one."""
    item = inspection.item
    if item.format not in ANIMATED or item.size is None:
        sightings = inspection.sightings
        return [(Moment(frame=s.frame, head=s.box, sightings=(s,)),) for s in sightings]
    canvas = Canvas(sizes=(item.size,) * item.frames, in_time=True)
    return faces_of(inspection.sightings, canvas)


def _line(face: Face, kind: str) -> str:
    seen = [sighting for moment in face for sighting in moment.sightings]
    x0, y0, x1, y1 = seen[0].box.as_tuple()
    best = max(sighting.score for sighting in seen)
    told = f"{x0},{y0} to {x1},{y1}, score {best:.2f}"
    if not kind:
        return told
    first, last = seen[0].frame + 1, seen[-1].frame + 1
    where = f"{kind} {first}" if first == last else f"{kind}s {first} to {last}, at first"
    return f"{where}: {told}" if first == last else f"{where} {told}"
