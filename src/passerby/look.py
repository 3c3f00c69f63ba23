"""Showing a picture to a detector."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np

from passerby.errors import FinderError, PasserbyError
from passerby.model.finding import Sighting
from passerby.model.media import Mode
from passerby.model.report import Check
from passerby.ports import Finder, Picture, Source


def look(finder: Finder, picture: Picture, source: Source) -> tuple[Sighting, ...]:
    """Return the faces in every view of every frame of a picture. Raises FinderError.

    A frame with the pixels of an earlier one is not shown again: it has the same faces.
    """
    sightings: list[Sighting] = []
    seen: dict[tuple[tuple[int, int], Mode, bytes], list[Sighting]] = {}
    try:
        for index, frame in enumerate(picture.frames):
            key = (frame.size, frame.encoding.mode, _digest(frame) if picture.more else b"")
            if key not in seen:
                views = source.views(frame)
                seen[key] = [sighting for view in views for sighting in finder.find(view)]
            sightings.extend(replace(sighting, frame=index) for sighting in seen[key])
    except (PasserbyError, MemoryError):
        raise
    except Exception as error:
        raise FinderError(f"{finder.identity.name} failed: {type(error).__name__}") from error
    return tuple(dict.fromkeys(sightings))


def _digest(frame: Picture) -> bytes:
    return hashlib.sha256(np.ascontiguousarray(frame.samples).tobytes()).digest()


def second_look_check(found: tuple[Sighting, ...], *, reports_only: bool) -> Check:
    """Describe what the second look still found."""
    if not found:
        detail = "no face found"
    else:
        faces = "face" if len(found) == 1 else "faces"
        detail = f"{len(found)} {faces} found"
        if reports_only:
            detail += "; reported only, because the decisions were given"
    return Check(
        name="second look",
        passed=reports_only or not found,
        detail=detail,
        figures=(("found", len(found)),),
    )
