"""Makes samples/portraits.jpg, and docs/pictures/before-after.jpg from it by the project itself.

    .venv/bin/python docs/pictures/make.py

The sample is two public-domain portraits on one sheet, saved the way a phone would: with a
thumbnail, a position and a serial number hidden in the file.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import piexif
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from people import Rgb, paste, portrait  # noqa: E402

SAMPLE = ROOT / "samples" / "portraits.jpg"
FIGURE = ROOT / "docs" / "pictures" / "before-after.jpg"


def sheet() -> Rgb:
    """Return both portraits side by side, 1024 x 512."""
    canvas = np.full((512, 1024, 3), 255, np.uint8)
    paste(canvas, portrait("collins"), 0, 0)
    hopper = Image.fromarray(portrait("hopper")).crop((0, 40, 512, 552))
    paste(canvas, np.asarray(hopper), 512, 0)
    return canvas


def jpeg(picture: Image.Image, **options: object) -> bytes:
    """Return a picture as JPEG."""
    out = io.BytesIO()
    picture.save(out, "JPEG", **options)
    return out.getvalue()


def exif(picture: Image.Image) -> bytes:
    """Return what a phone would hide: a thumbnail, a position, names."""
    small = picture.resize((320, 160), Image.Resampling.LANCZOS)
    return piexif.dump(
        {
            "0th": {
                piexif.ImageIFD.Make: b"Example",
                piexif.ImageIFD.Model: b"Phone 1",
                piexif.ImageIFD.Artist: b"A. Photographer",
                piexif.ImageIFD.ImageDescription: b"Two officers",
            },
            "Exif": {piexif.ExifIFD.BodySerialNumber: b"0123456789"},
            "GPS": {
                piexif.GPSIFD.GPSLatitudeRef: b"N",
                piexif.GPSIFD.GPSLatitude: ((52, 1), (31, 1), (0, 1)),
                piexif.GPSIFD.GPSLongitudeRef: b"E",
                piexif.GPSIFD.GPSLongitude: ((13, 1), (24, 1), (0, 1)),
            },
            "1st": {},
            "thumbnail": jpeg(small, quality=80),
        }
    )


def main() -> None:
    """Write the sample, redact it, and put both in one figure."""
    picture = Image.fromarray(sheet())
    SAMPLE.parent.mkdir(exist_ok=True)
    SAMPLE.write_bytes(jpeg(picture, quality=90, exif=exif(picture)))
    with tempfile.TemporaryDirectory() as folder:
        after = Path(folder) / "after.jpg"
        command = [sys.executable, "-m", "passerby", "redact", str(SAMPLE), "-o", str(after)]
        subprocess.run(command, check=True)
        figure = Image.new("RGB", (1024, 1032), "white")
        with Image.open(SAMPLE) as one, Image.open(after) as other:
            figure.paste(one, (0, 0))
            figure.paste(other, (0, 520))
        FIGURE.write_bytes(jpeg(figure, quality=88))


if __name__ == "__main__":
    main()
