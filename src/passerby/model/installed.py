"""What is installed, as `passerby doctor` and `passerby models` tell it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorState:
    """One detector of the catalogue, and whether its weights are there and right."""

    name: str
    title: str
    version: str
    state: str
    usable: bool
    built_in: bool
    licence: str
    source: str
    address: str | None
    trained_on: str
    sha256: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionalPart:
    """Something that need not be there, and what it gives."""

    name: str
    present: bool
    gives: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JpegPath:
    """How JPEGs are written. `library` is the libjpeg-turbo that carries blocks over, and
    `packed` says that it came with Passerby; with None every JPEG is coded again. `optimises`
    says that it fits Huffman tables to pictures that are not progressive. `problems` tells what
    is wrong with libraries that were not taken."""

    library: str | None
    packed: bool = False
    optimises: bool = False
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Versions, detectors, and what networks run on, best first.

    `libraries` are those that an install always has, with their versions; None where one is
    missing. `healthy` says that nothing is missing or damaged that is needed.
    """

    healthy: bool
    version: str
    python: str
    platform: str
    libraries: tuple[tuple[str, str | None], ...]
    detectors: tuple[DetectorState, ...]
    providers: tuple[str, ...]
    jpeg: JpegPath
    optional: tuple[OptionalPart, ...]
