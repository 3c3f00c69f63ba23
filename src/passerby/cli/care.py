"""`store`: the care of encrypted records themselves, the same for requests and for consents."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from passerby.cli.console import print_json, say, say_surely
from passerby.cli.options import InOrder, Name, json_option
from passerby.cli.unlock import KEY_OPTIONS, Keys, new_secret, secret_of, user_data
from passerby.errors import Exit, StoreMissing, UsageError
from passerby.report.text import printable

if TYPE_CHECKING:
    from passerby.store import Store

OLD_COPIES = (
    "Copies of the records that were made before this still open with what opened them then:"
    " backups, synchronised folders, snapshots. Delete them."
)
"""What no change of a secret can do, said whenever one was changed."""


def store_group(name: str) -> click.Group:
    """Return the group `store` for the records that are in the user's data folder under this
    name, unless --store says where."""
    group = InOrder(
        "store",
        help="Care for the encrypted records themselves: check them, change what opens them.",
    )
    for command in (_check(name), _passphrase(name), _recovery_key(name)):
        group.add_command(command)
    return group


def _command(name: str, run: Callable[..., int], *options: Callable[..., Any]) -> click.Command:
    made: Any = run
    for decorate in reversed((*_OPTIONS, *options, json_option)):
        made = decorate(made)
    return click.command(name)(made)


_OPTIONS = (
    click.option(
        "--store",
        "folder",
        type=Name(),
        metavar="FOLDER",
        help="The folder of the encrypted records.  [default: in the user's data folder]",
    ),
    *KEY_OPTIONS,
)


def _check(name: str) -> click.Command:
    def check(folder: Path | None, as_json: bool, **keys: Path | None) -> int:
        """Read every entry and every kept file, and tell what is not as it was written.

        Writes nothing, so that a copy on a read-only disk can be checked. Exit code 61 when
        something is wrong.
        """
        with _opened(folder, name, Keys(**keys), read_only=True) as store:
            found = store.check()
            subjects = len(store.subjects()) if not found else None
        for line in found:
            say(printable(line))
        if not found:
            say("Everything is as it was written.")
        if as_json:
            from passerby.report.json import document

            print_json(document("store-check", problems=list(found), subjects=subjects))
        return int(Exit.STORE if found else Exit.OK)

    return _command("check", check)


def _passphrase(name: str) -> click.Command:
    def passphrase(
        folder: Path | None,
        new_passphrase_file: Path | None,
        new_key_file: Path | None,
        as_json: bool,
        **keys: Path | None,
    ) -> int:
        """Have another passphrase or key file open the records; the one before does no longer.

        Open them with --recovery-key-file where the passphrase is lost. The recovery key stays
        what it was.
        """
        if new_passphrase_file is not None and new_key_file is not None:
            raise UsageError("give --new-passphrase-file or --new-key-file, one of them")
        with _opened(folder, name, Keys(**keys)) as store:
            place = folder or user_data(name)
            new = new_secret(new_passphrase_file, new_key_file, place, "New passphrase")
            store.change_secret(new)
        say("The records open with the new one, and with the old one no longer.")
        say(OLD_COPIES)
        _tell(as_json, changed="passphrase" if new_key_file is None else "key-file")
        return 0

    return _command("passphrase", passphrase, *_NEW)


_NEW = (
    click.option(
        "--new-passphrase-file",
        type=Name(),
        metavar="FILE",
        help="A file whose first line is the new passphrase.  [default: it is asked for]",
    ),
    click.option(
        "--new-key-file",
        type=Name(),
        metavar="FILE",
        help="A file that opens the records from now on instead of a passphrase; it is made where "
        "it is not there.",
    ),
)


def _recovery_key(name: str) -> click.Command:
    def recovery_key(folder: Path | None, as_json: bool, **keys: Path | None) -> int:
        """Make a new recovery key, and show it this once; the one before opens nothing any
        more."""
        with _opened(folder, name, Keys(**keys)) as store:
            store.renew_recovery_key(_show)
        say("It is the recovery key from now on; the one before opens nothing any more.")
        say(OLD_COPIES)
        _tell(as_json, changed="recovery-key")
        return 0

    return _command("recovery-key", recovery_key)


def _show(recovery: str) -> None:
    """Show a new recovery key before it is the one. Raises OutputUnwritable where nobody can
    read it."""
    say_surely(
        "Write this new recovery key down on paper; it is shown this once. Keep the old one until",
        "it is said below that this one took its place.",
        "",
        f"    {recovery}",
        "",
    )


def _tell(as_json: bool, *, changed: str) -> None:
    if as_json:
        from passerby.report.json import document

        print_json(document("store-secret", changed=changed, note=OLD_COPIES))


@contextlib.contextmanager
def _opened(
    folder: Path | None, name: str, keys: Keys, *, read_only: bool = False
) -> Iterator[Store]:
    from passerby.store import Store

    place = folder or user_data(name)
    # Nobody is asked for the passphrase of what is not there.
    if not Store.begun(place):
        raise StoreMissing(f"no records in {place}")
    with Store.open(place, secret_of(keys), read_only=read_only) as store:
        yield store
