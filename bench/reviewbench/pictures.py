"""Folders of photos for the bench: crowds of public-domain portraits."""

from __future__ import annotations

from pathlib import Path

import people
import review_site


def write_photos(folder: Path, count: int, faces: int, width: int) -> None:
    """Write so many photos, with so many faces each, and no two of the same bytes."""
    folder.mkdir(parents=True)
    height = width * 2 // 3
    for number in range(count):
        pixels = people.crowd(width, height, faces, width // 8, seed=number)
        review_site.save(folder, f"IMG_{number:04d}.jpg", pixels)
