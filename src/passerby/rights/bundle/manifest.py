"""What a bundle says of itself: `manifest.json`, the bytes that are signed.

The text is canonical JSON (RFC 8785; its numbers are whole), so that there is one way to write
one manifest.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

SCHEMA = 1
MANIFEST = "manifest.json"
SIGNATURE = "signature"
PUBLIC_KEY = "public-key.pem"
README = "README.txt"
CHAIN = "chain.json"

_TIME = "%Y-%m-%dT%H:%M:%SZ"
_SHA256 = re.compile("[0-9a-f]{64}")


class MemberKind(StrEnum):
    """What a member of a bundle is. The last three are made by Passerby for every bundle."""

    LETTER_PDF = "letter-pdf"
    LETTER_EML = "letter-eml"
    LETTER_TEXT = "letter-text"
    ANSWER = "answer"
    """A reply, as it was received."""
    PROOF_OF_SENDING = "proof-of-sending"
    ATTACHMENT = "attachment"
    TIMELINE_PDF = "timeline-pdf"
    TIMELINE_JSON = "timeline-json"
    CHAIN = "chain"
    """The client's history as a chain of digests."""
    PUBLIC_KEY = "public-key"
    README = "readme"


MADE = frozenset({MemberKind.CHAIN, MemberKind.PUBLIC_KEY, MemberKind.README})


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file that goes into a bundle. `name` may have folders, with `/` between them."""

    name: str
    kind: MemberKind
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What the manifest says of a member. `size` is bytes, `sha256` hexadecimal."""

    name: str
    kind: MemberKind
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainEnd:
    """Where the client's history stood: what makes it plain that a tail was cut. `head` is the
    digest of the last entry, or what stands before the first where there is none."""

    subject: str
    entries: int
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All that is signed. `key` is the fingerprint of the key that signs, `made_at` an aware
    time, by the clock of the machine that made the bundle."""

    bundle: str
    case: str
    made_at: datetime
    key: str
    chain: ChainEnd
    members: tuple[Listed, ...]


def list_member(member: Member) -> Listed:
    """Describe a member."""
    sha256 = hashlib.sha256(member.data).hexdigest()
    return Listed(name=member.name, kind=member.kind, size=len(member.data), sha256=sha256)


def canonical(document: Mapping[str, Any]) -> bytes:
    """Return the one text of a JSON document of text, whole numbers, lists and objects whose
    keys are ASCII (RFC 8785)."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def manifest_document(manifest: Manifest) -> dict[str, Any]:
    """Return the manifest as a JSON object."""
    chain = manifest.chain
    return {
        "schema": SCHEMA,
        "bundle": manifest.bundle,
        "case": manifest.case,
        "made_at": manifest.made_at.astimezone(UTC).strftime(_TIME),
        "key": manifest.key,
        "chain": {"subject": chain.subject, "entries": chain.entries, "head": chain.head},
        "members": [
            {"name": m.name, "kind": m.kind.value, "size": m.size, "sha256": m.sha256}
            for m in manifest.members
        ],
    }


def write_manifest(manifest: Manifest) -> bytes:
    """Return the bytes that are signed."""
    return canonical(manifest_document(manifest))


def read_manifest(data: bytes) -> Manifest:
    """Read a manifest. Raises ValueError, in words for people, for anything that
    `write_manifest` would not have written."""
    document = read_json(data)
    if document.get("schema") != SCHEMA:
        raise ValueError(f"its schema is {document.get('schema')!r}, this reads {SCHEMA}")
    try:
        manifest = _manifest(document)
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"it is no manifest: {type(error).__name__}") from error
    if write_manifest(manifest) != data:
        raise ValueError("it is not written as a manifest is")
    return manifest


def read_json(data: bytes) -> Mapping[str, Any]:
    """Return a JSON object. Raises ValueError."""
    try:
        document = json.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise ValueError("it is no JSON") from error
    if not isinstance(document, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 - of data, not of a type
    return document


def _manifest(document: Mapping[str, Any]) -> Manifest:
    chain = document["chain"]
    return Manifest(
        bundle=text_of(document["bundle"]),
        case=text_of(document["case"]),
        made_at=datetime.strptime(text_of(document["made_at"]), _TIME).replace(tzinfo=UTC),
        key=sha256_of(document["key"]),
        chain=ChainEnd(
            subject=text_of(chain["subject"]),
            entries=count_of(chain["entries"]),
            head=sha256_of(chain["head"]),
        ),
        members=tuple(_listed(each) for each in document["members"]),
    )


def _listed(each: Mapping[str, Any]) -> Listed:
    return Listed(
        name=text_of(each["name"]),
        kind=MemberKind(each["kind"]),
        size=count_of(each["size"]),
        sha256=sha256_of(each["sha256"]),
    )


def text_of(value: object) -> str:
    """Return a text. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError("a text is missing")  # noqa: TRY004 - of data, not of a type
    return value


def count_of(value: object) -> int:
    """Return a whole number from 0 on. Raises ValueError."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("a whole number is missing")
    return value


def sha256_of(value: object) -> str:
    """Return a SHA-256 in 64 small hexadecimal digits. Raises ValueError."""
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise ValueError("a SHA-256 is missing")
    return value
