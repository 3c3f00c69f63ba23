"""The bundle of evidence: one signed zip file, checked by anyone.

write_bundle(members, chain, key, ...)  the bytes of a bundle
verify_bundle(data, ...)                every difference from what was signed
"""

from passerby.rights.bundle.chain import Entry, History, first_digest, next_digest
from passerby.rights.bundle.checking import verify_bundle
from passerby.rights.bundle.findings import Difference, Findings, Trouble
from passerby.rights.bundle.manifest import (
    ChainEnd,
    Listed,
    Manifest,
    Member,
    MemberKind,
)
from passerby.rights.bundle.signing import fingerprint
from passerby.rights.bundle.writing import write_bundle

__all__ = [
    "ChainEnd",
    "Difference",
    "Entry",
    "Findings",
    "History",
    "Listed",
    "Manifest",
    "Member",
    "MemberKind",
    "Trouble",
    "fingerprint",
    "first_digest",
    "next_digest",
    "verify_bundle",
    "write_bundle",
]
