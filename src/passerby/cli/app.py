"""The command group."""

from __future__ import annotations

from importlib import metadata

import click

from passerby.cli.consent import consent
from passerby.cli.doctor import doctor
from passerby.cli.inspect import inspect
from passerby.cli.models import models
from passerby.cli.options import InOrder
from passerby.cli.redact import redact
from passerby.cli.request import request
from passerby.cli.review import review
from passerby.cli.verify import verify

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 96}


@click.group(cls=InOrder, context_settings=SETTINGS)
@click.version_option(metadata.version("passerby"), prog_name="passerby")
def passerby() -> None:
    """Keep the people in your pictures out of face-search engines.

    Passerby finds every face, removes it beyond recovery together with every hidden copy in
    the file, checks the written file, and only then publishes it. It works on this device,
    recognises no one, and never writes to an original.

    \b
      passerby redact march/ -o published/    copies that are safe to publish
      passerby review march/                  the same, with a person who decides
      passerby inspect march/IMG_0412.jpg     what in this file tells on people
      passerby verify published/IMG_0412.jpg --original march/IMG_0412.jpg

    stdout carries data only: JSON (--json), a picture (-), a path. What is meant for people
    goes to stderr. Exit codes: 0 all went well, 1 a bug, 2 usage, 3 inspect found
    something, 10 input, 11 limit, 20 dependency, 30 detector, 40 output, 50 a check failed,
    60 a person has to look, 61 records locked or damaged, 62 law, place or
    company unknown, 70 part of the files failed, 130 interrupted.
    """


for command in (redact, review, inspect, verify, doctor, models, consent, request):
    passerby.add_command(command)
