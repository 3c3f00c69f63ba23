"""Making files anew for `withdraw` and `rerun`, and telling what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import Amount, Command, Name, as_one
from passerby.model.options import Limits, Options

if TYPE_CHECKING:
    from passerby.batch.rerun import Rerun
    from passerby.consent.events import RunBegan
    from passerby.consent.register import Register
    from passerby.consent.state import Consent
    from passerby.consent.takedown import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the options of `remake_options` said."""

    report: Path | None
    originals: tuple[Path, ...]
    workers: int | None
    max_pixels: int
    max_memory: int


def remake_options(command: Command) -> Command:
    """Add the options of whatever makes files anew, as one argument `choices`."""
    return as_one(command, "choices", Choices, _OPTIONS)


_OPTIONS = (
    click.option(
        "--report",
        type=Name(),
        metavar="FOLDER",
        help="Where the reports go.  [default: NEW with -report added]",
    ),
    click.option(
        "--originals",
        multiple=True,
        type=Name(),
        metavar="FOLDER",
        help="Where to look, by hash, for originals that are not where they were; repeatable.",
    ),
    click.option(
        "--workers",
        type=click.IntRange(1, 256),
        metavar="N",
        help="Processes.  [default: as many as there are cores]",
    ),
    click.option(
        "--max-pixels",
        type=Amount(),
        default=Limits().pixels,
        metavar="AMOUNT",
        help="Refuse a picture whose header claims more pixels than this.  [default: 250M]",
    ),
    click.option(
        "--max-memory",
        type=Amount(),
        default=Limits().memory,
        metavar="AMOUNT",
        help="Refuse a file that would take more bytes of memory than this.  [default: 6Gi]",
    ),
)


def make_anew(
    register: Register,
    consents: tuple[Consent, ...],
    out: Path,
    choices: Choices,
    *,
    as_json: bool,
) -> int:
    """Make anew what relied on consents that ended; return the exit code."""
    from passerby.batch.remake import Order
    from passerby.batch.rerun import rerun
    from passerby.cli.progress import Progress, total_line

    order = Order(
        consents=consents,
        out=out,
        options=Options(limits=Limits(pixels=choices.max_pixels, memory=choices.max_memory)),
        report=choices.report,
        originals=choices.originals,
        workers=choices.workers,
    )
    with Progress() as progress:
        done = rerun(register, order, progress)
    if done.run is not None:
        say(total_line(done.run))
    _tell(done)
    if as_json:
        print_json(_document(done, consents))
    if done.run is not None and done.run.interrupted:
        raise KeyboardInterrupt
    return int(done.exit)


def _tell(done: Rerun) -> None:
    from passerby.report.text import plural, printable

    tell_files(done.lines, done.listing.lost)
    tell_unmarked(done.unmarked)
    for path in done.look:
        say(printable(f"{path}: LOOK AT IT: a face was still found where one is to be hidden"))
    if done.missing:
        count = plural(len(done.missing), "original is", "originals are")
        say(f"{count} missing or changed: these files were not made anew, and have to come down.")
    for place in done.list_files:
        say(printable(f"List: {place}"))


def tell_files(lines: Iterable[Line], lost: Iterable[RunBegan]) -> None:
    """Say which files are to be taken down, and what may be missing in the list."""
    from passerby.consent.takedown import as_text
    from passerby.report.text import plural, printable

    listed = list(lines)
    say(f"{plural(len(listed), 'published file')} relied on it" + (":" if listed else "."))
    for line in as_text(listed):
        say(printable(f"  {line}"))
    for run in lost:
        say(
            printable(
                f"A run into {run.out} was cut off on {run.day}, and its reports are not in "
                f"{run.reports} any more: files of it may be missing in this list."
            )
        )


def tell_unmarked(unmarked: Iterable[str]) -> None:
    """Say which old copies have no report that could be marked."""
    from passerby.report.text import printable

    for output in unmarked:
        say(printable(f"{output}: its report is not there, and was not marked"))


def _document(done: Rerun, consents: tuple[Consent, ...]) -> dict[str, Any]:
    from passerby.consent.takedown import as_json
    from passerby.report.json import document, run_document
    from passerby.store.codec import to_json

    return document(
        "rerun",
        consents=[one.id for one in consents],
        files=as_json(done.lines),
        missing=[line.output for line in done.missing],
        look=list(done.look),
        unmarked=list(done.unmarked),
        cut_off=[to_json(run) for run in done.listing.lost],
        run=None if done.run is None else run_document(done.run),
        exit=int(done.exit),
    )
