"""`passerby inspect`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from passerby.cli.console import failure_line, print_json, say
from passerby.cli.options import STDIN, Name, json_option, look_from, look_options
from passerby.errors import EmptyInput, Exit
from passerby.model.options import Options
from passerby.model.report import Inspection

if TYPE_CHECKING:
    from passerby.batch.discover import Found
    from passerby.cli.keep import Keeper


@click.command()
@click.argument("paths", nargs=-1, required=True, type=Name(), metavar="PATH...")
@click.option(
    "--faces/--no-faces",
    default=True,
    show_default=True,
    help="Whether to look for faces. Without, no detector is loaded and nothing is decoded: "
    "what the containers hold is told, hundreds of files a second.",
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
    options = look_from(**look)
    session = _Session(everything=everything, keep=as_json)
    if folder is not None:
        from passerby.cli.keep import Keeper

        session.keeper = Keeper(folder)
    session.run(paths, options, _looker(options, session.keeper, with_faces=faces))
    if as_json:
        from passerby.report.json import inspections_document

        print_json(inspections_document(tuple(session.found)))
    return int(session.exit)


_Look = Callable[[bytes, str], Inspection]
"""Takes the bytes of a file and the name that is shown."""


def _looker(options: Options, keeper: Keeper | None, *, with_faces: bool) -> _Look:
    """Return what looks at one file. Raises ModelError or FinderError."""
    from passerby.compose import build_eyes, build_source
    from passerby.examine import inspect_bytes, list_bytes

    if with_faces:
        from passerby.batch.local import cores

        eyes = build_eyes(options, cores())

        def look(data: bytes, shown: str) -> Inspection:
            save = None if keeper is None else keeper.saver(shown)
            return inspect_bytes(data, shown=shown, options=options, ports=eyes, save=save)

        return look
    source = build_source()

    def only_list(data: bytes, shown: str) -> Inspection:
        save = None if keeper is None else keeper.saver(shown)
        return list_bytes(data, shown=shown, options=options, source=source, save=save)

    return only_list


@dataclass(slots=True, kw_only=True)
class _Session:
    """Goes through the files and tells what is found; `found` is kept only if it is asked for:
    a folder of a million files must not fill the memory."""

    everything: bool
    keep: bool
    keeper: Keeper | None = None
    found: list[Inspection] = field(default_factory=list)
    exits: set[Exit] = field(default_factory=set)

    def run(self, paths: tuple[Path, ...], options: Options, look: _Look) -> None:
        """Look at everything below the paths. Raises EmptyInput."""
        from passerby.batch.discover import discover
        from passerby.cli.progress import Progress
        from passerby.report.text import plural

        listed = discover(tuple(path for path in paths if path != STDIN))
        if not listed.files and STDIN not in paths:
            raise EmptyInput("there is no picture here", "Check the paths.")
        with Progress() as progress:
            progress.begin(len(listed.files))
            if STDIN in paths:
                self._take(_look_at_stdin(options, look))
            for file in listed.files:
                self._take(_look_at(file, options, look))
                progress.step()
        if listed.left_out:
            say(f"{plural(listed.left_out, 'other file')} no media, left out")
        if self.keeper is not None:
            say(self.keeper.summary())

    def _take(self, inspection: Inspection) -> None:
        self.exits.add(inspection.exit)
        if self.keep:
            self.found.append(inspection)
        _tell(inspection, everything=self.everything)

    @property
    def exit(self) -> Exit:
        """The code of the whole: FOUND if anything tells on people and nothing failed."""
        wrong = self.exits - {Exit.OK, Exit.FOUND}
        if not wrong:
            return Exit.FOUND if Exit.FOUND in self.exits else Exit.OK
        return next(iter(wrong)) if len(self.exits) == 1 else Exit.PARTIAL


def _look_at(file: Found, options: Options, look: _Look) -> Inspection:
    from passerby.files import read_input
    from passerby.report.text import printable

    def read() -> bytes:
        if file.error is not None:
            raise file.error
        return read_input(file.source, options.limits.memory)

    return _look_at_one(printable(str(file.source)), read, look)


def _look_at_stdin(options: Options, look: _Look) -> Inspection:
    from passerby.cli.stream import SHOWN, read_stdin

    return _look_at_one(SHOWN, lambda: read_stdin(options), look)


def _look_at_one(shown: str, read: Callable[[], bytes], look: _Look) -> Inspection:
    from passerby.work import bare_item, failure_of

    try:
        return look(read(), shown)
    except Exception as error:
        return Inspection(item=bare_item(b"", shown), failure=failure_of(error))


def _tell(inspection: Inspection, *, everything: bool) -> None:
    """Write what was found in one file."""
    from passerby.report.text import printable
    from passerby.report.tree import draw, headline

    if inspection.failure is not None:
        failure, name = inspection.failure, printable(inspection.item.path)
        say(failure_line(name, failure.message, failure.advice))
    lines = [] if inspection.failure else [headline(inspection)]
    for number, seen in enumerate(inspection.sightings, 1):
        x0, y0, x1, y1 = seen.box.as_tuple()
        lines.append(f"  face {number}: {x0},{y0} to {x1},{y1}, score {seen.score:.2f}")
    lines += [f"  {line}" for line in draw(inspection, everything=everything)]
    lines += [f"  note: {printable(note)}" for note in inspection.notes]
    if lines:
        say("\n".join(lines))
