"""The part of ONNX's file format that is needed to edit a network, or to write a small one.

An ONNX file is a protobuf message; the field numbers are those of onnx.proto (IR version 4 and
later).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

IR_VERSION, GRAPH, OPERATOR_SET = 1, 7, 8
NODE, GRAPH_NAME, INITIALIZER, INPUT, OUTPUT, VALUE_INFO = 1, 2, 5, 11, 12, 13
VALUE_NAME, TENSOR_NAME = 1, 8
FLOAT, UINT8, INT64 = 1, 2, 7

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_INTEGER, _STRING, _INTEGERS = 2, 3, 7


def fields(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield (field number, value, value with its tag) of a message.

    Raises IndexError when the message ends too early or has an unknown wire type.
    """
    at, end = 0, len(message)
    while at < end:
        start = at
        tag, at = _read_varint(message, at)
        kind, body = tag & 7, at
        if kind == _VARINT:
            _, at = _read_varint(message, at)
        elif kind == _BYTES:
            length, body = _read_varint(message, at)
            at = body + length
        elif kind in (_FIXED32, _FIXED64):
            at += 4 if kind == _FIXED32 else 8
        else:
            raise IndexError(f"wire type {kind}")
        if at > end:
            raise IndexError("a field reaches beyond the end of its message")
        yield tag >> 3, message[body:at], message[start:at]


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    """Return the number at `at`, and where it ends."""
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def string(message: bytes, number: int) -> str:
    """Return a text field of a message, "" when it is absent."""
    return next((value.decode() for n, value, _ in fields(message) if n == number), "")


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(at: int, value: int) -> bytes:
    """Write a field that holds a number of 0 or more."""
    return _varint(at << 3 | _VARINT) + _varint(value)


def field(at: int, value: bytes) -> bytes:
    """Write a field that holds bytes, text or a message."""
    return _varint(at << 3 | _BYTES) + _varint(len(value)) + value


def value_info(name: str, element: int, shape: tuple[int | None, ...] | None) -> bytes:
    """Describe a tensor; None stands for a free dimension, or for a free shape."""
    tensor = number(1, element)
    if shape is not None:
        sizes = (b"" if size is None else number(1, size) for size in shape)
        tensor += field(2, b"".join(field(1, size) for size in sizes))
    return field(VALUE_NAME, name.encode()) + field(2, field(1, tensor))


def _attribute(name: str, value: bytes, kind: int) -> bytes:
    return field(1, name.encode()) + value + number(20, kind)


def integer(name: str, value: int) -> bytes:
    """Write an attribute that is a whole number."""
    return _attribute(name, number(3, value), _INTEGER)


def integers(name: str, values: Iterable[int]) -> bytes:
    """Write an attribute that is a list of whole numbers."""
    return _attribute(name, b"".join(number(8, value) for value in values), _INTEGERS)


def text(name: str, value: str) -> bytes:
    """Write an attribute that is text."""
    return _attribute(name, field(4, value.encode()), _STRING)


def node(operator: str, inputs: Iterable[str], output: str, *attributes: bytes) -> bytes:
    """Write one step of a graph."""
    return (
        b"".join(field(1, name.encode()) for name in inputs)
        + field(2, output.encode())
        + field(4, operator.encode())
        + b"".join(field(5, attribute) for attribute in attributes)
    )


def model(
    nodes: Iterable[bytes], inputs: Iterable[bytes], outputs: Iterable[bytes], operators: int
) -> bytes:
    """Write a whole file of IR version 8 with the given version of the operator set."""
    graph = (
        b"".join(field(NODE, value) for value in nodes)
        + field(GRAPH_NAME, b"passerby")
        + b"".join(field(INPUT, value) for value in inputs)
        + b"".join(field(OUTPUT, value) for value in outputs)
    )
    return number(IR_VERSION, 8) + field(OPERATOR_SET, number(2, operators)) + field(GRAPH, graph)
