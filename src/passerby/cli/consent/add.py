"""`passerby consent add`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from passerby.cli.consent.access import Access, access_options, open_or_begin
from passerby.cli.console import print_json, say
from passerby.cli.options import Name, json_option
from passerby.cli.request.days import Day
from passerby.errors import UnreadableInput, UsageError

if TYPE_CHECKING:
    from passerby.consent.facts import Scope
    from passerby.consent.register import Granted

_MOST_CONTACT = 64 * 1024
_MOST_EVIDENCE = 256 * 1024 * 1024


@click.command()
@click.option("--purpose", required=True, metavar="TEXT", help="What the person agreed to, in "
              "words without a name.")  # fmt: skip
@click.option(
    "--picture",
    "pictures",
    multiple=True,
    type=Name(),
    metavar="FILE",
    help="An original that the consent is for; repeatable. Only its sha256 is recorded.",
)
@click.option("--sha256", "hashes", multiple=True, metavar="HEX", help="The same, by the sha256 "
              "of the original; repeatable.")  # fmt: skip
@click.option("--event", "events", multiple=True, metavar="NAME", help="An event that the "
              "consent is for; repeatable.")  # fmt: skip
@click.option("--outlet", "outlets", multiple=True, metavar="NAME", help="An outlet that it is "
              "for; repeatable. With pictures or events as well, both have to fit.")  # fmt: skip
@click.option("--start", type=Day(), metavar="DATE", help="The first day.  [default: today]")
@click.option("--end", type=Day(), metavar="DATE", help="The last day.  [default: none, it holds "
              "until it is withdrawn]")  # fmt: skip
@click.option(
    "--evidence",
    type=Name(),
    required=True,
    metavar="FILE",
    help="What shows the consent: a signed form, a mail, a recording. A copy is kept encrypted.",
)
@click.option(
    "--contact",
    type=Name(),
    required=True,
    metavar="FILE",
    help="A text file that says who she is and how she is reached. It is kept encrypted, apart "
    "from all else.",
)
@click.option(
    "--keep-until",
    type=Day(),
    required=True,
    metavar="DATE",
    help="The last day on which contact and evidence are kept; `due` tells when it is over.",
)
@access_options
@json_option
def add(access: Access, as_json: bool, **given: Any) -> int:
    """Record a consent, and tell the random id that stands for it.

    The register holds no face, no crop and no name: those are in the contact and the evidence
    alone, which have a key of their own and can be erased by themselves.

    \b
    Examples:
      passerby consent add --purpose "portrait on the website" --picture march/a.jpg \\
          --evidence form.pdf --contact her.txt --keep-until 2028-12-31
      passerby consent add --purpose "coverage of the strike" --event "strike 2026" \\
          --outlet "The Paper" --end 2027-06-30 \\
          --evidence mail.eml --contact him.txt --keep-until 2029-06-30
    """
    from passerby.cli.consent.shown import consent_json, consent_lines
    from passerby.report.text import printable

    granted = _granted(**given)
    with open_or_begin(access) as register:
        consent = register.add(granted)
        today = register.today
    for line in consent_lines(consent, today):
        say(printable(line))
    if as_json:
        from passerby.report.json import document

        print_json(document("consent", **consent_json(consent, today)))
    return 0


def _granted(
    purpose: str,
    start: date | None,
    end: date | None,
    evidence: Path,
    contact: Path,
    keep_until: date,
    **scope: tuple[Any, ...],
) -> Granted:
    from passerby.consent.register import Evidence, Granted
    from passerby.files import read_input

    return Granted(
        purpose=purpose,
        scope=_scope(**scope),
        start=start or date.today(),
        end=end,
        contact=_text(contact),
        evidence=Evidence(data=read_input(evidence, _MOST_EVIDENCE), file_name=evidence.name),
        keep_until=keep_until,
    )


def _scope(
    pictures: Iterable[Path],
    hashes: Iterable[str],
    events: tuple[str, ...],
    outlets: tuple[str, ...],
) -> Scope:
    from passerby.batch.uses import sha256_of
    from passerby.consent.facts import Scope

    found = [text.strip().lower() for text in hashes]
    for path in pictures:
        digest = sha256_of(path)
        if digest is None:
            raise UnreadableInput(f"{path} cannot be read")
        found.append(digest)
    try:
        return Scope(pictures=tuple(dict.fromkeys(found)), events=events, outlets=outlets)
    except ValueError as error:
        raise UsageError(
            str(error), "Give --picture, --sha256, --event or --outlet, each as often as needed."
        ) from error


def _text(path: Path) -> str:
    from passerby.files import read_input

    try:
        return read_input(path, _MOST_CONTACT).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableInput(f"{path}: this is not UTF-8 text") from error
