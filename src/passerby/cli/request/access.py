"""Opening the records: where they are, what opens them, and what is known."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from passerby.cli.console import say
from passerby.cli.options import Name
from passerby.cli.request.days import Day
from passerby.errors import BadDate, UnreadableInput, UsageError

if TYPE_CHECKING:
    from passerby.rights.cases.desk import Desk
    from passerby.store import Secret, Store

PASSPHRASE_FILE = "PASSERBY_PASSPHRASE_FILE"  # noqa: S105 - the name of a variable
"""Environment variable that names a file, whose first line is the passphrase."""
_LONGEST = 4096

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What the options of `access_options` said."""

    store: Path | None
    passphrase_file: Path | None
    key_file: Path | None
    recovery_key_file: Path | None
    knowledge: Path | None
    today: date | None

    @property
    def folder(self) -> Path:
        """Where the records are."""
        if self.store is not None:
            return self.store
        import platformdirs

        return platformdirs.user_data_path("passerby", False) / "records"

    @property
    def day(self) -> date:
        """The day as of which is recorded. Raises BadDate for one that is still to come."""
        now = date.today()
        if self.today is not None and self.today > now:
            raise BadDate(f"--today: {self.today} is still to come")
        return self.today or now


def access_options(command: Command) -> Command:
    """Add the options that say which records are meant, as one argument `access`."""

    @functools.wraps(command)
    def run(*arguments: Any, **values: Any) -> Any:
        given = {name: values.pop(name) for name in _NAMES}
        return command(*arguments, access=Access(**given), **values)

    made: Any = run
    for decorate in reversed(_OPTIONS):
        made = decorate(made)
    return cast(Command, made)


_NAMES = tuple(field.name for field in fields(Access))
_OPTIONS = (
    click.option(
        "--store",
        type=Name(),
        metavar="FOLDER",
        help="The folder of the encrypted records.  [default: in the user's data folder]",
    ),
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
    click.option(
        "--knowledge",
        type=Name(),
        metavar="FOLDER",
        help="Your own files of laws, companies and authorities, which go before those that came "
        "with Passerby.",
    ),
    click.option(
        "--today",
        type=Day(),
        metavar="DATE",
        help="Record and count as of this day, for what was written before it is recorded here.",
    ),
)


@contextlib.contextmanager
def open_desk(access: Access) -> Iterator[Desk]:
    """Open the records. Raises StoreMissing when there are none yet."""
    from passerby.store import Store

    with Store.open(access.folder, _secret(access, new=False)) as store:
        yield _desk(access, store)


@contextlib.contextmanager
def open_or_begin(access: Access) -> Iterator[Desk]:
    """Open the records, or begin them and tell the recovery key, once."""
    from passerby.store import Store

    if Store.begun(access.folder):
        with open_desk(access) as desk:
            yield desk
        return
    store, recovery = Store.create(access.folder, _secret(access, new=True))
    with store:
        _tell_recovery_key(access.folder, recovery)
        yield _desk(access, store)


def _desk(access: Access, store: Store) -> Desk:
    from passerby.rights.cases.desk import Desk
    from passerby.rights.cases.records import Records
    from passerby.rights.knowledge import Knowledge

    return Desk(Records(store), Knowledge.load(access.knowledge), today=access.day)


def _tell_recovery_key(folder: Path, recovery: str) -> None:
    from passerby.report.text import printable

    say(f"New encrypted records were begun in {printable(str(folder))}.")
    say("Write this recovery key down on paper; it is shown this once. It opens the records when")
    say("the passphrase is lost, and nothing else does:")
    say("")
    say(f"    {recovery}")
    say("")


def _secret(access: Access, *, new: bool) -> Secret:
    from passerby.store import KeyFile, Passphrase, RecoveryKey

    ways = (access.passphrase_file, access.key_file, access.recovery_key_file)
    if sum(way is not None for way in ways) > 1:
        raise UsageError("the records are opened in one way: give one of these files")
    if access.recovery_key_file is not None:
        if new:
            raise UsageError("records are begun with a passphrase or a key file")
        return RecoveryKey(_first_line(access.recovery_key_file))
    if access.key_file is not None:
        if new and not os.path.lexists(access.key_file):
            return KeyFile.create(access.key_file)
        return KeyFile(access.key_file)
    named = access.passphrase_file or os.environ.get(PASSPHRASE_FILE)
    if named:
        return Passphrase(_first_line(Path(named)))
    return Passphrase(_asked(new=new))


def _first_line(path: Path) -> str:
    from passerby.files import read_input

    line = read_input(path, _LONGEST).split(b"\n", 1)[0].removesuffix(b"\r")
    try:
        return line.decode()
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
