"""Renders a camera's sensor data: run as a program of its own, by `passerby.media.raw`.

LibRaw is a large C++ library that reads the bytes of strangers. It runs in a process of its own,
so that a crash ends that process alone, what it takes is bounded by the system, and whatever it
says on stderr is heard: of damaged data that is often the only sign.

Reads the file from stdin. Writes one line of JSON to stdout: what was found, or the error; then
the samples, 16 bits, little-endian, row by row, as stored, without the camera's rotation.
Arguments: the most pixels, and the most bytes of memory.

Nothing that is computed over the whole picture may touch its pixels, or a face that is masked
would show in all others: no automatic white balance, no automatic brightness, no white level
measured in the picture. The demosaicing is AHD (Hirakawa and Parks, 2005), which looks at most
`REACH` pixels away; one thread, for some methods of LibRaw depend on how many there are.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
from contextlib import suppress

REACH = 5
"""Pixels that a sensor's value reaches in the rendered picture: measured by the tests."""
_CPU_SECONDS = 300
_ROOM = 2**30
"""Bytes of address space for the interpreter and its libraries."""
_KINDS = {
    "ImportError": "missing",
    "ModuleNotFoundError": "missing",
    "MemoryError": "memory",
    "LibRawUnsufficientMemoryError": "memory",
    "LibRawTooBigError": "memory",
    "LibRawFileUnsupportedError": "unsupported",
    "LibRawNotImplementedError": "unsupported",
    "LibRawIOError": "cut",
    "LibRawDataError": "cut",
}
"""What errors are called in the line that is written; others are those of a corrupt file."""


def main() -> int:
    """Render; return 0 if the picture was written, else 1."""
    most_pixels, most_memory = map(int, sys.argv[1:3])
    _limit(most_memory)
    try:
        header, pixels = render(sys.stdin.buffer.read(), most_pixels)
    except Exception as error:
        kind = _KINDS.get(type(error).__name__, "corrupt")
        header, pixels = {"error": kind, "detail": _text(error)}, b""
    out = sys.stdout.buffer
    out.write(json.dumps(header).encode() + b"\n")
    out.write(pixels)
    out.flush()
    return 1 if "error" in header else 0


def render(data: bytes, most_pixels: int) -> tuple[dict[str, object], bytes]:
    """Return what is told of the picture, and its samples."""
    import numpy as np
    import rawpy

    with rawpy.RawPy() as raw:
        raw.open_buffer(io.BytesIO(data))
        sizes = raw.sizes
        width = max(sizes.raw_width, sizes.width, sizes.iwidth)
        height = max(sizes.raw_height, sizes.height, sizes.iheight)
        if width * height > most_pixels:
            return {"error": "size", "detail": "", "width": width, "height": height}, b""
        raw.unpack()
        balance = raw.camera_whitebalance
        # A balance that the camera did not store would be measured in the picture.
        stored = min(balance[:3]) > 0 if raw.num_colors > 1 else False
        pixels = raw.postprocess(
            demosaic_algorithm=rawpy.DemosaicAlgorithm.AHD,
            use_camera_wb=stored,
            use_auto_wb=False,
            output_color=rawpy.ColorSpace.sRGB,
            output_bps=16,
            gamma=(2.4, 12.92),
            no_auto_bright=True,
            adjust_maximum_thr=0.0,
            highlight_mode=rawpy.HighlightMode.Clip,
            half_size=False,
            user_flip=0,
        )
    header: dict[str, object] = {
        "width": pixels.shape[1],
        "height": pixels.shape[0],
        "channels": pixels.shape[2] if pixels.ndim == 3 else 1,
        "flip": sizes.flip,
        "balance": "camera" if stored else "daylight",
        "libraw": ".".join(map(str, rawpy.libraw_version)),
    }
    return header, pixels.astype(np.dtype("<u2"), copy=False).tobytes()


def _limit(memory: int) -> None:
    """Bound what this process may take; it leaves no core dump, which would hold the picture."""
    os.environ["OMP_NUM_THREADS"] = "1"
    wanted = {
        resource.RLIMIT_AS: memory + _ROOM,
        resource.RLIMIT_CPU: _CPU_SECONDS,
        resource.RLIMIT_CORE: 0,
    }
    for kind, value in wanted.items():
        # Some systems have no such limit, or a lower one.
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))


def _text(error: Exception) -> str:
    """Return the text of an error; those of LibRaw are bytes."""
    first = error.args[0] if error.args else ""
    return first.decode("latin-1") if isinstance(first, bytes) else str(first)


if __name__ == "__main__":
    sys.exit(main())
