"""Authenticated encryption and the derivation of keys. Nothing here touches a file.

Everything is sealed with AES-256-GCM-SIV (RFC 8452) under a random nonce of 96 bits. A nonce that
came twice would not open anything: it would only show that two messages with the same place were
equal, and no two messages have the same place (`Place` is the associated data: purpose, subject,
number, position). With one key for each subject, 2**32 messages under one key repeat a nonce with
a chance of 2**-33; a plain GCM would break on that, this does not.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from passerby.store.chain import frame

KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_SALT_BYTES = 16
_DOMAIN = b"passerby.store 1"


class NotAuthentic(Exception):
    """Bytes that were not sealed under this key for this place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where sealed bytes belong: they open nowhere else."""

    purpose: str
    subject: str = ""
    number: int = 0
    position: int = 0

    def encoded(self) -> bytes:
        """Return it as bytes that no other place has."""
        return frame(
            _DOMAIN,
            self.purpose.encode(),
            self.subject.encode(),
            struct.pack(">QQ", self.number, self.position),
        )


def new_key() -> bytes:
    """Return a random key of 256 bits."""
    return os.urandom(KEY_BYTES)


def new_salt() -> bytes:
    """Return a random salt of 128 bits."""
    return os.urandom(_SALT_BYTES)


def seal(key: bytes, plain: bytes, place: Place) -> bytes:
    """Return nonce, ciphertext and tag. `plain` is never empty: each kind begins with a byte
    or more of its own (some OpenSSL refuse empty messages)."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCMSIV(key).encrypt(nonce, plain, place.encoded())


def unseal(key: bytes, sealed: bytes, place: Place) -> bytes:
    """Return what was sealed. Raises NotAuthentic."""
    if len(sealed) <= _NONCE_BYTES + _TAG_BYTES:
        raise NotAuthentic
    try:
        return AESGCMSIV(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encoded())
    except InvalidTag as error:
        raise NotAuthentic from error


def subkey(key: bytes, purpose: str, salt: bytes = b"") -> bytes:
    """Return a key for one purpose, derived from a key that is random already (HKDF-SHA256)."""
    info = frame(_DOMAIN, purpose.encode())
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt or None, info=info).derive(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one guess of a passphrase costs: Argon2id (RFC 9106), memory in KiB."""

    memory: int = 64 * 1024
    passes: int = 3
    lanes: int = 4

    @property
    def allowed(self) -> bool:
        """Whether it is no less than what new records get, and no more than a machine bears.

        The default is RFC 9106's second recommended choice (64 MiB, 3 passes, 4 lanes).
        """
        return (
            64 * 1024 <= self.memory <= 1024 * 1024
            and 3 <= self.passes <= 16
            and 1 <= self.lanes <= 16
        )


def stretch(material: bytes, salt: bytes, cost: Cost) -> bytes:
    """Return a key from what a person knows: slow, and in as much memory as `cost` says."""
    derivation = Argon2id(
        salt=salt,
        length=KEY_BYTES,
        iterations=cost.passes,
        lanes=cost.lanes,
        memory_cost=cost.memory,
        ad=_DOMAIN,
    )
    return derivation.derive(material)
