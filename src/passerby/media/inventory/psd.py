"""The parts of a Photoshop document: resources, layers, blocks, the channels of its picture.

Each layer holds a picture in its channels, also where it is hidden, and parts of it that lie
outside of the canvas.
"""

from __future__ import annotations

from passerby.errors import CorruptInput
from passerby.media.containers import psd as container
from passerby.media.containers.psd import Block, Channel, Document, Layer
from passerby.media.inventory import photoshop, tiff, trailer
from passerby.media.inventory.parts import Holder, block, printable, shifted
from passerby.media.psd_channels import INDEXED, channels_shown
from passerby.media.psd_layers import channel_file, layer_file, saved_file
from passerby.model.media import Group, Part

_EXIF_BLOCKS = frozenset({"resources/Exif", "resources/Exif 3"})
_BLOCKS: dict[bytes, tuple[str, Group]] = {
    b"luni": ("name", Group.TEXT),
    b"lnsr": ("kind of name", Group.PICTURE),
    b"TySh": ("text", Group.TEXT),
    b"tySh": ("text", Group.TEXT),
    b"Txt2": ("text engine", Group.TEXT),
    b"shmd": ("metadata", Group.PROVENANCE),
    b"SoLd": ("smart object", Group.PROVENANCE),
    b"SoLE": ("smart object", Group.PROVENANCE),
    b"PlLd": ("smart object", Group.PROVENANCE),
    b"plLd": ("smart object", Group.PROVENANCE),
    b"lnkD": ("embedded files", Group.EMBEDDED),
    b"lnk2": ("embedded files", Group.EMBEDDED),
    b"lnk3": ("embedded files", Group.EMBEDDED),
    b"lnkE": ("linked files", Group.PROVENANCE),
    b"Patt": ("patterns", Group.EMBEDDED),
    b"Pat2": ("patterns", Group.EMBEDDED),
    b"Pat3": ("patterns", Group.EMBEDDED),
    b"PxSD": ("pixel source data", Group.EMBEDDED),
    b"FEid": ("filter effects", Group.EMBEDDED),
    b"FXid": ("filter effects", Group.EMBEDDED),
    b"FMsk": ("filter mask", Group.PICTURE),
    b"Mtrn": ("merged transparency", Group.PICTURE),
    b"Mt16": ("merged transparency", Group.PICTURE),
    b"Mt32": ("merged transparency", Group.PICTURE),
    b"lyid": ("layer number", Group.PICTURE),
    b"lclr": ("layer colour", Group.PICTURE),
    b"lsct": ("group", Group.PICTURE),
    b"lspf": ("locks", Group.PICTURE),
}


def list_parts(data: bytes) -> list[Part]:
    """List the parts of a Photoshop document. Raises CorruptInput."""
    document = container.walk(data)
    parts = [_picture("header", slice(0, container.HEADER))]
    if document.palette.start < document.palette.stop:
        needed = document.mode == INDEXED
        parts.append(_part("colour mode data", Group.PICTURE, document.palette, required=needed))
    parts += _list_resources(data, document.resources)
    parts += _list_layers(data, document)
    listed, end = _list_picture(data, document)
    parts += _lengths(document)
    return parts + listed + trailer.list_trailer(data, end)


def _list_resources(data: bytes, where: slice) -> list[Part]:
    inside: list[Part] = []
    for part in shifted(photoshop.list_resources(data[where]), "resources", where.start):
        stretch = slice(part.offset, part.offset + part.size)
        if part.name in _EXIF_BLOCKS:
            inside += tiff.list_exif(data, stretch, stretch, part.name)
        else:
            inside.append(part)
    if where.start == where.stop:
        return []
    return block("resources", where.start, where.stop - where.start, inside)


def _part(name: str, group: Group, where: slice, *, required: bool = False) -> Part:
    size = where.stop - where.start
    return Part(name=name, group=group, offset=where.start, size=size, required=required)


def _picture(name: str, where: slice) -> Part:
    return _part(name, Group.PICTURE, where, required=True)


def _lengths(document: Document) -> list[Part]:
    """List the lengths that stand before the sections."""
    ends = (container.HEADER, document.palette.stop, document.resources.stop)
    starts = (document.palette.start, document.resources.start, document.layers.start)
    return [_picture("length", slice(a, b)) for a, b in zip(ends, starts, strict=True)]


