"""The complaint to a supervisory authority: parties, facts, breaches, and what is asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from passerby.errors import BadRecord
from passerby.rights.facts.law import RightKind
from passerby.rights.facts.letter import BlockKind
from passerby.rights.facts.matter import Matter, Reply, Sent
from passerby.rights.facts.party import Channel, Contact
from passerby.rights.letters import citing
from passerby.rights.letters.bounds import first_sent, requested, right_of
from passerby.rights.letters.cleaning import clean, clean_lines
from passerby.rights.letters.draft import Draft
from passerby.rights.letters.passages import (
    asked_of,
    complaint_clock,
    enclose_mandate,
    last_reply,
    say_background,
    say_how_to_answer,
)
from passerby.rights.letters.pursuit import due_clock, due_of, overdue, provisions_of, wanting

_SUPPORTS = ("access", "named-recipients", "erasure", "no-collection", "unlawful-scraping",
             "biometric-data", "representative", "territorial-scope", "transparency")  # fmt: skip
"""What a decision can be cited for in a complaint."""


def against(matter: Matter) -> str:
    """Return the name of who is complained about."""
    if matter.controller is not None:
        return matter.controller.name
    return "" if matter.agency is None else matter.agency.name


def write_complaint(draft: Draft) -> None:
    """Write the complaint."""
    matter = draft.matter
    right = right_of(matter, RightKind.COMPLAINT)
    provision = draft.provision(right.citation)
    first = complaint_clock(matter)
    if first is not None:
        draft.doubt("complaint-first", provision=draft.provision(first.citation))
    draft.paragraph("complaint.opening", against=against(matter), provision=provision)
    _say_parties(draft)
    _say_facts(draft)
    _say_breaches(draft)
    rulings = citing.citable(draft, *_SUPPORTS)
    if rulings:
        draft.heading("complaint.heading-rulings")
        citing.cite_each(draft, rulings)
    _say_asked(draft)
    say_how_to_answer(draft, "complaint")
    draft.paragraph("complaint.protect")
    _enclose(draft)


def _say_parties(draft: Draft) -> None:
    matter = draft.matter
    draft.heading("complaint.heading-parties")
    mandate = matter.mandate
    if mandate is None:
        draft.paragraph("complaint.complainant")
    else:
        draft.paragraph(
            "complaint.complainant-represented",
            writer=mandate.holder.name,
            mandate_name=draft.say(f"mandates.{mandate.kind}"),
            since=draft.date(mandate.since),
        )
    contact = _address(matter)
    if contact is None:
        said = [draft.say("complaint.against", against=against(matter))]
    else:
        draft.use(contact)
        lines = ", ".join(clean_lines(contact.value))
        said = [draft.say("complaint.against-address", against=against(matter), address=lines)]
    if matter.controller is not None and matter.controller.also:
        also = draft.language.joined(matter.controller.also)
        said.append(draft.say("complaint.against-also", also=also))
    draft.add(BlockKind.PARAGRAPH, " ".join(said))


def _address(matter: Matter) -> Contact | None:
    """Return an address of who is complained about: the postal one, else an e-mail address."""
    party = matter.controller or matter.agency
    contacts = () if party is None else party.contacts
    for channel in (Channel.POST, Channel.EMAIL):
        for contact in contacts:
            if contact.channel is channel:
                return contact
    return None


def _say_facts(draft: Draft) -> None:
    """Tell what happened, in order of time, and what the client knows."""
    draft.heading("complaint.heading-facts")
    say_background(draft, "request")
    draft.paragraph("complaint.facts")
    events = sorted(_events(draft), key=lambda event: event[0])
    for _, text in events:
        draft.add(BlockKind.BULLET, text)
    if not draft.matter.replies:
        draft.paragraph("complaint.fact-silent")


def _events(draft: Draft) -> Iterator[tuple[date, str]]:
    matter = draft.matter
    for sent in matter.sent:
        yield sent.sent, _sent(draft, sent)
    for reply in matter.replies:
        yield reply.day, _replied(draft, reply)
    clock, deadline = due_clock(matter), matter.deadline
    due = None if deadline is None else due_of(deadline)
    if clock is not None and deadline is not None and due is not None and due < matter.day:
        if not deadline.confidence.certain:
            draft.doubt("deadline", due=draft.date(due))
        provision = draft.provision(clock.citation)
        yield due, draft.say("complaint.fact-due", day=draft.date(due), provision=provision)


def _sent(draft: Draft, sent: Sent) -> str:
    values = {
        "day": draft.date(sent.sent),
        "kind": draft.say(f"kinds.{sent.kind}"),
        "sent_reference": sent.reference,
    }
    if sent.received is None:
        return draft.say("complaint.fact-sent", **values)
    received = draft.date(sent.received)
    return draft.say("complaint.fact-sent-received", received=received, **values)


def _replied(draft: Draft, reply: Reply) -> str:
    day = draft.date(reply.day)
    said = [
        draft.say("complaint.fact-refused" if reply.refused else "complaint.fact-replied", day=day)
    ]
    if reply.asked:
        asked = draft.listed("asked", asked_of((reply,)))
        said = [draft.say("complaint.fact-asked", day=day, asked=asked)]
    return " ".join(said)


def _say_breaches(draft: Draft) -> None:
    """Say which provisions were broken: by silence, by what a reply lacks, by the demand for a
    photo, and by the processing itself."""
    matter = draft.matter
    draft.heading("complaint.heading-breaches")
    reply = last_reply(matter)
    points = () if reply is None else wanting(reply)
    clock = due_clock(matter)
    if clock is not None and _late(matter):
        draft.number("complaint.late", provision=draft.provision(clock.citation))
    for each in points:
        draft.number(
            f"complaint.{each.verdict}",
            name=draft.say(f"points.{each.point}.name"),
            provision=draft.provision(*provisions_of(matter, each.point)),
        )
    # A reply that was looked at point by point and leaves none open was complied with.
    unlooked = reply is None or not reply.points
    if unlooked and (overdue(matter) or (reply is not None and reply.refused)):
        for right in requested(matter):
            name = draft.say(f"rights.{right.kind}")
            provision = draft.provision(right.citation)
            draft.number("complaint.whole", right=name, provision=provision)
    asked = asked_of(matter.replies)
    if asked:
        draft.number("complaint.identity", asked=draft.listed("asked", asked))
    if not any(block.number for block in draft.blocks):
        raise BadRecord(
            "nothing that could be complained about is on record: no reply that leaves a point "
            "open, no refusal, no demand, and no answer that is late",
            "Record the reply with `passerby request answer`, or wait until the answer is late.",
        )
    draft.number("complaint.substance")


def _late(matter: Matter) -> bool:
    """Return whether the answer came late, or has not come and is late by now."""
    answers = [reply.day for reply in matter.replies if reply.points or reply.refused]
    if not answers:
        return overdue(matter)
    over = None if matter.deadline is None else matter.deadline.overdue_from
    return over is not None and min(answers) >= over


def _say_asked(draft: Draft) -> None:
    rights = set(draft.matter.rights)
    draft.heading("complaint.heading-asked")
    draft.number("complaint.ask-answer", sent=draft.date(first_sent(draft.matter).sent))
    if RightKind.ERASURE in rights:
        draft.number("complaint.ask-erase")
    if rights & {RightKind.OBJECTION, RightKind.NO_COLLECTION}:
        draft.number("complaint.ask-ban")
    if {RightKind.ACCESS, RightKind.ERASURE} <= rights:
        draft.number("complaint.ask-preserve")
    draft.number("complaint.ask-inform")
    draft.number("complaint.ask-competent")


def _enclose(draft: Draft) -> None:
    matter = draft.matter
    enclose_mandate(draft)
    dated = [
        (
            sent.sent,
            draft.say(
                "enclosures.sent",
                day=draft.date(sent.sent),
                kind=draft.say(f"kinds.{sent.kind}"),
                sent_reference=sent.reference,
            ),
            sent.files,
        )
        for sent in matter.sent
    ]
    dated += [
        (reply.day, draft.say("enclosures.reply", day=draft.date(reply.day)), reply.files)
        for reply in matter.replies
    ]
    for _, text, files in sorted(dated, key=lambda one: one[0]):
        names = f" ({', '.join(map(clean, files))})" if files else ""
        draft.enclosures.append(f"{text}{names}")
    if matter.crop is not None:
        name, digest = matter.crop.file_name, matter.crop.sha256
        draft.enclosures.append(draft.say("enclosures.crop", file_name=name, sha256=digest))
