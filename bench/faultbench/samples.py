"""Pictures to damage: every handled format, in several forms, with metadata in it."""

from __future__ import annotations

import io
import shutil
import sys
from functools import cache
from pathlib import Path

import imagecodecs
import numpy as np
import piexif
import tifffile
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
import canaries
import heif_files
import people
from canaries.blocks import long, short
from canaries.dng import dng, mosaicked, sensed
from canaries.psd import INDEXED, Document, Layer

PLANTED = (130, 120, 1, 48)
"""Width and height of the pictures, the number of faces, and their height."""


def _saved(image: Image.Image, form: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


def _exif() -> bytes:
    small = _saved(Image.fromarray(people.crowd(64, 48, 1, 30)), "jpeg")
    place = {piexif.GPSIFD.GPSLatitude: ((52, 1), (31, 1), (0, 1))}
    camera = {piexif.ImageIFD.Make: b"Camera", piexif.ImageIFD.Orientation: 6}
    tags = {"0th": camera, "GPS": place, "1st": {}, "thumbnail": small}
    return bytes(piexif.dump(tags))


@cache
def planted_face() -> NDArray[np.float32]:
    """Return the face that is in each of the `seeds`, as luminance."""
    rgb, (box,) = people.crowd_and_faces(*PLANTED)
    face = rgb[box.y0 : box.y1, box.x0 : box.x1].astype(np.float32)
    return (face @ np.array([0.299, 0.587, 0.114], np.float32)).astype(np.float32)


def _pages(rgb: np.ndarray) -> bytes:
    """Return a TIFF of three pages, with a face on each."""
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream) as file:
        file.write(rgb, photometric="rgb", compression="lzw", predictor=True)
        file.write(rgb[..., 1], photometric="minisblack", compression="jpeg")
        file.write(rgb[::2, ::2], photometric="rgb", subfiletype=1)
        file.write(rgb.astype(np.uint16) * 257, photometric="rgb", tile=(64, 64))
    return stream.getvalue()


def _raws(rgb: np.ndarray) -> list[bytes]:
    """Return DNG files: of a mosaic, of three colours each pixel, in lossless JPEG."""
    mosaic = mosaicked(rgb)
    coded = bytes(imagecodecs.ljpeg_encode(mosaic))
    tags = {"t259": short(7), "t279": long(len(coded))}
    place = len(dng(mosaic, **tags, t273=long(0)))
    return [dng(mosaic), dng(sensed(rgb), 6), dng(mosaic, **tags, t273=long(place)) + coded]


def _documents(rgb: np.ndarray) -> list[bytes]:
    """Return Photoshop documents: with a layer, of 16 bits, with a palette."""
    planes = np.ascontiguousarray(rgb.transpose(2, 0, 1))
    layer = Layer(name=b"face", planes=np.concatenate([planes[:1] | 255, planes]))
    deep = planes.astype(np.uint16) * 257
    indexed = Image.fromarray(rgb).quantize(256)
    palette = np.zeros((256, 3), np.uint8)
    colours = np.array(indexed.getpalette(), np.uint8).reshape(-1, 3)
    palette[: len(colours)] = colours
    return [
        Document(planes=planes, layers=[layer]).build(),
        Document(planes=deep, version=2, packed=False).build(),
        Document(
            planes=np.asarray(indexed)[None], mode=INDEXED, palette=palette.T.tobytes()
        ).build(),
    ]


def seeds() -> list[bytes]:
    """Return small pictures with a face in each."""
    rgb = people.crowd(*PLANTED)
    image, exif = Image.fromarray(rgb), _exif()
    # Shown upright, as cameras mean it: faces that lie on their side are found less often.
    turned = image.transpose(Image.Transpose.ROTATE_90)
    alpha = image.copy()
    alpha.putalpha(Image.linear_gradient("L").resize(image.size))
    text = PngInfo()
    text.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    text.add_text("Comment", "hello")
    tiff = io.BytesIO()
    tifffile.imwrite(tiff, rgb.astype(np.uint16) * 257, photometric="rgb", compression="zlib")
    return [
        _saved(turned, "jpeg", quality=85, exif=exif, comment=b"hello"),
        _saved(image, "jpeg", quality=85, subsampling=0, progressive=True),
        _saved(image.convert("L"), "jpeg", quality=70),
        _saved(image.convert("CMYK"), "jpeg", quality=80),
        _saved(turned, "png", pnginfo=text, exif=exif),
        _saved(image.quantize(32), "png"),
        _saved(alpha, "png"),
        _saved(image.convert("1"), "png"),
        _saved(turned, "webp", quality=80, exif=exif),
        _saved(alpha, "webp", lossless=True),
        _saved(image, "tiff"),
        _saved(image, "tiff", compression="tiff_lzw"),
        tiff.getvalue(),
        _pages(rgb),
        *_raws(rgb),
        *_documents(rgb),
        _saved(turned, "avif", quality=80, exif=exif),
        _saved(alpha, "avif", quality=80),
        bytes(imagecodecs.avif_encode(rgb.astype(np.uint16) << 2, bitspersample=10)),
        canaries.filled_avif(rgb).data,
        bytes(imagecodecs.jpegxl_encode(rgb, level=90)),
        canaries.filled_jpegxl(rgb).data,
        *_animations(rgb),
        *_heic(rgb),
    ]


def _animations(rgb: np.ndarray) -> list[bytes]:
    """Return animations in which the face stays where it is and the rest changes."""
    frames = []
    for index in range(3):
        pixels = rgb.copy()
        pixels[-12:, 20 * index : 20 * index + 16] = 255 - 40 * index
        frames.append(Image.fromarray(pixels))
    options = {"save_all": True, "append_images": frames[1:], "duration": 80, "loop": 0}
    return [
        _saved(frames[0], "gif", **options),
        _saved(frames[0], "gif"),
        _saved(frames[0], "png", **options),
        _saved(frames[0], "png", default_image=True, **options),
        _saved(frames[0], "webp", quality=80, **options),
        _saved(frames[0], "webp", lossless=True, **options),
        canaries.filled_gif(rgb).data,
        canaries.filled_apng(rgb).data,
        canaries.filled_animated_webp(rgb).data,
    ]


def _heic(rgb: np.ndarray) -> list[bytes]:
    """Return HEIC files, where there is an encoder."""
    if not shutil.which("heif-enc"):
        return []
    return [heif_files.heif_enc(rgb, "-t", "48"), canaries.filled_heic(rgb).data]


def write_crowds(folder: Path, count: int) -> None:
    """Write `count` pictures with several faces each, JPEG and PNG by turns."""
    folder.mkdir(parents=True)
    for index in range(count):
        image = Image.fromarray(people.crowd(640, 480, 8, 50 + index % 20, seed=index))
        form = ("jpeg", "png")[index % 2]
        data = _saved(image, form)
        (folder / f"p{index:03}.{('jpg', 'png')[index % 2]}").write_bytes(data)
