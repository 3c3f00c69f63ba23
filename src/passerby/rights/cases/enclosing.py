"""What goes with a mail: the document of a mandate, a crop, and the file behind a complaint."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePath

from passerby.errors import BadRecord, UsageError
from passerby.rights.cases.events import Attachment, Role
from passerby.rights.cases.records import Records
from passerby.rights.cases.state import Case, KeptLetter
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.matter import Crop, Matter
from passerby.rights.facts.party import Channel
from passerby.rights.render import eml
from passerby.rights.render.incoming import read_eml
from passerby.rights.render.sniffing import media_type_of

MOST_BYTES = 15 * 2**20
"""Of all that goes with one mail: a third more once it is coded, and servers of authorities
take 20 to 25 MB."""

_SUFFIXES = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
_KEPT_SUFFIXES = frozenset({".eml", ".pdf", ".txt", ".jpg", ".png"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosures:
    """A matter that tells which files go with its letter, these files, and notes for people."""

    matter: Matter
    attachments: tuple[eml.Attachment, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Exhibit:
    """A kept file, and the name under which it goes out: one that tells the case alone."""

    file: Attachment
    name: str


def enclose(
    records: Records,
    client_id: str,
    case: Case,
    matter: Matter,
    kind: LetterKind,
    crop: eml.Attachment | None,
    *,
    with_crop: bool,
) -> Enclosures:
    """Return what goes with a letter of this kind. A complaint by e-mail gets copies of the
    letters and of what came back, as it came; `with_crop` adds the picture of the crop's letter,
    which is left out otherwise.

    Raises BadRecord where a crop is to go and is missing, UsageError for `with_crop` where none
    is on record or the letter is no complaint.
    """
    if with_crop and kind is not LetterKind.COMPLAINT:
        raise UsageError("a crop that went out before is enclosed with a complaint only")
    attached = list(_mandate(records, client_id, case, matter))
    if kind is LetterKind.CROP:
        if crop is None:
            raise BadRecord(
                "no crop was given for the letter", "Make one with `passerby request crop`."
            )
        attached.append(crop)
    if kind is not LetterKind.COMPLAINT:
        return Enclosures(matter=matter, attachments=tuple(attached))
    matter = replace(matter, crop=None)
    if with_crop:
        picture = _crop(records, client_id, case)
        attached.append(picture)
        digest = hashlib.sha256(picture.data).hexdigest()
        matter = replace(
            matter, crop=Crop(file_name=picture.file_name, sha256=digest, watermark="")
        )
    if not _by_mail(matter):
        return Enclosures(matter=matter, attachments=tuple(attached))
    return _with_file(records, client_id, case, matter, attached)


def _by_mail(matter: Matter) -> bool:
    writer = matter.client if matter.mandate is None else matter.mandate.holder
    return matter.contact.channel is Channel.EMAIL and writer.email is not None


def _with_file(
    records: Records, client_id: str, case: Case, matter: Matter, attached: list[eml.Attachment]
) -> Enclosures:
    """Add what is on record, as far as one mail takes it."""
    letters = [_of_letter(letter) for letter in case.letters if letter.sent is not None]
    heard = [_of_heard(case, number, files) for number, (_, files) in enumerate(_heard(case), 1)]
    total = sum(len(each.data) for each in attached)
    going: set[str] = set()
    left_out: list[str] = []
    for exhibit in (exhibit for group in (*letters, *heard) for exhibit in group):
        data = records.file(client_id, exhibit.file)
        if total + len(data) > MOST_BYTES:
            left_out.append(exhibit.name)
            continue
        total += len(data)
        going.add(exhibit.name)
        attached.append(_attachment(exhibit.name, data))
    return Enclosures(
        matter=_telling(matter, letters, heard, going),
        attachments=tuple(attached),
        notes=(_too_large(left_out),) if left_out else (),
    )


def _telling(
    matter: Matter,
    letters: list[tuple[_Exhibit, ...]],
    heard: list[tuple[_Exhibit, ...]],
    going: set[str],
) -> Matter:
    """The matter with the names of the files that go."""

    def names(group: tuple[_Exhibit, ...]) -> tuple[str, ...]:
        return tuple(each.name for each in group if each.name in going)

    sent = zip(matter.sent, letters, strict=True)
    replies = zip(matter.replies, heard, strict=True)
    return replace(
        matter,
        sent=tuple(replace(each, files=names(group)) for each, group in sent),
        replies=tuple(replace(each, files=names(group)) for each, group in replies),
    )


def _too_large(names: list[str]) -> str:
    return (
        f"A mail takes {MOST_BYTES // 2**20} MB of files. Send in another way what is not attached:"
        f" {', '.join(names)}"
    )


def _attachment(name: str, data: bytes) -> eml.Attachment:
    """A file as it is kept. A mail inside a mail goes as plain bytes: programs rewrite others."""
    media_type = media_type_of(data)
    if media_type.partition("/")[0] not in {"application", "image"}:
        media_type = "application/octet-stream"
    return eml.Attachment(file_name=name, media_type=media_type, data=data)


def _of_letter(letter: KeptLetter) -> tuple[_Exhibit, ...]:
    """A letter as PDF; where no font could set it, as text."""
    kept = {file.role: file for file in letter.drafted.files}
    file = kept.get(Role.PDF) or kept.get(Role.TEXT)
    return () if file is None else (_Exhibit(file, file.file_name),)


def _heard(case: Case) -> list[tuple[date, tuple[Attachment, ...]]]:
    """What came back, in the order of the matter's replies."""
    came = [(demand.day, demand.files) for demand in case.demands]
    came += [(reply.day, reply.files) for reply in case.replies]
    return sorted(came, key=lambda one: one[0])


def _of_heard(case: Case, number: int, files: tuple[Attachment, ...]) -> tuple[_Exhibit, ...]:
    found = []
    for place, file in enumerate(files, 1):
        suffix = PurePath(file.file_name).suffix.lower()
        suffix = suffix if suffix in _KEPT_SUFFIXES else ".bin"
        found.append(_Exhibit(file, f"{case.reference}-reply-{number}-{place}{suffix}"))
    return tuple(found)


def _crop(records: Records, client_id: str, case: Case) -> eml.Attachment:
    """The picture that went out last, out of the mail that it was written into."""
    for letter in reversed(case.letters):
        if letter.sent is None or letter.drafted.kind is not LetterKind.CROP:
            continue
        for file in letter.drafted.files:
            if file.role is not Role.EML:
                continue
            for document in read_eml(records.file(client_id, file)).documents:
                if document.media_type == "image/jpeg":
                    name = f"{case.reference}-crop.jpg"
                    return eml.Attachment(
                        file_name=name, media_type="image/jpeg", data=document.data
                    )
    raise UsageError(f"{case.reference}: no crop is on record that went out by e-mail")


def _mandate(
    records: Records, client_id: str, case: Case, matter: Matter
) -> Iterator[eml.Attachment]:
    mandate = matter.mandate
    if mandate is None or mandate.evidence is None:
        return
    digest = mandate.evidence
    kept = Attachment(name=digest, sha256=digest, role=Role.MANDATE, file_name="mandate")
    data = records.file(client_id, kept)
    media_type = media_type_of(data)
    name = f"{case.reference}-mandate{_SUFFIXES.get(media_type, '.bin')}"
    yield eml.Attachment(file_name=name, media_type=media_type, data=data)
