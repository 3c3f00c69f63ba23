"""Options that several commands share, and the kinds of values that they take."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from passerby.model.media import WRITABLE, Field, Format
from passerby.model.options import Effort, Limits, Method, Options

if TYPE_CHECKING:
    ParamType = click.ParamType[Any]
else:
    # Older releases of click know no type arguments here.
    ParamType = click.ParamType

STDIN = Path("-")
"""The path that stands for stdin and stdout."""

Command = TypeVar("Command", bound=Callable[..., Any])

_FACTORS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}


def as_one(command: Command, name: str, kind: type[Any], options: Sequence[Any]) -> Command:
    """Add options to a command, which gets them as one argument: a dataclass of this kind, whose
    fields are named as they are."""
    names = tuple(field.name for field in fields(kind))

    @functools.wraps(command)
    def run(*arguments: Any, **values: Any) -> Any:
        given = {each: values.pop(each) for each in names}
        return command(*arguments, **{name: kind(**given)}, **values)

    made: Any = run
    for decorate in reversed(options):
        made = decorate(made)
    return cast(Command, made)


class Amount(ParamType):
    """A whole number with an optional unit: 250M, 6Gi."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"(\d{1,15})\s*(k|m|g|ki|mi|gi|)b?", str(value).strip().lower())
        if match is None or int(match[1]) == 0:
            self.fail(f"{value!r} is no amount such as 250M or 6Gi", param, ctx)
        return int(match[1]) * _FACTORS[match[2]]


class Color(ParamType):
    """An RGB colour: #rrggbb."""

    name = "#rrggbb"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int, int]:
        """Return (red, green, blue), 0 to 255 each."""
        if isinstance(value, tuple):
            return value
        match = re.fullmatch(r"#?([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})", str(value))
        if match is None:
            self.fail(f"{value!r} is no colour such as #1a2b3c", param, ctx)
        red, green, blue = (int(part, 16) for part in match.groups())
        return red, green, blue


class Fields(ParamType):
    """Names of fields, with commas between them."""

    name = "names"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Field, ...]:
        """Return the fields, each once, in the order of the model."""
        if isinstance(value, tuple):
            return value
        names = {part.strip().lower() for part in str(value).split(",") if part.strip()}
        unknown = names - {field.value for field in Field}
        if unknown or not names:
            known = ", ".join(field.value for field in Field)
            self.fail(f"{value!r}: the fields are {known}", param, ctx)
        return tuple(field for field in Field if field.value in names)


class Name(ParamType):
    """A path as the user wrote it, of any bytes; existence is not looked at here."""

    name = "path"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        """Return the path."""
        if not str(value):
            # Python takes it for the present folder, which nobody has named.
            self.fail("this path is empty", param, ctx)
        return Path(value)


class InOrder(click.Group):
    """A group that lists its commands in the order in which they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the interface
        """Return the names."""
        return list(self.commands)


def json_option(command: Command) -> Command:
    """Add --json."""
    text = "Write one JSON document to stdout (docs/report.md)."
    return click.option("--json", "as_json", is_flag=True, help=text)(command)


def look_options(command: Command) -> Command:
    """Add the options of whatever looks for faces."""
    limits = Limits()
    for decorate in (
        click.option(
            "--max-memory",
            type=Amount(),
            default=limits.memory,
            metavar="AMOUNT",
            help="Refuse a file that would take more bytes of memory than this.  [default: 6Gi]",
        ),
        click.option(
            "--max-pixels",
            type=Amount(),
            default=limits.pixels,
            metavar="AMOUNT",
            help="Refuse a picture whose header claims more pixels than this.  [default: 250M]",
        ),
        click.option(
            "--finder",
            default="centerface",
            show_default=True,
            metavar="NAME",
            help="The detector that looks for faces; see `passerby models list`.",
        ),
        click.option(
            "--effort",
            type=click.Choice([effort.value for effort in Effort]),
            default=Effort.DEFAULT.value,
            show_default=True,
            help="How hard to look: time against missed faces.",
        ),
    ):
        command = decorate(command)
    return command


def look_from(effort: str, finder: str, max_pixels: int, max_memory: int) -> Options:
    """Return the choices that `look_options` brought; the rest is as it is by default.

    The second look is by another detector than the first.
    """
    return Options(
        effort=Effort(effort),
        finder=finder,
        second="yunet" if finder != "yunet" else "centerface",
        limits=Limits(pixels=max_pixels, memory=max_memory),
    )


def hiding_options(command: Command) -> Command:
    """Add the options that say how faces are hidden and what the copies are like."""
    for decorate in (
        click.option(
            "--keep-fields",
            type=Fields(),
            metavar="NAMES",
            help="Fields to carry over, with commas: caption, byline, credit, copyright, date (the "
            "day on which it was taken), time (the same with the time of day, which identifies "
            "more). They are read and written anew; everything else in the file is dropped.",
        ),
        click.option(
            "--to",
            type=click.Choice([form.value.lower() for form in Format if form in WRITABLE]),
            help="Format of the copies.  [default: each picture's own, where it can be written]  "
            "Animations and files of several pages stay what they are.",
        ),
        click.option(
            "--min-face",
            type=click.IntRange(min=0),
            default=0,
            metavar="PIXELS",
            help="Leave faces lower than this as they are. 0: hide all that are found.",
        ),
        click.option(
            "--color", type=Color(), default="#000000", show_default=True, help="Of the solid fill."
        ),
        click.option(
            "--method",
            type=click.Choice([method.value for method in Method]),
            default=Method.SOLID.value,
            show_default=True,
            help="solid and noise do not depend on the face: nothing of it is left. blur and "
            "mosaic are cosmetic: they are computed from the face, and networks undo them.",
        ),
    ):
        command = decorate(command)
    return command


def hiding_from(
    method: str,
    color: tuple[int, int, int],
    min_face: int,
    to: str | None,
    keep_fields: tuple[Field, ...] | None,
    **look: Any,
) -> Options:
    """Return the choices that `hiding_options` and `look_options` brought."""
    return replace(
        look_from(**look),
        method=Method(method),
        color=color,
        min_face=min_face,
        to=next((form for form in WRITABLE if form.value.lower() == to), None),
        keep_fields=keep_fields or (),
    )
