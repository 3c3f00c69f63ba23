"""What follows when no answer comes, or one that does not do: reminder, points, withdrawal."""

from __future__ import annotations

from datetime import date

from passerby.errors import BadDate, BadRecord, NoRight
from passerby.rights.facts.deadline import Deadline, Reading
from passerby.rights.facts.law import Citation, Clock, RightKind, Start
from passerby.rights.facts.matter import Matter, Reply
from passerby.rights.facts.point import Answered, Point, Verdict
from passerby.rights.letters.bounds import asked_rights, clock_of, first_sent, name_of
from passerby.rights.letters.draft import Draft
from passerby.rights.letters.passages import (
    last_reply,
    points_of,
    say_complaint,
    say_grace,
    say_mandate_again,
    say_next,
)

_MOVED = frozenset({"weekend", "holiday"})
"""Rules of steps that move a last day on."""

_PAUSED = ("stopped", "restart", "not-before")
"""Beginnings of rules of steps that a pause made: the period was no longer a plain one."""

_OPEN = frozenset({Verdict.MISSING, Verdict.REFUSED})


def write_reminder(draft: Draft, grace: date | None) -> None:
    """Write what was due when, and how that was computed. Raises BadDate when it is not overdue
    yet."""
    matter = draft.matter
    first = first_sent(matter)
    values = {"sent": draft.date(first.sent), "first_reference": first.reference}
    reply = last_reply(matter)
    if reply is not None:
        draft.paragraph("reminder.opening-replied", replied=draft.date(reply.day), **values)
    elif first.received is not None:
        received = draft.date(first.received)
        draft.paragraph("reminder.opening-received", received=received, **values)
    else:
        draft.paragraph("reminder.opening", **values)
    say_mandate_again(draft)
    say_due(draft)
    draft.paragraph("reminder.ask" if ordered(matter) else "reminder.ask-plain", "reminder.silence")
    say_complaint(draft)
    say_grace(draft, grace)
    say_next(draft, "reminder")


def write_wanting(draft: Draft, grace: date | None) -> None:
    """Write what a reply lacks, point by point. Raises BadRecord when nothing is open."""
    matter = draft.matter
    reply, points = open_points(matter)
    opening = "wanting.opening-refused" if reply.refused else "wanting.opening"
    sent = draft.date(first_sent(matter).sent)
    draft.paragraph(opening, replied=draft.date(reply.day), sent=sent)
    say_mandate_again(draft)
    say_points(draft, "wanting", points)
    draft.paragraph("wanting.rest")
    if ordered(matter):
        draft.paragraph("wanting.keep")
    say_complaint(draft)
    say_grace(draft, grace)
    say_next(draft, "wanting")


def write_withdrawal(draft: Draft) -> None:
    """Write that the request is withdrawn, and no right with it."""
    first = first_sent(draft.matter)
    sent = draft.date(first.sent)
    draft.paragraph("withdrawal.opening", sent=sent, first_reference=first.reference)
    say_mandate_again(draft)
    draft.paragraph("withdrawal.no-waiver")
    draft.paragraph("withdrawal.delete")
    draft.paragraph("withdrawal.confirm")


def open_points(matter: Matter) -> tuple[Reply, tuple[Answered, ...]]:
    """Return the last reply and the points that it leaves open. Raises BadRecord when there is
    no reply, or none is open."""
    reply = last_reply(matter)
    points = () if reply is None else wanting(reply)
    if reply is None or not points:
        raise BadRecord(
            "no reply is on record that leaves a point open",
            "Record it point by point with `passerby request answer`.",
        )
    return reply, points


def wanting(reply: Reply) -> tuple[Answered, ...]:
    """Return the points that a reply leaves open, in the order of the checklist."""
    found = [each for each in reply.points if each.verdict in _OPEN]
    order = list(Point)
    return tuple(sorted(found, key=lambda each: order.index(each.point)))


def say_points(draft: Draft, section: str, points: tuple[Answered, ...]) -> None:
    """Add each open point with its provision, and the reader's remark."""
    for each in points:
        text = draft.say(
            f"{section}.{each.verdict}",
            name=draft.say(f"points.{each.point}.name"),
            ask=draft.say(f"points.{each.point}.ask"),
            provision=draft.provision(*provisions_of(draft.matter, each.point)),
        )
        remark = draft.say("wanting.remark", remark=each.remark) if each.remark.strip() else ""
        draft.add_number(f"{text} {remark}")


