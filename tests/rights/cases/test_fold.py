"""Events -> what stands: what can happen, what cannot, and that replaying changes nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from case_events import (
    ANNA,
    CASE,
    DAY,
    OTHER,
    added,
    answered,
    begun,
    computed,
    day,
    drafted,
    fitting,
    kept,
    opened,
    random_events,
    reply,
    sent,
)
from passerby.errors import UsageError
from passerby.rights.cases.codec import decode_event, encode_event
from passerby.rights.cases.events import (
    CaseClosed,
    Closing,
    Escalated,
    Event,
    Exported,
    ExtensionAnnounced,
    IdentityDemanded,
    LegalHoldLifted,
    LegalHoldSet,
    MandateAdded,
    MandateEnded,
    PauseBegan,
    PauseEnded,
    ReceiptRecorded,
    RetentionSet,
    Role,
    SigningKeyMade,
    SubmissionBegan,
    SubmissionRefused,
)
from passerby.rights.cases.fold import fold, follow
from passerby.rights.cases.state import FIRST, Case, Client
from passerby.rights.cases.status import REASONS, Reason, Status
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.matter import Asked, Mandate, MandateKind
from passerby.rights.facts.point import Point, Verdict


def the_case(*events: Event) -> Case:
    """The case after the first letter was sent and these events happened."""
    case = fold([*begun(), *events]).case(CASE)
    assert case is not None
    return case


def refused(*events: Event, begin: list[Event] | None = None) -> str:
    """Fold all but the last event; return why the last one is refused."""
    client = fold([*(begun() if begin is None else begin), *events[:-1]])
    with pytest.raises(UsageError) as caught:
        follow(client, events[-1])
    return str(caught.value)


DEMAND = IdentityDemanded(case=CASE, day=day(3), asked=(Asked.PHOTO,))
GIVEN = answered(Verdict.GIVEN, Point.HELD, Point.SOURCES)
WANTING = (*answered(Verdict.GIVEN, Point.HELD), *answered(Verdict.MISSING, Point.SOURCES))


def accepted(events: list[Event]) -> tuple[Client, list[Event]]:
    """Fold what can happen, and leave out what cannot."""
    client: Client | None = None
    taken: list[Event] = []
    for drawn in events:
        event = fitting(client, drawn)
        try:
            client = follow(client, event)
        except UsageError:
            continue
        taken.append(event)
    assert client is not None
    return client, taken


def check_lawful(case: Case) -> None:
    """What has to hold of every case, whatever happened."""
    assert case.reason is None or case.reason in REASONS[case.status]
    assert case.status is not Status.DENIED or case.reason is not None
    numbers = [letter.drafted.letter for letter in case.letters]
    assert numbers == list(range(1, len(numbers) + 1))
    first = [letter for letter in case.letters if letter.sent and letter.drafted.kind in FIRST]
    assert len(first) <= 1
    if not first:
        assert case.closed or case.status is Status.DRAFT
        assert not (case.replies or case.demands or case.pauses or case.extension)
        assert not any(letter.sent for letter in case.letters)
        return
    began = first[0].sent
    assert began is not None
    for letter in case.letters:
        if letter.sent is not None:
            assert letter.drafted.day <= letter.sent.day
            assert began.day <= letter.sent.day or letter is first[0]
        if letter.received is not None:
            assert letter.sent is not None
            assert letter.sent.day <= letter.received.day
    heard = [event.day for event in (*case.demands, *case.replies)]
    assert all(began.day <= on for on in heard)
    received = first[0].received
    assert received is None or all(received.day <= on for on in heard)
    for before, after in zip(case.pauses, case.pauses[1:], strict=False):
        assert before.until is not None
        assert before.since < before.until <= after.since
    for escalation in case.escalations:
        escalating = case.letter(escalation.letter)
        assert escalating is not None
        assert escalating.sent is not None


@settings(max_examples=150, deadline=None)
@given(st.lists(random_events(), min_size=1, max_size=40))
def test_whatever_is_accepted_is_lawful_and_replays_the_same(events: list[Event]) -> None:
    client, taken = accepted(events)
    for case in client.cases:
        check_lawful(case)
    assert client.records == len(taken)
    assert fold(decode_event(encode_event(event)) for event in taken) == client


def test_the_random_histories_get_far() -> None:
    """The property above would hold of histories in which nothing happens."""
    reached: Counter[Status] = Counter()

    @settings(max_examples=250, deadline=None, database=None, derandomize=True)
    @given(st.lists(random_events(), min_size=10, max_size=25))
    def draw(events: list[Event]) -> None:
        reached.update(case.status for case in accepted([*begun(), *events])[0].cases)

    draw()
    assert set(reached) == set(Status)


def test_the_usual_way() -> None:
    assert fold([added(), opened()]).cases[0].status is Status.DRAFT
    assert the_case().status is Status.OPEN
    received = ReceiptRecorded(case=CASE, letter=1, day=day(2))
    assert the_case(received).status is Status.IN_PROGRESS
    asked = the_case(received, DEMAND)
    assert (asked.status, asked.reason) == (Status.IN_PROGRESS, Reason.NEED_USER_VERIFICATION)
    assert the_case(received, reply(day(9), *GIVEN)).status is Status.FULFILLED
    wanting = the_case(received, reply(day(9), *WANTING))
    assert (wanting.status, wanting.reason) == (Status.IN_PROGRESS, None)
    denied = the_case(received, reply(day(9), refused=True, reason=Reason.OUTSIDE_JURISDICTION))
    assert (denied.status, denied.reason) == (Status.DENIED, Reason.OUTSIDE_JURISDICTION)


def test_a_refusal_without_a_reason_has_the_reason_other() -> None:
    assert the_case(reply(day(9), refused=True)).reason is Reason.OTHER


def test_a_reply_that_gives_nothing_is_no_fulfilment() -> None:
    valid = answered(Verdict.REFUSED_VALIDLY, Point.HELD, Point.SOURCES)
    assert the_case(reply(day(9), *valid)).status is Status.DENIED
    assert the_case(reply(day(9))).status is Status.IN_PROGRESS


@pytest.mark.parametrize(
    "event",
    [
        DEMAND,
        reply(day(3), *GIVEN),
        PauseBegan(case=CASE, day=day(3), why="identity"),
        PauseEnded(case=CASE, day=day(3)),
        ExtensionAnnounced(case=CASE, day=day(3), reasons="many"),
        ReceiptRecorded(case=CASE, letter=1, day=day(3)),
        Escalated(case=CASE, day=day(3), letter=1, kind=LetterKind.COMPLAINT, authority=None),
        computed(the_case().occurrence, day(30)),  # type: ignore[arg-type]
    ],
    ids=lambda event: type(event).__name__,
)
def test_nothing_comes_back_before_a_letter_went_out(event: Event) -> None:
    before = begun()[:-1]
    assert "its first letter was not sent" in refused(event, begin=before)


def test_days_in_the_wrong_order_are_refused() -> None:
    spread = [added(), opened(), drafted(1, LetterKind.REQUEST, DAY), sent(1, day(3))]
    early = ReceiptRecorded(case=CASE, letter=1, day=day(2))
    assert "letter 1 was sent" in refused(early, begin=spread)
    assert "before the case was opened" in refused(reply(day(-1), *GIVEN))
    late = [added(), opened(), drafted(1, LetterKind.REQUEST, day(5))]
    assert "letter 1 was written (2026-03-07)" in refused(sent(1, day(4)), begin=late)
    received = ReceiptRecorded(case=CASE, letter=1, day=day(4))
    assert "the first letter was received" in refused(received, reply(day(3), *GIVEN))
    assert "after the other side wrote" in refused(reply(day(3), *GIVEN), received)
    later = [*late, sent(1, day(6))]
    assert "the first letter was sent (2026-03-08)" in refused(reply(day(5)), begin=later)


def test_a_receipt_can_be_corrected() -> None:
    case = the_case(
        ReceiptRecorded(case=CASE, letter=1, day=day(4)),
        ReceiptRecorded(case=CASE, letter=1, day=day(2)),
    )
    assert case.occurrence is not None
    assert case.occurrence.received == day(2)


@pytest.mark.parametrize("reason", Closing)
def test_nothing_happens_in_a_closed_case(reason: Closing) -> None:
    closing = CaseClosed(case=CASE, day=day(50), reason=reason)
    for event in (
        drafted(2, LetterKind.REMINDER, day(51)),
        reply(day(51), *GIVEN),
        CaseClosed(case=CASE, day=day(52), reason=reason),
    ):
        assert "was closed on 2026-04-21" in refused(closing, event)
    exported = Exported(case=CASE, day=day(60), where=("/out",))
    assert fold([*begun(), closing, exported]).exports == (exported,)


def test_statuses_of_closed_cases() -> None:
    denial = reply(day(9), refused=True, reason=Reason.NO_MATCH)
    ends = {
        reason: the_case(denial, CaseClosed(case=CASE, day=day(50), reason=reason))
        for reason in Closing
    }
    assert ends[Closing.FULFILLED].status is Status.FULFILLED
    assert ends[Closing.WITHDRAWN].status is Status.REVOKED
    assert ends[Closing.EXPIRED].status is Status.EXPIRED
    assert ends[Closing.EXPIRED].reason is None
    for reason in (Closing.COURT, Closing.OTHER):
        assert ends[reason].status is Status.DENIED
        assert ends[reason].reason is Reason.NO_MATCH


def test_letters_have_their_places() -> None:
    before = [added(), opened()]
    for kind in set(LetterKind) - FIRST:
        assert "its first letter was not sent" in refused(drafted(1, kind, DAY), begin=before)
    for kind in FIRST:
        assert "was sent already" in refused(drafted(2, kind, day(1)))
    full = reply(day(9), *GIVEN)
    assert "no place while the case is fulfilled" in refused(
        full, drafted(2, LetterKind.REMINDER, day(10))
    )
    withdrawn = the_case(drafted(2, LetterKind.WITHDRAWAL, day(5)), sent(2, day(5)))
    assert withdrawn.status is Status.REVOKED


def test_of_two_first_letters_only_one_goes_out() -> None:
    before = [added(), opened(), drafted(1, LetterKind.REQUEST, DAY)]
    second = drafted(2, LetterKind.REQUEST, day(1))
    assert "was sent already" in refused(second, sent(2, day(2)), sent(1, day(3)), begin=before)


def test_letters_are_counted_and_sent_once() -> None:
    assert "the next letter is number 2" in refused(drafted(3, LetterKind.REMINDER, day(1)))
    assert "was sent on 2026-03-02 already" in refused(sent(1, day(1)))
    assert "no letter number 2" in refused(sent(2, day(1)))
    unsent = drafted(2, LetterKind.REMINDER, day(1))
    assert "letter 2 was not sent" in refused(
        unsent, ReceiptRecorded(case=CASE, letter=2, day=day(4))
    )


def test_a_letter_that_has_no_place_any_more_is_not_sent() -> None:
    unsent = drafted(2, LetterKind.REMINDER, day(1))
    assert "while the case is fulfilled" in refused(unsent, reply(day(9), *GIVEN), sent(2, day(10)))


def test_pauses() -> None:
    began = PauseBegan(case=CASE, day=day(3), why="identity")
    assert the_case(DEMAND, began).pauses[0].until is None
    ended = the_case(DEMAND, began, PauseEnded(case=CASE, day=day(6)))
    assert ended.pauses[0].until == day(6)
    assert ended.reason is None
    assert "stands still already" in refused(began, began)
    assert "does not stand still" in refused(PauseEnded(case=CASE, day=day(6)))
    assert "not after the pause began" in refused(began, PauseEnded(case=CASE, day=day(3)))
    over = PauseEnded(case=CASE, day=day(6))
    again = replace(began, day=day(5))
    assert "the last pause ended" in refused(began, over, again)


def test_one_extension() -> None:
    extension = ExtensionAnnounced(case=CASE, day=day(20), reasons="many requests")
    assert the_case(extension).extension == extension
    assert "announced on 2026-03-22 already" in refused(extension, replace(extension, day=day(21)))


def test_deadlines_keep_their_history() -> None:
    occurrence = the_case().occurrence
    assert occurrence is not None
    first = computed(occurrence, day(31))
    received = ReceiptRecorded(case=CASE, letter=1, day=day(2))
    again = computed(replace(occurrence, received=day(2)), day(33), replaces=1)
    case = the_case(first, received, again)
    assert case.deadlines == (first, again)
    assert case.deadline == again.deadline
    assert "was computed 1 times before" in refused(first, first)
    assert "computed from what is not on record" in refused(
        first, received, replace(first, replaces=1)
    )


def test_going_on_needs_the_letter() -> None:
    goes = Escalated(case=CASE, day=day(40), letter=2, kind=LetterKind.COMPLAINT, authority="de-hh")
    complaint = drafted(2, LetterKind.COMPLAINT, day(40))
    assert "letter 2 was not sent" in refused(complaint, goes)
    assert the_case(complaint, sent(2, day(40)), goes).escalations == (goes,)
    assert "already" in refused(complaint, sent(2, day(40)), goes, goes)
    reminder = drafted(2, LetterKind.REMINDER, day(40))
    assert "no complaint to go on with" in refused(reminder, sent(2, day(40)), goes)


def test_replies_are_read_once_for_each_point() -> None:
    twice = answered(Verdict.GIVEN, Point.HELD, Point.HELD)
    assert "answered twice" in refused(reply(day(9), *twice))
    assert "the reason of a refusal" in refused(reply(day(9), *GIVEN, reason=Reason.NO_MATCH))
    need = Reason.NEED_USER_VERIFICATION
    assert "the reason of a refusal" in refused(reply(day(9), refused=True, reason=need))


def test_a_case_is_to_one_other_side() -> None:
    before: list[Event] = [added()]
    assert "to one controller or to one agency" in refused(opened(controller=None), begin=before)
    assert "at least one right" in refused(opened(rights=()), begin=before)
    assert "of this reference already" in refused(opened())
    assert "no such case" in refused(
        reply(day(9)).__class__(case=OTHER, day=day(9), refused=True, points=())
    )


def test_mandates() -> None:
    file = kept(b"signed", Role.MANDATE)
    mandate = Mandate(
        kind=MandateKind.ATTORNEY, holder=ANNA, since=DAY, until=None, evidence=file.sha256
    )
    adding = MandateAdded(mandate_id="m1", mandate=mandate, file=file)
    ending = MandateEnded(mandate_id="m1", day=day(9))
    client = fold([added(), adding, ending])
    assert client.mandates[0].ended == day(9)
    assert client.files == {file.name}
    before: list[Event] = [added()]
    assert "a mandate m1 already" in refused(adding, adding, begin=before)
    assert "ended on 2026-03-11" in refused(adding, ending, ending, begin=before)
    assert "no mandate m1" in refused(ending, begin=before)
    assert "no mandate m2" in refused(adding, opened(mandate_id="m2"), begin=before)
    assert "not the one that is kept" in refused(replace(adding, file=None), begin=before)
    backwards = replace(adding, mandate=replace(mandate, until=day(-1)))
    assert "cannot end on" in refused(backwards, begin=before)
    early = replace(ending, day=day(-1))
    assert "began on 2026-03-02" in refused(adding, early, begin=before)


def test_holds_and_retention() -> None:
    hold = LegalHoldSet(day=day(1), why="proceedings")
    lift = LegalHoldLifted(day=day(2), why="over")
    assert fold([*begun(), hold]).hold == hold
    assert fold([*begun(), hold, lift]).hold is None
    assert "there is a legal hold already" in refused(hold, hold)
    assert "there is no legal hold" in refused(lift)
    assert "began on 2026-03-03" in refused(hold, replace(lift, day=DAY))
    assert fold([*begun(), RetentionSet(day=DAY, until=day(9))]).retention == day(9)


def test_a_client_has_one_signing_key() -> None:
    key = SigningKeyMade(day=DAY, fingerprint="0" * 64, file=kept(b"key", Role.SIGNING_KEY))
    client = fold([*begun(), key])
    assert client.signing == key
    assert key.file.name in client.files
    assert "has a signing key already" in refused(key, key)


def test_the_first_record_adds_the_client() -> None:
    with pytest.raises(UsageError, match="has to add the client"):
        fold([opened()])
    with pytest.raises(UsageError, match="no records"):
        fold([])
    assert "there already" in refused(added())


def test_a_letter_that_was_handed_to_a_server_may_have_gone_out_until_it_is_known() -> None:
    written = [added(), opened(), drafted(1, LetterKind.REQUEST, DAY)]
    began = SubmissionBegan(case=CASE, letter=1, day=day(1))
    refused = SubmissionRefused(case=CASE, letter=1, day=day(1))

    def maybe(*events: Event) -> object:
        return fold([*written, *events]).cases[0].letters[0].maybe_sent

    assert maybe() is None
    assert maybe(began) == day(1)
    assert maybe(began, replace(began, day=day(2))) == day(2)
    assert maybe(began, refused) is None
    assert maybe(began, refused, began) == day(1)
    assert maybe(began, sent(1, day(1))) is None
    for wrong in (
        [refused],
        [began, refused, refused],
        [replace(began, letter=2)],
        [replace(began, day=day(-1))],
        [sent(1, day(1)), began],
    ):
        with pytest.raises(UsageError):
            maybe(*wrong)
