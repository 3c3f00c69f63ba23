"""Canaries, and the file that they were put into."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field

import numpy as np
from PIL import Image


@dataclass(frozen=True)
class Carrier:
    """`part` is text in the name of the part under which a listing has to show the carrier;
    `canary` are the bytes that stand in the file, in the open or compressed."""

    name: str
    part: str
    canary: bytes


@dataclass(frozen=True)
class Filled:
    """A file and what was put into it."""

    data: bytes
    carriers: tuple[Carrier, ...]

    @property
    def canaries(self) -> dict[str, bytes]:
        """The canaries by carrier."""
        return {carrier.name: carrier.canary for carrier in self.carriers}


@dataclass
class Nest:
    """Mints canaries and remembers them."""

    carriers: list[Carrier] = field(default_factory=list)

    def text(self, name: str, part: str) -> str:
        """Return a fresh canary as text of 21 letters and digits."""
        assert name not in {carrier.name for carrier in self.carriers}
        canary = "canary" + hashlib.sha256(name.encode()).hexdigest()[:15]
        self.carriers.append(Carrier(name, part, canary.encode()))
        return canary

    def raw(self, name: str, part: str) -> bytes:
        """Return a fresh canary as bytes."""
        return self.text(name, part).encode()

    def wide(self, name: str, part: str) -> bytes:
        """Return a fresh canary in UTF-16, as the XP tags of Windows hold text."""
        wide = self.text(name, part).encode("utf-16-le")
        last = self.carriers.pop()
        self.carriers.append(Carrier(last.name, last.part, wide))
        return wide + b"\0\0"

    def picture(self, name: str, part: str, size: tuple[int, int] = (32, 24)) -> bytes:
        """Return a small JPEG of noise that holds a fresh canary in a comment."""
        return small_jpeg(self.raw(name, part), size)

    def changed(self, name: str, canary: bytes) -> None:
        """Say that a canary stands in the file in another form, such as base64."""
        for index, carrier in enumerate(self.carriers):
            if carrier.name == name:
                self.carriers[index] = Carrier(name, carrier.part, canary)

    def filled(self, data: bytes) -> Filled:
        """Return the file with the carriers so far."""
        return Filled(data, tuple(self.carriers))


def small_jpeg(comment: bytes, size: tuple[int, int] = (32, 24)) -> bytes:
    """Return a small JPEG of noise with a comment."""
    noise = np.random.default_rng(len(comment)).integers(0, 256, (size[1], size[0], 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, "JPEG", comment=comment)
    return out.getvalue()
