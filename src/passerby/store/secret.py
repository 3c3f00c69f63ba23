"""What opens the records: a passphrase, a key file, or the recovery key.

A passphrase or a key file is stretched by Argon2id. The recovery key is random (160 bits), so
that nothing has to be stretched: nobody guesses it.
"""

from __future__ import annotations

import base64
import hashlib
import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from passerby.errors import OutputExists, OutputUnwritable, StoreLocked, UnreadableInput, UsageError
from passerby.store.database import sync

LEAST_CHARACTERS = 8
"""The fewest that a new passphrase has. That it cannot be guessed takes more: several words."""
_LEAST_FILE = 32
_MOST_FILE = 1024 * 1024
_RECOVERY_BYTES = 20
_CHECK_BYTES = 5
_GROUP = 5
_LETTERS = (_RECOVERY_BYTES + _CHECK_BYTES) * 8 // 5
_RFC4648 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_WRITTEN = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's alphabet: without I, L, O and U, so that what is misread can be told."""
_MISREAD = str.maketrans("ILO", "110")


@dataclass(frozen=True, slots=True)
class Passphrase:
    """Words that a person knows."""

    text: str

    def __repr__(self) -> str:
        return "Passphrase(...)"

    def material(self) -> bytes:
        """Return the bytes to stretch: the same however the keyboard composes accents (NFC).
        Raises UsageError for an empty one, and for one with half of a character in it."""
        if not self.text:
            raise UsageError("the passphrase is empty")
        return b"passphrase\0" + _encoded(self.text)


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A file whose bytes are the key: at least 32 of them, at most a MiB."""

    path: Path

    def material(self) -> bytes:
        """Return the bytes to stretch. Raises UnreadableInput, or UsageError for a file that
        is too short or too long."""
        try:
            with self.path.open("rb") as file:
                data = file.read(_MOST_FILE + 1)
        except OSError as error:
            raise UnreadableInput(f"the key file cannot be read: {error.strerror}") from error
        if not _LEAST_FILE <= len(data) <= _MOST_FILE:
            raise UsageError(
                f"a key file has {_LEAST_FILE} to {_MOST_FILE:,} bytes",
                "Make one with 32 random bytes, and keep a copy of it.",
            )
        return b"file\0" + data

    @classmethod
    def create(cls, path: Path) -> KeyFile:
        """Write 32 random bytes to a new file that only its owner may read; on return it and
        its name are on the disk.

        Raises OutputExists or OutputUnwritable; nothing is left then.
        """
        try:
            number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise OutputExists(f"{path} exists") from error
        except OSError as error:
            raise OutputUnwritable(f"cannot write {path}: {error.strerror}") from error
        try:
            with open(number, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
                file.write(os.urandom(_LEAST_FILE))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            path.unlink(missing_ok=True)
            raise OutputUnwritable(f"cannot write {path}: {error.strerror}") from error
        # Without its name the file is lost at a power cut, and the records with it.
        sync(path.absolute().parent, os.O_RDONLY)
        return cls(path)


@dataclass(frozen=True, slots=True)
class RecoveryKey:
    """The key that was shown once, as it was written down: case, hyphens and spaces are free."""

    text: str

    def __repr__(self) -> str:
        return "RecoveryKey(...)"

    def material(self) -> bytes:
        """Return its random bytes. Raises StoreLocked for one that is mistyped: its last
        characters are a checksum."""
        letters = "".join(self.text.split()).replace("-", "").upper().translate(_MISREAD)
        data = b""
        if set(letters) <= set(_WRITTEN) and len(letters) == _LETTERS:
            data = base64.b32decode(letters.translate(str.maketrans(_WRITTEN, _RFC4648)))
        key, check = data[:_RECOVERY_BYTES], data[_RECOVERY_BYTES:]
        if check != _checksum(key):
            raise StoreLocked(
                "this is no recovery key as it was shown: a character is missing or wrong",
                "Compare it with the paper, group by group; nothing was changed.",
            )
        return key


Secret = Passphrase | KeyFile | RecoveryKey


def check_new(secret: Secret, folder: Path) -> None:
    """Raise UsageError for what the records in a folder should not be opened with from now on:
    a passphrase that is soon guessed, a key file that goes wherever the records go, and a
    recovery key, which is made and not chosen."""
    if isinstance(secret, RecoveryKey):
        raise UsageError("a recovery key is made, not chosen: give a passphrase or a key file")
    if isinstance(secret, KeyFile):
        check_apart(secret.path, folder)
        return
    secret.material()
    if len(_encoded(secret.text).decode("utf-8", "surrogateescape")) < LEAST_CHARACTERS:
        raise UsageError(
            f"the passphrase has fewer than {LEAST_CHARACTERS} characters",
            "Choose several words that do not stand together anywhere.",
        )


def check_apart(path: Path, folder: Path) -> None:
    """Raise UsageError for a file of a secret that lies in the folder of the records."""
    if Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        raise UsageError(
            f"{path} lies in the folder of the records that it opens",
            "Keep it elsewhere: whoever copies the folder would have its key as well.",
        )


def new_recovery_key() -> RecoveryKey:
    """Return a random one: 8 groups of 5 characters, 32 of them the key and 8 the checksum."""
    key = os.urandom(_RECOVERY_BYTES)
    encoded = base64.b32encode(key + _checksum(key)).decode()
    letters = encoded.translate(str.maketrans(_RFC4648, _WRITTEN))
    return RecoveryKey("-".join(letters[i : i + _GROUP] for i in range(0, len(letters), _GROUP)))


def _checksum(key: bytes) -> bytes:
    return hashlib.sha256(b"passerby.store recovery 1" + key).digest()[:_CHECK_BYTES]


def _encoded(text: str) -> bytes:
    """Return a text in NFC as UTF-8; bytes that were none come back as they were."""
    # A Windows console hands out characters beyond U+FFFF in two halves.
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    try:
        return unicodedata.normalize("NFC", whole).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # Not with its cause: that holds the passphrase.
        raise UsageError("the passphrase holds half of a character") from None
