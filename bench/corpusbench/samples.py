"""The files that the tests make: every format in several forms, and filled with hidden copies."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image

from faultbench.samples import seeds

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
import canaries
import people

_SIZE = (160, 120)


def write_samples(folder: Path) -> None:
    """Write the files into a new folder, without suffixes: names are not what tells a format."""
    folder.mkdir(parents=True)
    for number, data in enumerate(seeds()):
        (folder / f"seed-{number}").write_bytes(data)
    crowd = people.crowd(*_SIZE, 2, 40)
    for name in canaries.__all__:
        if name.startswith("filled_"):
            (folder / name).write_bytes(getattr(canaries, name)(crowd).data)
    frames = [Image.fromarray(people.crowd(*_SIZE, 2, 40, seed=n)) for n in range(3)]
    for form in ("GIF", "PNG", "WEBP", "TIFF", "MPO"):
        stream = io.BytesIO()
        frames[0].save(stream, form, save_all=True, append_images=frames[1:])
        (folder / f"several-{form.lower()}").write_bytes(stream.getvalue())
    for form in ("AVIF", "JPEG2000", "BMP", "ICO", "PDF", "TGA", "PPM"):
        stream = io.BytesIO()
        frames[0].save(stream, form)
        (folder / f"one-{form.lower()}").write_bytes(stream.getvalue())
