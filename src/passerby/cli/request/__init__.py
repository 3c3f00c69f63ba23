"""`passerby request`: one module for each of its commands."""

from __future__ import annotations

import click

from passerby.cli.care import store_group
from passerby.cli.options import InOrder
from passerby.cli.request.answer import answer
from passerby.cli.request.check_data import check_data
from passerby.cli.request.client import client
from passerby.cli.request.clock import clock
from passerby.cli.request.close import close
from passerby.cli.request.crop import crop
from passerby.cli.request.due import due
from passerby.cli.request.erase import erase
from passerby.cli.request.escalate import escalate
from passerby.cli.request.export import export
from passerby.cli.request.list import list_
from passerby.cli.request.log import log
from passerby.cli.request.mandate import mandate
from passerby.cli.request.new import new
from passerby.cli.request.send import send
from passerby.cli.request.sent import sent
from passerby.cli.request.show import show
from passerby.cli.request.verify_bundle import verify_bundle


@click.group(cls=InOrder)
def request() -> None:
    """Make a face-search company answer, delete and stop.

    Letters under the law of where you live, the day on which an answer is due and why, what a
    reply lacks, and what comes next. All of it on this device: nothing is sent unless you
    configure your own mail server and say send.
    """


for command in (
    new,
    send,
    sent,
    answer,
    escalate,
    due,
    list_,
    show,
    log,
    close,
    client,
    mandate,
    export,
    verify_bundle,
    erase,
    clock,
    crop,
    check_data,
    store_group("records"),
):
    request.add_command(command)
