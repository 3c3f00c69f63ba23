"""`passerby inspect`."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from passerby.cli.console import failure_line, say, write_data
from passerby.cli.options import STDIN, Name, json_option, look_from, look_options
from passerby.errors import EmptyInput, Exit

if TYPE_CHECKING:
    from passerby.batch.looking import Looker, Told


@click.command()
@click.argument("paths", nargs=-1, required=True, type=Name(), metavar="PATH...")
@click.option(
    "--faces/--no-faces",
    default=True,
    show_default=True,
    help="Whether to look for faces. Without, no detector is loaded and nothing is decoded: "
    "only what the containers hold is told, which takes milliseconds a file.",
)
@click.option("--all", "everything", is_flag=True, help="Show every part in a line of its own.")
@click.option(
    "--save-embedded",
    "folder",
    type=Name(),
    metavar="FOLDER",
    help="Save the embedded pictures here, for a look. They show faces unredacted. Nothing that "
    "is there is overwritten.",
)
@look_options
@json_option
def inspect(
    paths: tuple[Path, ...],
    faces: bool,
    everything: bool,
    folder: Path | None,
    as_json: bool,
    **look: Any,
) -> int:
    """Say what in a picture file would identify people. Changes nothing.

    Tells the faces with their boxes and scores, and the parts of the file as a tree, each with
    its size and a verdict: the picture, holds a picture, may identify, harmless. The pictures
    that are embedded in the file are opened, and the faces that they show are counted.

    \b
    Examples:
      passerby inspect IMG_0412.jpg
      passerby inspect march/ --json > found.json
      passerby inspect march/ --no-faces
      passerby inspect IMG_0412.jpg --save-embedded look/
      passerby inspect - < IMG_0412.jpg

    Exit code 3: something was found. 0: nothing was, which is no promise that nothing is there.
    """
    from passerby.batch.looking import Looker, Wish

    options = look_from(**look)
    wish = Wish(
        options=options,
        faces=faces,
        everything=everything,
        as_json=as_json,
        threads=_cores(),
    )
    keeper = None
    if folder is not None:
        from passerby.cli.keep import Keeper

        keeper = Keeper(folder)
    looker = Looker(wish=wish, save=None if keeper is None else keeper.saver)
    looker.open()
    session = _Session()
    session.run(paths, looker)
    if keeper is not None:
        say(keeper.summary())
    if as_json:
        from passerby.report.json import inspections_text

        write_data(inspections_text(session.texts))
    return int(session.exit)


def _cores() -> int:
    from passerby.batch.local import cores

    return cores()


@dataclass(slots=True, kw_only=True)
class _Session:
    """Goes through the files and tells what is found. Only texts for JSON are kept, and only if
    they are asked for: a folder of a million files must not fill the memory."""

    texts: list[str] = field(default_factory=list)
    exits: set[Exit] = field(default_factory=set)

    def run(self, paths: tuple[Path, ...], looker: Looker) -> None:
        """Look at everything below the paths. Raises EmptyInput."""
        from passerby.batch.discover import discover
        from passerby.batch.looking import look_at_all
        from passerby.cli.progress import Progress
        from passerby.report.text import plural

        listed = discover(tuple(path for path in paths if path != STDIN))
        if not listed.files and STDIN not in paths:
            raise EmptyInput("there is no picture here", "Check the paths.")
        with Progress() as progress:
            progress.begin(len(listed.files))
            if STDIN in paths:
                self._take(_look_at_stdin(looker))
            with closing(look_at_all(listed.files, looker, _cores())) as results:
                for told in results:
                    self._take(told)
                    progress.step()
        if listed.left_out:
            say(f"{plural(listed.left_out, 'other file')} no media, left out")

    def _take(self, told: Told) -> None:
        self.exits.add(told.exit)
        if told.json is not None:
            self.texts.append(told.json)
        lines = list(told.lines)
        if told.failure is not None:
            failure = told.failure
            lines.insert(0, failure_line(told.shown, failure.message, failure.advice))
        if lines:
            say("\n".join(lines))

    @property
    def exit(self) -> Exit:
        """The code of the whole: FOUND if anything tells on people and nothing failed."""
        wrong = self.exits - {Exit.OK, Exit.FOUND}
        if not wrong:
            return Exit.FOUND if Exit.FOUND in self.exits else Exit.OK
        return next(iter(wrong)) if len(self.exits) == 1 else Exit.PARTIAL


def _look_at_stdin(looker: Looker) -> Told:
    from passerby.cli.stream import SHOWN, read_stdin

    return looker.look(SHOWN, lambda: read_stdin(looker.wish.options))
