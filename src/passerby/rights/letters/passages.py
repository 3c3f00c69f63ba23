"""Passages that several letters share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from passerby.errors import BadKnowledge
from passerby.rights.facts.law import Actor, Citation, Clock, Event, Right, RightKind
from passerby.rights.facts.letter import BlockKind
from passerby.rights.facts.matter import Asked, Matter, Reply
from passerby.rights.facts.point import Point
from passerby.rights.letters.bounds import clock_of, name_of
from passerby.rights.letters.draft import Draft


def say_mandate(draft: Draft) -> None:
    """Say who acts for the client, and enclose what allows it; nothing when she writes herself."""
    mandate = draft.matter.mandate
    if mandate is None:
        return
    since = draft.date(mandate.since)
    draft.paragraph(f"common.mandate-{mandate.kind}", since=since, writer=mandate.holder.name)
    enclose_mandate(draft)


def say_mandate_again(draft: Draft) -> None:
    """Say in a later letter who acts for the client."""
    if draft.acting:
        draft.paragraph("common.mandate-again")


def enclose_mandate(draft: Draft) -> None:
    """Enclose what allows to act for the client."""
    mandate = draft.matter.mandate
    if mandate is not None:
        name = draft.say(f"mandates.{mandate.kind}")
        text = draft.say("enclosures.mandate", mandate_name=name, since=draft.date(mandate.since))
        draft.enclosures.append(text)


def say_words(draft: Draft, section: str) -> None:
    """Give the client's own words: why she asks, and what she knows."""
    matter = draft.matter
    name = "own-words" if section == "request" else "purpose"
    if matter.purpose.strip():
        _say_translated(draft, f"{section}.{name}", purpose=draft.quoted(matter.purpose))
    say_background(draft, section)
    _doubt_claims(draft, (matter.purpose, *matter.background))


def say_background(draft: Draft, section: str) -> None:
    """Give what the client knows, in her own words."""
    if knows(draft.matter):
        _say_translated(draft, f"{section}.background")
        for line in draft.matter.background:
            draft.add(BlockKind.BULLET, line)


def knows(matter: Matter) -> bool:
    """Return whether the client says what she knows."""
    return any(line.strip() for line in matter.background)


def say_how_to_answer(draft: Draft, section: str = "common") -> None:
    """Say where to and in which language to answer."""
    matter = draft.matter
    spoken = dict.fromkeys((draft.language.code, matter.words_language))
    languages = draft.either(tuple(draft.spoken(code) for code in spoken))
    writer = matter.client if matter.mandate is None else matter.mandate.holder
    if writer.email:
        draft.paragraph(f"{section}.answer-email", email=writer.email, languages=languages)
    else:
        draft.paragraph(f"{section}.answer-post", languages=languages)


def say_grace(draft: Draft, grace: date | None) -> None:
    """Ask for an answer by a day, if one is given, else at once."""
    if grace is None:
        draft.paragraph("common.now")
    else:
        draft.paragraph("common.grace", grace=draft.date(grace))


def say_next(draft: Draft, section: str) -> None:
    """Say to whom the client turns next."""
    authority = draft.matter.authority
    if authority is None:
        draft.paragraph(f"{section}.next")
    else:
        draft.paragraph(f"{section}.next-authority", authority=draft.known(authority.names))


def complaint_clock(matter: Matter) -> Clock | None:
    """Return the clock of a complaint that the law sends to the company itself, before any
    authority; None where it does not."""
    right = matter.law.rights.get(RightKind.COMPLAINT)
    clock = None if right is None else clock_of(matter.law, right)
    if clock is None or clock.event is not Event.COMPLAINT or clock.actor is not Actor.RECIPIENT:
        return None
    return clock


def say_complaint(draft: Draft) -> None:
    """Say that a letter is the complaint which the law wants the company to have first; nothing
    where the law has none."""
    clock = complaint_clock(draft.matter)
    if clock is None or clock.period is None:
        return
    draft.paragraph(
        "common.complaint",
        period=draft.period(clock.period),
        provision=draft.provision(clock.citation),
    )


def points_of(matter: Matter, right: Right) -> tuple[tuple[Point, Citation], ...]:
    """Return the points that the law demands for a right, in the order of the checklist. Raises
    BadKnowledge where it names one that does not exist."""
    unknown = [key for key in right.contents if key not in set(Point)]
    if unknown:
        raise BadKnowledge(f"{name_of(matter.law)}: there is no point {unknown[0]!r}")
    return tuple((point, right.contents[point]) for point in Point if point in right.contents)


def last_reply(matter: Matter) -> Reply | None:
    """Return the latest reply; None when there is none."""
    return max(matter.replies, key=lambda reply: reply.day, default=None)


def asked_of(replies: Iterable[Reply]) -> tuple[Asked, ...]:
    """Return what the other side has demanded in these replies, in a fixed order."""
    demanded = {asked for reply in replies for asked in reply.asked}
    return tuple(asked for asked in Asked if asked in demanded)


def _say_translated(draft: Draft, name: str, **values: str) -> None:
    """Say a text, and in which language the client's words are where it is another one."""
    code = draft.matter.words_language
    if code == draft.language.code:
        draft.paragraph(name, **values)
    else:
        draft.paragraph(f"{name}-translated", words_language=draft.spoken(code), **values)


def _doubt_claims(draft: Draft, words: Iterable[str]) -> None:
    text = " ".join(words).casefold()
    for claim in draft.language.claims:
        if claim.casefold() in text:
            draft.doubt("claim", word=claim)
