"""`passerby models`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from passerby.cli.console import print_json, say, write_data
from passerby.cli.options import InOrder, Name, json_option
from passerby.errors import PasserbyError
from passerby.find import catalogue
from passerby.model.installed import DetectorState


@click.group(cls=InOrder)
def models() -> None:
    """List, add and locate the detectors' weights.

    Two detectors come with the install. Nothing is ever downloaded but by `models add`.
    """


@models.command("list")
@json_option
def list_(as_json: bool) -> int:
    """Show the catalogue: each detector's licence, sha256, source and state."""
    described = tuple(describe(entry) for entry in catalogue.entries())
    for one in described:
        say(f"{one.name}  {one.title} {one.version}: {one.state}")
        say(f"    licence: {one.licence}")
        say(f"    source: {one.source}")
        say(f"    trained on: {one.trained_on}")
        say(f"    sha256: {one.sha256}")
    if as_json:
        from passerby.report.json import models_document

        print_json(models_document(described))
    return 0


@models.command()
@click.argument("name")
@click.argument("file", type=Name(), required=False)
@click.option("--offline", is_flag=True, help=f"Forbid the network, as {catalogue.OFFLINE}=1 does.")
@json_option
def add(name: str, file: Path | None, offline: bool, as_json: bool) -> int:
    """Put a detector's weights in place, from FILE or from their official address.

    Their sha256 is checked before they are used. The path is written to stdout.

    \b
    Examples:
      passerby models add yunet-n
      passerby models add yunet-n ./yunet_n_dynamic.onnx --offline
    """
    _show_path(name, catalogue.add(name, file, offline), as_json)
    return 0


@models.command()
@click.argument("name")
@json_option
def path(name: str, as_json: bool) -> int:
    """Write the path of a detector's weights to stdout. Their sha256 is checked.

    \b
    Example:
      sha256sum "$(passerby models path centerface)"
    """
    catalogue.load_weights(name)
    _show_path(name, catalogue.path(name), as_json)
    return 0


def describe(entry: catalogue.Entry) -> DetectorState:
    """Return what is known of a detector, and whether its weights are there and right."""
    try:
        catalogue.load_weights(entry.name)
        state = "built in" if entry.built_in else "added"
    except PasserbyError as error:
        missing = not os.path.lexists(catalogue.path(entry.name))
        state = "not added" if missing and not entry.built_in else f"unusable: {error.message}"
    return DetectorState(
        name=entry.name,
        title=entry.title,
        version=entry.version,
        state=state,
        usable=state in ("built in", "added"),
        built_in=entry.built_in,
        licence=entry.licence,
        source=entry.source,
        address=entry.address,
        trained_on=entry.trained_on,
        sha256=entry.sha256,
        path=str(catalogue.path(entry.name)),
    )


def _show_path(name: str, place: Path, as_json: bool) -> None:
    if as_json:
        from passerby.report.json import model_document

        print_json(model_document(name, str(place)))
    else:
        write_data(os.fsencode(place) + b"\n")
