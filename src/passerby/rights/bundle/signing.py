"""The signature: Ed25519 (RFC 8032) over the manifest, by `cryptography`."""

from __future__ import annotations

import hashlib
import re

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from passerby.errors import UsageError

DOMAIN = b"passerby bundle manifest 1\n"
"""Stands before the manifest in what is signed: no signature of anything else is one of it."""


def sign(key: Ed25519PrivateKey, manifest: bytes) -> bytes:
    """Return the 64 bytes of the signature."""
    return key.sign(DOMAIN + manifest)


def signed_by(key: Ed25519PublicKey, manifest: bytes, signature: bytes) -> bool:
    """Whether the signature is of this manifest, by this key."""
    try:
        key.verify(signature, DOMAIN + manifest)
    except InvalidSignature:
        return False
    return True


def write_key(key: Ed25519PublicKey) -> bytes:
    """Return `public-key.pem` (RFC 8410)."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def read_key(pem: bytes) -> Ed25519PublicKey:
    """Return the key. Raises ValueError for anything that `write_key` would not have written."""
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("it is no public key") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("it is no Ed25519 key")  # noqa: TRY004 - of data, not of a type
    if write_key(key) != pem:
        raise ValueError("it is not written as a public key is")
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return the SHA-256 of the key in DER, as 64 hexadecimal digits: what `openssl pkey -pubin
    -outform DER | sha256sum` tells."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def parse_sha256(text: str, what: str) -> str:
    """Return a SHA-256 that a person typed, as 64 small hexadecimal digits; spaces, colons and
    hyphens between them do not count. Raises UsageError: a part of one would prove nothing."""
    digits = re.sub(r"[\s:-]", "", text).lower()
    if not re.fullmatch("[0-9a-f]{64}", digits):
        raise UsageError(f"{what}: expected 64 hexadecimal digits, not {text!r}")
    return digits
