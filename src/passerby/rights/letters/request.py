"""The first letter: what is asked for, right by right, and why no photo is enclosed."""

from __future__ import annotations

from passerby.rights.facts.deadline import Deadline
from passerby.rights.facts.law import Citation, Clock, Event, Right, RightKind, Start
from passerby.rights.facts.letter import BlockKind
from passerby.rights.facts.point import Point
from passerby.rights.letters import citing
from passerby.rights.letters.bounds import by_seat, clock_of, requested
from passerby.rights.letters.draft import Draft
from passerby.rights.letters.passages import (
    knows,
    points_of,
    say_how_to_answer,
    say_mandate,
    say_next,
    say_words,
)


def write_request(draft: Draft) -> None:
    """Write the first letter. Access comes first, so that it is answered before anything is
    erased; it states the purpose, claims no money and holds no photo."""
    rights = requested(draft.matter)
    kinds = [right.kind for right in rights]
    draft.paragraph("request.opening", rights=draft.rights(kinds))
    say_mandate(draft)
    established = draft.matter.law.established
    if established is not None and by_seat(draft.matter):
        draft.paragraph("request.established", provision=draft.provision(established))
    draft.paragraph("request.purpose" if RightKind.ACCESS in kinds else "request.purpose-plain")
    say_words(draft, "request")
    if RightKind.ACCESS in kinds and len(kinds) > 1:
        draft.paragraph("request.order")
    asked = {Point.REASONS}
    for right in rights:
        _say_right(draft, right, kinds, asked)
    _say_identity(draft)
    _say_answer(draft, rights)


def _say_right(draft: Draft, right: Right, kinds: list[RightKind], asked: set[Point]) -> None:
    """Write the section of one right; `asked` are the points that were asked for already."""
    single = right.kind is RightKind.ACCESS and len(kinds) == 1
    draft.heading(f"request.heading-{right.kind}{'-only' if single else ''}")
    name = right.kind.value
    if right.kind is RightKind.ERASURE and RightKind.ACCESS not in kinds:
        name = "erasure-only"
    draft.paragraph(f"request.{name}", provision=draft.provision(right.citation))
    if right.kind is RightKind.ERASURE:
        objecting = RightKind.OBJECTION in kinds
        draft.paragraph("request.erasure-grounds", objecting=objecting)
    elif right.kind is RightKind.OBJECTION:
        draft.paragraph("request.object-grounds")
    for point, citation in points_of(draft.matter, right):
        if point not in asked:
            asked.add(point)
            _ask(draft, point, citation)
    _close_right(draft, right.kind)


def _close_right(draft: Draft, kind: RightKind) -> None:
    """Write what stands at the end of a right's section."""
    match kind:
        case RightKind.ACCESS:
            draft.paragraph("request.lawfulness")
        case RightKind.ERASURE:
            _cite(draft, "erasure", "unlawful-scraping")
        case RightKind.NO_COLLECTION:
            draft.paragraph("request.no-block-list")
            _cite(draft, "no-collection")


def _ask(draft: Draft, point: Point, *citations: Citation) -> None:
    """Ask for one point, with its provision and, for recipients, what was decided on them."""
    ask = draft.say(f"points.{point}.ask")
    provision = draft.provision(*citations)
    text = draft.say("common.point", ask=ask, provision=provision)
    if point is Point.RECIPIENTS:
        rulings = citing.final(draft, "named-recipients")
        # Some laws' files cite the decision along with the provision, by its number alone.
        new = (each for each in rulings if each.reference.split(",")[0] not in provision)
        text = " ".join((text, *(citing.cite(draft, ruling) for ruling in new)))
    draft.add(BlockKind.NUMBERED, text)


def _cite(draft: Draft, *supports: str) -> None:
    rulings = citing.final(draft, *supports)
    if rulings:
        draft.paragraph("request.rulings")
        citing.cite_each(draft, rulings)


def _say_identity(draft: Draft) -> None:
    draft.heading("request.heading-identity")
    pages = knows(draft.matter)
    draft.paragraph("request.no-photo-pages" if pages else "request.no-photo")
    draft.paragraph("request.identity-rule")


def _say_answer(draft: Draft, rights: tuple[Right, ...]) -> None:
    draft.heading("request.heading-answer")
    say_time(draft, rights)
    draft.paragraph("request.if-refused")
    reasons = [right.contents[Point.REASONS] for right in rights if Point.REASONS in right.contents]
    if reasons:
        _ask(draft, Point.REASONS, *reasons)
    say_how_to_answer(draft)
    say_next(draft, "request")


def say_time(draft: Draft, rights: tuple[Right, ...]) -> None:
    """Say within which time each right has to be answered."""
    clocks: dict[str, list[Right]] = {}
    for right in rights:
        clocks.setdefault(right.clock or "", []).append(right)
    single = len(clocks) == 1
    # The deadline of a matter is that of the first clock that runs on its rights.
    first = next((name for name in clocks if name), None)
    for name, ruled in clocks.items():
        clock = clock_of(draft.matter.law, ruled[0])
        over = {} if single else {"rights": draft.rights(right.kind for right in ruled)}
        _say_clock(draft, clock, over, dated=name == first)
    _say_acknowledgement(draft)


def _runs_from(draft: Draft, deadline: Deadline) -> bool:
    """Return whether the deadline was counted from the day of the letter, which is what the
    letter says of it."""
    days = [reading.steps[0].day for reading in deadline.readings if reading.steps]
    return all(day == draft.matter.day for day in days)


def _say_acknowledgement(draft: Draft) -> None:
    """Ask to confirm receipt, where the law has a time for that."""
    clock = draft.matter.law.clocks.get("acknowledgement")
    if clock is None or clock.period is None or clock.event is not Event.REQUEST:
        return
    period, provision = draft.period(clock.period), draft.provision(clock.citation)
    draft.paragraph("request.acknowledge", period=period, provision=provision)


def _say_clock(draft: Draft, clock: Clock | None, over: dict[str, str], *, dated: bool) -> None:
    """Say how long one clock runs and, where it is the deadline's, until when."""
    suffix = "-for" if over else ""
    if clock is None or clock.period is None:
        draft.paragraph(f"request.answer-no-period{suffix}", **over)
        return
    event = "received" if clock.start is Start.RECEIVED else "sent"
    said = [
        draft.say(
            f"request.answer-{event}{suffix}",
            period=draft.period(clock.period),
            provision=draft.provision(clock.citation),
            **over,
        )
    ]
    deadline = draft.matter.deadline
    if dated and deadline is not None and deadline.due is not None and _runs_from(draft, deadline):
        due = draft.date(deadline.due)
        said.append(draft.say(f"request.date-if-{event}", due=due))
        if not deadline.confidence.certain:
            draft.doubt("deadline", due=due)
    if clock.extension is not None:
        cited = clock.extension_citation or clock.citation
        said.append(draft.say("request.if-extended", provision=draft.provision(cited)))
    draft.add(BlockKind.PARAGRAPH, " ".join(said))
