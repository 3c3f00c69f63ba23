"""Faces for tests: public-domain portraits from installed packages, and crowds made of them.

`pictures.toml` says where each comes from, who is in it, and why it may be used.
"""

from __future__ import annotations

import hashlib
import io
import tomllib
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from passerby.model.geometry import Box

Rgb = NDArray[np.uint8]
MANIFEST = Path(__file__).parent / "pictures.toml"


@cache
def manifest() -> dict[str, dict[str, Any]]:
    """Return the rows of the manifest by name."""
    with MANIFEST.open("rb") as file:
        return {row["name"]: row for row in tomllib.load(file)["picture"]}


@cache
def _load(name: str) -> Image.Image:
    row = manifest()[name]
    spec = find_spec(row["package"])
    assert spec is not None, f"{row['package']} is not installed"
    assert spec.submodule_search_locations
    data = (Path(spec.submodule_search_locations[0]) / row["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == row["sha256"], f"{name} is another picture now"
    path = Path(spec.submodule_search_locations[0]) / row["file"]
    with Image.open(path) as image:
        return image.convert("RGB")


def portrait(name: str = "collins") -> Rgb:
    """Return a portrait, (height, width, 3)."""
    return np.asarray(_load(name)).copy()


def face_box(name: str = "collins") -> Box:
    """Return where the face lies, from forehead to chin, as measured by hand."""
    return Box(*manifest()[name]["face"])


def _head_box(name: str) -> Box:
    box = face_box(name).grow(0.45, 0.5, 0.45, 0.35).clip(*_load(name).size)
    assert box is not None
    return box


def face_in_head(name: str, height: int, x: int, y: int) -> Box:
    """Return where the face lies when a `head` of this face height is put at (x, y)."""
    scale, face, whole = height / face_box(name).height, face_box(name), _head_box(name)
    return Box.from_floats(
        x + (face.x0 - whole.x0) * scale,
        y + (face.y0 - whole.y0) * scale,
        x + (face.x1 - whole.x0) * scale,
        y + (face.y1 - whole.y0) * scale,
    )


def head(name: str = "collins", height: int = 64) -> Rgb:
    """Return the head with some background, scaled so that the face is `height` pixels high."""
    box, scale = _head_box(name), height / face_box(name).height
    size = max(4, round(box.width * scale)), max(4, round(box.height * scale))
    cut = _load(name).crop(box.as_tuple()).resize(size, Image.Resampling.LANCZOS)
    return np.asarray(cut).copy()


def backdrop(width: int, height: int, seed: int = 0) -> Rgb:
    """Return a smooth coloured background that holds no face."""
    rng = np.random.default_rng(seed)
    small = rng.integers(60, 200, (4, 5, 3), dtype=np.uint8)
    large = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(large).copy()


def paste(canvas: Rgb, part: Rgb, x: int, y: int) -> Box:
    """Put a part on a canvas, cut at the edges; return where its visible pixels lie."""
    height, width = canvas.shape[:2]
    box = Box(x, y, x + part.shape[1], y + part.shape[0]).clip(width, height)
    assert box is not None
    canvas[box.y0 : box.y1, box.x0 : box.x1] = part[
        box.y0 - y : box.y1 - y, box.x0 - x : box.x1 - x
    ]
    return box


def crowd(width: int, height: int, faces: int, face_height: int, seed: int = 0) -> Rgb:
    """Return a picture with rows of heads, alternating between the portraits."""
    return crowd_and_faces(width, height, faces, face_height, seed)[0]


def crowd_and_faces(
    width: int, height: int, faces: int, face_height: int, seed: int = 0
) -> tuple[Rgb, list[Box]]:
    """Return a crowd, and where its faces lie."""
    canvas = backdrop(width, height, seed)
    names = sorted(manifest())
    tiles = [head(name, face_height) for name in names]
    step_x = max(t.shape[1] for t in tiles) + 4
    step_y = max(t.shape[0] for t in tiles) + 4
    per_row = max(1, width // step_x)
    boxes = []
    for index in range(faces):
        x, y = (index % per_row) * step_x + 2, (index // per_row) * step_y + 2
        if y + step_y > height:
            break
        paste(canvas, tiles[index % len(tiles)], x, y)
        boxes.append(face_in_head(names[index % len(names)], face_height, x, y))
    return canvas, boxes


def encoded(kind: str = "PNG", size: tuple[int, int] = (160, 120), **options: object) -> bytes:
    """Return a picture without a face as a file."""
    out = io.BytesIO()
    Image.fromarray(backdrop(*size)).save(out, kind, **options)
    return out.getvalue()
