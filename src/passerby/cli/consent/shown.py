"""Consents as people read them, and as JSON values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from passerby.report.text import plural

if TYPE_CHECKING:
    from passerby.consent.facts import Scope
    from passerby.consent.register import Logged
    from passerby.consent.state import Consent, Relying


def consent_line(consent: Consent, today: date) -> str:
    """Return the line that sums a consent up."""
    files = plural(len(consent.files), "file")
    return f"{consent.id}  {standing_text(consent, today)}: {consent.given.purpose} ({files})"


def standing_text(consent: Consent, today: date) -> str:
    """Say whether a consent holds, and since or until when."""
    from passerby.consent.facts import Contact, Standing

    given, standing = consent.given, consent.standing(today)
    told = {
        Standing.WITHDRAWN: f"withdrawn on {consent.withdrawn}",
        Standing.EXPIRED: f"expired on {given.end}",
        Standing.NOT_YET: f"from {given.start} on",
        Standing.IN_FORCE: "in force" if given.end is None else f"in force until {given.end}",
    }[standing]
    if consent.contact is Contact.ERASED:
        return f"{told}, contact and evidence erased on {consent.erased}"
    if consent.contact is Contact.MISSING:
        return f"{told}, NOT USABLE: its recording was cut off; erase it and add it again"
    return told


def scope_text(scope: Scope) -> str:
    """Say what a consent is for."""
    parts = [plural(len(scope.pictures), "picture")] if scope.pictures else []
    parts += [f"event {name}" for name in scope.events]
    parts += [f"outlet {name}" for name in scope.outlets]
    return ", ".join(parts)


def consent_lines(consent: Consent, today: date) -> Iterator[str]:
    """Yield the lines about a consent, its files among them."""
    given = consent.given
    yield consent_line(consent, today)
    yield f"  for: {scope_text(given.scope)}"
    until = "until it is withdrawn" if given.end is None else f"until {given.end}"
    yield f"  from {given.start} {until}; recorded on {given.day}"
    yield f"  evidence: sha256 {given.evidence_sha256}"
    for one in consent.files:
        yield from file_lines(one)
    for run in consent.runs:
        yield f"  A run into {run.out} was cut off on {run.day}: run it again, so that all is known"


def file_lines(one: Relying) -> Iterator[str]:
    """Yield the lines about a file that relied on a consent."""
    use = one.use
    yield f"  {use.output or 'through a pipe'}, from {use.shown}, on {use.day}"
    for where in one.where:
        yield f"    shown at {where}"
    if one.remade is not None:
        yield f"    replaced on {one.remade.day} by {one.remade.by}"


def consent_json(consent: Consent, today: date) -> dict[str, Any]:
    """Return a consent for a JSON document: nothing of the person."""
    from passerby.store.codec import to_json

    given = consent.given
    return {
        "consent": consent.id,
        "standing": consent.standing(today).value,
        "purpose": given.purpose,
        "scope": to_json(given.scope),
        "recorded": given.day.isoformat(),
        "start": given.start.isoformat(),
        "end": iso(given.end),
        "withdrawn": iso(consent.withdrawn),
        "evidence_sha256": given.evidence_sha256,
        "contact": consent.contact.value,
        "erased": iso(consent.erased),
        "files": [file_json(one) for one in consent.files],
        "cut_off": [to_json(run) for run in consent.runs],
    }


def file_json(one: Relying) -> dict[str, Any]:
    """Return a file that relied on a consent for a JSON document. What was decided on other
    faces in it is not told."""
    use = one.use
    return {
        "original": use.original,
        "original_sha256": use.original_sha256,
        "output": use.output,
        "output_sha256": use.output_sha256,
        "report": use.record,
        "day": use.day.isoformat(),
        "event": use.event,
        "outlet": use.outlet,
        "where": list(one.where),
        "replaced": None
        if one.remade is None
        else {
            "by": one.remade.by,
            "by_sha256": one.remade.by_sha256,
            "day": one.remade.day.isoformat(),
        },
    }


def history_json(entries: tuple[Logged, ...]) -> list[dict[str, Any]]:
    """Return the history of a consent for a JSON document."""
    from passerby.store.codec import kind_of, to_json

    return [
        {
            "number": one.number,
            "at": one.at.isoformat(),
            "event": kind_of(type(one.event)),
            "data": to_json(one.event),
        }
        for one in entries
    ]


def iso(day: date | None) -> str | None:
    """Return a day in ISO form, None for none."""
    return None if day is None else day.isoformat()
