"""A consent as it is handed to the person who gave it."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePath
from typing import Any

from passerby.cli.consent.show import person_json
from passerby.cli.consent.shown import consent_json
from passerby.consent.events import Published
from passerby.consent.register import Register
from passerby.consent.state import Consent
from passerby.report.json import document
from passerby.store.codec import kind_of, to_json

RECORD = "consent.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def record(register: Register, consent: Consent) -> dict[str, Any]:
    """Return everything on record about a consent but the evidence's bytes. Of pictures it tells
    the files and where they are shown, and nothing about other faces in them."""
    her = register.person(consent.id)
    return document(
        "consent-export",
        **consent_json(consent, register.today),
        person=None if her is None else person_json(her),
        history=[
            {
                "number": one.number,
                "at": one.at.isoformat(),
                "event": kind_of(type(one.event)),
                # What was decided on other faces is other people's.
                "data": None if isinstance(one.event, Published) else to_json(one.event),
            }
            for one in register.history(consent.id)
        ],
    )


def packed(register: Register, consent: Consent, text: bytes) -> bytes:
    """Return the record and the evidence as a ZIP. Where the evidence was erased, the record
    alone."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(RECORD, _EPOCH), text)
        if register.person(consent.id) is not None:
            evidence = register.evidence(consent.id)
            name = "evidence" + PurePath(evidence.file_name).suffix
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), evidence.data)
    return stream.getvalue()
