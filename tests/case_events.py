"""Events for tests of cases: one of each kind, and strategies that draw them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

from hypothesis import strategies as st

from passerby.rights.cases.events import (
    Attachment,
    CaseClosed,
    CaseOpened,
    ClientAdded,
    ClientChanged,
    Closing,
    DeadlineComputed,
    Escalated,
    Event,
    Exported,
    ExtensionAnnounced,
    IdentityDemanded,
    LegalHoldLifted,
    LegalHoldSet,
    LetterDrafted,
    LetterSent,
    MandateAdded,
    MandateEnded,
    PauseBegan,
    PauseEnded,
    Profile,
    ReceiptRecorded,
    ReplyRecorded,
    RetentionSet,
    Role,
    SigningKeyMade,
    SubmissionBegan,
    SubmissionRefused,
)
from passerby.rights.cases.state import Case, Client
from passerby.rights.cases.status import Reason
from passerby.rights.facts.deadline import Deadline, Occurrence, Pause, Reading, Step
from passerby.rights.facts.law import Actor, RightKind
from passerby.rights.facts.law import Event as Trigger
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.matter import Agency, Asked, Mandate, MandateKind, Person
from passerby.rights.facts.party import Channel, Contact
from passerby.rights.facts.point import Answered, Point, Verdict
from passerby.rights.facts.source import Confidence, Source

DAY = date(2026, 3, 2)
CASE = "PB-7F3K-9Q2M-X40D"
OTHER = "PB-0000-1111-2222"
ANNA = Person(name="Anna Świątek", address=("c/o Beratung", "Weg 1", "20095 Hamburg"))


def day(offset: int) -> date:
    """The day that many days after `DAY`."""
    return DAY + timedelta(days=offset)


def kept(data: bytes, role: Role, file_name: str = "file") -> Attachment:
    """A file as an event names it."""
    digest = sha256(data).hexdigest()
    return Attachment(name=digest, sha256=digest, role=role, file_name=file_name)


def added(person: Person = ANNA) -> ClientAdded:
    """The first record of a client."""
    return ClientAdded(profile=Profile(person=person, language="de", place="DE-HH"))


def opened(case: str = CASE, on: date = DAY, **others: object) -> CaseOpened:
    """A case to Clearview AI under the GDPR."""
    event = CaseOpened(
        case=case,
        day=on,
        controller="clearview-ai",
        agency=None,
        law="gdpr",
        law_version=date(2018, 5, 25),
        rights=(RightKind.ACCESS, RightKind.ERASURE),
        place="DE-HH",
        purpose="I want to know whether my face is held.",
        background=("I was at a demonstration.",),
        words_language="en",
    )
    return replace(event, **others)  # type: ignore[arg-type]


def drafted(number: int, kind: LetterKind, on: date, case: str = CASE) -> LetterDrafted:
    """A letter with its text and its mail."""
    return LetterDrafted(
        case=case,
        letter=number,
        kind=kind,
        language="en",
        day=on,
        channel=Channel.EMAIL,
        to="privacy@example.org",
        files=(kept(b"text", Role.TEXT, "letter.txt"), kept(b"eml", Role.EML, "letter.eml")),
        message_id="<1@passerby.invalid>",
    )


def sent(number: int, on: date, case: str = CASE) -> LetterSent:
    """A letter that went out by e-mail."""
    return LetterSent(case=case, letter=number, day=on, channel=Channel.EMAIL)


def begun(case: str = CASE) -> list[Event]:
    """A client whose first letter went out on `DAY`."""
    return [
        added(),
        opened(case),
        drafted(1, LetterKind.REQUEST, DAY, case),
        sent(1, DAY, case),
    ]


def deadline(due: date, overdue_from: date) -> Deadline:
    """A deadline of one reading."""
    step = Step(rule="event", day=DAY, text="The day of receipt is not counted.", citation="3(1)")
    reading = Reading(name="DE-HH", due=due, extended=None, steps=(step,), extended_steps=())
    return Deadline(
        due=due,
        extended=None,
        overdue_from=overdue_from,
        readings=(reading,),
        confidence=Confidence.READ,
    )


def computed(occurrence: Occurrence, due: date, replaces: int | None = None) -> DeadlineComputed:
    """A deadline that was computed from what is on record."""
    return DeadlineComputed(
        case=CASE,
        day=DAY,
        clock="answer",
        trigger=Trigger.REQUEST,
        actor=Actor.RECIPIENT,
        occurrence=occurrence,
        places=("DE-HH",),
        deadline=deadline(due, due + timedelta(days=1)),
        why="the first letter was sent",
        replaces=replaces,
    )


def answered(verdict: Verdict, *points: Point) -> tuple[Answered, ...]:
    """The same verdict on each point."""
    return tuple(Answered(point=point, verdict=verdict) for point in points)


def reply(on: date, *points: Answered, refused: bool = False, **others: object) -> ReplyRecorded:
    """What came back."""
    event = ReplyRecorded(case=CASE, day=on, refused=refused, points=points)
    return replace(event, **others)  # type: ignore[arg-type]


def each_kind() -> tuple[Event, ...]:
    """One event of every kind, with every field that can be there."""
    contact = Contact(
        channel=Channel.POST,
        value="1 Main Street",
        source=Source(title="its site", url="https://example.org", checked=DAY),
        checked=DAY,
        confidence=Confidence.READ,
    )
    proof = kept(b"proof", Role.PROOF)
    pause = Pause(since=day(3), until=day(5), why="identity")
    occurrence = Occurrence(sent=DAY, received=day(1), pauses=(pause,), extended_on=day(9))
    mandate = Mandate(
        kind=MandateKind.GUARDIAN, holder=ANNA, since=DAY, until=day(90), evidence=proof.sha256
    )
    return (
        added(),
        ClientChanged(profile=added().profile),
        MandateAdded(mandate_id="m1", mandate=mandate, file=proof),
        MandateEnded(mandate_id="m1", day=day(4)),
        opened(),
        opened(controller=None, agency=Agency(name="FBI", place="US", contacts=(contact,))),
        drafted(1, LetterKind.REQUEST, DAY),
        SubmissionBegan(case=CASE, letter=1, day=DAY),
        SubmissionRefused(case=CASE, letter=1, day=DAY),
        replace(sent(1, day(1)), message_id="<x@y>", proof=proof),
        ReceiptRecorded(case=CASE, letter=1, day=day(2), proof=proof),
        IdentityDemanded(case=CASE, day=day(3), asked=(Asked.PHOTO, Asked.ID), files=(proof,)),
        PauseBegan(case=CASE, day=day(3), why="identity"),
        PauseEnded(case=CASE, day=day(5)),
        ExtensionAnnounced(case=CASE, day=day(9), reasons="many requests"),
        reply(
            day(20),
            *answered(Verdict.REFUSED, Point.SOURCES),
            refused=True,
            reason=Reason.NO_MATCH,
            asked=(Asked.FORM,),
            files=(proof,),
        ),
        computed(occurrence, day(40), replaces=2),
        Escalated(case=CASE, day=day(60), letter=4, kind=LetterKind.COMPLAINT, authority="de-hh"),
        LegalHoldSet(day=DAY, why="proceedings"),
        LegalHoldLifted(day=DAY, why="they ended"),
        CaseClosed(case=CASE, day=day(90), reason=Closing.COURT, remark="went to court"),
        Exported(case=CASE, day=day(91), where=("/home/anna/out",)),
        RetentionSet(day=DAY, until=day(900)),
        SigningKeyMade(day=DAY, fingerprint="0" * 64, file=kept(b"key", Role.SIGNING_KEY)),
    )


_DAYS = st.integers(-2, 60).map(day)
_CASES = st.sampled_from([CASE, OTHER])
_NUMBERS = st.integers(0, 6)
_KINDS = st.sampled_from(LetterKind)
_VERDICTS = st.sampled_from(Verdict)
_POINTS = st.lists(
    st.builds(
        Answered, point=st.sampled_from([Point.HELD, Point.SOURCES, Point.COPY]), verdict=_VERDICTS
    ),
    max_size=3,
).map(tuple)


def random_events() -> st.SearchStrategy[Event]:
    """Events of every kind, possible or not."""
    return st.one_of(
        st.just(added()),
        st.builds(ClientChanged, profile=st.just(added().profile)),
        st.builds(opened, case=_CASES, on=_DAYS),
        st.builds(drafted, number=_NUMBERS, kind=_KINDS, on=_DAYS, case=_CASES),
        st.builds(SubmissionBegan, case=_CASES, letter=_NUMBERS, day=_DAYS),
        st.builds(SubmissionRefused, case=_CASES, letter=_NUMBERS, day=_DAYS),
        st.builds(sent, number=_NUMBERS, on=_DAYS, case=_CASES),
        st.builds(ReceiptRecorded, case=_CASES, letter=_NUMBERS, day=_DAYS),
        st.builds(
            IdentityDemanded,
            case=_CASES,
            day=_DAYS,
            asked=st.lists(st.sampled_from(Asked), max_size=2).map(tuple),
        ),
        st.builds(PauseBegan, case=_CASES, day=_DAYS, why=st.text(max_size=5)),
        st.builds(PauseEnded, case=_CASES, day=_DAYS),
        st.builds(ExtensionAnnounced, case=_CASES, day=_DAYS, reasons=st.text(max_size=5)),
        st.builds(
            ReplyRecorded,
            case=_CASES,
            day=_DAYS,
            refused=st.booleans(),
            points=_POINTS,
            asked=st.lists(st.sampled_from(Asked), max_size=2).map(tuple),
            reason=st.none() | st.sampled_from(Reason),
        ),
        st.builds(
            Escalated,
            case=_CASES,
            day=_DAYS,
            letter=_NUMBERS,
            kind=_KINDS,
            authority=st.none() | st.just("de-hh"),
        ),
        st.builds(CaseClosed, case=_CASES, day=_DAYS, reason=st.sampled_from(Closing)),
        st.builds(LegalHoldSet, day=_DAYS, why=st.text(max_size=5)),
        st.builds(LegalHoldLifted, day=_DAYS, why=st.text(max_size=5)),
        st.builds(Exported, case=st.none() | _CASES, day=_DAYS, where=st.just(("/tmp/x",))),
        st.builds(RetentionSet, day=_DAYS, until=st.none() | _DAYS),
        st.just(SigningKeyMade(day=DAY, fingerprint="0" * 64, file=kept(b"k", Role.SIGNING_KEY))),
    )


def fitting(client: Client | None, event: Event) -> Event:
    """The event with the counts and facts that the client's own history asks for: without it,
    chance would hardly ever get far."""
    if client is None:
        return added()
    case: Case | None = client.case(getattr(event, "case", None) or "")
    if case is not None and isinstance(event, LetterDrafted):
        return replace(event, letter=len(case.letters) + 1)
    if case is not None and isinstance(event, LetterSent | SubmissionBegan | SubmissionRefused):
        return replace(event, letter=max(len(case.letters), 1))
    return event
