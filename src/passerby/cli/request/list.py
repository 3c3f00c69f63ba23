"""`passerby request list`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import json_option
from passerby.cli.request.access import Access, access_options, read_desk
from passerby.report.text import printable

if TYPE_CHECKING:
    from passerby.rights.knowledge import Knowledge

_WHAT = ("cases", "laws", "controllers", "authorities", "languages")


@click.command("list")
@click.argument("what", type=click.Choice(_WHAT), default="cases")
@access_options
@json_option
def list_(access: Access, what: str, as_json: bool) -> int:
    """List every case: its reference, to whom, under which law, and where it stands.

    Or what is known, with the names that the other commands take: laws, controllers (companies),
    authorities, languages. That needs no records.
    """
    from passerby.report.json import document

    if what == "cases":
        found = _cases(access)
    else:
        from passerby.rights.knowledge import Knowledge

        found = [dict(row) for row in _known(Knowledge.load(access.knowledge), what)]
    for each in found:
        say(printable(each.pop("line")))
    if not found:
        say("Nothing is on record.")
    if as_json:
        print_json(document(what, **{what: found}))
    return 0


def _cases(access: Access) -> list[dict[str, Any]]:
    from passerby.cli.request.shown import case_json, case_line

    with read_desk(access) as desk:
        return [
            {"line": case_line(client, case), **case_json(client_id, client, case)}
            for client_id, client in desk.records.clients()
            for case in client.cases
        ]


def _known(knowledge: Knowledge, what: str) -> Iterator[dict[str, Any]]:
    from passerby.rights.facts.source import text_in

    if what == "laws":
        for law in knowledge.laws():
            name, rights = text_in(law.full_names, "en"), [right.value for right in law.rights]
            since = law.applies_from.isoformat()
            line = f"{law.id}  {name}, from {since}: {', '.join(rights)}"
            yield {"line": line, "id": law.id, "name": name, "from": since, "rights": rights,
                   "places": list(law.places)}  # fmt: skip
    elif what == "controllers":
        for controller in knowledge.controllers():
            missing = "; ".join(controller.missing)
            line = f"{controller.id}  {controller.name}" + (
                f": missing: {missing}" if missing else ""
            )
            yield {"line": line, "id": controller.id, "name": controller.name,
                   "missing": list(controller.missing)}  # fmt: skip
    elif what == "authorities":
        for authority in knowledge.authorities():
            name, places = text_in(authority.names, "en"), list(authority.places)
            line = f"{authority.id}  {name}: {', '.join(places) or 'single bodies'}"
            yield {"line": line, "id": authority.id, "name": name, "places": places}
    else:
        for language in knowledge.languages():
            line = f"{language.code}  {language.name}"
            yield {"line": line, "id": language.code, "name": language.name}
