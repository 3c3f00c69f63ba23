"""TIFF (6.0) and BigTIFF: read by hand with the codecs of imagecodecs, checked with tifffile.

Pillow opens 16-bit RGB as 8-bit and hands most files to libtiff, which prints to stderr; hence
the other libraries. The output is written by hand: one page, deflated strips, no tag but those
that a decoder needs, the profile and the fields.
"""

from __future__ import annotations

import io
import logging

import numpy as np
import tifffile

from passerby.errors import UnsupportedFormat
from passerby.media import exif, fields, guard, icc, orient, samples, tiff_segments, tiff_write
from passerby.media.containers import tiff as container
from passerby.media.containers.tiff import Ifd, Tree
from passerby.media.metadata import Metadata
from passerby.media.tiff_layout import JPEG, PALETTE, Layout, read_layout, read_size
from passerby.model.geometry import Grid
from passerby.model.media import Encoding, Field, Format, Mode, Orientation
from passerby.model.options import Limits
from passerby.ports import Picture

ICC_TAG, XMP_TAG, IPTC_TAG, PHOTOSHOP_TAG = 34675, 700, 33723, 34377

# Without a handler of its own Python prints a library's log to stderr.
logging.getLogger("tifffile").addHandler(logging.NullHandler())


def read(data: bytes, limits: Limits) -> Picture:
    """Decode a TIFF of one page. SubIFDs and reduced copies are not looked at.

    Raises EmptyInput, CorruptInput, UnsupportedFormat or LimitExceeded.
    """
    return _read(data, limits)[0]


def read_again(data: bytes, limits: Limits) -> Picture:
    """Decode with tifffile, where the file is such as `encode` writes; else as `read` does."""
    picture, tree, layout = _read(data, limits)
    if layout.compression == JPEG or layout.photometric == PALETTE or layout.depth < 8:
        return picture
    page = container.pages(data, tree)[0]
    with guard.decoding("TIFF"), tifffile.TiffFile(io.BytesIO(data)) as file:
        raw = np.asarray(file.pages[page.page or 0].asarray(maxworkers=1))
    if layout.planar:
        raw = raw.transpose(1, 2, 0)
    raw = raw.reshape(layout.height, layout.width, layout.channels)
    pixels = tiff_segments.meaning(raw, layout)
    return orient.upright(pixels, picture.encoding, picture.orientation, list(picture.notes))


def _read(data: bytes, limits: Limits) -> tuple[Picture, Tree, Layout]:
    tree = container.walk(data)
    if container.is_camera_raw(data, tree):
        raise UnsupportedFormat("camera RAW is not handled yet")
    pages = container.pages(data, tree)
    if len(pages) != 1:
        raise UnsupportedFormat("multi-page TIFF is not handled yet")
    guard.check_claim(read_size(data, tree, pages[0]), 1, len(data), limits)
    layout = read_layout(data, tree, pages[0])
    channels = max(layout.mode.channels, layout.channels)
    pixel_bytes = channels * (2 if layout.depth == 16 else 1)
    size = layout.width, layout.height
    guard.check_claim(size, pixel_bytes, len(data), limits)
    metadata = read_metadata(data, tree, pages[0])
    notes: list[str] = []
    encoding = _plan(data, layout, metadata, notes)
    with guard.decoding("TIFF"):
        raw = tiff_segments.decode(data, layout, tree.order)
        pixels = tiff_segments.meaning(raw, layout)
    return orient.upright(pixels, encoding, metadata.orientation, notes), tree, layout


def _plan(data: bytes, layout: Layout, metadata: Metadata, notes: list[str]) -> Encoding:
    used = layout.mode.channels if layout.photometric != PALETTE else 1
    if layout.channels > used:
        notes.append(f"{layout.channels - used} channels without a known meaning are left out")
    profile_mode = Mode.RGB if layout.photometric == PALETTE else layout.mode
    return Encoding(
        format=Format.TIFF,
        mode=layout.mode,
        depth=8 if layout.photometric == PALETTE else layout.depth,
        lossless=True,
        grid=_grid(data, layout, metadata.orientation),
        icc=icc.keep(metadata.profile, profile_mode, notes),
        fields=metadata.fields,
    )


def _grid(data: bytes, layout: Layout, orientation: Orientation) -> Grid:
    """Return the MCU grid where strips or tiles are JPEG; they must lie on one common grid."""
    if layout.compression != JPEG:
        return Grid()
    offset, size = layout.segments[0]
    _, frame = tiff_segments.jpeg_frame(data[offset : offset + size], layout)
    width, height = frame.cell
    uneven_x = layout.across > 1 and layout.cell[0] % width
    uneven_y = layout.down > 1 and layout.cell[1] % height
    if uneven_x or uneven_y:
        raise UnsupportedFormat("TIFF whose JPEG strips cut through blocks is not handled")
    return orient.turn_grid((width, height), (layout.width, layout.height), orientation)


def read_metadata(data: bytes, tree: Tree, page: Ifd) -> Metadata:
    """Return what the copy may need of the other tags. Damaged ones are passed over."""
    value = container.first_integer(data, tree, page, exif.ORIENTATION)
    found = fields.Sources()
    found.add_directory(data, tree, page)
    profile: bytes | None = None
    for entry in page.entries:
        if entry.tag == ICC_TAG:
            profile = container.raw(data, entry) or None
        elif entry.tag == XMP_TAG:
            found.add_xmp(container.raw(data, entry))
        elif entry.tag == IPTC_TAG:
            found.add_iptc(container.raw(data, entry))
        elif entry.tag == PHOTOSHOP_TAG:
            found.add_photoshop(container.raw(data, entry))
    return Metadata(
        orientation=orient.from_tag(value) if value is not None else Orientation.TOP_LEFT,
        profile=profile,
        fields=found.values(),
    )


def encode(picture: Picture, keep: tuple[Field, ...]) -> bytes:
    """Encode as one page of deflated strips."""
    with guard.encoding("TIFF"):
        mode, pixels = samples.written_form(picture)
        encoding = picture.encoding
        packet = fields.packet(encoding.fields, keep)
        return tiff_write.write(mode, pixels, encoding.depth, icc=encoding.icc, xmp=packet)
