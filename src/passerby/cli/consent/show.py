"""`passerby consent show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from passerby.cli.consent.access import Access, access_options, read_register
from passerby.cli.console import print_json, say
from passerby.cli.options import json_option

if TYPE_CHECKING:
    from passerby.consent.register import Person, Register


@click.command()
@click.argument("consent_id", metavar="ID")
@click.option("--person", is_flag=True, help="Tell who gave it and how she is reached, too.")
@access_options
@json_option
def show(access: Access, consent_id: str, person: bool, as_json: bool) -> int:
    """Show one consent: what it is for, until when, its history, and the files that rely on it.

    ID is its id, or the first characters of it.
    """
    from passerby.cli.consent.shown import consent_json, consent_lines, history_json
    from passerby.report.json import document
    from passerby.report.text import printable

    with read_register(access) as register:
        consent, today = register.find(consent_id), register.today
        history = history_json(register.history(consent.id))
        her = _person(register, consent.id) if person else None
    for line in consent_lines(consent, today):
        say(printable(line))
    for line in her["contact"].splitlines() if her else ():
        say(printable(f"  | {line}"))
    if her:
        say(printable(f"  evidence: {her['file_name']}; kept until {her['keep_until']}"))
    if as_json:
        more = {"person": her} if person else {}
        print_json(document("consent", **consent_json(consent, today), history=history, **more))
    return 0


def _person(register: Register, consent_id: str) -> dict[str, Any] | None:
    her = register.person(consent_id)
    return None if her is None else person_json(her)


def person_json(her: Person) -> dict[str, Any]:
    """Return what is kept of who gave a consent for a JSON document."""
    from passerby.store.codec import to_json

    kept: dict[str, Any] = to_json(her.kept)
    return {**kept, "exported": list(her.exported)}
