"""`passerby consent due`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from passerby.cli.consent.access import Access, access_options, read_register
from passerby.cli.console import print_json, say
from passerby.cli.options import json_option

if TYPE_CHECKING:
    from passerby.consent.register import Register
    from passerby.consent.state import Consent


@click.command()
@click.option(
    "--within",
    type=click.IntRange(0, 36_500),
    default=30,
    show_default=True,
    metavar="DAYS",
    help="How far to look ahead.",
)
@access_options
@json_option
def due(access: Access, within: int, as_json: bool) -> int:
    """Tell which consents end soon, which have ended while files still rely on them, and whose
    contact and evidence were to be erased by now.

    Exit code 0, also when something is due.
    """
    from passerby.report.json import document
    from passerby.report.text import plural, printable

    with read_register(access) as register:
        today = register.today
        found = [one for c in register.consents() for one in _due(register, c, today, within)]
    found.sort(key=lambda one: (one["day"] or "", one["consent"]))
    for one in found:
        files = plural(one["files"], "file relies", "files rely") + " on it"
        say(printable(f"{one['consent']}  {one['what']}; {files}"))
        say(printable(f"  {one['next']}"))
    if not found:
        say("Nothing is due.")
    if as_json:
        print_json(document("consents-due", day=today.isoformat(), within=within, due=found))
    return 0


def _due(register: Register, consent: Consent, today: date, within: int) -> list[dict[str, Any]]:
    return [
        {
            "consent": consent.id,
            "kind": kind,
            "day": None if day is None else day.isoformat(),
            "what": what,
            "files": len(consent.standing_files),
            "next": f"passerby consent {command}",
        }
        for kind, day, what, command in (
            *_ending(consent, today, within),
            *_retention(register, consent, today, within),
        )
    ]


_Point = tuple[str, date | None, str, str]


def _ending(consent: Consent, today: date, within: int) -> list[_Point]:
    from passerby.consent.takedown import how_text

    ended, end = consent.ended(today), consent.given.end
    redo = f"rerun {consent.id} -o NEW"
    if ended is not None:
        open_ = consent.standing_files or consent.runs
        return [("ended", ended.day, how_text(ended), redo)] if open_ else []
    if end is not None and end <= today + timedelta(days=within):
        days = (end - today).days
        what = f"ends on {end}, {'today' if not days else f'in {days} days'}"
        return [("ending", end, what, f"show {consent.id}")]
    return []


def _retention(register: Register, consent: Consent, today: date, within: int) -> list[_Point]:
    her = register.person(consent.id)
    if her is None or her.kept.keep_until > today + timedelta(days=within):
        return []
    day = her.kept.keep_until
    over = day < today
    what = f"contact and evidence {'were' if over else 'are'} to be kept until {day}"
    return [("retention", day, what, f"{'erase' if over else 'show'} {consent.id}")]
