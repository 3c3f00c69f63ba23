"""A chunk, as PNG and RIFF have them: eight bytes of name and length, then a payload."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk of a file: offsets and sizes in bytes.

    `offset` is that of its first byte, `size` is of its payload, `end` is the offset of the byte
    after all of it, checksum or padding included.
    """

    type: bytes
    offset: int
    size: int
    end: int

    @property
    def payload(self) -> slice:
        """Where the payload lies in the file."""
        return slice(self.offset + 8, self.offset + 8 + self.size)
