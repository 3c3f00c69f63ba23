"""TIFF files, of one page and of several, with every carrier of their kind."""

from __future__ import annotations

import numpy as np

from canaries import blocks
from canaries.blocks import Stream, ascii_, bytes_, long, short, undefined
from canaries.carriers import Filled, Nest


def filled_tiff(pixels: np.ndarray) -> Filled:
    """Return an RGB TIFF of (height, width, 3) pixels with every carrier that one can hold.

    It has one more channel, of unknown meaning, which holds a canary too.
    """
    nest = Nest()
    page, strips, reduced = _laden_page(nest, pixels)
    data = _with_strips(page, strips, [reduced])
    stray = nest.raw("bytes that nothing refers to", "unreferenced")
    return nest.filled(data + stray + nest.picture("picture behind", "unreferenced"))


def filled_pages(pixels: np.ndarray) -> Filled:
    """Return a TIFF of two RGB pages of (height, width, 3) pixels, each with its carriers, and a
    reduced copy, a mask and a thumbnail between and behind them."""
    nest = Nest()
    page, strips, reduced = _laden_page(nest, pixels)
    camera, thumbnail_page = blocks.camera_tags(nest, "page 2")
    height, width = pixels.shape[:2]
    second: blocks.Directory = {
        **camera,
        **_picture_tags(width, height, pixels.tobytes(), 2),
        285: ascii_(nest.text("page 2 PageName", "IFD2/PageName")),
        330: [_preview(nest, "page 2 SubIFD preview", "IFD2/SubIFD0/embedded picture")],
        700: bytes_(blocks.xmp_packet(nest, "page 2 XMP")),
        33723: undefined(blocks.iptc_block(nest, "page 2 IPTC")),
        34377: bytes_(blocks.photoshop_block(nest, "page 2 Photoshop")),
        65000: ascii_(nest.text("page 2 private tag", "IFD2/0xFDE8")),
    }
    canary = nest.raw("mask", "IFD3/embedded picture").ljust(24, b"\0")
    mask: blocks.Directory = {**_picture_tags(24, 1, canary, 4), 254: long(4)}
    data = _with_strips(page, strips, [reduced, second, mask, {**thumbnail_page, 254: long(1)}])
    return nest.filled(data + nest.raw("bytes that nothing refers to", "unreferenced"))


def _picture_tags(width: int, height: int, raw: bytes, photometric: int) -> blocks.Directory:
    """Return the tags of a picture of one strip, 8 bits a sample."""
    channels = len(raw) // (width * height)
    return {
        256: long(width),
        257: long(height),
        258: short(*[8] * channels),
        259: short(1),
        262: short(photometric),
        273: Stream(raw),
        277: short(channels),
        278: long(height),
        279: long(len(raw)),
    }


def _laden_page(
    nest: Nest, pixels: np.ndarray
) -> tuple[blocks.Directory, list[Stream], blocks.Directory]:
    """Return a page, its strips, and a reduced copy of it."""
    height, width = pixels.shape[:2]
    hidden = np.zeros((height, width, 1), np.uint8)
    canary = nest.raw("channel of unknown meaning", "")
    hidden[0, : len(canary), 0] = np.frombuffer(canary, np.uint8)
    # Planes one after another keep the hidden channel's bytes together.
    planes = np.dstack([pixels, hidden]).transpose(2, 0, 1)
    strips = [Stream(plane.tobytes()) for plane in planes]
    camera, thumbnail_page = blocks.camera_tags(nest, "TIFF")
    page: blocks.Directory = {
        **camera,
        256: long(width),
        257: long(height),
        258: short(8, 8, 8, 8),
        259: short(1),
        262: short(2),
        277: short(4),
        278: long(height),
        279: long(*[len(strip) for strip in strips]),
        284: short(2),
        338: short(0),
        269: ascii_(nest.text("DocumentName", "DocumentName")),
        285: ascii_(nest.text("PageName", "PageName")),
        333: ascii_(nest.text("InkNames", "InkNames")),
        330: [_preview(nest, "SubIFD preview", "SubIFD0/embedded picture")],
        700: bytes_(blocks.xmp_packet(nest)),
        33723: undefined(blocks.iptc_block(nest)),
        34377: bytes_(blocks.photoshop_block(nest)),
        34675: undefined(blocks.laden_profile(nest)),
        37724: undefined(nest.raw("ImageSourceData", "ImageSourceData")),
        52545: undefined(blocks.jumbf_box(nest)),
        65000: ascii_(nest.text("private tag", "0xFDE8")),
    }
    return page, strips, {**thumbnail_page, 254: long(1)}


def _preview(nest: Nest, name: str, part: str) -> blocks.Directory:
    """Return a SubIFD with a preview, as cameras and editors write them."""
    jpeg = nest.picture(name, part, (64, 48))
    return {
        254: long(1),
        256: long(64),
        257: long(48),
        259: short(7),
        262: short(6),
        273: Stream(jpeg),
        279: long(len(jpeg)),
    }


def _with_strips(
    page: blocks.Directory, strips: list[Stream], more: list[blocks.Directory]
) -> bytes:
    """Return the file with the strips right behind the header."""
    body = b"".join(strips)
    offsets, at = [], 8
    for strip in strips:
        offsets.append(at)
        at += len(strip)
    page[273] = long(*offsets)
    return blocks.build_tiff([page, *more], first=body)
