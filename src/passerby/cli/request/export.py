"""`passerby request export`."""

from __future__ import annotations

from pathlib import Path

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import Name, json_option
from passerby.cli.request.access import Access, access_options, open_desk
from passerby.cli.request.outgoing import now, write_files


@click.command()
@click.argument("reference", metavar="REFERENCE")
@click.option("-o", "--output", type=Name(), required=True, metavar="FILE.zip", help="The bundle.")
@access_options
@json_option
def export(access: Access, reference: str, output: Path, as_json: bool) -> int:
    """Write the evidence of a case as one signed file: letters, replies, proofs of sending, a
    timeline, and the client's history as a chain of hashes.

    It holds nothing of her other cases, of where files were written here, and of the remark with
    which the case was closed. It does hold the case's history word for word: why the clock stood
    still, the remarks on the points of a reply, and the names that given files had. Whoever
    gets the bundle reads them. `verify-bundle` checks it; give the fingerprint of the
    key to whoever checks it in another way than the bundle.
    """
    from passerby.report.text import printable
    from passerby.rights.cases.bundling import bundle_case
    from passerby.rights.cases.desk import Given

    with open_desk(access) as desk:
        case = desk.records.find(reference)[2]
        made = bundle_case(desk, case.reference, now())
        file = Given(file_name=output.name, data=made.data)
        (path,) = write_files(desk, case.reference, output.parent, [file])
    say(f"{printable(str(path))}: the evidence of {case.reference}, signed")
    say(f"  key {made.fingerprint}")
    if as_json:
        from passerby.report.json import document

        print_json(
            document("export", reference=case.reference, output=str(path), key=made.fingerprint)
        )
    return 0
