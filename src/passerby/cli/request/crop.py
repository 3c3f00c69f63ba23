"""`passerby request crop`."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import Name, ParamType, json_option, look_from, look_options
from passerby.errors import OutputError, UsageError
from passerby.model.geometry import Box
from passerby.model.media import SUFFIXES, Format

if TYPE_CHECKING:
    from passerby.crop import Crop, Wish
    from passerby.model.options import Options


class _BoxType(ParamType):
    """A box of pixels: x0,y0,x1,y1."""

    name = "x0,y0,x1,y1"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Box:
        """Return the box."""
        if isinstance(value, Box):
            return value
        match = re.fullmatch(r"\s*(\d{1,6})" + r"\s*,\s*(\d{1,6})" * 3 + r"\s*", str(value))
        if match is None:
            self.fail(f"{value!r} is no box such as 120,80,360,400", param, ctx)
        try:
            return Box(*map(int, match.groups()))
        except ValueError:
            self.fail(f"{value!r} has no pixels: x1 and y1 are the larger ones", param, ctx)


@click.command()
@click.argument("picture", type=Name(), metavar="PICTURE")
@click.option("-o", "--output", type=Name(), required=True, metavar="OUT.jpg", help="The crop.")
@click.option(
    "--purpose",
    required=True,
    metavar="TEXT",
    help="What the crop is for, and for whom: this is written across it. At most 200 characters, "
    "Latin, Greek or Cyrillic.",
)
@click.option(
    "--box",
    type=_BoxType(),
    metavar="X0,Y0,X1,Y1",
    help="What to cut out, in pixels of the upright picture. Without: the head, with a margin.",
)
@click.option(
    "--face",
    type=click.IntRange(min=1),
    metavar="NUMBER",
    help="Which face stays visible, where there are several: they are told with their numbers.",
)
@click.option("--overwrite", is_flag=True, help="Replace what stands at OUT.jpg.")
@look_options
@json_option
def crop(
    picture: Path,
    output: Path,
    purpose: str,
    box: Box | None,
    face: int | None,
    overwrite: bool,
    as_json: bool,
    **look: Any,
) -> int:
    """Make the one picture that a company may get: a face, for one purpose.

    Only where a company will not answer without. The crop is small, has the purpose written
    across it, every other face in it covered, and no metadata. It is published after the written
    file was read back and checked; the original is never written to.

    \b
    Example:
      passerby request crop me.jpg -o crop.jpg \\
          --purpose "Only for request PB-7Q2M to Clearview AI. Delete after the search."
    """
    from passerby.crop import Wish

    _check_names(picture, output)
    wish = Wish(purpose=purpose, box=box, face=face)
    made = _make(picture, output, wish, look_from(**look), overwrite=overwrite)
    _tell(output, made)
    if as_json:
        print_json(_document(output, made))
    return 0


def _check_names(picture: Path, output: Path) -> None:
    if output.suffix.lower() not in SUFFIXES[Format.JPEG]:
        raise UsageError("the crop is a JPEG", "Give --output a name that ends in .jpg.")
    with contextlib.suppress(OSError):
        if picture.samefile(output):
            raise OutputError("the output is the input", "Name another output.")


def _make(picture: Path, output: Path, wish: Wish, options: Options, *, overwrite: bool) -> Crop:
    from passerby.batch.local import cores
    from passerby.compose import build_ports
    from passerby.crop import crop_picture
    from passerby.files import PRIVATE, Staged, read_input

    data = read_input(picture, options.limits.memory)
    ports = build_ports(options, cores())
    with Staged(output, mode=PRIVATE) as staged:
        made = crop_picture(data, wish, options, ports, staged.write)
        staged.publish(overwrite=overwrite)
    return made


def _tell(output: Path, made: Crop) -> None:
    from passerby.report.text import plural, printable

    width, height = made.size
    covered = plural(len(made.covered), "other face")
    say(f"{printable(str(output))}: {width}x{height} pixels, {covered} covered, no metadata")
    say(f"  across it: {printable(made.words)}")
    for note in made.notes:
        say(f"  note: {note}")
    say("  Look at it before you send it.")


def _document(output: Path, made: Crop) -> dict[str, Any]:
    from passerby.report.json import document

    return document(
        "crop",
        output=str(output),
        sha256=made.sha256,
        size=list(made.size),
        box=list(made.box.as_tuple()),
        faces=made.faces,
        covered=[list(box.as_tuple()) for box in made.covered],
        watermark=made.words,
        finders=[
            {"name": one.name, "version": one.version, "sha256": one.sha256} for one in made.finders
        ],
        notes=list(made.notes),
    )
