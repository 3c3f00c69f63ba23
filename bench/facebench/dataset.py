"""Reads a folder in WIDER FACE's layout: `*_bbx_gt.txt` beside folders of pictures."""

from dataclasses import dataclass
from pathlib import Path

ATTRIBUTES = {
    "blur": ("clear", "normal", "heavy"),
    "illumination": ("normal", "extreme"),
    "occlusion": ("none", "partial", "heavy"),
    "pose": ("typical", "atypical"),
}


@dataclass(frozen=True, slots=True)
class Face:
    """A labelled face; `ignored` is one that the set marks as invalid."""

    x: int
    y: int
    width: int
    height: int
    ignored: bool
    attributes: dict


@dataclass(frozen=True, slots=True)
class Photo:
    name: str
    path: Path
    faces: tuple


def _face(line):
    x, y, width, height, blur, _expression, light, invalid, occlusion, pose = map(int, line.split())
    attributes = {"blur": blur, "illumination": light, "occlusion": occlusion, "pose": pose}
    ignored = bool(invalid) or width <= 0 or height <= 0
    return Face(x, y, width, height, ignored, attributes)


def read(folder):
    """Return the photos of a set that are there, in the order of their names."""
    (labels,) = sorted(folder.glob("**/*_bbx_gt.txt"))[:1] or [None]
    if labels is None:
        raise SystemExit(f"no *_bbx_gt.txt in {folder}")
    paths = {path.name: path for path in folder.rglob("*.jpg")}
    lines = iter(labels.read_text().splitlines())
    photos = []
    for name in lines:
        count = int(next(lines))
        # A picture without faces has one line of zeros.
        rows = [_face(next(lines)) for _ in range(max(count, 1))]
        path = paths.get(Path(name).name)
        if path is not None:
            photos.append(Photo(name, path, tuple(rows[:count])))
    return sorted(photos, key=lambda photo: photo.name)
