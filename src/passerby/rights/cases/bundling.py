"""The evidence of a case as one signed bundle: letters, replies, proofs, the timeline."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from passerby.rights.bundle import (
    History,
    Member,
    MemberKind,
    fingerprint,
    write_bundle,
)
from passerby.rights.cases.codec import decode_event
from passerby.rights.cases.desk import Desk
from passerby.rights.cases.events import (
    Attachment,
    CaseClosed,
    Event,
    Exported,
    Role,
    SigningKeyMade,
)
from passerby.rights.cases.records import keep
from passerby.rights.cases.state import Case, Client
from passerby.rights.cases.telling import timeline_of
from passerby.rights.render.paper import paper_of
from passerby.rights.render.sniffing import media_type_of
from passerby.rights.render.timeline import timeline_json, timeline_pdf

_KINDS = {
    Role.TEXT: (MemberKind.LETTER_TEXT, ".txt"),
    Role.EML: (MemberKind.LETTER_EML, ".eml"),
    Role.PDF: (MemberKind.LETTER_PDF, ".pdf"),
}
"""What of a letter goes into a bundle; reading copies were never sent."""
_SUFFIXES = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "message/rfc822": ".eml",
    "text/plain": ".txt",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A bundle's bytes, and the fingerprint of the key that signed it."""

    data: bytes
    fingerprint: str


def bundle_case(desk: Desk, reference: str, at: datetime) -> Evidence:
    """Return the bundle of a case. `at` (aware) is now. The client's signing key is made when
    she has none yet. Raises what the bundle and the store raise."""
    client_id, client, case = desk.records.find(reference)
    key = _key(desk, client_id, client)
    members = tuple(_members(desk, client_id, case))
    data = write_bundle(
        members,
        _history(desk, client_id, case),
        key,
        bundle=secrets.token_hex(16),
        case=case.reference,
        made_at=at,
    )
    return Evidence(data=data, fingerprint=fingerprint(key.public_key()))


def _key(desk: Desk, client_id: str, client: Client) -> Ed25519PrivateKey:
    if client.signing is not None:
        data = desk.records.file(client_id, client.signing.file)
        return Ed25519PrivateKey.from_private_bytes(data)
    key = Ed25519PrivateKey.generate()
    data = key.private_bytes_raw()
    file = keep(data, Role.SIGNING_KEY, "signing-key")
    event = SigningKeyMade(day=desk.today, fingerprint=fingerprint(key.public_key()), file=file)
    desk.records.append(client_id, event, {file.name: data})
    return key


def _members(desk: Desk, client_id: str, case: Case) -> Iterator[Member]:
    for letter in case.letters:
        drafted = letter.drafted
        stem = f"letters/{drafted.letter}-{drafted.kind}"
        for file in drafted.files:
            if file.role in _KINDS:
                kind, suffix = _KINDS[file.role]
                data = desk.records.file(client_id, file)
                yield Member(name=f"{stem}{suffix}", kind=kind, data=data)
        for what, event in (("sent", letter.sent), ("received", letter.received)):
            if event is not None and event.proof is not None:
                name = f"proofs/{drafted.letter}-{what}"
                yield _member(desk, client_id, event.proof, name, MemberKind.PROOF_OF_SENDING)
    came = [(demand.day, demand.files) for demand in case.demands]
    came += [(reply.day, reply.files) for reply in case.replies]
    for number, (_, files) in enumerate(sorted(came, key=lambda one: one[0]), 1):
        for place, file in enumerate(files, 1):
            name = f"answers/{number}-{place}"
            yield _member(desk, client_id, file, name, MemberKind.ANSWER)
    timeline = timeline_of(case, desk.today)
    pdf = timeline_pdf(timeline, paper_of(case.opened.place))
    yield Member(name="timeline.pdf", kind=MemberKind.TIMELINE_PDF, data=pdf)
    data = timeline_json(timeline)
    yield Member(name="timeline.json", kind=MemberKind.TIMELINE_JSON, data=data)


def _is_private(event: Event) -> bool:
    """Whether an event of a case is hers alone. What cannot be left out, for the case would be
    another without it, is told at the options that ask for it."""
    return isinstance(event, Exported) or (isinstance(event, CaseClosed) and bool(event.remark))


def _member(desk: Desk, client_id: str, file: Attachment, name: str, kind: MemberKind) -> Member:
    data = desk.records.file(client_id, file)
    suffix = _SUFFIXES.get(media_type_of(data), ".bin")
    if suffix in {".bin", ".txt"} and file.file_name.lower().endswith(".eml"):
        suffix = ".eml"
    return Member(name=f"{name}{suffix}", kind=kind, data=data)


def _history(desk: Desk, client_id: str, case: Case) -> History:
    """The client's chain, and what of it is about this case alone: nothing of her other cases,
    of her mandates, of where files were written on this machine, or of her remark at the end."""
    disclosed = []
    for entry in desk.records.entries(client_id):
        event = decode_event(entry.record)
        if getattr(event, "case", None) == case.reference and not _is_private(event):
            disclosed.append(entry)
    return History(chain=desk.records.chain(client_id), disclosed=tuple(disclosed))
