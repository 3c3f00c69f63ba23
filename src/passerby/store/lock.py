"""The master key as it lies in the records: sealed twice, for the secret and for the recovery key.

The parameters of the derivation are part of what is authenticated, and refused below a floor: who
can write to the file cannot make a passphrase cheaper to guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from passerby.errors import StoreDamaged, StoreLocked
from passerby.store.chain import frame, hashed
from passerby.store.seal import (
    Cost,
    NotAuthentic,
    Place,
    new_salt,
    seal,
    stretch,
    subkey,
    unseal,
)
from passerby.store.secret import Passphrase, RecoveryKey, Secret


class Slot(StrEnum):
    """Which of the two keys a lock is for."""

    SECRET = "secret"  # noqa: S105 - the name of a slot
    RECOVERY = "recovery"


class Kind(StrEnum):
    """What a lock is opened with."""

    PASSPHRASE = "passphrase"  # noqa: S105 - the name of a kind
    FILE = "file"
    RECOVERY = "recovery"


_WORDS = {
    Kind.PASSPHRASE: "a passphrase",
    Kind.FILE: "a key file",
    Kind.RECOVERY: "the recovery key",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """One row: how a key is derived, and the master key sealed under it. `sha256` (hex) is over
    the rest: it tells a damaged lock from a wrong key."""

    slot: Slot
    kind: Kind
    salt: bytes
    cost: Cost
    sealed: bytes
    sha256: str

    def checksum(self) -> str:
        """Return what `sha256` has to be."""
        return hashed("lock", _terms(self.slot, self.kind, self.salt, self.cost), self.sealed)


def slot_of(secret: Secret) -> Slot:
    """Return which lock a secret is for."""
    return Slot.RECOVERY if isinstance(secret, RecoveryKey) else Slot.SECRET


def make_lock(secret: Secret, master: bytes) -> Lock:
    """Seal the master key for a secret. Slow for all but the recovery key: Argon2id."""
    slot, kind, salt, cost = slot_of(secret), _kind_of(secret), new_salt(), Cost()
    terms = _terms(slot, kind, salt, cost)
    sealed = seal(_derive(secret, salt, cost), master, Place(purpose=f"master {terms.hex()}"))
    checksum = hashed("lock", terms, sealed)
    return Lock(slot=slot, kind=kind, salt=salt, cost=cost, sealed=sealed, sha256=checksum)


def open_lock(lock: Lock, secret: Secret) -> bytes:
    """Return the master key. Raises StoreLocked for a wrong secret, after the derivation, and
    StoreDamaged for a lock that is not what was written or asks for too little work."""
    if lock.checksum() != lock.sha256:
        raise StoreDamaged(f"the lock of the {lock.slot} is not what was written")
    if not lock.cost.allowed:
        raise StoreDamaged(
            f"the lock of the {lock.slot} asks for a derivation that is weaker than any that"
            " Passerby writes"
        )
    if lock.kind is not _kind_of(secret):
        raise StoreLocked(
            f"these records open with {_WORDS[lock.kind]}, not with {_WORDS[_kind_of(secret)]}"
        )
    key = _derive(secret, lock.salt, lock.cost)
    terms = _terms(lock.slot, lock.kind, lock.salt, lock.cost)
    try:
        return unseal(key, lock.sealed, Place(purpose=f"master {terms.hex()}"))
    except NotAuthentic as error:
        raise StoreLocked(f"this is not the right {_plain(lock.kind)}") from error


def _plain(kind: Kind) -> str:
    return _WORDS[kind].partition(" ")[2]


def _kind_of(secret: Secret) -> Kind:
    if isinstance(secret, RecoveryKey):
        return Kind.RECOVERY
    return Kind.PASSPHRASE if isinstance(secret, Passphrase) else Kind.FILE


def _derive(secret: Secret, salt: bytes, cost: Cost) -> bytes:
    if isinstance(secret, RecoveryKey):
        return subkey(secret.material(), "recovery", salt)
    return stretch(secret.material(), salt, cost)


def _terms(slot: Slot, kind: Kind, salt: bytes, cost: Cost) -> bytes:
    numbers = f"{cost.memory},{cost.passes},{cost.lanes}"
    return frame(slot.encode(), kind.encode(), salt, numbers.encode())
