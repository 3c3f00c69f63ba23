"""What the allow-lists of still and animated WebP have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from passerby.media.allowed.spans import Spans
from passerby.media.containers import riff as container
from passerby.media.containers.chunk import Chunk
from passerby.model.media import Encoding, Group, Part


def sort_chunks(
    data: bytes,
    encoding: Encoding,
    packet: bytes | None,
    allowed: Callable[[bytes, bytes], bool],
    repeated: frozenset[bytes] = frozenset(),
) -> tuple[Spans, list[Chunk]]:
    """Return where the chunks lie that nobody planned, and the chunks that are allowed.

    The planned profile and fields may stand once each; others where `allowed(type, payload)`
    says so, once each but for the types in `repeated`. Raises CorruptInput.
    """
    planned = []
    if encoding.icc:
        planned.append((b"ICCP", encoding.icc))
    if packet is not None:
        planned.append((b"XMP ", packet))
    unplanned: list[tuple[int, int]] = []
    kept: list[Chunk] = []
    seen: set[bytes] = set()
    for chunk in container.walk_chunks(data):
        payload = data[chunk.payload]
        again = chunk.type in seen and chunk.type not in repeated
        seen.add(chunk.type)
        if (chunk.type, payload) in planned:
            planned.remove((chunk.type, payload))
        elif again or not allowed(chunk.type, payload):
            unplanned.append((chunk.offset, chunk.end))
        else:
            kept.append(chunk)
    return Spans.of(unplanned), kept


def list_padding(data: bytes, chunk: Chunk, end: int) -> Iterator[Part]:
    """Yield a part where the byte that fills a chunk up to an even length is not zero."""
    if any(data[chunk.payload.stop : min(chunk.end, end)]):
        yield Part(name="padding", group=Group.UNKNOWN, offset=chunk.payload.stop, size=1)
