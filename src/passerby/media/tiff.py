"""TIFF (6.0) and BigTIFF: read by hand with the codecs of imagecodecs, checked with tifffile.

Pillow opens 16-bit RGB as 8-bit and hands most files to libtiff, which prints to stderr; hence
the other libraries. The output is written by hand: the pages in their order, deflated strips, no
tag but those that a decoder needs, the profile and the fields.
"""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass, replace

import numpy as np
import tifffile

from passerby.errors import CorruptInput, UnsupportedFormat
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


@dataclass(frozen=True, slots=True)
class _Page:
    """A directory, and what it says of its picture."""

    ifd: Ifd
    layout: Layout
    metadata: Metadata


def read(data: bytes, limits: Limits) -> Picture:
    """Decode a TIFF with all its pages. SubIFDs, reduced copies and masks are not looked at.

    Raises EmptyInput, CorruptInput, UnsupportedFormat or LimitExceeded.
    """
    tree, pages = _open(data, limits)
    form = Format.MULTIPAGE_TIFF if len(pages) > 1 else Format.TIFF
    return _joined([_read_page(data, tree, page, form) for page in pages])


def read_again(data: bytes, limits: Limits) -> Picture:
    """Decode as `read` does and, of pages such as `encode` writes, take tifffile's pixels."""
    _, pages = _open(data, limits)
    frames = read(data, limits).frames
    with guard.decoding("TIFF"), tifffile.TiffFile(io.BytesIO(data)) as file:
        return _joined(
            [_read_page_again(file, page, frame) for page, frame in zip(pages, frames, strict=True)]
        )


def _open(data: bytes, limits: Limits) -> tuple[Tree, tuple[_Page, ...]]:
    """Read all directories, and check all claims before anything is decoded."""
    tree = container.walk(data)
    if container.is_camera_raw(data, tree):
        raise UnsupportedFormat("camera RAW is no TIFF of pages")
    if container.lost_pages(tree):
        raise CorruptInput("TIFF: a further page is damaged, or the pages lead in a circle")
    ifds = container.pages(data, tree)
    guard.check_claims([(read_size(data, tree, ifd), 1) for ifd in ifds], len(data), limits)
    pages = tuple(
        _Page(ifd, read_layout(data, tree, ifd), read_metadata(data, tree, ifd)) for ifd in ifds
    )
    guard.check_claims([_claim(page.layout) for page in pages], len(data), limits)
    return tree, pages


def _claim(layout: Layout) -> tuple[tuple[int, int], int]:
    channels = max(layout.mode.channels, layout.channels)
    return (layout.width, layout.height), channels * (2 if layout.depth == 16 else 1)


def _read_page(data: bytes, tree: Tree, page: _Page, form: Format) -> Picture:
    notes: list[str] = []
    encoding = _plan(data, page, form, notes)
    with guard.decoding("TIFF"):
        raw = tiff_segments.decode(data, page.layout, tree.order)
        pixels = tiff_segments.meaning(raw, page.layout)
    return orient.upright(pixels, encoding, page.metadata.orientation, notes)


def _read_page_again(file: tifffile.TiffFile, page: _Page, frame: Picture) -> Picture:
    layout = page.layout
    if layout.compression == JPEG or layout.photometric == PALETTE or layout.depth < 8:
        return frame
    raw = np.asarray(file.pages[page.ifd.page or 0].asarray(maxworkers=1))
    if layout.planar:
        raw = raw.transpose(1, 2, 0)
    raw = raw.reshape(layout.height, layout.width, layout.channels)
    pixels = tiff_segments.meaning(raw, layout)
    return orient.upright(pixels, frame.encoding, frame.orientation, list(frame.notes))


def _joined(pages: list[Picture]) -> Picture:
    """Return the pages as one picture, which has the notes of all of them. Text fields are those
    of the first page."""
    first, more = pages[0], pages[1:]
    notes = [f"page {n}: {note}" for n, page in enumerate(more, 2) for note in page.notes]
    further = tuple(replace(p, encoding=replace(p.encoding, fields=())) for p in more)
    return replace(first, more=further, notes=(*first.notes, *notes))


def _plan(data: bytes, page: _Page, form: Format, notes: list[str]) -> Encoding:
    layout = page.layout
    used = layout.mode.channels if layout.photometric != PALETTE else 1
    if layout.channels > used:
        notes.append(f"channels without a known meaning are left out: {layout.channels - used}")
    profile_mode = Mode.RGB if layout.photometric == PALETTE else layout.mode
    return Encoding(
        format=form,
        mode=layout.mode,
        depth=8 if layout.photometric == PALETTE else layout.depth,
        lossless=True,
        grid=_grid(data, layout, page.metadata.orientation),
        icc=icc.keep(page.metadata.profile, profile_mode, notes),
        fields=page.metadata.fields,
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
    """Encode as pages of deflated strips."""
    with guard.encoding("TIFF"):
        return tiff_write.write([_to_page(frame, keep) for frame in picture.frames])


def _to_page(frame: Picture, keep: tuple[Field, ...]) -> tiff_write.Page:
    mode, pixels = samples.written_form(frame)
    encoding = frame.encoding
    return tiff_write.Page(
        mode=mode,
        samples=pixels,
        depth=encoding.depth,
        icc=encoding.icc,
        xmp=fields.packet(encoding.fields, keep),
    )
