"""From a matter to a letter: which blocks come in which order; the language says how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from passerby.rights.facts.language import Language
from passerby.rights.facts.letter import BlockKind, Labels, Letter, LetterKind
from passerby.rights.facts.matter import Matter, Person
from passerby.rights.facts.party import Channel
from passerby.rights.letters.bounds import check_bounds, first_sent
from passerby.rights.letters.cleaning import clean, clean_lines
from passerby.rights.letters.complaint import against, write_complaint
from passerby.rights.letters.draft import Draft
from passerby.rights.letters.identity import demanded, write_crop, write_identity
from passerby.rights.letters.passages import last_reply
from passerby.rights.letters.pursuit import write_reminder, write_wanting, write_withdrawal
from passerby.rights.letters.records import write_appeal, write_notice, write_records
from passerby.rights.letters.request import write_request

_WRITERS: Mapping[LetterKind, Callable[[Draft, date | None], None]] = MappingProxyType(
    {
        LetterKind.REQUEST: lambda draft, _: write_request(draft),
        LetterKind.IDENTITY: lambda draft, _: write_identity(draft),
        LetterKind.CROP: lambda draft, _: write_crop(draft),
        LetterKind.REMINDER: write_reminder,
        LetterKind.WANTING: write_wanting,
        LetterKind.COMPLAINT: lambda draft, _: write_complaint(draft),
        LetterKind.WITHDRAWAL: lambda draft, _: write_withdrawal(draft),
        LetterKind.NOTICE: lambda draft, _: write_notice(draft),
        LetterKind.RECORDS: lambda draft, _: write_records(draft),
        LetterKind.APPEAL: lambda draft, _: write_appeal(draft),
    }
)


def compose(
    matter: Matter, kind: LetterKind, language: Language, *, grace: date | None = None
) -> Letter:
    """Compose a letter. `grace` is a day that a reminder, or a letter on an incomplete reply,
    asks to be answered by; None: without a day.

    Raises NoRight where the law does not give what is asked for in the place, NoMandate where
    the mandate on record does not carry the letter, NoAddress where it could go nowhere,
    BadRecord where the matter lacks what the letter speaks of, BadDate where it would come too
    early, and BadKnowledge where a text of the language cannot be used.
    """
    check_bounds(matter, kind)
    draft = Draft(matter, language)
    draft.use(matter.contact)
    draft.add(BlockKind.PARAGRAPH, draft.say("labels.salutation"))
    _WRITERS[kind](draft, grace)
    draft.remember(matter.doubts)
    writer = matter.client if matter.mandate is None else matter.mandate.holder
    by_mail = matter.contact.channel is Channel.EMAIL
    return Letter(
        kind=kind,
        language=language.code,
        reference=clean(matter.reference),
        day=matter.day,
        sender=_sender(writer),
        sender_email=clean(writer.email) if writer.email else None,
        recipient=_recipient(draft, kind),
        recipient_email=clean(matter.contact.value) if by_mail else None,
        subject=f"{_subject(draft, kind)} [{clean(matter.reference)}]",
        blocks=draft.blocks,
        closing=draft.say("labels.closing"),
        signed=clean(writer.name),
        enclosures=tuple(draft.enclosures),
        labels=_labels(draft, language),
        doubts=draft.doubts,
        anchor=matter.anchor,
    )


def compose_reading_copy(
    matter: Matter,
    kind: LetterKind,
    language: Language,
    sent_in: Language,
    *,
    grace: date | None = None,
) -> Letter:
    """Compose the client's reading copy of a letter, in her language. Its label, which heads it,
    says that it is a translation and is not sent; `sent_in` is the letter's own language.
    Raises as `compose` does."""
    letter = compose(matter, kind, language, grace=grace)
    labels = _labels(Draft(matter, language), sent_in)
    return replace(letter, labels=labels, reading_copy=True)


def _sender(writer: Person) -> tuple[str, ...]:
    """Return the lines of the sender's address: with `care_of`, somebody else's."""
    care_of = (f"c/o {writer.care_of}",) if writer.care_of else ()
    return tuple(filter(None, map(clean, (writer.name, *care_of, *writer.address))))


def _recipient(draft: Draft, kind: LetterKind) -> tuple[str, ...]:
    """Return the lines of the recipient's address."""
    matter = draft.matter
    if kind is LetterKind.COMPLAINT and matter.authority is not None:
        name = draft.known(matter.authority.names)
    else:
        name = clean(against(matter))
    lines = clean_lines(matter.contact.value)
    return (name, *(line for line in lines if line != name))


def _subject(draft: Draft, kind: LetterKind) -> str:
    matter = draft.matter
    match kind:
        case LetterKind.REQUEST:
            values = {"rights": draft.rights(matter.rights)}
        case LetterKind.IDENTITY:
            values = {"asked": demanded(draft)}
        case LetterKind.REMINDER | LetterKind.WITHDRAWAL:
            values = {"sent": draft.date(first_sent(matter).sent)}
        case LetterKind.WANTING:
            reply = last_reply(matter)
            values = {"replied": "" if reply is None else draft.date(reply.day)}
        case LetterKind.COMPLAINT:
            values = {"against": against(matter)}
        case _:
            values = {}
    return draft.say(f"subjects.{kind}", **values)


def _labels(draft: Draft, sent_in: Language) -> Labels:
    name = draft.language.languages.get(sent_in.code, sent_in.name)
    return Labels(
        reference=draft.say("labels.reference"),
        date=draft.date(draft.matter.day),
        subject=draft.say("labels.subject"),
        enclosures=draft.say("labels.enclosures"),
        page=draft.say("labels.page"),
        draft=draft.say("labels.draft"),
        anchor=draft.say("labels.anchor"),
        colon=draft.language.colon,
        reading_copy=draft.say("labels.reading_copy", letter_language=name),
    )
