"""Which channels of a Photoshop document are its picture. No codec is imported."""

from __future__ import annotations

import struct

from passerby.media import iptc
from passerby.media.containers import psd as container
from passerby.media.containers.psd import Document

BITMAP, GREY, INDEXED, RGB, CMYK = 0, 1, 2, 3, 4
"""Colour modes."""
COLOURS = {BITMAP: 1, GREY: 1, INDEXED: 1, RGB: 3, CMYK: 4}
"""Channels of each mode that is handled, without opacity."""
_ALPHA_NUMBERS = 1053


def channels_shown(data: bytes, document: Document) -> tuple[int, ...]:
    """Return the numbers of the channels that are the picture: colours, and opacity if any.

    Raises CorruptInput when the layers cannot be read.
    """
    alpha = _alpha_channel(data, document)
    colours = tuple(range(COLOURS.get(document.mode, document.channels)))
    return colours if alpha is None else (*colours, alpha)


def _alpha_channel(data: bytes, document: Document) -> int | None:
    """Return the number of the channel that is the picture's opacity; other further channels are
    saved selections and spot colours.

    It is the first further one where the layers say so, else the one whose identifier is 0.
    """
    colours = COLOURS.get(document.mode, document.channels)
    if document.channels <= colours:
        return None
    layers = container.read_layers(data, document)
    if layers is not None and layers.transparent:
        return colours
    raw = resource(data, document, _ALPHA_NUMBERS)
    numbers = struct.unpack(f">{len(raw) // 4}I", raw[: len(raw) // 4 * 4])
    if 0 not in numbers or len(numbers) > document.channels - colours:
        return None
    return document.channels - len(numbers) + numbers.index(0)


def resource(data: bytes, document: Document, number: int) -> bytes:
    """Return the first image resource of a number; no bytes for none."""
    block = data[document.resources]
    for found in iptc.walk_resources(block):
        if found.id == number:
            return block[found.offset : found.offset + found.size]
    return b""
