"""`passerby review`."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import Name, hiding_from, hiding_options, look_options
from passerby.cli.permit import Permit, permit_options

if TYPE_CHECKING:
    from passerby.web.clerk import Clerk
    from passerby.web.run import Started

_HELP = """Decide picture by picture, in a page in your own browser.

FOLDER is looked through for faces in the background while you look at what was found. Nothing
leaves this machine: the page is served on the loopback address 127.0.0.1, to whoever opens the
link that is made for you, once. Copies are published as `passerby redact` does it.

\b
Examples:
  passerby review march/
  passerby review march/ -o published/ --reviewer "A. Reviewer"
  passerby review march/ --no-open

Every decision is on the disk at the click, beside the reports (OUT-report/review). Stop with
Ctrl-C; the same command goes on where you were.
"""


@click.command(help=_HELP)
@click.argument("folder", required=True, type=Name(), metavar="FOLDER")
@click.option(
    "-o",
    "--output",
    type=Name(),
    metavar="OUT",
    help="Folder for the copies.  [default: FOLDER with -published added]",
)
@click.option(
    "--no-open",
    is_flag=True,
    help="Open no browser: write the address to stdout as JSON. It opens the page once.",
)
@click.option(
    "--port",
    type=click.IntRange(1024, 65535),
    metavar="N",
    help="Port to listen on.  [default: any that is free]",
)
@click.option(
    "--reviewer",
    metavar="NAME",
    help="Who decides; it stands in the reports.  [default: the user's name here]",
)
@click.option(
    "--report",
    type=Name(),
    metavar="FOLDER",
    help="Where the reports and decisions go.  [default: OUT with -report added]",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Processes that look for faces.  [default: as many as there are cores]",
)
@permit_options
@hiding_options
@look_options
def review(
    folder: Path,
    output: Path | None,
    no_open: bool,
    port: int | None,
    reviewer: str | None,
    report: Path | None,
    workers: int | None,
    permit: Permit,
    **choices: Any,
) -> int:
    """Run the command; what it does stands in its help."""
    from passerby.session import Session
    from passerby.web.run import Services, listen, serve

    place = _beside(folder) if output is None else output
    listening = listen(port or 0)
    with (
        listening,
        Session.open(
            folder, place, hiding_from(**choices), report=report, workers=workers
        ) as session,
    ):
        if session.torn:
            say("A line that was being written when the last review ended was dropped.")
        who = (reviewer or "").strip() or _user()
        services = Services(session, place, who, _clerk(permit))
        serve(services, listening, browser=not no_open, started=_tell)
    say("Stopped. What was decided is kept; the same command goes on.")
    return 0


def _clerk(permit: Permit) -> Clerk:
    """Return who keeps the register: open where something was given that opens it; else the page
    asks for the passphrase. Raises UsageError, UnreadableInput, StoreLocked, StoreMissing."""
    from passerby.cli.unlock import PASSPHRASE_FILE, Keys, secret_of, user_data
    from passerby.consent.facts import Place
    from passerby.web.clerk import Access, Clerk

    clerk = Clerk(
        permit.consents or user_data("consents"), Place(event=permit.event, outlet=permit.outlet)
    )
    given = permit.passphrase_file or permit.key_file
    if given or (os.environ.get(PASSPHRASE_FILE) and clerk.state is Access.LOCKED):
        keys = Keys(passphrase_file=permit.passphrase_file, key_file=permit.key_file)
        clerk.unlock(secret_of(keys))
    return clerk


def _tell(started: Started) -> None:
    """Say how to get to the page."""
    if started.file is None:
        print_json({"kind": "review", "address": started.address, "seconds": started.seconds})
    else:
        say(f"The page opens in your browser. If it does not, open {started.file}")
    say("Ctrl-C ends the review; decisions are kept at every click.")


def _beside(folder: Path) -> Path:
    whole = folder.resolve()
    return whole.with_name(f"{whole.name or 'pictures'}-published")


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "reviewer"
