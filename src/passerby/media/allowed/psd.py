"""What a Photoshop document may hold that somebody hands in as a copy: its flattened picture, and
a profile that says nothing but colours. Passerby writes none."""

from __future__ import annotations

from passerby.media import icc
from passerby.media.inventory import psd as inventory
from passerby.model.media import Encoding, Group, Part

_PROFILE = "resources/ICCProfile"


def list_leftovers(data: bytes, encoding: Encoding, packet: bytes | None) -> list[Part]:
    """List all parts but the picture's and a rebuilt profile. Raises CorruptInput."""
    del encoding, packet
    return [part for part in inventory.list_parts(data) if not _is_plain(data, part)]


def _is_plain(data: bytes, part: Part) -> bool:
    if part.name == _PROFILE:
        return icc.is_rebuilt(data[part.offset : part.offset + part.size])
    # The block of resources is told by what is in it.
    return part.group in (Group.PICTURE, Group.COLOUR) or part.name == "resources"
