"""Which letter comes next, under laws as they came with Passerby, and what is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from case_desks import REQUEST, desk_on, draft, profile, store_in, write
from passerby.rights.cases.checklist import points_of
from passerby.rights.cases.desk import Desk
from passerby.rights.cases.events import Closing
from passerby.rights.cases.proposing import GRACE
from passerby.rights.cases.requesting import Request
from passerby.rights.cases.status import Reason
from passerby.rights.facts.law import RightKind
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.matter import Agency, Asked
from passerby.rights.facts.point import Answered, Point, Verdict
from passerby.store import Store

DAY = date(2026, 3, 5)
OVERDUE = date(2026, 4, 8)
"""Of a request under the GDPR that Clearview AI received from Hamburg on `DAY`."""
CCPA = replace(REQUEST, law="ccpa", place="US-CA", rights=(RightKind.ACCESS,))
FOIA = replace(
    REQUEST,
    controller=None,
    agency=Agency(name="FBI", place="US", contacts=()),
    law="us-foia",
    rights=(RightKind.RECORDS,),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with store_in(tmp_path_factory.mktemp("proposing")) as made:
        yield made


class File:
    """One case, and a desk for each day on which something happens in it."""

    def __init__(self, store: Store, request: Request = REQUEST) -> None:
        self.store = store
        desk = self.on(DAY)
        self.client_id = desk.add_client(profile())
        self.reference = desk.open_case(self.client_id, request)

    def on(self, day: date) -> Desk:
        return desk_on(self.store, day)

    def begun(self, kind: LetterKind = LetterKind.REQUEST) -> File:
        number = write(self.on(DAY), self.reference, kind)
        self.on(DAY).record_received(self.reference, number, DAY)
        return self

    def sent(self, kind: LetterKind, day: date) -> File:
        write(self.on(day), self.reference, kind)
        return self

    def asked(self, day: date) -> File:
        self.on(day).record_demand(self.reference, day, (Asked.PHOTO,))
        return self

    def wanting(self, day: date, verdict: Verdict = Verdict.MISSING) -> File:
        """A reply that gives all but the sources."""
        desk = self.on(day)
        _, _, case = desk.records.find(self.reference)
        points = tuple(
            Answered(point=point, verdict=verdict if point is Point.SOURCES else Verdict.GIVEN)
            for point in points_of(desk.law_of(case), case.opened.rights)
        )
        desk.record_reply(self.reference, day, refused=False, points=points)
        return self

    def refused(self, day: date) -> File:
        self.on(day).record_reply(
            self.reference, day, refused=True, reason=Reason.OUTSIDE_JURISDICTION
        )
        return self

    def next(self, day: date) -> LetterKind | None:
        return self.on(day).propose(self.reference).kind

    def why(self, day: date) -> str:
        return self.on(day).propose(self.reference).reason


def after(day: date) -> date:
    """The first day on which patience is over."""
    return day + GRACE


def test_before_the_first_letter_there_is_none(store: Store) -> None:
    file = File(store)
    # A command that was cut off leaves a case without a letter.
    assert "cut off" in file.why(DAY)
    draft(file.on(DAY), file.reference, LetterKind.REQUEST)
    assert "was not sent yet" in file.why(DAY)
    assert file.next(DAY) is None


def test_silence_brings_a_reminder_and_then_a_complaint(store: Store) -> None:
    file = File(store).begun()
    proposal = file.on(OVERDUE - timedelta(days=1)).propose(file.reference)
    assert (proposal.kind, proposal.from_day) == (None, OVERDUE)
    assert file.next(OVERDUE) is LetterKind.REMINDER
    draft(file.on(OVERDUE), file.reference, LetterKind.REMINDER)
    assert "letter 2 (reminder) is written and was not sent" in file.why(OVERDUE)
    file.on(OVERDUE).record_sent(file.reference, 2, OVERDUE, "email")  # type: ignore[arg-type]
    waiting = file.on(OVERDUE).propose(file.reference)
    assert (waiting.kind, waiting.from_day) == (None, after(OVERDUE))
    assert file.next(after(OVERDUE)) is LetterKind.COMPLAINT
    file.sent(LetterKind.COMPLAINT, after(OVERDUE))
    assert "the authority has it" in file.why(after(OVERDUE))


def test_nothing_is_late_before_the_receipt_is_known(store: Store) -> None:
    file = File(store).sent(LetterKind.REQUEST, DAY)
    assert "before the day of receipt is recorded" in file.why(date(2026, 12, 1))
    assert file.next(date(2026, 12, 1)) is None


def test_a_demand_for_identity_is_answered_once_and_then_with_a_crop(store: Store) -> None:
    file = File(store).begun().asked(date(2026, 3, 10))
    assert file.next(date(2026, 3, 10)) is LetterKind.IDENTITY
    file.sent(LetterKind.IDENTITY, date(2026, 3, 11))
    assert file.next(date(2026, 3, 11)) is None
    file.asked(date(2026, 3, 16))
    assert file.next(date(2026, 3, 16)) is LetterKind.CROP
    file.sent(LetterKind.CROP, date(2026, 3, 17))
    assert file.next(date(2026, 3, 17)) is None
    file.asked(date(2026, 3, 20))
    assert file.next(date(2026, 3, 20)) is LetterKind.COMPLAINT
    assert "after a crop was sent" in file.why(date(2026, 3, 20))


def test_a_demand_that_comes_as_a_reply_is_one(store: Store) -> None:
    file = File(store).begun()
    day = date(2026, 3, 10)
    file.on(day).record_reply(file.reference, day, refused=False, asked=(Asked.ID,))
    assert file.next(day) is LetterKind.IDENTITY


def test_a_reply_that_lacks_something(store: Store) -> None:
    day = date(2026, 3, 20)
    file = File(store).begun().wanting(day)
    assert file.next(day) is LetterKind.WANTING
    assert "the reply of 2026-03-20 lacks sources" in file.why(day)
    file.sent(LetterKind.WANTING, day)
    assert file.next(after(day) - timedelta(days=1)) is None
    assert file.next(after(day)) is LetterKind.COMPLAINT
    file.wanting(date(2026, 3, 25))
    assert file.next(date(2026, 3, 25)) is LetterKind.COMPLAINT


def test_a_reply_that_gives_all_ends_it(store: Store) -> None:
    valid = File(store).begun().wanting(date(2026, 3, 20), Verdict.REFUSED_VALIDLY)
    assert "every point was answered" in valid.why(date(2026, 6, 1))


def test_a_refusal_goes_to_the_authority_or_to_an_appeal_first(store: Store) -> None:
    day = date(2026, 3, 20)
    assert File(store).begun().refused(day).next(day) is LetterKind.COMPLAINT
    assert File(store, CCPA).begun().refused(day).next(day) is LetterKind.COMPLAINT
    virginia = replace(CCPA, law="us-va", place="US-VA")
    file = File(store, virginia).begun().refused(day)
    assert file.next(day) is LetterKind.APPEAL
    file.sent(LetterKind.APPEAL, day)
    assert file.next(day) is LetterKind.COMPLAINT


def test_in_the_united_kingdom_a_complaint_goes_to_the_company_first(store: Store) -> None:
    britain = replace(REQUEST, law="uk-gdpr", place="GB-ENG")
    day = date(2026, 3, 20)
    assert "to the company first" not in File(store, britain).begun().refused(day).why(day)
    late = date(2026, 7, 1)
    file = File(store, britain)
    number = draft(file.on(DAY), file.reference, LetterKind.REQUEST)
    file.on(late).record_sent(file.reference, number, late, "post")  # type: ignore[arg-type]
    assert "to the company first" in file.refused(late).why(late)


def test_records_are_refused_and_appealed(store: Store) -> None:
    day = date(2026, 3, 20)
    file = File(store, FOIA).begun(LetterKind.RECORDS).refused(day)
    assert file.next(day) is LetterKind.APPEAL
    (due,) = (one for one in file.on(day).due() if one.reference == file.reference)
    assert due.to == "FBI"
    assert due.act_by is not None
    assert due.act_by >= day + timedelta(days=90)
    file.sent(LetterKind.APPEAL, day)
    assert "taken further on 2026-03-20" in file.why(day)


def test_silence_of_an_agency(store: Store) -> None:
    file = File(store, FOIA).begun(LetterKind.RECORDS)
    assert file.next(date(2026, 3, 20)) is None
    assert file.next(date(2026, 6, 1)) is LetterKind.APPEAL


def test_a_notice_has_no_time_for_an_answer(store: Store) -> None:
    notice = replace(REQUEST, law="bipa", place="US-IL", rights=(RightKind.NOTICE,))
    file = File(store, notice).begun(LetterKind.NOTICE)
    assert file.next(date(2027, 1, 1)) is None
    (due,) = (one for one in file.on(DAY).due() if one.reference == file.reference)
    assert (due.due, due.overdue_from) == (None, None)
    assert due.no_date


def test_a_letter_in_doubt_comes_before_all_else_until_that_is_settled(store: Store) -> None:
    file = File(store).begun()
    day = OVERDUE
    number = draft(file.on(day), file.reference, LetterKind.REMINDER)
    file.on(day).begin_submission(file.reference, number)
    doubt = f"letter {number} (reminder) may have gone out on {day}: check your mail program"
    assert doubt in file.why(day)
    (due,) = (one for one in file.on(day).due() if one.reference == file.reference)
    assert doubt in due.next.reason
    draft(file.on(day), file.reference, LetterKind.REMINDER)
    assert doubt in file.why(day)
    # She wrote it anew instead, and sent that: nothing waits for the first any more.
    file.sent(LetterKind.REMINDER, day)
    assert "may have gone out" not in file.why(day)


def test_nothing_comes_after_the_end(store: Store) -> None:
    file = File(store).begun().sent(LetterKind.WITHDRAWAL, date(2026, 3, 9))
    assert "withdrawn" in file.why(date(2027, 1, 1))
    file.on(date(2026, 3, 10)).close(file.reference, Closing.WITHDRAWN)
    assert "closed on 2026-03-10" in file.why(date(2027, 1, 1))


def test_what_is_due_is_sorted_by_its_urgency(tmp_path_factory: pytest.TempPathFactory) -> None:
    with store_in(tmp_path_factory.mktemp("due")) as store:
        late = File(store).begun()
        later = File(store, CCPA).begun()
        stopped = File(store).begun()
        stopped.on(DAY).begin_pause(stopped.reference, DAY, "identity in doubt")
        unsent = File(store)
        given = File(store).begun().wanting(DAY, Verdict.GIVEN)
        closed = File(store).begun()
        closed.on(DAY).close(closed.reference, Closing.OTHER)
        withdrawn = File(store).begun().sent(LetterKind.WITHDRAWAL, DAY)
        due = desk_on(store, date(2026, 4, 10)).due()
        order = [one.reference for one in due]
        assert order[:3] == [late.reference, later.reference, stopped.reference]
        assert set(order[3:]) == {unsent.reference, given.reference}
        assert withdrawn.reference not in order
        first, second, third = due[:3]
        assert (first.overdue, first.days) == (True, -2)
        assert (second.overdue, second.days) == (False, 10)
        assert third.paused_since == DAY
        assert {one.name for one in due} == {"Anna Świątek"}
        answered = {one.reference: one for one in due}[given.reference]
        assert (answered.overdue, answered.overdue_from) == (False, None)