def provisions_of(matter: Matter, point: Point) -> tuple[Citation, ...]:
    """Return what demands a point. Raises NoRight when none of the rights asked for does."""
    found = tuple(
        citation
        for right in asked_rights(matter)
        for each, citation in points_of(matter, right)
        if each is point
    )
    if not found:
        raise NoRight(f"{name_of(matter.law)}: nothing asked for demands the point {point.value!r}")
    return found


def ordered(matter: Matter) -> bool:
    """Return whether access has to be answered before something is erased."""
    return {RightKind.ACCESS, RightKind.ERASURE} <= set(matter.rights)


def due_clock(matter: Matter) -> Clock | None:
    """Return the clock of the matter's deadline: the first that runs on what was asked for."""
    clocks = (clock_of(matter.law, right) for right in asked_rights(matter))
    return next((clock for clock in clocks if clock is not None), None)


def due_of(deadline: Deadline) -> date | None:
    """Return the legal date: the extended one where an extension was announced in time, which
    shows in that nothing is overdue before it has passed."""
    over, extended = deadline.overdue_from, deadline.extended
    return (
        extended if extended is not None and over is not None and over > extended else deadline.due
    )


def overdue(matter: Matter) -> bool:
    """Return whether the answer is late on the day of the letter, in every reading."""
    deadline = matter.deadline
    over = None if deadline is None else deadline.overdue_from
    return over is not None and matter.day >= over


def say_due(draft: Draft) -> None:
    """Say when the answer was due and how that was computed."""
    matter, clock, deadline = draft.matter, due_clock(draft.matter), draft.matter.deadline
    if clock is None or clock.period is None:
        draft.paragraph("reminder.no-period")
        return
    provision = draft.provision(clock.citation)
    if deadline is None or deadline.due is None:
        period = draft.period(clock.period)
        draft.paragraph("reminder.period", period=period, provision=provision)
        return
    if not overdue(matter):
        late = deadline.overdue_from
        when = "the clock stands still" if late is None else f"it is from {late} on"
        raise BadDate(f"on {matter.day} the answer is not late: {when}", "Wait until it is.")
    if not deadline.confidence.certain:
        draft.doubt("deadline", due=draft.date(deadline.due))
    said = [_due(draft, clock, deadline, provision), *_moved(draft, clock, deadline)]
    due = due_of(deadline)
    if due is not None and due != deadline.due:
        said.append(draft.say("reminder.extended", due=draft.date(due)))
    draft.add_paragraph(" ".join(said))


def _due(draft: Draft, clock: Clock, deadline: Deadline, provision: str) -> str:
    first = first_sent(draft.matter)
    received = first.received if clock.start is Start.RECEIVED else None
    # Where receipt is not on record, the clocks count from the day of sending.
    event = first.sent if received is None else received
    due = draft.date(deadline.due) if deadline.due is not None else ""
    steps = _legal(deadline).steps if deadline.readings else ()
    paused = any(step.rule.startswith(_PAUSED) for step in steps)
    counted = not steps or steps[0].day == event
    if clock.period is None or paused or not counted:
        return draft.say("reminder.due-plain", due=due, provision=provision)
    return draft.say(
        "reminder.due-sent" if received is None else "reminder.due-received",
        due=due,
        period=draft.period(clock.period),
        event=draft.date(event),
        provision=provision,
    )


def _moved(draft: Draft, clock: Clock, deadline: Deadline) -> tuple[str, ...]:
    """Return the sentence on a last day that was moved on; none when it was not."""
    if not deadline.readings or clock.roll_citation is None:
        return ()
    steps = _legal(deadline).steps
    moved = [number for number, step in enumerate(steps) if step.rule in _MOVED]
    if not moved or moved[0] == 0:
        return ()
    last = draft.date(steps[moved[0] - 1].day)
    return (draft.say("reminder.moved", last=last, provision=draft.provision(clock.roll_citation)),)


def _legal(deadline: Deadline) -> Reading:
    """Return the reading that the legal date is of."""
    fitting = (reading for reading in deadline.readings if reading.due == deadline.due)
    return next(fitting, deadline.readings[0])
