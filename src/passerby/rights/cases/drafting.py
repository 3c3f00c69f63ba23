"""A letter from the case to its files: composed, typeset, kept, and ready to go out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from passerby.rights.cases.desk import Desk, Given
from passerby.rights.cases.enclosing import enclose
from passerby.rights.cases.events import (
    Attachment,
    ClientAdded,
    LetterDrafted,
    Profile,
    Role,
)
from passerby.rights.cases.fold import fold, follow
from passerby.rights.cases.mandates import mandate_for
from passerby.rights.cases.matters import Wanted, matter_of
from passerby.rights.cases.proposing import GRACE
from passerby.rights.cases.records import keep
from passerby.rights.cases.reference import new_reference
from passerby.rights.cases.requesting import Request, check_request, opening_of
from passerby.rights.cases.state import Case, Client
from passerby.rights.cases.transitions import check_letter
from passerby.rights.cases.ways import last_way
from passerby.rights.facts.letter import Letter, LetterKind
from passerby.rights.facts.matter import Matter
from passerby.rights.letters.addressee import language_for
from passerby.rights.letters.compose import compose, compose_reading_copy
from passerby.rights.render import eml
from passerby.rights.render.headers import new_message_id
from passerby.rights.render.paper import paper_of
from passerby.rights.render.pdf import letter_pdf, unprintable
from passerby.rights.render.sniffing import media_type_of
from passerby.rights.render.text import letter_text

_WITH_GRACE = frozenset({LetterKind.REMINDER, LetterKind.WANTING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A letter that somebody wants: its kind, its language (None: that of the case's latest
    letter to the same side, else one that is read there), the language of a reading copy (None:
    the client's), a crop that goes with it, and whether the one that went out before goes with a
    complaint."""

    kind: LetterKind
    language: str | None = None
    reading_language: str | None = None
    wanted: Wanted = field(default_factory=Wanted)
    crop: Given | None = None
    with_crop: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A letter that was kept. `files` are what can be written outside of the store, with names
    that tell the case's reference and nothing of the client. `notes` are for people."""

    reference: str
    event: LetterDrafted
    letter: Letter
    files: tuple[Given, ...]
    notes: tuple[str, ...]


def draft_letter(desk: Desk, reference: str, order: Order, at: datetime) -> Draft:
    """Compose a letter of a case, keep it, and return it. `at` (aware) is now.

    Raises UsageError where it has no place in the case, what `matter_of`, `compose` and the
    renderers raise, and what the store raises. Nothing is kept then.
    """
    client_id, client, case = desk.records.find(reference)
    check_letter(case, order.kind)
    matter = _matter(desk, client, case, order, desk.records.head(client_id))
    crop = _attached(order.crop)
    enclosed = enclose(
        desk.records, client_id, case, matter, order.kind, crop, with_crop=order.with_crop
    )
    composed = _compose(desk, client, case, enclosed.matter, order)
    files, notes = _Made(case, composed, enclosed.attachments).files(at)
    event = _event(case, order, composed, tuple(file for file, _ in files))
    desk.records.append(client_id, event, {file.name: data for file, data in files})
    return Draft(
        reference=case.reference,
        event=event,
        letter=composed.letter,
        files=tuple(Given(file_name=file.file_name, data=data) for file, data in files),
        notes=(*notes, *enclosed.notes, *composed.notes),
    )


def rehearse(
    desk: Desk, client: Client | Profile, request: Request, order: Order, at: datetime
) -> None:
    """Compose the first letter of a case that was not opened, of a client who may not be on
    record, and record nothing: what cannot be written is known before anything is kept.

    Raises what `Desk.open_case` and `draft_letter` raise, but for what the store raises.
    """
    if isinstance(client, Profile):
        client = fold([ClientAdded(profile=client)])
    law = check_request(request, desk.knowledge, desk.today)
    mandate_for(client, request.mandate_id, order.kind, law, desk.today)
    opened = follow(client, opening_of(request, law, new_reference(()), desk.today))
    case = opened.cases[-1]
    desk.check_days(case, law)
    matter = _matter(desk, opened, case, order, anchor="0" * 64)
    composed = _compose(desk, opened, case, matter, order)
    if composed.message_id is not None:
        eml.letter_eml(composed.letter, message_id=composed.message_id, at=at)


@dataclass(frozen=True, slots=True)
class _Composed:
    """A letter, its reading copy, and what they were composed from."""

    letter: Letter
    copy: Letter | None
    matter: Matter
    message_id: str | None
    notes: tuple[str, ...]


def _matter(desk: Desk, client: Client, case: Case, order: Order, anchor: str) -> Matter:
    return matter_of(
        client, case, order.kind, desk.knowledge, day=desk.today, anchor=anchor, wanted=order.wanted
    )


def _attached(crop: Given | None) -> eml.Attachment | None:
    if crop is None:
        return None
    return eml.Attachment(
        file_name=crop.file_name, media_type=media_type_of(crop.data), data=crop.data
    )


