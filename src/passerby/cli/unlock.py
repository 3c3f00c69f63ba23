"""What opens encrypted records, on the command line: those of requests and those of consents."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from passerby.cli.console import say_surely
from passerby.cli.options import Name
from passerby.errors import UnreadableInput, UsageError

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


def secret_of(keys: Keys, *, new: bool) -> Secret:
    """Return what opens the records, asking for a passphrase where nothing was given. `new`:
    records are begun. Raises UsageError, UnreadableInput."""
    from passerby.store import KeyFile, Passphrase, RecoveryKey

    ways = (keys.passphrase_file, keys.key_file, keys.recovery_key_file)
    if sum(way is not None for way in ways) > 1:
        raise UsageError("the records are opened in one way: give one of these files")
    if keys.recovery_key_file is not None:
        if new:
            raise UsageError("records are begun with a passphrase or a key file")
        return RecoveryKey(_first_line(keys.recovery_key_file))
    if keys.key_file is not None:
        if new and not os.path.lexists(keys.key_file):
            return KeyFile.create(keys.key_file)
        return KeyFile(keys.key_file)
    named = keys.passphrase_file or os.environ.get(PASSPHRASE_FILE)
    if named:
        return Passphrase(_first_line(Path(named)))
    return Passphrase(_asked(new=new))


def tell_recovery_key(folder: Path, recovery: str) -> None:
    """Show the recovery key of new records, once. Raises OutputUnwritable where nobody can read
    it."""
    from passerby.report.text import printable

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


def _asked(*, new: bool) -> str:
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            "there is nobody to ask for the passphrase",
            f"Give --passphrase-file or --key-file, or set ${PASSPHRASE_FILE}.",
        )
    words: str = click.prompt(
        "Passphrase", hide_input=True, confirmation_prompt="Once more" if new else False, err=True
    )
    return words
