"""Where libjpeg-turbo's transform comes from: packed with Passerby, or the system's.

The packed one is loaded if its sha256 is right. Without either, JPEGs are decoded, painted and
coded again.
"""

from __future__ import annotations

import ctypes
import hashlib
from ctypes.util import find_library
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from passerby.media.turbojpeg import TurboJpeg

FOLDER = Path(__file__).parent / "native"
PACKED = {
    "libturbojpeg-linux-x86_64.so": (
        "4c9cc9a93fc3c14c059859d8252c093d5b9b1138854c9b4bb75d46c8b8ffd6c9"
    ),
    "libturbojpeg-musl-x86_64.so": (
        "954a727eec91587b66c898784153d4b9c1daf27c2252912c5d479196c8b6d622"
    ),
    "libturbojpeg-macos-x86_64.dylib": (
        "f9eac273e9ea0aadf7601ddcc3b8f5c2bb4fa698e18e138a36cf39adbd833617"
    ),
    "libturbojpeg-macos-arm64.dylib": (
        "bf16da4a5dfe9ab2950003aab5cbadfca882642ee23b32e95c03ad840dcf01d7"
    ),
}
"""The sha256 of each platform's library: libjpeg-turbo 3.0.0. A build packs one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A library that serves. `packed` says whether it came with Passerby."""

    turbojpeg: TurboJpeg
    path: str
    packed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What was found, and what is wrong with what was not taken, one line each."""

    loaded: Loaded | None
    problems: tuple[str, ...] = ()


@cache
def search() -> Search:
    """Load the packed library, else the system's."""
    problems: list[str] = []
    for name, sha256 in PACKED.items():
        path = FOLDER / name
        if not path.is_file():
            continue
        if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            problems.append(f"{name} is not the file that belongs there: install Passerby again")
            continue
        loaded = _load(str(path), problems)
        if loaded is not None:
            return _found(loaded, str(path), problems, packed=True)
    system = find_library("turbojpeg")
    loaded = _load(system, problems) if system else None
    if system and loaded is not None:
        return _found(loaded, system, problems, packed=False)
    return Search(loaded=None, problems=tuple(problems))


def _load(path: str, problems: list[str]) -> TurboJpeg | None:
    try:
        return TurboJpeg(ctypes.CDLL(path))
    except (OSError, AttributeError) as error:
        problems.append(f"{path} cannot be used: {error}")
        return None


def _found(turbojpeg: TurboJpeg, path: str, problems: list[str], *, packed: bool) -> Search:
    loaded = Loaded(turbojpeg=turbojpeg, path=path, packed=packed)
    return Search(loaded=loaded, problems=tuple(problems))
