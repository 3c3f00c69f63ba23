"""`passerby inspect`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
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
    from passerby.ports import Ports


@click.command()
@click.argument("paths", nargs=-1, required=True, type=Name(), metavar="PATH...")
@look_options
@json_option
def inspect(
    paths: tuple[Path, ...],
    as_json: bool,
    **look: Any,
) -> int:
    """Say what in a picture file would identify people. Changes nothing.

    Tells the faces with their boxes and scores, what the metadata says of people, places,
    devices and times, and the pictures that are embedded in the file.

    \b
    Examples:
      passerby inspect IMG_0412.jpg
      passerby inspect march/ --json > found.json
      passerby inspect - < IMG_0412.jpg

    Exit code 3: something was found. 0: nothing was, which is no promise that nothing is there.
    """
    options = look_from(**look)
    found = _inspect_all(paths, options)
    if as_json:
        from passerby.report.json import inspections_document

        print_json(inspections_document(found))
    return int(_exit(found))


def _inspect_all(paths: tuple[Path, ...], options: Options) -> tuple[Inspection, ...]:
    from passerby.batch.discover import discover
    from passerby.batch.local import cores
    from passerby.cli.progress import Progress
    from passerby.compose import build_ports
    from passerby.report.text import plural

    ports = build_ports(options, cores())
    listed = discover(tuple(path for path in paths if path != STDIN))
    if not listed.files and STDIN not in paths:
        raise EmptyInput("there is no picture here", "Check the paths.")
    results = []
    with Progress() as progress:
        progress.begin(len(listed.files))
        if STDIN in paths:
            results.append(_inspect_stdin(options, ports))
        for file in listed.files:
            results.append(_inspect_file(file, options, ports))
            progress.step()
    if listed.left_out:
        say(f"{plural(listed.left_out, 'other file')} no media, left out")
    return tuple(results)


def _inspect_file(file: Found, options: Options, ports: Ports) -> Inspection:
    from passerby.files import read_input
    from passerby.report.text import printable

    def read() -> bytes:
        if file.error is not None:
            raise file.error
        return read_input(file.source, options.limits.memory)

    return _inspect_one(printable(str(file.source)), read, options, ports)


def _inspect_stdin(options: Options, ports: Ports) -> Inspection:
    from passerby.cli.stream import SHOWN, read_stdin

    return _inspect_one(SHOWN, lambda: read_stdin(options), options, ports)


def _inspect_one(
    shown: str, read: Callable[[], bytes], options: Options, ports: Ports
) -> Inspection:
    from passerby.examine import inspect_bytes
    from passerby.work import bare_item, failure_of

    try:
        inspection = inspect_bytes(read(), shown=shown, options=options, ports=ports)
    except Exception as error:
        inspection = Inspection(item=bare_item(b"", shown), failure=failure_of(error))
    _tell(inspection)
    return inspection


def _tell(inspection: Inspection) -> None:
    """Write what was found in one file."""
    from passerby.report.text import plural, printable, size

    name = printable(inspection.item.path)
    if inspection.failure is not None:
        say(failure_line(name, inspection.failure.message, inspection.failure.advice))
        return
    faces, told = len(inspection.sightings), len(inspection.telling)
    say(f"{name}: {plural(faces, 'face')}, {plural(told, 'telling part')} in the file")
    for number, seen in enumerate(inspection.sightings, 1):
        x0, y0, x1, y1 = seen.box.as_tuple()
        say(f"  face {number}: {x0},{y0} to {x1},{y1}, score {seen.score:.2f}")
    groups = defaultdict(list)
    for part in inspection.telling:
        groups[part.group].append(part)
    for group, parts in sorted(groups.items()):
        names = ", ".join(f"{printable(p.name)} ({size(p.size)})" for p in parts[:6])
        more = f" and {len(parts) - 6} more" if len(parts) > 6 else ""
        say(f"  {group.value}: {names}{more}")
    for note in inspection.notes:
        say(f"  note: {printable(note)}")


def _exit(found: tuple[Inspection, ...]) -> Exit:
    """Return the code of the whole: FOUND if anything tells on people and nothing failed."""
    codes = {inspection.exit for inspection in found}
    wrong = codes - {Exit.OK, Exit.FOUND}
    if not wrong:
        return Exit.FOUND if Exit.FOUND in codes else Exit.OK
    return wrong.pop() if len(codes) == 1 else Exit.PARTIAL
