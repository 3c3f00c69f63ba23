"""The zip file that a bundle is: one way to write it, and so one way to be whole.

Members are stored, not compressed, in the order given, with one fixed time, without extra
fields, comments, or anything between them. The layout is that of PKWARE's APPNOTE.TXT 6.3.10,
4.3.7 (local header), 4.3.12 (central directory) and 4.3.16 (end of central directory).
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from passerby.errors import BadRecord, LimitExceeded

MOST_MEMBERS = 10_000
MOST_BYTES = 1 << 30
"""Of all members together: a bundle is made and checked in memory."""
LONGEST_NAME = 200
"""Characters, folders included."""

LARGEST = MOST_BYTES + MOST_MEMBERS * 1024
"""Bytes of the largest bundle, headers included."""

LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
LOCAL_MARK = b"PK\x03\x04"
CENTRAL_MARK = b"PK\x01\x02"
END_MARK = b"PK\x05\x06"

_VERSION = 10
"""1.0: the least that stored files need (4.4.3.2)."""
_DATE = 0x0021
"""1 January 1980 in the form of MS-DOS: the first day that there is."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A member of a zip file."""

    name: str
    data: bytes = field(repr=False)


def trouble_with(name: str) -> str | None:
    """Say why a name must not be unpacked on somebody's machine; None for one that may be."""
    if len(name) > LONGEST_NAME:
        return f"longer than {LONGEST_NAME} characters"
    if not _NAME.fullmatch(name):
        return "not letters, digits, dots, hyphens and underscores below the folder"
    for part in name.lower().split("/"):
        if _DEVICE.fullmatch(part) or part.endswith("."):
            return "a name that Windows takes for something else"
    return None


def pack(members: Sequence[Stored]) -> bytes:
    """Return the zip file. Raises BadRecord for a name that cannot be used, or that is there
    twice where capitals do not count, and LimitExceeded."""
    _check(members)
    pieces: list[bytes] = []
    records = []
    offset = 0
    for member in members:
        header = local_header(member)
        records.append(central_record(member, offset))
        pieces += (header, member.data)
        offset += len(header) + len(member.data)
    size = sum(map(len, records))
    return b"".join([*pieces, *records, end_record(len(members), size, offset)])


def _check(members: Sequence[Stored]) -> None:
    if len(members) > MOST_MEMBERS or sum(len(member.data) for member in members) > MOST_BYTES:
        raise LimitExceeded(
            f"a bundle holds at most {MOST_MEMBERS:,} files and {MOST_BYTES:,} bytes",
            "Export fewer cases at once, or leave large attachments out.",
        )
    for member in members:
        if trouble := trouble_with(member.name):
            raise BadRecord(f"{member.name!r} cannot be the name of a file in a bundle: {trouble}")
    if twice := doubled(member.name for member in members):
        raise BadRecord(f"two files of a bundle would be named {twice[0]!r}")


def doubled(names: Iterable[str]) -> list[str]:
    """Return each name that was there before, in whatever capitals: on Windows and macOS the
    later file would take the place of the earlier."""
    seen: set[str] = set()
    found = []
    for name in names:
        if name.casefold() in seen:
            found.append(name)
        seen.add(name.casefold())
    return found


def local_header(member: Stored) -> bytes:
    """Return what stands before a member's bytes."""
    name, size = member.name.encode(), len(member.data)
    crc = zlib.crc32(member.data)
    head = LOCAL.pack(LOCAL_MARK, _VERSION, 0, 0, 0, _DATE, crc, size, size, len(name), 0)
    return head + name


def central_record(member: Stored, offset: int) -> bytes:
    """Return what the directory at the end says of a member."""
    name, size = member.name.encode(), len(member.data)
    crc = zlib.crc32(member.data)
    head = (CENTRAL_MARK, _VERSION, _VERSION, 0, 0, 0, _DATE, crc, size, size, len(name))
    return CENTRAL.pack(*head, 0, 0, 0, 0, 0, offset) + name


def end_record(count: int, size: int, offset: int) -> bytes:
    """Return the last record of the file."""
    return END.pack(END_MARK, 0, 0, count, count, size, offset, 0)
