"""Letters to agencies for their records, appeals, and the notice under a law without a clock."""

from __future__ import annotations

from passerby.rights.facts.law import LawKind, RightKind
from passerby.rights.facts.point import Point
from passerby.rights.letters import citing
from passerby.rights.letters.bounds import appeals, first_sent, right_of
from passerby.rights.letters.draft import Draft
from passerby.rights.letters.passages import (
    last_reply,
    points_of,
    say_how_to_answer,
    say_mandate,
    say_mandate_again,
    say_words,
)
from passerby.rights.letters.pursuit import say_points, wanting
from passerby.rights.letters.request import say_time

_RECORDS = ("contracts", "searches", "policies", "audits", "sharing", "own")
_DUTIES = {
    "collected": Point.TEMPLATE,
    "purpose": Point.PURPOSES,
    "policy": Point.RETENTION,
    "disclosed": Point.RECIPIENTS,
    "destroy": Point.ERASED,
}
"""What a notice asks for, and the point of the law that it rests on."""

_ILLINOIS = "US-IL"


def write_records(draft: Draft) -> None:
    """Write to an agency for its records on face search."""
    right = right_of(draft.matter, RightKind.RECORDS)
    draft.paragraph("records.opening", provision=draft.provision(right.citation))
    say_mandate(draft)
    say_words(draft, "records")
    draft.heading("records.heading")
    for each in _RECORDS:
        draft.number(f"records.{each}")
    draft.paragraph("records.form")
    draft.paragraph("records.fees")
    draft.heading("request.heading-answer")
    say_time(draft, (right,))
    say_how_to_answer(draft)


def write_appeal(draft: Draft) -> None:
    """Write against a refusal, or against silence."""
    matter = draft.matter
    first = first_sent(matter)
    values = {
        "sent": draft.date(first.sent),
        "first_reference": first.reference,
        "provision": draft.provision(*(clock.citation for clock in appeals(matter.law))),
    }
    reply = last_reply(matter)
    if reply is None:
        draft.paragraph("appeal.opening-silent", **values)
    else:
        draft.paragraph("appeal.opening", replied=draft.date(reply.day), **values)
    say_mandate_again(draft)
    draft.paragraph("appeal.grounds")
    if reply is None:
        draft.number("appeal.silent")
    else:
        say_points(draft, "appeal", wanting(reply))
    if matter.law.kind is LawKind.PUBLIC_RECORDS:
        draft.number("appeal.exemptions")
    draft.paragraph("appeal.ask")
    say_how_to_answer(draft)


def write_notice(draft: Draft) -> None:
    """Write the notice under a law that sets no time for an answer."""
    matter = draft.matter
    right = right_of(matter, RightKind.NOTICE)
    draft.paragraph("notice.opening", provision=draft.provision(right.citation))
    say_mandate(draft)
    if matter.place == _ILLINOIS or matter.place.startswith(f"{_ILLINOIS}-"):
        draft.paragraph("notice.residence")
    else:
        draft.doubt("place")
    draft.paragraph("notice.no-release")
    say_words(draft, "request")
    draft.paragraph("notice.points")
    demands = dict(points_of(matter, right))
    for name, point in _DUTIES.items():
        if point in demands:
            draft.number(f"notice.{name}", provision=draft.provision(demands[point]))
    draft.number("notice.release")
    draft.number("notice.stop")
    rulings = citing.citable(
        draft, "erasure", "no-collection", "unlawful-scraping", "biometric-data"
    )
    if rulings:
        draft.heading("notice.heading-rulings")
        citing.cite_each(draft, rulings)
    draft.paragraph("notice.no-period")
    say_how_to_answer(draft)
