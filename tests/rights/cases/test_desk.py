"""The desk over a real store: what it records, refuses, computes and erases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from case_desks import REQUEST, WORDS, desk_on, draft, profile, store_in, write
from passerby.errors import (
    BadDate,
    BadRecord,
    NoCalendar,
    NoMandate,
    NoRight,
    StoreBusy,
    StoreDamaged,
    UnknownName,
    UsageError,
)
from passerby.rights.cases.codec import encode_event
from passerby.rights.cases.desk import OLD_COPIES, Desk, Given
from passerby.rights.cases.events import (
    CaseClosed,
    Closing,
    Escalated,
    IdentityDemanded,
    LetterSent,
    PauseBegan,
    PauseEnded,
    Role,
)
from passerby.rights.cases.records import Records, keep
from passerby.rights.cases.requesting import opening_of
from passerby.rights.cases.status import Reason, Status
from passerby.rights.facts.law import RightKind
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.matter import Agency, Asked, MandateKind, Person
from passerby.rights.facts.party import Channel
from passerby.rights.facts.point import Answered, Point, Verdict
from passerby.rights.knowledge import Knowledge, folders
from passerby.store import Store, tables
from passerby.store.database import Database
from passerby.store.sealing import SealedEntry

DAY = date(2026, 3, 5)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with store_in(tmp_path_factory.mktemp("desk")) as made:
        yield made


def later(store: Store, day: date, reference: str) -> tuple[Status, Reason | None]:
    _, _, case = desk_on(store, day).records.find(reference)
    return case.status, case.reason


def begun(store: Store, **others: object) -> tuple[str, str]:
    """A client whose first letter was sent and received on `DAY`; her id, the reference."""
    desk = desk_on(store, DAY)
    client_id = desk.add_client(profile())
    reference = desk.open_case(client_id, replace(REQUEST, **others))  # type: ignore[arg-type]
    number = write(desk, reference, LetterKind.REQUEST)
    desk.record_received(reference, number, DAY)
    return client_id, reference


def test_a_client_and_her_case_come_back(store: Store) -> None:
    client_id, reference = begun(store)
    found_id, client, case = desk_on(store, DAY).records.find(f" {reference.lower()} ")
    assert found_id == client_id
    assert client.profile == profile()
    assert case.opened.purpose == REQUEST.purpose
    assert case.opened.law_version == date(2018, 5, 25)
    assert case.status is Status.IN_PROGRESS
    assert (client_id, client) in desk_on(store, DAY).records.clients()


def test_the_deadline_is_that_of_the_law_and_keeps_its_history(store: Store) -> None:
    _, reference = begun(store)
    _, _, case = desk_on(store, DAY).records.find(reference)
    assert [one.replaces for one in case.deadlines] == [None, 1]
    unknown, known = (one.deadline for one in case.deadlines)
    assert unknown.overdue_from is None
    # 5 April is a Sunday. Easter Monday is a working day where Clearview AI sits and none in
    # Hamburg: the last reading ends the day after it.
    assert known.due == date(2026, 4, 6)
    assert known.overdue_from == date(2026, 4, 8)
    desk = desk_on(store, date(2026, 4, 1))
    desk.record_extension(reference, date(2026, 4, 1), "many requests")
    _, _, case = desk.records.find(reference)
    assert case.deadlines[-1].why == "an extension was announced on 2026-04-01"
    assert case.deadline is not None
    assert case.deadline.overdue_from == date(2026, 6, 6)
    assert desk.recompute(reference) == ()


def test_what_is_known_anew_is_computed_anew_with_its_history(store: Store, tmp_path: Path) -> None:
    _, reference = begun(store)
    shipped = Path(folders.__file__).parents[1] / "data" / "laws" / "gdpr.yaml"
    text = shipped.read_text().replace("{count: 1, unit: months}", "{count: 2, unit: months}")
    (tmp_path / "laws").mkdir()
    (tmp_path / "laws" / "gdpr.yaml").write_text(text)
    desk = Desk(Records(store), Knowledge.load(tmp_path), today=DAY)
    assert desk.recompute(reference) == ("answer",)
    assert desk.recompute(reference) == ()
    _, _, case = desk.records.find(reference)
    *_, before, last = case.deadlines
    assert (before.deadline.due, last.deadline.due) == (date(2026, 4, 6), date(2026, 5, 5))
    assert last.replaces == 2
    assert "has changed" in last.why
    desk.close(reference, Closing.OTHER)
    assert desk_on(store, DAY).recompute(reference) == ()


def test_a_corrected_receipt_moves_the_deadline(store: Store) -> None:
    _, reference = begun(store)
    desk = desk_on(store, date(2026, 3, 20))
    desk.record_received(reference, 1, date(2026, 3, 12))
    _, _, case = desk.records.find(reference)
    assert case.deadline is not None
    assert case.deadline.overdue_from == date(2026, 4, 14)
    assert case.deadlines[-1].replaces == 2


def test_an_open_pause_stops_the_day_and_shows(store: Store) -> None:
    _, reference = begun(store)
    desk = desk_on(store, date(2026, 3, 20))
    desk.record_demand(reference, date(2026, 3, 9), (Asked.PHOTO,))
    desk.begin_pause(reference, date(2026, 3, 9), "identity in doubt")
    (due,) = (one for one in desk.due() if one.reference == reference)
    assert due.paused_since == date(2026, 3, 9)
    assert (due.overdue_from, due.days, due.overdue) == (None, None, False)
    assert due.next.kind is LetterKind.IDENTITY
    desk.end_pause(reference, date(2026, 3, 14))
    (due,) = (one for one in desk.due() if one.reference == reference)
    assert due.paused_since is None
    assert due.overdue_from is not None
    assert due.overdue_from > date(2026, 4, 8)


def test_days_to_come_are_refused(store: Store) -> None:
    _, reference = begun(store)
    desk = desk_on(store, DAY)
    with pytest.raises(BadDate, match="still to come"):
        desk.record_received(reference, 1, date(2026, 3, 6))


def test_what_cannot_be_leaves_nothing_behind(store: Store) -> None:
    client_id, reference = begun(store)
    before = store.head(client_id)
    desk = desk_on(store, DAY)
    for problem, error in (
        (lambda: desk.record_sent(reference, 1, DAY, Channel.EMAIL), UsageError),
        (lambda: draft(desk, reference, LetterKind.REQUEST), UsageError),
        (lambda: desk.record_reply(reference, DAY, refused=False), BadRecord),
        (lambda: desk.begin_pause(reference, DAY, " "), BadRecord),
        (lambda: desk.record_received("PB-0000-0000-0000", 1, DAY), UnknownName),
    ):
        with pytest.raises(error):
            problem()
    assert store.head(client_id) == before


def test_a_date_that_cannot_be_computed_is_not_guessed(store: Store) -> None:
    desk = desk_on(store, DAY)
    client_id = desk.add_client(profile())
    nowhere = replace(REQUEST, calendars=("GB",))
    with pytest.raises(NoCalendar):
        desk.open_case(client_id, nowhere)
    assert desk.records.client(client_id).cases == ()
    law = desk.knowledge.law("gdpr", on=DAY)
    reference = "PB-1111-2222-3333"
    desk.records.append(client_id, opening_of(nowhere, law, reference, DAY))
    number = draft(desk, reference, LetterKind.REQUEST)
    before = store.head(client_id)
    with pytest.raises(NoCalendar):
        desk.record_sent(reference, number, DAY, Channel.EMAIL)
    assert store.head(client_id) == before
    assert later(store, DAY, reference) == (Status.DRAFT, None)


def test_every_company_has_a_day_from_which_its_answer_is_late(store: Store) -> None:
    desk = desk_on(store, DAY)
    for controller in desk.knowledge.controllers():
        client_id = desk.add_client(profile())
        reference = desk.open_case(client_id, replace(REQUEST, controller=controller.id))
        write(desk, reference, LetterKind.REQUEST)
        desk.record_received(reference, 1, DAY)
        _, _, case = desk.records.find(reference)
        assert case.deadline is not None
        assert case.deadline.overdue_from is not None
        assert case.deadline.overdue_from >= date(2026, 4, 8)


def test_a_client_has_to_say_in_which_part_of_a_country_she_is(store: Store) -> None:
    desk = desk_on(store, DAY)
    client_id = desk.add_client(profile())
    britain = replace(REQUEST, law="uk-gdpr", place="GB", controller="facewatch")
    with pytest.raises(NoCalendar, match="each part has its own"):
        desk.open_case(client_id, britain)
    reference = desk.open_case(client_id, replace(britain, place="GB-SCT"))
    write(desk, reference, LetterKind.REQUEST)
    _, _, case = desk.records.find(reference)
    assert case.deadlines[-1].places == ("GB-ENG", "GB-WLS", "GB-SCT", "GB-NIR")


def test_a_reply_is_read_point_by_point(store: Store) -> None:
    _, reference = begun(store)
    desk = desk_on(store, date(2026, 3, 30))
    with pytest.raises(BadRecord, match="not checked for held, "):
        desk.record_reply(reference, DAY, refused=False)
    given = tuple(Answered(point=point, verdict=Verdict.GIVEN) for point in demanded(store))
    other = Answered(point=Point.OPTED_OUT, verdict=Verdict.GIVEN)
    with pytest.raises(BadRecord, match="opted-out was not asked for"):
        desk.record_reply(reference, DAY, refused=False, points=(*given, other))
    desk.record_reply(reference, date(2026, 3, 30), refused=False, points=given)
    assert later(store, date(2026, 3, 30), reference) == (Status.FULFILLED, None)


def demanded(store: Store) -> tuple[Point, ...]:
    """The points of access and erasure under the GDPR."""
    from passerby.rights.cases.checklist import points_of

    law = desk_on(store, DAY).knowledge.law("gdpr", on=DAY)
    return points_of(law, (RightKind.ACCESS, RightKind.ERASURE))


def test_files_are_kept_once_and_come_back(store: Store) -> None:
    client_id, reference = begun(store)
    desk = desk_on(store, date(2026, 3, 30))
    mail = Given(file_name="reply.eml", data=b"From: them\r\n\r\nWe need your passport.")
    desk.record_demand(reference, date(2026, 3, 10), (Asked.ID,), [mail])
    desk.record_reply(
        reference, date(2026, 3, 30), refused=True, reason=Reason.NO_MATCH, files=[mail, mail]
    )
    _, client, case = desk.records.find(reference)
    file = case.replies[0].files[0]
    assert case.replies[0].files == case.demands[0].files
    assert desk.records.file(client_id, file) == mail.data
    assert file.role is Role.REPLY
    assert file.name in client.files
    assert sum(len(entry.blobs) for entry in store.entries(client_id)) == 2
    assert later(store, date(2026, 3, 30), reference) == (Status.DENIED, Reason.NO_MATCH)


def test_a_file_that_its_record_does_not_name_is_not_kept(store: Store) -> None:
    client_id, reference = begun(store)
    records = desk_on(store, DAY).records
    proof = keep(b"proof", Role.PROOF, "proof.pdf")
    draft(desk_on(store, DAY), reference, LetterKind.REMINDER)
    event = LetterSent(case=reference, letter=2, day=DAY, channel=Channel.POST, proof=proof)
    with pytest.raises(BadRecord, match="not there"):
        records.append(client_id, event)
    with pytest.raises(BadRecord, match="not the one"):
        records.append(client_id, event, {proof.name: b"another"})
    with pytest.raises(BadRecord, match="not the one"):
        records.append(client_id, event, {"else": b"proof", proof.name: b"proof"})


def test_a_complaint_that_was_sent_goes_on(store: Store) -> None:
    _, reference = begun(store)
    desk = desk_on(store, date(2026, 5, 4))
    number = write(desk, reference, LetterKind.COMPLAINT)
    _, _, case = desk.records.find(reference)
    assert case.escalations[0].authority == "de-hh-hmbbfdi"
    assert case.escalations[0].letter == number
    desk.record_received(reference, number, date(2026, 5, 4))
    _, _, case = desk.records.find(reference)
    authority = {one.clock: one for one in case.standing}["authority"]
    assert authority.deadline.due == date(2026, 8, 4)


def test_requests_that_the_law_does_not_bear(store: Store) -> None:
    desk = desk_on(store, DAY)
    client_id = desk.add_client(profile())
    agency = Agency(name="Polizei", place="DE", contacts=())
    for request, error, says in (
        (replace(REQUEST, law="gdbr"), UnknownName, "gdpr"),
        (replace(REQUEST, controller="clearview"), UnknownName, "clearview-ai"),
        (replace(REQUEST, place="US-CA"), NoRight, "in US-CA"),
        (replace(REQUEST, rights=(RightKind.OPT_OUT,)), NoRight, "does not give the right opt-out"),
        (replace(REQUEST, rights=()), UsageError, "no right was named"),
        (replace(REQUEST, purpose="  "), BadRecord, "the purpose is missing"),
        (replace(REQUEST, agency=agency), UsageError, "one company or to one agency"),
        (replace(REQUEST, agency=agency, controller=None), UsageError, "is to a company"),
        (replace(REQUEST, law="us-foia", rights=(RightKind.RECORDS,)), UsageError, "an agency"),
        (replace(REQUEST, law="ccpa", place="US"), NoRight, "part of US only"),
        (replace(REQUEST, authority="de-xx"), UnknownName, "de-xx"),
        (replace(REQUEST, mandate_id="m1"), NoMandate, "no mandate m1"),
    ):
        with pytest.raises(error) as caught:
            desk.open_case(client_id, request)
        assert says in f"{caught.value} {caught.value.hint}"
    assert desk.records.client(client_id).cases == ()


def test_mandates_are_asked_for_when_somebody_else_writes(store: Store) -> None:
    desk = desk_on(store, DAY)
    client_id = desk.add_client(profile())
    clinic = Person(name="Clinic", address=("Weg 2",))
    document = Given(file_name="mandate.pdf", data=b"signed")
    mandate_id = desk.add_mandate(
        client_id, MandateKind.ATTORNEY, clinic, DAY, date(2026, 12, 31), document
    )
    reference = desk.open_case(client_id, replace(REQUEST, mandate_id=mandate_id))
    _, client, case = desk.records.find(reference)
    assert case.opened.mandate_id == "m1"
    kept = client.mandates[0].mandate
    assert kept.evidence is not None
    assert store.blob(client_id, kept.evidence) == b"signed"
    desk.end_mandate(client_id, mandate_id, DAY)
    with pytest.raises(NoMandate, match="ended on 2026-03-05"):
        desk.open_case(client_id, replace(REQUEST, mandate_id=mandate_id))


def test_a_hold_keeps_a_client(store: Store) -> None:
    client_id, _ = begun(store)
    desk = desk_on(store, DAY)
    with pytest.raises(BadRecord, match="reason is missing"):
        desk.set_hold(client_id, "")
    desk.set_hold(client_id, "proceedings in Hamburg")
    with pytest.raises(UsageError, match="legal hold since 2026-03-05: proceedings in Hamburg"):
        desk.erase(client_id)
    assert desk.records.client(client_id).hold is not None
    desk.lift_hold(client_id, "they ended")
    desk.erase(client_id)


def test_an_erased_client_is_gone_and_her_exports_are_told(tmp_path: Path) -> None:
    with store_in(tmp_path) as store:
        client_id, reference = begun(store)
        other_id, _ = begun(store)
        desk = desk_on(store, DAY)
        desk.record_export(client_id, reference, ["/out/letter.pdf", "/out/letter.txt"])
        desk.record_export(client_id, None, ["/out/bundle.zip", "/out/letter.pdf"])
        head = store.head(client_id)
        erasure = desk.erase(client_id)
        assert erasure.exported == ("/out/letter.pdf", "/out/letter.txt", "/out/bundle.zip")
        assert erasure.tombstone.head == head
        assert "Copies" in OLD_COPIES
        for find in (lambda: desk.records.client(client_id), lambda: desk.records.find(reference)):
            with pytest.raises(UnknownName):
                find()
        assert [each for each, _ in desk.records.clients()] == [other_id]


def test_retention(store: Store) -> None:
    client_id, _ = begun(store)
    other_id, _ = begun(store)
    desk = desk_on(store, DAY)
    desk.set_retention(client_id, date(2026, 6, 30))
    desk.set_retention(other_id, date(2026, 6, 30))
    desk.set_retention(other_id, None)
    assert desk_on(store, date(2026, 6, 30)).retention_over() == ()
    over = desk_on(store, date(2026, 7, 1)).retention_over()
    assert [each for each, _ in over] == [client_id]


def test_the_log_tells_everything_in_its_order(store: Store) -> None:
    client_id, _ = begun(store)
    log = desk_on(store, DAY).records.log(client_id)
    assert [one.number for one in log] == list(range(1, len(log) + 1))
    assert [type(one.event).__name__ for one in log] == [
        "ClientAdded",
        "CaseOpened",
        "LetterDrafted",
        "LetterSent",
        "DeadlineComputed",
        "ReceiptRecorded",
        "DeadlineComputed",
    ]
    assert log[-1].digest == store.head(client_id)


def test_another_process_that_wrote_meanwhile_is_noticed(tmp_path: Path) -> None:
    with store_in(tmp_path) as store:
        client_id, reference = begun(store)
        desk = desk_on(store, DAY)
        client = desk.records.client(client_id)
        with Store.open(tmp_path / "records", WORDS) as second:
            desk_on(second, DAY).close(reference, Closing.OTHER)
        # The first one reads anew: it knows by the chain's head that it is behind.
        assert desk.records.client(client_id) != client
        with pytest.raises(UsageError, match="was closed"):
            draft(desk, reference, LetterKind.REMINDER)


def test_what_another_process_wrote_in_between_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store_in(tmp_path) as store:
        client_id, reference = begun(store)
        desk = desk_on(store, DAY)
        append_all = store.append_all

        def late(*arguments: object, **others: object) -> object:
            """Append after somebody else did, as happens between a look and a write."""
            with Store.open(tmp_path / "records", WORDS) as second:
                second.append(client_id, b"{}")
            return append_all(*arguments, **others)  # type: ignore[arg-type]

        monkeypatch.setattr(store, "append_all", late)
        with pytest.raises(StoreBusy):
            desk.close(reference, Closing.OTHER)
        assert store.entries(client_id)[-1].record == b"{}"


def test_a_history_that_cannot_have_happened_is_damage(tmp_path: Path) -> None:
    with store_in(tmp_path) as store:
        client_id, reference = begun(store)
        store.append(client_id, encode_event(PauseEnded(case=reference, day=DAY)))
        with pytest.raises(StoreDamaged, match="cannot have happened"):
            Records(store).client(client_id)
    with store_in(tmp_path / "second") as store:
        client_id, reference = begun(store)
        closing = CaseClosed(case=reference, day=DAY, reason=Closing.OTHER)
        store.append(client_id, encode_event(closing).replace(b"other", b"eaten"))
        with pytest.raises(StoreDamaged, match=r"record 8: .*there is no Closing 'eaten'"):
            Records(store).client(client_id)


def test_a_client_whose_adding_was_cut_off_is_left_out(tmp_path: Path) -> None:
    with store_in(tmp_path) as store:
        cut_off = store.add_subject()
        client_id, _ = begun(store)
        assert [each for each, _ in Records(store).clients()] == [client_id]
        assert cut_off != client_id


class _Killed(BaseException):
    """The process ends here."""


def test_what_one_command_records_is_there_as_a_whole_or_not_at_all(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    client_id, reference = begun(store)
    desk = desk_on(store, DAY)
    number = draft(desk, reference, LetterKind.COMPLAINT)
    before = desk.records.log(client_id)
    write_entry = tables.write_entry
    written: list[str] = []

    def killed_at_the_second(database: Database, subject: str, made: SealedEntry) -> None:
        written.append(subject)
        if len(written) == 2:
            raise _Killed
        write_entry(database, subject, made)

    with monkeypatch.context() as patch, pytest.raises(_Killed):
        patch.setattr(tables, "write_entry", killed_at_the_second)
        desk.record_sent(reference, number, DAY, Channel.EMAIL)
    assert len(written) == 2
    assert desk_on(store, DAY).records.log(client_id) == before
    desk_on(store, DAY).record_sent(reference, number, DAY, Channel.EMAIL)
    kinds = [type(one.event) for one in desk.records.log(client_id)[len(before) :]]
    assert kinds[:2] == [LetterSent, Escalated]


def test_what_is_recorded_together_stands_before_it_is_kept(store: Store) -> None:
    client_id, reference = begun(store)
    desk = desk_on(store, DAY)
    before = desk.records.log(client_id)
    slip = Given(file_name="demand.eml", data=b"From: them")
    with pytest.raises(BadRecord, match="reason is missing"), desk.records.together(client_id):
        desk.record_demand(reference, DAY, (Asked.PHOTO,), [slip])
        desk.begin_pause(reference, DAY, " ")
    assert desk.records.log(client_id) == before
    with desk.records.together(client_id):
        desk.record_demand(reference, DAY, (Asked.PHOTO,), [slip])
        desk.begin_pause(reference, DAY, "identity in doubt")
        assert desk.records.find(reference)[2].pauses
        assert desk.records.log(client_id) == before
    after = desk.records.log(client_id)[len(before) :]
    assert [type(one.event) for one in after][:2] == [IdentityDemanded, PauseBegan]
    assert len({one.at for one in after}) == 1
    (file,) = desk.records.find(reference)[2].demands[0].files
    assert desk.records.file(client_id, file) == b"From: them"


def test_a_complaint_to_the_company_is_not_the_one_to_the_authority(store: Store) -> None:
    """United Kingdom, Data Protection Act 2018, s. 164A: the company's time runs from the letter
    that it got, whatever goes to the authority later."""
    begins = date(2026, 6, 22)
    desk = desk_on(store, begins)
    client_id = desk.add_client(profile())
    reference = desk.open_case(client_id, replace(REQUEST, law="uk-gdpr", place="GB-SCT"))
    desk.record_received(reference, write(desk, reference, LetterKind.REQUEST), begins)

    def clocks() -> dict[str, date | None]:
        _, _, case = desk.records.find(reference)
        return {one.clock: one.occurrence.received for one in case.standing}

    assert set(clocks()) == {"answer"}
    desk = desk_on(store, date(2026, 8, 3))
    desk.record_received(reference, write(desk, reference, LetterKind.REMINDER), desk.today)
    assert set(clocks()) == {"answer", "acknowledgement", "outcome"}
    desk = desk_on(store, date(2026, 9, 28))
    desk.record_received(reference, write(desk, reference, LetterKind.COMPLAINT), desk.today)
    assert clocks() == {
        "answer": begins,
        "acknowledgement": date(2026, 8, 3),
        "outcome": date(2026, 8, 3),
        "authority": desk.today,
    }


def test_a_complaint_to_the_authority_alone_sets_no_clock_of_the_company(store: Store) -> None:
    desk = desk_on(store, date(2026, 6, 22))
    client_id = desk.add_client(profile())
    reference = desk.open_case(client_id, replace(REQUEST, law="uk-gdpr", place="GB-SCT"))
    write(desk, reference, LetterKind.REQUEST)
    write(desk, reference, LetterKind.COMPLAINT)
    _, _, case = desk.records.find(reference)
    assert {one.clock for one in case.standing} == {"answer", "authority"}


def test_a_receipt_before_the_sending_leaves_nothing_of_either(store: Store) -> None:
    """In a case that was opened on the day on which its letter is said to have gone out."""
    desk = desk_on(store, DAY)
    client_id = desk.add_client(profile())
    reference = desk.open_case(client_id, REQUEST)
    number = draft(desk, reference, LetterKind.REQUEST)
    before = desk.records.log(client_id)
    early = DAY.replace(day=DAY.day - 1)
    with pytest.raises(UsageError, match="before"):
        desk.record_sent(reference, number, DAY, Channel.EMAIL, received=early)
    assert desk.records.log(client_id) == before
    assert later(store, DAY, reference)[0] is Status.DRAFT
