"""A clock for every time that the laws give, and a short way to compute one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from passerby.rights.clocks import compute
from passerby.rights.facts.deadline import Deadline, Occurrence, Pause
from passerby.rights.facts.law import (
    Actor,
    Citation,
    Clock,
    Event,
    Period,
    Resume,
    Roll,
    Start,
    Unit,
)
from passerby.rights.facts.source import Confidence


def cite(text: str, confidence: Confidence = Confidence.READ) -> Citation:
    return Citation(texts={"en": text}, confidence=confidence, sources=())


def months(count: int) -> Period:
    return Period(count=count, unit=Unit.MONTHS)


def days(count: int) -> Period:
    return Period(count=count, unit=Unit.DAYS)


def working(count: int) -> Period:
    return Period(count=count, unit=Unit.WORKING_DAYS)


def plain(name: str, law: str, period: Period, extension: Period | None = None) -> Clock:
    """A clock of an American state: from receipt, a weekend moves nothing."""
    return Clock(
        id=name,
        citation=cite(law),
        start=Start.RECEIVED,
        period=period,
        extension=extension,
        roll=Roll.NONE,
    )


GDPR = Clock(
    id="answer",
    citation=cite("GDPR art. 12(3)"),
    start=Start.RECEIVED,
    period=months(1),
    extension=months(2),
    roll=Roll.NEXT_WORKING_DAY,
    roll_citation=cite("Regulation 1182/71 art. 3(4)"),
    at_least_working_days=2,
    at_least_citation=cite("Regulation 1182/71 art. 3(5)", Confidence.MEMORY),
    pauses=(cite("GDPR art. 12(6)"),),
)
AUTHORITY = replace(
    GDPR,
    id="authority",
    citation=cite("GDPR art. 78(2)"),
    period=months(3),
    extension=None,
    pauses=(),
    event=Event.COMPLAINT,
    actor=Actor.AUTHORITY,
)
UK = replace(GDPR, citation=cite("UK GDPR art. 12A"), at_least_working_days=0)
UK_COMPLAINT = replace(
    plain("acknowledgement", "DPA 2018 s. 164A(3)", days(30)), roll=Roll.UNSETTLED
)
SWISS = replace(plain("answer", "FADP art. 25(7)", days(30)), roll=Roll.UNSETTLED)
SWISS_ERASURE = replace(
    plain("erasure", "FADP art. 32", days(1)), period=None, why_none={"en": "Swiss law sets none."}
)
CCPA = plain("answer", "11 CCR 7021(b)", days(45), days(45))
CCPA_CONFIRM = replace(
    plain("confirm", "11 CCR 7021(a)", working(10)), calendar="US", other_calendars=("US-CA",)
)
CCPA_OPT_OUT = replace(
    CCPA_CONFIRM,
    id="opt-out",
    citation=cite("11 CCR 7026(f)", Confidence.SECONDARY),
    period=working(15),
)
DROP = replace(
    plain("delete", "Civ. Code 1798.99.86", days(45)), latest_start=days(45), repeats=days(45)
)
VIRGINIA = plain("answer", "Va. Code 59.1-577", days(45), days(45))
VIRGINIA_APPEAL = replace(plain("appeal", "Va. Code 59.1-577(C)", days(60)), event=Event.APPEAL)
COLORADO_APPEAL = plain("appeal", "CRS 6-1-1306(3)", days(45), days(60))
OREGON_APPEAL = plain("appeal", "ORS 646A.576", days(45), days(45))
IOWA = plain("answer", "Iowa Code 715D.3", days(90), days(45))
BIPA = replace(plain("answer", "740 ILCS 14/15", days(1)), period=None)
PIPEDA = replace(
    plain("answer", "PIPEDA s. 8(3)", days(30), days(30)), silence=cite("PIPEDA s. 8(5)")
)
QUEBEC = plain("answer", "ARPPIPS s. 32", days(30))
QUEBEC_REVIEW = replace(
    plain("review", "ARPPIPS s. 43", days(30)), event=Event.REFUSAL, actor=Actor.REQUESTER
)
LGPD = replace(plain("answer", "LGPD art. 19(II)", days(15)), start=Start.SENT, roll=Roll.UNSETTLED)
AUSTRALIA = replace(
    plain("answer", "APP 12.4", days(1), None),
    period=None,
    why_none={"en": "A reasonable period: about 30 days by the commissioner's guidance."},
)
FOIA = Clock(
    id="answer",
    citation=cite("5 USC 552(a)(6)(A)(i)"),
    start=Start.RECEIVED,
    period=working(20),
    extension=working(10),
    extension_citation=cite("5 USC 552(a)(6)(B)(i)"),
    roll=Roll.NONE,
    calendar="US",
    pauses=(cite("5 USC 552(a)(6)(A)(ii)"),),
    resume=Resume.REST,
)
FOIA_COMPONENT = replace(FOIA, latest_start=days(10))
CPRA_RECORDS = plain("answer", "Gov. Code 7922.535", days(10), days(14))
NEW_YORK = replace(plain("answer", "POL 89(3)(a)", working(5)), calendar="US")
ILLINOIS = replace(plain("answer", "5 ILCS 140/3", working(5), working(5)), calendar="US")
TEXAS = replace(plain("answer", "Gov. Code 552.221", working(10)), calendar="US")


def at(
    clock: Clock,
    sent: str | date,
    *places: str,
    received: str | date | None = None,
    pauses: tuple[Pause, ...] = (),
    extended_on: str | date | None = None,
) -> Deadline:
    """Compute a clock from days in ISO form; received on the day of sending unless told."""
    occurrence = Occurrence(
        sent=_day(sent),
        received=_day(received or sent),
        pauses=pauses,
        extended_on=None if extended_on is None else _day(extended_on),
    )
    return compute(clock, occurrence, places)


def pause(since: str, until: str | None, why: str = "identity in doubt") -> Pause:
    return Pause(
        since=date.fromisoformat(since),
        until=None if until is None else date.fromisoformat(until),
        why=why,
    )


def _day(given: str | date) -> date:
    return given if isinstance(given, date) else date.fromisoformat(given)
