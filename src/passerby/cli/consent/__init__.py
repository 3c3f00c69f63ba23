"""`passerby consent`: one module for each of its commands."""

from __future__ import annotations

import click

from passerby.cli.care import store_group
from passerby.cli.consent.add import add
from passerby.cli.consent.due import due
from passerby.cli.consent.erase import erase
from passerby.cli.consent.export import export
from passerby.cli.consent.list import list_
from passerby.cli.consent.published import published
from passerby.cli.consent.rerun import rerun
from passerby.cli.consent.show import show
from passerby.cli.consent.withdraw import withdraw
from passerby.cli.options import InOrder


@click.group(cls=InOrder)
def consent() -> None:
    """Record who agreed to stay visible, and find every file that relies on it.

    A consent has a random id, which a person ties to a face when she decides to keep it. It
    leads to the files that were published by it, never from a face to a person. When it is
    withdrawn or ends, exactly those files are made anew without the face.
    """


for command in (
    add,
    list_,
    show,
    published,
    due,
    withdraw,
    rerun,
    export,
    erase,
    store_group("consents"),
):
    consent.add_command(command)
