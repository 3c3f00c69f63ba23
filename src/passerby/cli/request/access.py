"""Opening the records: where they are, what opens them, and what is known."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from passerby.cli.console import say_surely
from passerby.cli.options import Command, Name, as_one
from passerby.cli.request.days import Day
from passerby.cli.unlock import (
    KEY_OPTIONS,
    Keys,
    first_secret,
    secret_of,
    tell_recovery_key,
    user_data,
)
from passerby.errors import BadDate

if TYPE_CHECKING:
    from passerby.rights.cases.desk import Desk
    from passerby.store import Store


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
        return self.store or user_data("records")

    @property
    def keys(self) -> Keys:
        """What opens them."""
        return Keys(
            passphrase_file=self.passphrase_file,
            key_file=self.key_file,
            recovery_key_file=self.recovery_key_file,
        )

    @property
    def day(self) -> date:
        """The day as of which is recorded. Raises BadDate for one that is still to come."""
        now = date.today()
        if self.today is not None and self.today > now:
            raise BadDate(f"--today: {self.today} is still to come")
        return self.today or now


def access_options(command: Command) -> Command:
    """Add the options that say which records are meant, as one argument `access`."""
    return as_one(command, "access", Access, _OPTIONS)


_OPTIONS = (
    click.option(
        "--store",
        type=Name(),
        metavar="FOLDER",
        help="The folder of the encrypted records.  [default: in the user's data folder]",
    ),
    *KEY_OPTIONS,
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

    with Store.open(access.folder, secret_of(access.keys)) as store:
        yield _desk(access, store)


@contextlib.contextmanager
def read_desk(access: Access) -> Iterator[Desk]:
    """Open the records to read them alone: on a disk that is read-only too, and beside whoever
    writes. Raises StoreMissing when there are none yet."""
    from passerby.store import Store

    with Store.open(access.folder, secret_of(access.keys), read_only=True) as store:
        yield _desk(access, store)


@contextlib.contextmanager
def open_or_begin(access: Access) -> Iterator[Desk]:
    """Open the records, or begin them and tell the recovery key, once."""
    from passerby.store import Store

    if Store.begun(access.folder):
        with open_desk(access) as desk:
            yield desk
        return
    secret = first_secret(access.keys, access.folder)
    # Said before there is a key: where this cannot be read, none is made.
    say_surely("New encrypted records are begun.")
    store, recovery = Store.create(access.folder, secret)
    with store:
        tell_recovery_key(access.folder, recovery)
        yield _desk(access, store)


def _desk(access: Access, store: Store) -> Desk:
    from passerby.rights.cases.desk import Desk
    from passerby.rights.cases.records import Records
    from passerby.rights.knowledge import Knowledge

    return Desk(Records(store), Knowledge.load(access.knowledge), today=access.day)
