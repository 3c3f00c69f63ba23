"""Reads a zip file that anybody may have changed, and tells how it differs from the one form
that `archive.pack` writes. Nothing is unpacked: members that are not stored are told, not opened.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from passerby.rights.bundle.archive import (
    CENTRAL,
    CENTRAL_MARK,
    END,
    END_MARK,
    LARGEST,
    LOCAL,
    LOCAL_MARK,
    LONGEST_NAME,
    MOST_MEMBERS,
    Stored,
    central_record,
    doubled,
    end_record,
    local_header,
    trouble_with,
)
from passerby.rights.bundle.findings import Difference, Trouble
from passerby.rights.bundle.manifest import MANIFEST, SIGNATURE

_COMMENT = 65535
"""Bytes that a comment after the end record may have."""
_LOCAL_FIELDS = (
    *("mark", "version", "flags", "method", "time", "date", "checksum"),
    *("packed size", "size", "length of the name", "length of the extra field"),
)
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
"""Encrypted, strongly encrypted, with a masked header (4.4.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A member as one of its two headers describes it. `start` is where its local header
    begins, `at` where its bytes do, `end` where they end; `record` is what the directory holds
    of it, None where that was not read."""

    name: str
    flags: int
    method: int
    start: int
    at: int
    end: int
    record: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The members, in their order, and what is wrong with the file that they are in."""

    members: tuple[Stored, ...]
    differences: tuple[Difference, ...] = field(default=())


def open_archive(data: bytes) -> Opened:
    """Read a bundle's zip file. Raises nothing for any bytes."""
    if len(data) > LARGEST:
        return _refused(Trouble.LIMIT, f"the file has {len(data):,} bytes")
    told: list[Difference] = []
    entries = _by_directory(data, told)
    if not _is_bundle(entries):
        walked = list(_by_headers(data))
        if _is_bundle(walked) or not entries:
            entries = walked
            told.append(_about(Trouble.DIRECTORY, None, "the directory at the end is damaged"))
    if not entries:
        return _refused(Trouble.NO_BUNDLE, "this is no zip file")
    # Members that share bytes could claim any number of them: they are not looked at.
    if sum(entry.end - entry.at for entry in entries) > len(data):
        detail = "its members claim more bytes than the file has"
        return _refused(Trouble.OVERLAP, detail)
    members = tuple(Stored(name=e.name, data=data[e.at : e.end]) for e in entries)
    told += _about_names(entries)
    told += _about_headers(data, entries, members)
    told += _about_layout(data, entries, members)
    return Opened(members=members, differences=tuple(dict.fromkeys(told)))


def _is_bundle(entries: Sequence[_Entry]) -> bool:
    return {MANIFEST, SIGNATURE} <= {entry.name for entry in entries}


def _about(trouble: Trouble, member: str | None, detail: str) -> Difference:
    return Difference(trouble=trouble, member=member, detail=detail)


def _refused(trouble: Trouble, detail: str) -> Opened:
    return Opened(members=(), differences=(_about(trouble, None, detail),))


def _text(name: bytes) -> str:
    # A name that is longer is told as such, whatever follows.
    return name[: LONGEST_NAME + 1].decode("utf-8", "backslashreplace")


def _by_directory(data: bytes, told: list[Difference]) -> list[_Entry]:
    """Return the members that the directory lists; none where it cannot be followed."""
    end = data.rfind(END_MARK, max(0, len(data) - END.size - _COMMENT))
    if end < 0 or len(data) - end < END.size:
        return []
    count, offset = (fields := END.unpack_from(data, end))[4], fields[6]
    if count > MOST_MEMBERS:
        told.append(_about(Trouble.LIMIT, None, f"the directory lists {count:,} files"))
        return []
    entries = []
    for _ in range(count):
        try:
            entry, offset = _central_entry(data, offset)
        except (struct.error, ValueError):
            return []
        entries.append(entry)
    return entries


def _central_entry(data: bytes, at: int) -> tuple[_Entry, int]:
    """Return a member by its record in the directory, and where the next record begins. Raises
    ValueError or struct.error where it leads nowhere."""
    record = CENTRAL.unpack_from(data, at)
    flags, method, packed, start = record[3], record[4], record[8], record[16]
    lengths = record[10], record[11], record[12]
    following = at + CENTRAL.size + sum(lengths)
    header = LOCAL.unpack_from(data, start)
    begin = start + LOCAL.size + header[9] + header[10]
    if record[0] != CENTRAL_MARK or following > len(data) or begin + packed > len(data):
        raise ValueError("the record leads out of the file")
    name = data[at + CENTRAL.size : at + CENTRAL.size + lengths[0]]
    return (
        _Entry(
            name=_text(name),
            flags=flags | header[2],
            method=method or header[3],
            start=start,
            at=begin,
            end=begin + packed,
            record=data[at:following],
        ),
        following,
    )


def _by_headers(data: bytes) -> Iterator[_Entry]:
    """Yield the members that follow each other from the first byte on, by their own headers."""
    start = max(0, data.find(LOCAL_MARK))
    for _ in range(MOST_MEMBERS):
        if start + LOCAL.size > len(data) or data[start : start + 4] != LOCAL_MARK:
            return
        header = LOCAL.unpack_from(data, start)
        begin = start + LOCAL.size + header[9] + header[10]
        end = begin + header[7]
        if end > len(data):
            return
        name = data[start + LOCAL.size : start + LOCAL.size + header[9]]
        yield _Entry(
            name=_text(name), flags=header[2], method=header[3], start=start, at=begin, end=end
        )
        start = end


def _about_names(entries: Sequence[_Entry]) -> Iterator[Difference]:
    for entry in entries:
        if trouble := trouble_with(entry.name):
            yield _about(Trouble.NAME, entry.name, f"do not unpack it: {trouble}")
        if entry.flags & _ENCRYPTED:
            yield _about(Trouble.ENCRYPTED, entry.name, "it is encrypted: it was not opened")
        if entry.method:
            detail = f"it is compressed (method {entry.method}): it was not unpacked"
            yield _about(Trouble.PACKED, entry.name, detail)
    for name in doubled(entry.name for entry in entries):
        yield _about(Trouble.DUPLICATE, name, "another member has this name")


def _about_headers(
    data: bytes, entries: Sequence[_Entry], members: Sequence[Stored]
) -> Iterator[Difference]:
    """Compare what stands before each member, and what the directory says of it, with what
    Passerby would have written."""
    for entry, member in zip(entries, members, strict=True):
        expected = local_header(member)
        actual = data[entry.start : entry.at]
        if actual != expected:
            detail = f"the header before it differs: {_differing(actual, expected)}"
            yield _about(Trouble.HEADER, entry.name, detail)
        if entry.record is not None and entry.record != central_record(member, entry.start):
            detail = "the directory does not say of it what it is"
            yield _about(Trouble.DIRECTORY, entry.name, detail)


def _differing(actual: bytes, expected: bytes) -> str:
    """Name the fields of a local header that differ."""
    one, other = LOCAL.unpack_from(actual), LOCAL.unpack_from(expected)
    names = [n for n, a, b in zip(_LOCAL_FIELDS, one, other, strict=True) if a != b]
    if actual[LOCAL.size : LOCAL.size + one[9]] != expected[LOCAL.size :]:
        names.append("name")
    return ", ".join(names)


def _about_layout(
    data: bytes, entries: Sequence[_Entry], members: Sequence[Stored]
) -> Iterator[Difference]:
    """Tell bytes that belong to nothing, or to two members, and what is wrong at the end."""
    reached = 0
    for entry in sorted(entries, key=lambda entry: entry.start):
        if entry.start > reached:
            detail = f"{entry.start - reached:,} bytes before it belong to no member"
            yield _about(Trouble.EXTRA_BYTES, entry.name, detail)
        elif entry.start < reached:
            yield _about(Trouble.OVERLAP, entry.name, "it shares bytes with another member")
        reached = max(reached, entry.end)
    if [entry.start for entry in entries] != sorted(entry.start for entry in entries):
        yield _about(Trouble.ORDER, None, "the directory lists the members in another order")
    yield from _about_end(data, reached, entries, members)


def _about_end(
    data: bytes, reached: int, entries: Sequence[_Entry], members: Sequence[Stored]
) -> Iterator[Difference]:
    """Compare the directory and the end record, byte for byte, with what they have to be."""
    records = [central_record(m, e.start) for e, m in zip(entries, members, strict=True)]
    begin = data.find(records[0], reached)
    if begin > reached:
        detail = f"{begin - reached:,} bytes before the directory belong to no member"
        yield _about(Trouble.EXTRA_BYTES, None, detail)
    begin = at = max(begin, reached)
    for entry, record in zip(entries, records, strict=True):
        if data[at : at + len(record)] != record and at < len(data):
            detail = "the directory does not say of it what it is"
            yield _about(Trouble.DIRECTORY, entry.name, detail)
        at += len(record)
    last = end_record(len(members), at - begin, begin)
    if data[at : at + len(last)] != last:
        cut = "the file is cut short" if len(data) < at + len(last) else "the last record differs"
        yield _about(Trouble.DIRECTORY, None, cut)
    if len(data) > at + len(last):
        detail = f"{len(data) - at - len(last):,} bytes after the end"
        yield _about(Trouble.EXTRA_BYTES, None, detail)
