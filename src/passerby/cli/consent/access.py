"""Opening the register: where it is, and what opens it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from passerby.cli.console import say_surely
from passerby.cli.options import Command, Name, as_one
from passerby.cli.unlock import (
    KEY_OPTIONS,
    Keys,
    first_secret,
    secret_of,
    tell_recovery_key,
    user_data,
)

if TYPE_CHECKING:
    from passerby.consent.register import Register


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What the options of `access_options` said."""

    store: Path | None = None
    passphrase_file: Path | None = None
    key_file: Path | None = None
    recovery_key_file: Path | None = None

    @property
    def folder(self) -> Path:
        """Where the register is."""
        return self.store or user_data("consents")

    @property
    def keys(self) -> Keys:
        """What opens it."""
        return Keys(
            passphrase_file=self.passphrase_file,
            key_file=self.key_file,
            recovery_key_file=self.recovery_key_file,
        )


def access_options(command: Command) -> Command:
    """Add the options that say which register is meant, as one argument `access`."""
    return as_one(command, "access", Access, _OPTIONS)


_OPTIONS = (
    click.option(
        "--store",
        type=Name(),
        metavar="FOLDER",
        help="The folder of the encrypted register.  [default: in the user's data folder]",
    ),
    *KEY_OPTIONS,
)


@contextlib.contextmanager
def open_register(access: Access) -> Iterator[Register]:
    """Open the register. Raises StoreMissing when there is none yet."""
    from passerby.consent.register import Register

    _check_begun(access)
    with Register.open(access.folder, secret_of(access.keys)) as register:
        yield register


@contextlib.contextmanager
def read_register(access: Access) -> Iterator[Register]:
    """Open the register to read it alone: on a disk that is read-only too, and beside whoever
    writes. Raises StoreMissing when there is none yet."""
    from passerby.consent.register import Register

    _check_begun(access)
    with Register.open(access.folder, secret_of(access.keys), read_only=True) as register:
        yield register


def _check_begun(access: Access) -> None:
    """Raise StoreMissing where there is no register: nobody is asked for the passphrase of what
    is not there."""
    from passerby.consent.register import NONE_YET
    from passerby.errors import StoreMissing
    from passerby.report.text import printable
    from passerby.store import Store

    if not Store.begun(access.folder):
        place = printable(str(access.folder))
        raise StoreMissing(f"there is no register of consents in {place}", NONE_YET)


@contextlib.contextmanager
def open_or_begin(access: Access) -> Iterator[Register]:
    """Open the register, or begin it and tell the recovery key, once."""
    from passerby.consent.register import Register
    from passerby.store import Store

    if Store.begun(access.folder):
        with open_register(access) as register:
            yield register
        return
    secret = first_secret(access.keys, access.folder)
    # Said before there is a key: where this cannot be read, none is made.
    say_surely("New encrypted records are begun.")
    register, recovery = Register.create(access.folder, secret)
    with register:
        tell_recovery_key(access.folder, recovery)
        yield register
