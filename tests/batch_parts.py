"""Parts for the tests of batch: quick detectors, small pictures, decisions that kill."""

from __future__ import annotations

import io
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from passerby.media import Media
from passerby.model.finding import FinderId, Sighting
from passerby.model.geometry import Box
from passerby.model.given import Given
from passerby.ports import Ports, Rgb, SystemClock

FACE = Sighting(box=Box(20, 12, 44, 44), score=0.8, finder="fixed")


class FixedFinder:
    """Sees the same faces in every picture."""

    def __init__(self, *seen: Sighting) -> None:
        self.seen = seen

    @property
    def identity(self) -> FinderId:
        return FinderId(name="fixed", version="1", sha256="00" * 32)

    def find(self, view: Rgb) -> tuple[Sighting, ...]:
        return self.seen


class RestlessFinder(FixedFinder):
    """Sees a face where it saw none before, whenever it looks."""

    looks = 0

    def find(self, view: Rgb) -> tuple[Sighting, ...]:
        self.looks += 1
        x = (self.looks * 13) % 50
        return (Sighting(box=Box(x, x // 2, x + 9, x // 2 + 11), score=0.6, finder="fixed"),)


def quick_ports(first: tuple[Sighting, ...] = (FACE,), second: tuple[Sighting, ...] = ()) -> Ports:
    media = Media()
    return Ports(
        source=media,
        sink=media,
        finder=FixedFinder(*first),
        second=FixedFinder(*second),
        clock=SystemClock(),
    )


def restless_ports() -> Ports:
    """Ports whose second look never comes to rest: every file needs review."""
    return replace(quick_ports(()), second=RestlessFinder())


def picture(seed: int = 0, form: str = "png", size: tuple[int, int] = (64, 56)) -> bytes:
    """Return a small picture with some texture."""
    rng = np.random.default_rng(seed)
    small = rng.integers(40, 220, (7, 8, 3), dtype=np.uint8)
    image = Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)
    stream = io.BytesIO()
    image.save(stream, form)
    return stream.getvalue()


def noise(size: tuple[int, int] = (300, 200)) -> bytes:
    """Return a TIFF that no compression makes smaller."""
    rng = np.random.default_rng(0)
    stream = io.BytesIO()
    image = Image.fromarray(rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8))
    image.save(stream, "tiff")
    return stream.getvalue()


def fill(folder: Path, count: int, form: str = "png") -> list[Path]:
    """Put small pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"p{index:03}.{form}" for index in range(count)]
    for index, path in enumerate(paths):
        path.write_bytes(picture(index, form))
    return paths


class Deadly(dict[str, Given]):
    """Decisions that end or hold up the process that asks for those of a certain picture."""

    def __init__(
        self, known: Mapping[str, Given], deadly: str, *, flag: Path | None = None, wait: float = 0
    ) -> None:
        super().__init__(known)
        self.deadly, self.flag, self.wait = deadly, flag, wait

    def __reduce__(self) -> tuple[object, ...]:
        return _deadly, (dict(self), self.deadly, self.flag, self.wait)

    def __contains__(self, key: object) -> bool:
        if key == self.deadly:
            time.sleep(self.wait)
            if self.flag is None or not self.flag.exists():
                if self.flag is not None:
                    self.flag.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        return super().__contains__(key)


def _deadly(known: dict[str, Given], deadly: str, flag: Path | None, wait: float) -> Deadly:
    return Deadly(known, deadly, flag=flag, wait=wait)
