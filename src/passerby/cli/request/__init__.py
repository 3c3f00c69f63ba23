"""`passerby request`: one module for each of its commands."""

from __future__ import annotations

import click

from passerby.cli.options import InOrder
from passerby.cli.request.check_data import check_data
from passerby.cli.request.clock import clock
from passerby.cli.request.crop import crop
from passerby.cli.request.verify_bundle import verify_bundle


@click.group(cls=InOrder)
def request() -> None:
    """Make a face-search company answer, delete and stop.

    Letters under the law of where you live, the day on which an answer is due and why, what a
    reply lacks, and what comes next. All of it on this device: nothing is sent unless you
    configure your own mail server and say send.
    """


for command in (verify_bundle, crop, clock, check_data):
    request.add_command(command)
