"""`passerby consent erase`."""

from __future__ import annotations

import sys

import click

from passerby.cli.consent.access import Access, access_options, open_register
from passerby.cli.console import print_json, say
from passerby.cli.options import json_option
from passerby.errors import UsageError

OLD_COPIES = (
    "Backups, synced copies and snapshots of the register's folder from before still hold it: "
    "delete those as well."
)


@click.command()
@click.argument("consent_ids", nargs=-1, required=True, metavar="ID...")
@click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
@access_options
@json_option
def erase(access: Access, consent_ids: tuple[str, ...], yes: bool, as_json: bool) -> int:
    """Erase who gave a consent, and the evidence: their key is destroyed, and nobody can read
    them.

    The id and its history stay, so that the files that rely on it can still be found. A consent
    that nobody can show allows nothing any more: `rerun` makes its files anew without the face.
    """
    from passerby.consent.facts import Contact
    from passerby.report.text import printable

    erased = []
    with open_register(access) as register:
        meant = [register.find(typed) for typed in consent_ids]
        _ask(len(meant), yes=yes)
        for consent in meant:
            her = register.person(consent.id)
            exported = () if her is None else her.exported
            stone = register.erase(consent.id)
            erased.append((consent.id, stone, exported))
            after = register.consent(consent.id)
            assert after.contact is Contact.ERASED  # noqa: S101 - `erase` raises otherwise
            say(f"{consent.id}  contact and evidence were erased on {after.erased}")
            if exported:
                say("  These files were written outside of the register. Delete them too:")
            for path in exported:
                say(printable(f"    {path}"))
            if consent.standing_files and consent.withdrawn is None:
                say(f"  Files still rely on it: passerby consent rerun {consent.id} -o NEW")
    say(OLD_COPIES)
    if as_json:
        from passerby.report.json import document

        print_json(
            document(
                "consents-erased",
                erased=[
                    {"consent": consent_id, "exported": list(exported), "now": stone is not None}
                    for consent_id, stone, exported in erased
                ],
                note=OLD_COPIES,
            )
        )
    return 0


def _ask(count: int, *, yes: bool) -> None:
    from passerby.report.text import plural

    if yes:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError("there is nobody to ask whether it is meant", "Give --yes.")
    question = f"Erase contact and evidence of {plural(count, 'consent')} for good?"
    click.confirm(question, abort=True, err=True)
