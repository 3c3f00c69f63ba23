"""From decoded samples of a HEIF or AVIF file to a picture in display orientation."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np

from passerby.errors import CorruptInput
from passerby.media import fields, heif_picture, icc, inflate, nclx, orient, samples, transforms
from passerby.media.containers import bmff, items
from passerby.media.containers.items import Meta
from passerby.media.heif_metadata import exif_block, plain_bytes
from passerby.media.heif_picture import Shown
from passerby.media.heif_write import XMP_TYPE
from passerby.media.nclx import Codes
from passerby.model.media import Encoding, Field, Format, Mode
from passerby.model.options import Limits
from passerby.ports import Picture, Samples

Decode = Callable[[Shown], Samples]
"""Decodes a file's bare file to (height, width[, channels]), as it is stored: uint8 of 8 bits, or
uint16 of the picture's own depth, in its lower bits."""
_MODES = {
    (True, False): Mode.L,
    (True, True): Mode.LA,
    (False, False): Mode.RGB,
    (False, True): Mode.RGBA,
}


def read(data: bytes, limits: Limits, name: Format, decode: Decode) -> Picture:
    """Read a file of the format `name`, which is HEIC or AVIF.

    Raises EmptyInput, CorruptInput, UnsupportedFormat or LimitExceeded.
    """
    meta = items.find_meta(data, bmff.walk_file(data, name))
    shown = heif_picture.read_shown(data, meta, limits)
    coded = shown.colours.coded
    mode = _MODES[coded.grey, shown.alpha is not None]
    notes: list[str] = []
    profile = icc.keep(shown.profile, mode, notes)
    encoding = Encoding(
        format=name,
        mode=mode,
        depth=coded.depth,
        lossless=False,
        icc=profile,
        colour_tags=() if profile else _colour_tags(shown),
        fields=read_fields(data, meta),
        drop_opaque_alpha=True,
    )
    width, height = shown.colours.size
    pixels = _shaped(decode(shown), mode, shown.bare_size)[:height, :width]
    pixels = transforms.cut_out(samples.widen(pixels, coded.depth), shown.transforms)
    turned = transforms.orientation_of(shown.transforms)
    return orient.upright(pixels, encoding, turned, notes)


def _colour_tags(shown: Shown) -> tuple[tuple[str, bytes], ...]:
    """Return the code points of the colours, where these are not sRGB."""
    codes = nclx.SRGB
    if shown.nclx:
        codes = Codes(shown.nclx[1], shown.nclx[3])
        if shown.nclx[0] or shown.nclx[2]:
            raise CorruptInput("HEIF: the kind of the colours is not possible")
    elif shown.colours.coded.colour:
        codes = Codes(*shown.colours.coded.colour[:2])
    nclx.check_known(codes)
    return () if codes.is_srgb else ((nclx.TAG, codes.to_bytes()),)


def _shaped(pixels: Samples, mode: Mode, size: tuple[int, int]) -> Samples:
    """Return (height, width, channels) of the mode, in memory of its own."""
    shaped = pixels.reshape(*pixels.shape[:2], -1)
    if mode is Mode.LA and shaped.shape[2] == 4:
        shaped = shaped[..., 2:]
    if mode is Mode.L and shaped.shape[2] == 3:
        shaped = shaped[..., :1]
    if shaped.shape != (size[1], size[0], mode.channels):
        raise CorruptInput("HEIF: the picture is not of the size or kind in its header")
    return cast(Samples, np.array(shaped, order="C"))


def read_fields(data: bytes, meta: Meta) -> tuple[tuple[Field, str], ...]:
    """Return the text fields of the Exif and XMP items. Damaged ones are passed over."""
    found = fields.Sources()
    looked_into = 0
    for item in meta.items.values():
        known = item.kind == b"Exif" or item.content_type == XMP_TYPE
        looked_into += known
        if not known or looked_into > inflate.MOST_PACKED:
            continue
        if item.kind == b"Exif":
            found.add_exif(exif_block(item.read(data)))
        else:
            packet = plain_bytes(item, item.read(data))
            if packet is not None:
                found.add_xmp(packet)
    return found.values()
