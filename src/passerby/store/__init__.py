"""Encrypted, append-only records: what requests and consents stand on.

`Store` is the page to read first; docs/store.md says what is protected from whom.
"""

from passerby.store.chain import BlobRef, Chain, Link, commitment_of, recheck
from passerby.store.entry import Entry, Tombstone
from passerby.store.secret import KeyFile, Passphrase, RecoveryKey, Secret
from passerby.store.store import Store

__all__ = [
    "BlobRef",
    "Chain",
    "Entry",
    "KeyFile",
    "Link",
    "Passphrase",
    "RecoveryKey",
    "Secret",
    "Store",
    "Tombstone",
    "commitment_of",
    "recheck",
]
