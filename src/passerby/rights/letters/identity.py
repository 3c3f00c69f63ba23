"""The answers to a demand for a photo or an ID: by words first, by one crop if need be."""

from __future__ import annotations

from passerby.errors import BadRecord
from passerby.rights.facts.law import RightKind
from passerby.rights.facts.matter import Asked
from passerby.rights.letters.bounds import first_sent
from passerby.rights.letters.draft import Draft
from passerby.rights.letters.passages import (
    asked_of,
    knows,
    say_how_to_answer,
    say_mandate_again,
)

_TERMS = ("term-once", "term-keep-out", "term-delete", "term-confirm", "term-no-consent")


def demanded(draft: Draft) -> str:
    """Return in words what the other side has demanded. Raises BadRecord when nothing was."""
    asked = asked_of(draft.matter.replies)
    if not asked:
        raise BadRecord(
            "no demand for a photo, an ID or the like is on record",
            "Record what was demanded with `passerby request answer`.",
        )
    return draft.listed("asked", asked)


def write_identity(draft: Draft) -> None:
    """Write why the demand asks for too much, and offer what would do instead."""
    asked = demanded(draft)
    sent = draft.date(first_sent(draft.matter).sent)
    replied = draft.date(max(reply.day for reply in draft.matter.replies if reply.asked))
    draft.paragraph("identity.opening", replied=replied, sent=sent, asked=asked)
    say_mandate_again(draft)
    draft.paragraph("identity.not-needed-pages" if knows(draft.matter) else "identity.not-needed")
    draft.paragraph("identity.paradox")
    draft.paragraph("identity.rule")
    if Asked.FORM in asked_of(draft.matter.replies):
        draft.paragraph("identity.form")
    draft.paragraph("identity.doubt", asked=asked)
    draft.paragraph("identity.offers")
    draft.number("identity.offer-masked")
    draft.number("identity.offer-crop")
    draft.paragraph("identity.conditions")
    draft.paragraph("identity.clock")
    say_how_to_answer(draft)


def write_crop(draft: Draft) -> None:
    """Write the letter that one crop goes with. Raises BadRecord when there is none."""
    crop = draft.matter.crop
    if crop is None:
        raise BadRecord("there is no crop that could go with this letter", "Give one with --crop.")
    draft.paragraph("crop.opening", sent=draft.date(first_sent(draft.matter).sent))
    say_mandate_again(draft)
    draft.paragraph(
        "crop.enclosed",
        file_name=crop.file_name,
        sha256=crop.sha256,
        watermark=draft.quoted(crop.watermark),
    )
    draft.paragraph("crop.terms")
    for term in _TERMS:
        draft.number(f"crop.{term}")
    draft.paragraph("crop.purpose-rule")
    both = {RightKind.ACCESS, RightKind.ERASURE} <= set(draft.matter.rights)
    draft.paragraph("crop.answer" if both else "crop.answer-plain")
    say_how_to_answer(draft)
    text = draft.say("enclosures.crop", file_name=crop.file_name, sha256=crop.sha256)
    draft.enclosures.append(text)
