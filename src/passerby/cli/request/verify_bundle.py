"""`passerby request verify-bundle`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from passerby.cli.console import print_json, say
from passerby.cli.options import Name, json_option
from passerby.errors import Exit, LimitExceeded

if TYPE_CHECKING:
    from passerby.rights.bundle import Findings


@click.command(name="verify-bundle")
@click.argument("file", type=Name(), metavar="FILE")
@click.option(
    "--key",
    metavar="FINGERPRINT",
    help="The key that has to have signed it, by its fingerprint: 64 hexadecimal digits that you "
    "were given in another way. Without, a bundle that somebody else made and signed is whole.",
)
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    metavar="HEAD",
    help="A head of the history that a sent letter carries at its foot: it has to be in the "
    "bundle's history. Can be given several times.",
)
@json_option
def verify_bundle(file: Path, key: str | None, anchors: tuple[str, ...], as_json: bool) -> int:
    """Check a bundle of evidence, and name everything that is not as it was signed.

    Needs no records: anybody can do it. What the signature proves, and how to check it by hand,
    is in docs/bundle.md.

    \b
    Examples:
      passerby request verify-bundle PB-7Q2M.zip
      passerby request verify-bundle PB-7Q2M.zip --key 5f1c... --anchor 09ab...

    Exit code 50: something differs.
    """
    from passerby.rights.bundle import verify_bundle as check

    findings = check(_read(file), trusted=key, anchors=anchors)
    _tell(file, findings, key_given=key is not None)
    if as_json:
        print_json(_document(findings))
    return int(Exit.OK if findings.whole else Exit.VERIFICATION)


def _read(file: Path) -> bytes:
    from passerby.files import read_input
    from passerby.rights.bundle import LARGEST

    try:
        return read_input(file, LARGEST)
    except LimitExceeded as error:
        raise LimitExceeded(error.message, "No bundle is so large.") from error


def _tell(file: Path, findings: Findings, *, key_given: bool) -> None:
    """Write what was found, for people."""
    from passerby.report.text import plural, printable

    name = printable(str(file))
    if not findings.whole:
        count = plural(len(findings.differences), "finding")
        say(f"{name}: NOT the bundle that was signed: {count}")
        for one in findings.differences:
            where = f"{printable(one.member)}: " if one.member is not None else ""
            say(f"  {one.trouble}  {where}{printable(one.detail)}")
        return
    manifest = findings.manifest
    assert manifest is not None  # noqa: S101 - a bundle without one is not whole
    say(f"{name}: whole: these bytes have not changed since they were signed")
    say(f"  case {printable(manifest.case)}, {plural(len(manifest.members), 'file')}")
    say(f"  key {findings.key}")
    if not key_given:
        say("  Who that is, is not proven: compare the key with one that you were given.")
    say(f"  history {plural(manifest.chain.entries, 'entry', 'entries')}, {manifest.chain.head}")
    say(f"  recorded in the history: {plural(len(findings.recorded), 'file')}")
    for number in findings.anchors:
        say(f"  anchor found: entry {number} of the history")


def _document(findings: Findings) -> dict[str, Any]:
    from passerby.report.json import document
    from passerby.rights.bundle import manifest_document

    manifest = findings.manifest
    return document(
        "bundle",
        whole=findings.whole,
        exit=int(Exit.OK if findings.whole else Exit.VERIFICATION),
        key=findings.key,
        anchors=list(findings.anchors),
        recorded=list(findings.recorded),
        manifest=None if manifest is None else manifest_document(manifest),
        differences=[
            {"trouble": one.trouble.value, "member": one.member, "detail": one.detail}
            for one in findings.differences
        ],
    )