def _list_layers(data: bytes, document: Document) -> list[Part]:
    section = document.layers
    if section.start == section.stop:
        return []
    try:
        found = container.read_layers(data, document)
        mask, blocks = container.global_blocks(data, document)
    except CorruptInput:
        inside = [_part("layers/damaged", Group.UNKNOWN, section)]
        return block("layers", section.start, section.stop - section.start, inside)
    wide = 8 if document.version == 2 else 4
    inside = [_part("layers/length", Group.PICTURE, slice(section.start, section.start + wide))]
    if found is not None:
        count = slice(found.start, found.start + 2)
        inside.append(_part("layers/count", Group.PICTURE, count))
        for number, layer in enumerate(found.layers):
            inside += _list_layer(data, document, layer, f"layers/{number} {_name(layer)}")
    if mask.start > section.start:
        inside.append(_part("layers/mask of all", Group.PICTURE, slice(mask.start - 4, mask.stop)))
    for each in blocks:
        if found is not None and each.start == found.start:
            # The layers of documents of more than 8 bits lie in such a block.
            inside.append(_part("layers/length", Group.PICTURE, slice(each.offset, each.start)))
        else:
            inside.append(_list_block(each, "layers"))
    inside += _rest(data, inside, section, "layers")
    return block("layers", section.start, section.stop - section.start, inside)


def _name(layer: Layer) -> str:
    return printable(layer.name).replace("/", "_") or "unnamed"


def _list_layer(data: bytes, document: Document, layer: Layer, name: str) -> list[Part]:
    """List a layer's record, and its picture and masks, which lie elsewhere."""
    text = slice(layer.name_at, layer.name_at + len(layer.name))
    parts = [
        _part(f"{name}/record", Group.PICTURE, slice(layer.offset, layer.name_at)),
        _part(f"{name}/name", Group.TEXT, text),
        *(_list_block(each, name) for each in layer.blocks),
    ]
    parts += _rest(data, parts, slice(layer.offset, layer.end), name)
    shown = tuple(channel for channel in layer.channels if channel.number >= -1)
    if shown:
        end = shown[-1].offset + shown[-1].size
        picture = Holder(
            name=f"{name}/picture",
            group=Group.EMBEDDED,
            offset=shown[0].offset,
            size=end - shown[0].offset,
            kind="layer of a Photoshop document",
            open=lambda: layer_file(data, document, shown),
        )
        parts.append(picture)
    masks = [channel for channel in layer.channels if channel.number < -1]
    return parts + [_held(data, document, each, f"{name}/mask {each.number}") for each in masks]


def _held(data: bytes, document: Document, channel: Channel, name: str) -> Holder:
    return Holder(
        name=name,
        group=Group.EMBEDDED,
        offset=channel.offset,
        size=channel.size,
        kind="channel of a Photoshop document",
        open=lambda: channel_file(data, document, channel),
    )


def _list_block(found: Block, path: str) -> Part:
    key = printable(found.key)
    name, group = _BLOCKS.get(found.key, ("block", Group.UNKNOWN))
    return _part(f"{path}/{name} ({key})", group, slice(found.offset, found.end))


def _rest(data: bytes, parts: list[Part], where: slice, path: str) -> list[Part]:
    """List what no part covers; zeros are padding."""
    covered = [(part.offset, part.offset + part.size) for part in parts]
    rest = []
    for first, last in tiff.gaps(covered, where.start, where.stop):
        idle = not data[first:last].strip(b"\0")
        group = Group.PICTURE if idle else Group.UNKNOWN
        name = "padding" if idle else "unreferenced bytes"
        rest.append(_part(f"{path}/{name}", group, slice(first, last)))
    return rest


def _list_picture(data: bytes, document: Document) -> tuple[list[Part], int]:
    """List the channels of the flattened picture; return them and where it ends."""
    _, spans = container.channel_spans(data, document)
    if not spans:
        return [_picture("picture", slice(document.picture, len(data)))], len(data)
    shown = channels_shown(data, document)
    parts = [_picture("picture", slice(document.picture, spans[-1].stop))]
    if spans[0].start > document.picture + 2:
        parts.append(_picture("picture/row sizes", slice(document.picture + 2, spans[0].start)))
    for number, span in enumerate(spans):
        name = f"picture/channel {number}"
        if number in shown:
            parts.append(_picture(name, span))
        else:
            parts.append(_saved(data, document, number, span))
    return parts, spans[-1].stop


def _saved(data: bytes, document: Document, number: int, span: slice) -> Holder:
    return Holder(
        name=f"picture/channel {number}",
        group=Group.EMBEDDED,
        offset=span.start,
        size=span.stop - span.start,
        kind="channel of a Photoshop document",
        open=lambda: saved_file(data, document, number),
    )
