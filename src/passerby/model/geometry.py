"""Boxes and regions: where a mask lies.

Coordinates are pixels in display orientation, that is after the EXIF orientation was applied;
x to the right, y down.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """A rectangle of whole pixels, half-open: x0 <= x < x1, y0 <= y < y1.

    It may reach outside the picture until `clip` is called, the one place where anything is
    clipped. Raises ValueError if it is empty or inverted.
    """

    x0: int
    y0: int
    x1: int
    y1: int

    def __post_init__(self) -> None:
        if self.x1 <= self.x0 or self.y1 <= self.y0:
            raise ValueError(f"empty box: {self.as_tuple()}")

    @classmethod
    def from_floats(cls, x0: float, y0: float, x1: float, y1: float) -> Box:
        """Round outward, so that no part of the given rectangle is left out."""
        return cls(math.floor(x0), math.floor(y0), math.ceil(x1), math.ceil(y1))

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.y1 - self.y0

    @property
    def area(self) -> int:
        """Area in pixels."""
        return self.width * self.height

    def as_tuple(self) -> tuple[int, int, int, int]:
        """Return (x0, y0, x1, y1)."""
        return (self.x0, self.y0, self.x1, self.y1)

    def clip(self, width: int, height: int) -> Box | None:
        """Return the part inside a picture of this size; None when there is none."""
        x0, y0 = max(self.x0, 0), max(self.y0, 0)
        x1, y1 = min(self.x1, width), min(self.y1, height)
        return Box(x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None

    def grow(self, left: float, top: float, right: float, bottom: float) -> Box:
        """Move each side outward by a fraction of the box's width or height; round outward."""
        w, h = self.width, self.height
        return Box.from_floats(
            self.x0 - left * w, self.y0 - top * h, self.x1 + right * w, self.y1 + bottom * h
        )

    def union(self, other: Box) -> Box:
        """Return the smallest box that contains both."""
        return Box(
            min(self.x0, other.x0),
            min(self.y0, other.y0),
            max(self.x1, other.x1),
            max(self.y1, other.y1),
        )

    def intersection(self, other: Box) -> int:
        """Return the area shared with `other`, in pixels."""
        # Most boxes are apart, and thousands are held against thousands.
        if self.x1 <= other.x0 or other.x1 <= self.x0:
            return 0
        if self.y1 <= other.y0 or other.y1 <= self.y0:
            return 0
        w = min(self.x1, other.x1) - max(self.x0, other.x0)
        h = min(self.y1, other.y1) - max(self.y0, other.y0)
        return w * h

    def iou(self, other: Box) -> float:
        """Return intersection over union, 0 to 1."""
        shared = self.intersection(other)
        return shared / (self.area + other.area - shared) if shared else 0.0


class Shape(StrEnum):
    """The form of a region inside its box."""

    BOX = "box"
    ELLIPSE = "ellipse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """What a mask has to cover: a box, or the ellipse inscribed in it."""

    box: Box
    shape: Shape = Shape.ELLIPSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The blocks that a mask is snapped outward to, in display orientation.

    Cells are `width` x `height` pixels and a cell's corner lies at (`x`, `y`) modulo the cell
    size: a rotated JPEG's first cell may be a partial one. 1x1 means no snapping.
    Raises ValueError for a cell without pixels, or a corner that is not inside one.
    """

    width: int = 1
    height: int = 1
    x: int = 0
    y: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.x < self.width and 0 <= self.y < self.height):
            raise ValueError(f"no grid: cells of {self.width}x{self.height} at {self.x}, {self.y}")
