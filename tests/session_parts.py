"""Parts for the tests of sessions: folders of small pictures in which faces are said to be."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from PIL import Image

from batch_parts import fill
from passerby.batch.plan import Request
from passerby.model.finding import Sighting
from passerby.model.geometry import Box, Region, Shape
from passerby.model.options import Options
from passerby.session import Choice, Face, Origin, Place, Session
from passerby.session.book import Book
from passerby.session.events import Detected
from passerby.session.faces import Detection
from passerby.session.listing import places_of
from passerby.session.session import FOLDER

SIZE = (64, 56)
SEEN = Box(20, 12, 44, 44)
OTHER = Region(box=Box(2, 3, 12, 14), shape=Shape.BOX)


def sighting(box: Box = SEEN, score: float = 0.8) -> Sighting:
    return Sighting(box=box, score=score, finder="centerface")


def face(
    name: str = "t1",
    box: Box = SEEN,
    origin: Origin = Origin.FOUND,
    score: float = 0.8,
    action: Choice = Choice.HIDE,
) -> Face:
    region = Region(box=box.grow(0.3, 0.3, 0.3, 0.3))
    place = Place(region=region, sightings=(sighting(box, score),))
    return Face(id=name, origin=origin, action=action, places=(place,), score=score)


def detection(*faces: Face, size: tuple[int, int] = SIZE) -> Detection:
    return Detection(size=size, faces=faces or (face(),))


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def book_path(folder: Path, out: Path, options: Options | None = None) -> Path:
    request = Request(paths=(folder,), out=out, options=options or Options())
    return places_of(request).folder / FOLDER / "journal.jsonl"


def say_found(folder: Path, out: Path, options: Options | None = None, *faces: Face) -> None:
    """Write what the detectors would have said of every picture of a folder."""
    path = book_path(folder, out, options)
    path.parent.mkdir(parents=True, exist_ok=True)
    found: list[Detected] = []
    for picture in sorted(folder.iterdir()):
        if picture.is_file():
            with Image.open(picture) as image:
                said = detection(*faces, size=image.size)
            found.append(Detected(sha256=sha256_of(picture), detection=said))
    book = Book(path, options or Options())
    book.write(*found)
    book.close()


def ready(base: Path, count: int = 3, options: Options | None = None, form: str = "png") -> Session:
    """Return the session of a new folder in which everything has been looked at."""
    folder = base / "in"
    fill(folder, count, form)
    say_found(folder, base / "out", options)
    return reopen(base, options)


def reopen(base: Path, options: Options | None = None) -> Session:
    return Session.open(base / "in", base / "out", options or Options(), watch=False)


def named(session: Session, name: str) -> str:
    """Return the id of the picture of this name."""
    return next(picture.id for picture in session.pictures() if picture.name == name)


def settled(session: Session, seconds: float = 120) -> None:
    """Wait until all has been looked at."""
    end = time.monotonic() + seconds
    while any(not p.detected and p.problem is None for p in session.pictures()):
        assert time.monotonic() < end, "nobody looked"
        time.sleep(0.05)
