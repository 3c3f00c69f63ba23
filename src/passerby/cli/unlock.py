"""What opens encrypted records, on the command line: those of requests and those of consents."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from passerby.cli.console import say, say_surely
from passerby.cli.options import Name
from passerby.errors import UnreadableInput, UsageError
from passerby.report.text import printable

if TYPE_CHECKING:
    from passerby.store import Secret

PASSPHRASE_FILE = "PASSERBY_PASSPHRASE_FILE"  # noqa: S105 - the name of a variable
"""Environment variable that names a file, whose first line is the passphrase."""
_LONGEST = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What the options of `KEY_OPTIONS` said."""

    passphrase_file: Path | None = None
    key_file: Path | None = None
    recovery_key_file: Path | None = None


KEY_OPTIONS = (
    click.option(
        "--passphrase-file",
        type=Name(),
        metavar="FILE",
        help=f"A file whose first line is the passphrase. Without it and without ${PASSPHRASE_FILE}"
        " it is asked for.",
    ),
    click.option(
        "--key-file",
        type=Name(),
        metavar="FILE",
        help="A file that opens the records instead of a passphrase; one is made when the records "
        "are begun and it is not there.",
    ),
    click.option(
        "--recovery-key-file",
        type=Name(),
        metavar="FILE",
        help="A file that holds the recovery key, to open the records with that.",
    ),
)


def user_data(name: str) -> Path:
    """Return a folder of this name in the user's data folder."""
    import platformdirs

    return platformdirs.user_data_path("passerby", False) / name


def secret_of(keys: Keys) -> Secret:
    """Return what opens the records, asking for a passphrase where nothing was given. Raises
    UsageError, UnreadableInput."""
    from passerby.store import KeyFile, Passphrase, RecoveryKey

    file = _file_of(keys)
    if file is None:
        return Passphrase(_asked("Passphrase", again=False))
    _warn_if_loose(file)
    if keys.recovery_key_file is not None:
        return RecoveryKey(_first_line(file))
    return KeyFile(file) if keys.key_file is not None else Passphrase(_first_line(file))


def first_secret(keys: Keys, folder: Path) -> Secret:
    """Return what is to open the records that are begun in a folder, and what `new_secret`
    raises."""
    if keys.recovery_key_file is not None:
        raise UsageError("records are begun with a passphrase or a key file")
    return new_secret(_file_of(keys), keys.key_file, folder, "Passphrase")


def new_secret(file: Path | None, key_file: Path | None, folder: Path, prompt: str) -> Secret:
    """Return what is to open the records in a folder from now on: a key file, which is made
    where it is not there, else the passphrase in `file`, else the one that is asked for.

    Raises UsageError for a passphrase that is too short and for a file in that folder, before
    anything is made; UnreadableInput.
    """
    from passerby.store.secret import KeyFile, Passphrase, check_apart, check_new

    for path in (file, key_file):
        if path is not None:
            check_apart(path, folder)
    if key_file is not None:
        if not os.path.lexists(key_file):
            return KeyFile.create(key_file)
        _warn_if_loose(key_file)
        return KeyFile(key_file)
    if file is not None:
        _warn_if_loose(file)
    words = _asked(prompt, again=True) if file is None else _first_line(file)
    secret = Passphrase(words)
    check_new(secret, folder)
    return secret


def _file_of(keys: Keys) -> Path | None:
    """Return the file that opens the records; None where a passphrase has to be asked for."""
    ways = (keys.passphrase_file, keys.key_file, keys.recovery_key_file)
    given = [way for way in ways if way is not None]
    if len(given) > 1:
        raise UsageError("the records are opened in one way: give one of these files")
    named = os.environ.get(PASSPHRASE_FILE)
    return given[0] if given else Path(named) if named else None


def _warn_if_loose(path: Path) -> None:
    """Tell of a file of a secret that others can read. Where it cannot be looked at, reading it
    says so."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            name = printable(str(path))
            say(f"{name}: others on this machine may use it (mode {mode:04o}): chmod 600 it")


def tell_recovery_key(folder: Path, recovery: str) -> None:
    """Show the recovery key of new records, once. Raises OutputUnwritable where nobody can read
    it."""
    say_surely(
        f"They are in {printable(str(folder))}.",
        "Write this recovery key down on paper; it is shown this once. It opens the records when",
        "the passphrase is lost, and nothing else does:",
        "",
        f"    {recovery}",
        "",
    )


def _first_line(path: Path) -> str:
    from passerby.files import read_input

    line = read_input(path, _LONGEST).split(b"\n", 1)[0].removesuffix(b"\r")
    try:
        # Some editors put a byte order mark before it, which nobody types.
        return line.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableInput(f"{path}: its first line is not UTF-8 text") from error


def _asked(prompt: str, *, again: bool) -> str:
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            "there is nobody to ask for the passphrase",
            f"Give --passphrase-file or --key-file, or set ${PASSPHRASE_FILE}.",
        )
    words: str = click.prompt(
        prompt, hide_input=True, confirmation_prompt="Once more" if again else False, err=True
    )
    return words
