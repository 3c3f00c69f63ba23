"""Makes a bundle: the same members, history, key and time give the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from passerby.errors import BadRecord
from passerby.rights.bundle.archive import Stored, pack
from passerby.rights.bundle.chain import History, breaks_in, write_chain
from passerby.rights.bundle.manifest import (
    CHAIN,
    MADE,
    MANIFEST,
    PUBLIC_KEY,
    README,
    SIGNATURE,
    Manifest,
    Member,
    MemberKind,
    list_member,
    write_manifest,
)
from passerby.rights.bundle.readme import write_readme
from passerby.rights.bundle.signing import fingerprint, sign, write_key

RESERVED = frozenset({MANIFEST, SIGNATURE, PUBLIC_KEY, README, CHAIN})
"""Names that members cannot have."""


def write_bundle(
    members: Sequence[Member],
    history: History,
    key: Ed25519PrivateKey,
    *,
    bundle: str,
    case: str,
    made_at: datetime,
) -> bytes:
    """Return the zip file.

    `bundle` is a random id, `case` the case's reference, `made_at` an aware time. Raises
    BadRecord for a name that cannot be used, text that cannot be printed, or a history whose
    entries do not follow each other; LimitExceeded for more than a bundle may hold.
    """
    _check(members, history, bundle, case)
    public = key.public_key()
    manifest = Manifest(
        bundle=bundle,
        case=case,
        made_at=made_at.astimezone(UTC).replace(microsecond=0),
        key=fingerprint(public),
        chain=history.end,
        members=(),
    )
    made = (
        Member(name=README, kind=MemberKind.README, data=write_readme(manifest)),
        Member(name=PUBLIC_KEY, kind=MemberKind.PUBLIC_KEY, data=write_key(public)),
        Member(name=CHAIN, kind=MemberKind.CHAIN, data=write_chain(history)),
    )
    everything = (*made, *members)
    signed = write_manifest(replace(manifest, members=tuple(map(list_member, everything))))
    return pack(
        [
            Stored(name=MANIFEST, data=signed),
            Stored(name=SIGNATURE, data=sign(key, signed)),
            *(Stored(name=member.name, data=member.data) for member in everything),
        ]
    )


def _check(members: Sequence[Member], history: History, bundle: str, case: str) -> None:
    """Raise BadRecord for what must not be signed."""
    for member in members:
        if member.kind in MADE or member.name.casefold() in {n.casefold() for n in RESERVED}:
            raise BadRecord(f"{member.name!r} is made by Passerby in every bundle")
    for text in (bundle, case, history.chain.subject):
        if not text.isprintable() or not text:
            raise BadRecord(f"{text!r} cannot name a bundle, a case or a client")
    for number, problem in breaks_in(history):
        raise BadRecord(f"entry {number} of the history: {problem}")
