"""Pictures that are embedded in a file are found, opened, and the faces in them counted."""

from __future__ import annotations

from functools import cache

import pytest

from canaries import faces
from passerby.compose import build_eyes
from passerby.examine import inspect_bytes
from passerby.model.options import Options
from passerby.model.report import Inspection
from passerby.ports import Eyes

FILES = faces.all_files()


@cache
def eyes() -> Eyes:
    return build_eyes(Options(), threads=2)


@cache
def inspected(name: str) -> Inspection:
    return inspect_bytes(FILES[name].data, shown=name, options=Options(), ports=eyes())


def counted(inspection: Inspection) -> dict[str, int | None]:
    """Return the number of faces by path; what is told twice has a number behind its path."""
    told: dict[str, int | None] = {}
    for picture in inspection.embedded:
        path = " > ".join(picture.path)
        again = sum(name.split(" #")[0] == path for name in told)
        told[f"{path} #{again + 1}" if again else path] = picture.faces
    return told


@pytest.mark.parametrize("name", FILES)
def test_every_picture_is_opened_and_its_faces_counted(name: str) -> None:
    assert inspected(name).failure is None
    assert inspected(name).sightings == ()
    assert counted(inspected(name)) == FILES[name].shown
    for each in inspected(name).embedded:
        assert (each.faces is None) == bool(each.problem)
        assert each.size == (None if each.problem else faces.SIZE)