def _language(case: Case, matter: Matter, order: Order, codes: list[str]) -> str:
    """The language that is wanted, else that of the case's latest letter to the same side, else
    one that is read there."""
    authority = matter.authority.id if matter.authority is not None else None
    way = last_way(case, order.kind, authority)
    if order.language is not None:
        return order.language
    if way is not None and way.language in codes:
        return way.language
    return language_for(matter, order.kind, codes)


def _compose(desk: Desk, client: Client, case: Case, matter: Matter, order: Order) -> _Composed:
    codes = [language.code for language in desk.knowledge.languages()]
    code = _language(case, matter, order, codes)
    language = desk.knowledge.language(code)
    grace = desk.today + GRACE if order.kind in _WITH_GRACE else None
    letter = compose(matter, order.kind, language, grace=grace)
    own = order.reading_language or client.profile.language
    copy = None
    if own != code and own in codes:
        own_language = desk.knowledge.language(own)
        copy = compose_reading_copy(matter, order.kind, own_language, language, grace=grace)
    return _Composed(
        letter=letter,
        copy=copy,
        matter=matter,
        message_id=new_message_id(letter.sender_email) if _is_mail(letter) else None,
        notes=_notes(matter, order, code, own, codes),
    )


@dataclass(frozen=True, slots=True)
class _Made:
    """A letter and what it becomes."""

    case: Case
    composed: _Composed
    enclosed: tuple[eml.Attachment, ...]

    def files(self, at: datetime) -> tuple[list[tuple[Attachment, bytes]], tuple[str, ...]]:
        """Return every file that can be made of it, and why others cannot."""
        notes: list[str] = []
        letter, copy = self.composed.letter, self.composed.copy
        stem = f"{self.case.reference}-{len(self.case.letters) + 1}-{letter.kind}"
        text = letter_text(letter).encode()
        found = [(keep(text, Role.TEXT, f"{stem}.txt"), text)]
        found += self._pdf(letter, Role.PDF, stem, notes)
        if self.composed.message_id is not None:
            mail = eml.letter_eml(
                letter,
                message_id=self.composed.message_id,
                at=at,
                attachments=self.enclosed,
                thread=_thread(self.case),
            )
            found.append((keep(mail, Role.EML, f"{stem}.eml"), mail))
        elif letter.recipient_email is not None:
            notes.append("There is no e-mail to send: the sender has no e-mail address.")
        if copy is not None:
            stem = f"{stem}-reading-copy-{copy.language}"
            text = letter_text(copy).encode()
            found.append((keep(text, Role.READING_COPY, f"{stem}.txt"), text))
            found += self._pdf(copy, Role.READING_COPY, stem, notes)
        return found, tuple(notes)

    def _pdf(
        self, letter: Letter, role: Role, stem: str, notes: list[str]
    ) -> list[tuple[Attachment, bytes]]:
        missing = unprintable(letter)
        if missing:
            signs = " ".join(missing[:8])
            notes.append(f"There is no {stem}.pdf: no embedded font has {signs}")
            return []
        data = letter_pdf(letter, paper_of(self.case.opened.place))
        return [(keep(data, role, f"{stem}.pdf"), data)]


def _is_mail(letter: Letter) -> bool:
    return letter.sender_email is not None and letter.recipient_email is not None


def _thread(case: Case) -> tuple[str, ...]:
    """The ids of the case's mails that went out, oldest first."""
    found = [letter for letter in case.letters if letter.sent is not None]
    ids = (letter.sent.message_id for letter in found if letter.sent is not None)
    return tuple(each for each in ids if each is not None)


def _event(
    case: Case, order: Order, composed: _Composed, files: tuple[Attachment, ...]
) -> LetterDrafted:
    letter, matter = composed.letter, composed.matter
    authority = matter.authority.id if matter.authority is not None else None
    return LetterDrafted(
        case=case.reference,
        letter=len(case.letters) + 1,
        kind=order.kind,
        language=letter.language,
        day=letter.day,
        channel=matter.contact.channel,
        to=matter.contact.value,
        files=files,
        message_id=composed.message_id,
        mandate_id=order.wanted.acting(case),
        authority=authority if order.kind is LetterKind.COMPLAINT else None,
        doubts=len(letter.doubts),
        to_given=_is_given(case, order, matter),
    )


def _is_given(case: Case, order: Order, matter: Matter) -> bool:
    """Whether the client named the address of a letter: for this one, or for an earlier one."""
    if order.wanted.to is not None:
        return True
    authority = matter.authority.id if matter.authority is not None else None
    way = last_way(case, order.kind, authority)
    contact = matter.contact
    return (
        way is not None
        and way.to_given
        and (way.channel, way.to) == (contact.channel, contact.value)
    )


def _notes(matter: Matter, order: Order, code: str, own: str, codes: list[str]) -> tuple[str, ...]:
    notes = []
    reads = matter.controller.languages if matter.controller is not None else ()
    if order.kind is not LetterKind.COMPLAINT and reads and code not in reads:
        notes.append(f"The letter is in {code!r}; it is read there in {', '.join(reads)}.")
    if own not in codes:
        notes.append(f"There is no reading copy: no letters are known in {own!r}.")
    return tuple(notes)
