"""Showing a picture to a detector."""

from __future__ import annotations

from dataclasses import replace

from passerby.errors import FinderError, PasserbyError
from passerby.model.finding import Sighting
from passerby.model.report import Check
from passerby.ports import Finder, Picture, Source


def look(finder: Finder, picture: Picture, source: Source) -> tuple[Sighting, ...]:
    """Return the faces in every view of every frame of a picture. Raises FinderError."""
    sightings: list[Sighting] = []
    try:
        for index, frame in enumerate(picture.frames):
            for view in source.views(frame):
                sightings.extend(replace(seen, frame=index) for seen in finder.find(view))
    except (PasserbyError, MemoryError):
        raise
    except Exception as error:
        raise FinderError(f"{finder.identity.name} failed: {type(error).__name__}") from error
    return tuple(dict.fromkeys(sightings))


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
