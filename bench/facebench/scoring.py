"""Which faces lie under masks, and what the masks cover besides."""

from dataclasses import dataclass

import numpy as np

ENOUGH = 0.9
"""A face is protected when this share of the ellipse in its labelled box is under the mask."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One photo: for each valid face whether it is protected; shares of the picture."""

    protected: tuple
    collateral: float
    masked: float


def ellipse(box, window):
    """Return which pixels of a window have their centre in the ellipse inscribed in a box."""
    (x0, y0, x1, y1), (left, top, right, bottom) = box, window
    dx = (np.arange(left, right) + 0.5 - (x0 + x1) / 2) / ((x1 - x0) / 2)
    dy = (np.arange(top, bottom) + 0.5 - (y0 + y1) / 2) / ((y1 - y0) / 2)
    return (dx * dx)[None, :] + (dy * dy)[:, None] < 1


def valid_faces(photo, size):
    """Return the faces that count: valid, and at least partly inside the picture."""
    return tuple(f for f in photo.faces if not f.ignored and _window(f, size) is not None)


def _window(face, size):
    left, top = max(0, face.x), max(0, face.y)
    right, bottom = min(size[0], face.x + face.width), min(size[1], face.y + face.height)
    return (left, top, right, bottom) if right > left and bottom > top else None


def score(photo, size, masks):
    """Score the masks [(x0, y0, x1, y1, pixels, ...)] of one photo of `size` (width, height)."""
    width, height = size
    labelled = np.zeros((height, width), bool)
    for face in photo.faces:
        labelled[
            max(0, face.y) : max(0, face.y + face.height),
            max(0, face.x) : max(0, face.x + face.width),
        ] = True
    covered, needless = np.zeros_like(labelled), np.zeros_like(labelled)
    for x0, y0, x1, y1, pixels, *_ in masks:
        covered[y0:y1, x0:x1] |= pixels
        if not (labelled[y0:y1, x0:x1] & pixels).any():
            needless[y0:y1, x0:x1] |= pixels
    protected = tuple(_is_protected(f, size, covered) for f in valid_faces(photo, size))
    return Scored(protected, float(needless.mean()), float(covered.mean()))


def _is_protected(face, size, covered):
    left, top, right, bottom = _window(face, size)
    box = (face.x, face.y, face.x + face.width, face.y + face.height)
    inside = ellipse(box, (left, top, right, bottom))
    if not inside.any():
        inside[:] = True
    under = covered[top:bottom, left:right][inside]
    return bool(under.mean() >= ENOUGH)
