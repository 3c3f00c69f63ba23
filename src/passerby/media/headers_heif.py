"""What the headers of HEIC, AVIF and JPEG XL say of the picture. Nothing is decoded."""

from __future__ import annotations

import numpy as np

from passerby.media import orient
from passerby.media.containers import bmff, items
from passerby.media.containers import jpegxl as jpegxl_container
from passerby.media.containers.items import Item, Meta
from passerby.media.heif_picture import ALPHA_TYPES, auxiliary_type, follow, read_extent
from passerby.media.transforms import cut_out, orientation_of, read_transforms
from passerby.model.media import Facts, Format, Mode
from passerby.ports import Samples

_MODES = {
    (True, False): Mode.L,
    (True, True): Mode.LA,
    (False, False): Mode.RGB,
    (False, True): Mode.RGBA,
}


def heic(data: bytes) -> Facts:
    """Return what the items of a HEIC file say. Raises CorruptInput, UnsupportedFormat."""
    return _heif(data, Format.HEIC)


def avif(data: bytes) -> Facts:
    """Return what the items of an AVIF file say. Raises CorruptInput, UnsupportedFormat."""
    return _heif(data, Format.AVIF)


def _heif(data: bytes, name: Format) -> Facts:
    meta = items.find_meta(data, bmff.walk_file(data, name))
    chain = follow(meta, meta.primary)
    width, height = read_extent(data, chain[-1])
    transforms = read_transforms(data, chain)
    # A view of one sample: it takes no memory, whatever the size.
    whole: Samples = np.broadcast_to(np.uint8(0), (height, width, 1))
    height, width = cut_out(whole, transforms).shape[:2]
    depth, grey = _read_samples(data, meta, chain[-1])
    alpha = any(
        auxiliary_type(data, meta.items[source]) in ALPHA_TYPES
        for item in chain
        for source in meta.sources(b"auxl", item.id)
    )
    return Facts(
        format=name,
        size=(width, height),
        mode=None if depth is None else _MODES[grey, alpha],
        depth=depth,
        orientation=orientation_of(transforms),
    )


def _read_samples(data: bytes, meta: Meta, item: Item) -> tuple[int | None, bool]:
    """Return bits a sample, and whether it is grey, of the configuration of the first coded item
    (ISO/IEC 14496-15, 8.3.3.1; AV1-ISOBMFF, 2.3)."""
    coded = [item, *(meta.items[target] for target in meta.targets(b"dimg", item.id)[:1])]
    for each in coded:
        box = each.find(b"hvcC")
        if box is not None and box.end - box.content >= 23:
            return 8 + (data[box.content + 17] & 7), data[box.content + 16] & 3 == 0
        box = each.find(b"av1C")
        if box is not None and box.end - box.content >= 4:
            flags = data[box.content + 2]
            return 8 + 2 * (flags >> 6 & 1) + 2 * (flags >> 5 & flags >> 6 & 1), bool(flags & 0x10)
    return None, False


def jpegxl(data: bytes) -> Facts:
    """Return what the codestream's header says. Raises CorruptInput."""
    header = jpegxl_container.read_header(jpegxl_container.find_stream(data))
    alpha = any(channel.kind == jpegxl_container.ALPHA for channel in header.channels)
    return Facts(
        format=Format.JPEG_XL,
        size=header.size,
        mode=_MODES[header.colour.space == jpegxl_container.GREY, alpha],
        depth=header.depth,
        orientation=orient.from_tag(header.orientation),
    )
