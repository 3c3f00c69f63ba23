"""The register of consents, for commands that publish by decisions: opened where these name a
consent, and only then."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from passerby.cli.options import Command, Name, as_one
from passerby.cli.unlock import PASSPHRASE_FILE

if TYPE_CHECKING:
    from passerby.batch.permits import Consents
    from passerby.model.given import Given


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """What the options of `permit_options` said."""

    consents: Path | None
    passphrase_file: Path | None
    key_file: Path | None
    event: str | None
    outlet: str | None


def permit_options(command: Command) -> Command:
    """Add the options that say which register is meant and where is published, as one argument
    `permit`."""
    return as_one(command, "permit", Permit, _OPTIONS)


_OPTIONS = (
    click.option(
        "--consents",
        type=Name(),
        metavar="FOLDER",
        help="The register of the consents that the decisions name; it is opened where they name "
        "one.  [default: in the user's data folder]",
    ),
    click.option(
        "--passphrase-file",
        type=Name(),
        metavar="FILE",
        help=f"A file whose first line opens the register. Without it and without "
        f"${PASSPHRASE_FILE} the passphrase is asked for.",
    ),
    click.option(
        "--key-file",
        type=Name(),
        metavar="FILE",
        help="A file that opens the register instead of a passphrase.",
    ),
    click.option(
        "--event",
        metavar="NAME",
        help="The event that the pictures show: some consents are for one.",
    ),
    click.option(
        "--outlet",
        metavar="NAME",
        help="The outlet that the copies are for: some consents are for one.",
    ),
)


@contextlib.contextmanager
def opened(permit: Permit, given: Mapping[str, Given] | None) -> Iterator[Consents | None]:
    """Open the register where decisions name a consent; None where they name none.

    Raises StoreMissing, StoreLocked and what else keeps it closed: nothing is published then.
    """
    if not any(one.consents for one in (given or {}).values()):
        yield None
        return
    from passerby.batch.permits import Consents
    from passerby.cli.consent.access import Access, open_register
    from passerby.consent.facts import Place

    access = Access(
        store=permit.consents, passphrase_file=permit.passphrase_file, key_file=permit.key_file
    )
    with open_register(access) as register:
        place = Place(event=permit.event, outlet=permit.outlet)
        yield Consents(register=register, place=place)
