"""Letters from a case to their files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from case_desks import REQUEST, desk_on, profile, store_in
from passerby.errors import (
    BadDate,
    BadRecord,
    NoAddress,
    NoMandate,
    NoRight,
    UnknownName,
    UsageError,
)
from passerby.rights.cases import enclosing
from passerby.rights.cases.desk import Given
from passerby.rights.cases.drafting import Draft, Order, draft_letter, rehearse
from passerby.rights.cases.matters import HERSELF, Wanted
from passerby.rights.facts.letter import LetterKind
from passerby.rights.facts.matter import Asked, Crop, MandateKind, Person
from passerby.rights.facts.party import Channel
from passerby.store import Store

DAY = date(2026, 3, 5)
NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with store_in(tmp_path_factory.mktemp("drafting")) as made:
        yield made


def opened(store: Store, **others: object) -> tuple[str, str]:
    """A client and her case, before the first letter."""
    desk = desk_on(store, DAY)
    client_id = desk.add_client(profile())
    return client_id, desk.open_case(client_id, replace(REQUEST, **others))  # type: ignore[arg-type]


def drafted(
    store: Store, reference: str, kind: LetterKind, day: date = DAY, **others: object
) -> Draft:
    order = replace(Order(kind=kind, reading_language="en"), **others)  # type: ignore[arg-type]
    return draft_letter(desk_on(store, day), reference, order, NOW)


def data_of(draft: Draft, suffix: str) -> bytes:
    (found,) = (file.data for file in draft.files if file.file_name.endswith(suffix))
    return found


def sent(store: Store, draft: Draft, message_id: str | None = None) -> None:
    desk = desk_on(store, draft.event.day)
    letter, day = draft.event.letter, draft.event.day
    desk.record_sent(draft.reference, letter, day, Channel.EMAIL, message_id)


def test_the_first_letter_is_kept_as_text_pdf_and_mail(store: Store) -> None:
    client_id, reference = opened(store)
    anchor = store.head(client_id)
    draft = drafted(store, reference, LetterKind.REQUEST)
    assert [file.file_name for file in draft.files] == [
        f"{reference}-1-request.txt",
        f"{reference}-1-request.pdf",
        f"{reference}-1-request.eml",
    ]
    assert data_of(draft, ".pdf").startswith(b"%PDF-")
    text = data_of(draft, ".txt").decode()
    assert anchor in text
    assert reference in text
    assert REQUEST.purpose in " ".join(text.split())
    mail = message_from_bytes(data_of(draft, ".eml"), policy=default)
    assert mail["Message-ID"] == draft.event.message_id
    assert mail["To"].addresses[0].addr_spec == draft.event.to
    assert str(mail["Subject"]).count(f"[{reference}]") == 1
    assert [part.get_content_type() for part in mail.walk()] == ["text/plain"]
    records = desk_on(store, DAY).records
    for file, given in zip(draft.event.files, draft.files, strict=True):
        assert records.file(client_id, file) == given.data


def test_a_later_letter_follows_the_thread_of_what_really_went_out(store: Store) -> None:
    _, reference = opened(store)
    sent(store, drafted(store, reference, LetterKind.REQUEST), "<real@mail.example>")
    desk = desk_on(store, date(2026, 3, 9))
    desk.record_demand(reference, date(2026, 3, 9), (Asked.PHOTO,))
    draft = drafted(store, reference, LetterKind.IDENTITY, date(2026, 3, 9))
    mail = message_from_bytes(data_of(draft, ".eml"), policy=default)
    assert mail["In-Reply-To"] == "<real@mail.example>"
    assert draft.event.letter == 2


def test_a_crop_goes_with_its_letter_and_with_no_other(store: Store) -> None:
    _, reference = opened(store)
    sent(store, drafted(store, reference, LetterKind.REQUEST))
    desk_on(store, DAY).record_demand(reference, DAY, (Asked.PHOTO,))
    with pytest.raises(BadRecord, match="no crop"):
        drafted(store, reference, LetterKind.CROP)
    crop = Given(file_name="crop.jpg", data=b"\xff\xd8\xff\xe0 a crop")
    facts = Crop(
        file_name="crop.jpg",
        sha256=hashlib.sha256(crop.data).hexdigest(),
        watermark="For Clearview AI, to find and delete",
    )
    draft = drafted(store, reference, LetterKind.CROP, wanted=Wanted(crop=facts), crop=crop)
    mail = message_from_bytes(data_of(draft, ".eml"), policy=default)
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "crop.jpg"
    assert attached.get_content() == crop.data
    assert facts.sha256 in data_of(draft, ".txt").decode().replace("\n", "")


def test_the_mandate_goes_with_the_letter(store: Store) -> None:
    desk = desk_on(store, DAY)
    client_id = desk.add_client(profile())
    clinic = Person(name="Clinic", address=("Weg 2",), email="clinic@example.org")
    signed = Given(file_name="signed.pdf", data=b"%PDF-1.7 signed")
    desk.add_mandate(client_id, MandateKind.ATTORNEY, clinic, DAY, None, signed)
    reference = desk.open_case(client_id, replace(REQUEST, mandate_id="m1"))
    draft = drafted(store, reference, LetterKind.REQUEST)
    mail = message_from_bytes(data_of(draft, ".eml"), policy=default)
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == f"{reference}-mandate.pdf"
    assert attached.get_content() == signed.data
    sent(store, draft)
    with pytest.raises(NoMandate, match="not for a complaint"):
        drafted(store, reference, LetterKind.COMPLAINT)


def test_who_writes_herself_in_a_case_of_somebody_else(store: Store) -> None:
    desk = desk_on(store, DAY)
    client_id = desk.add_client(profile())
    clinic = Person(name="Clinic", address=("Weg 2",), email="clinic@example.org")
    signed = Given(file_name="signed.pdf", data=b"%PDF-1.7 signed again")
    desk.add_mandate(client_id, MandateKind.ATTORNEY, clinic, DAY, None, signed)
    reference = desk.open_case(client_id, replace(REQUEST, mandate_id="m1"))
    draft = drafted(store, reference, LetterKind.REQUEST, wanted=Wanted(mandate_id=HERSELF))
    assert draft.event.mandate_id is None
    assert draft.letter.signed == "Anna Świątek"
    assert "Clinic" not in data_of(draft, ".txt").decode()


def test_what_hides_her_home_hides_it_in_every_file(store: Store) -> None:
    desk = desk_on(store, DAY)
    person = Person(
        name="Anna", address=("Ring 7", "20095 Hamburg"), email="a@example.org", care_of="Clinic"
    )
    client_id = desk.add_client(profile(person=person, contact="Signal: anna.12"))
    reference = desk.open_case(client_id, REQUEST)
    draft = drafted(store, reference, LetterKind.REQUEST)
    assert draft.letter.sender == ("Anna", "c/o Clinic", "Ring 7", "20095 Hamburg")
    for file in draft.files:
        assert b"Signal" not in file.data
        assert b"anna.12" not in file.data
    assert "Signal" not in str(draft.letter)


def test_a_complaint_goes_to_the_authority_of_the_place(store: Store) -> None:
    _, reference = opened(store)
    sent(store, drafted(store, reference, LetterKind.REQUEST))
    desk = desk_on(store, date(2026, 5, 4))
    desk.record_received(reference, 1, DAY)
    draft = drafted(store, reference, LetterKind.COMPLAINT, date(2026, 5, 4))
    assert draft.event.authority == "de-hh-hmbbfdi"
    assert draft.letter.recipient[0].startswith("Der Hamburgische Beauftragte")


def test_where_the_part_of_a_country_decides_it_is_asked_for(store: Store) -> None:
    _, reference = opened(store, place="DE")
    sent(store, drafted(store, reference, LetterKind.REQUEST))
    with pytest.raises(UnknownName, match="depends on the part") as caught:
        drafted(store, reference, LetterKind.COMPLAINT)
    assert "--authority" in caught.value.hint


def test_what_cannot_be_written_is_not_kept(store: Store) -> None:
    client_id, reference = opened(store)
    before = store.head(client_id)
    with pytest.raises(UsageError, match="its first letter was not sent"):
        drafted(store, reference, LetterKind.REMINDER)
    with pytest.raises(NoAddress, match="by fax"):
        drafted(store, reference, LetterKind.REQUEST, wanted=Wanted(channel=Channel.FAX))
    with pytest.raises(UnknownName):
        drafted(store, reference, LetterKind.REQUEST, language="xx")
    assert store.head(client_id) == before
    sent(store, drafted(store, reference, LetterKind.REQUEST))
    with pytest.raises((BadDate, BadRecord)):
        drafted(store, reference, LetterKind.REMINDER)


def test_an_address_of_her_own_is_used(store: Store) -> None:
    _, reference = opened(store)
    draft = drafted(
        store, reference, LetterKind.REQUEST, wanted=Wanted(to="privacy@clearview.example")
    )
    assert draft.event.to == "privacy@clearview.example"
    assert draft.event.doubts == 0
    assert draft.letter.doubts == ()


def test_a_rehearsal_says_what_writing_would_and_keeps_nothing(store: Store) -> None:
    desk = desk_on(store, DAY)
    client_id = desk.add_client(profile())
    before = store.head(client_id), store.subjects()
    order = Order(kind=LetterKind.REQUEST)
    fax = replace(order, wanted=Wanted(channel=Channel.FAX))
    abroad = replace(REQUEST, place="US-CA")
    bad_mail = profile(person=Person(name="Anna", email="änna@example.org"))
    rehearse(desk, profile("Somebody Else"), REQUEST, order, NOW)
    rehearse(desk, desk.records.client(client_id), REQUEST, order, NOW)
    for client, request, wanted, error in (
        (profile(), REQUEST, fax, NoAddress),
        (profile(), abroad, order, NoRight),
        (profile(), replace(REQUEST, mandate_id="m1"), order, NoMandate),
        (bad_mail, REQUEST, order, BadRecord),
    ):
        with pytest.raises(error):
            rehearse(desk, client, request, wanted, NOW)
    assert (store.head(client_id), store.subjects()) == before


PRIVACY = "privacy@clearview.example"
CHECKED = {"language": "de", "wanted": Wanted(to=PRIVACY)}


def in_mail(draft: Draft) -> dict[str, bytes]:
    """The files that go with a letter's mail, by their names."""
    mail = message_from_bytes(data_of(draft, f"-{draft.event.kind}.eml"), policy=default)
    return {
        str(part.get_filename()): part.get_payload(decode=True)  # type: ignore[misc]
        for part in mail.iter_attachments()
    }


def test_letters_go_the_way_of_the_one_before(store: Store) -> None:
    _, reference = opened(store)
    first = drafted(store, reference, LetterKind.REQUEST, **CHECKED)
    sent(store, first)
    desk_on(store, DAY).record_demand(reference, DAY, (Asked.PHOTO,))
    second = drafted(store, reference, LetterKind.IDENTITY)
    assert (second.event.to, second.event.language) == (PRIVACY, "de")
    assert second.letter.doubts == first.letter.doubts == ()
    sent(store, second)
    desk_on(store, DAY).record_demand(reference, DAY, (Asked.ID,))
    other = Wanted(to="dpo@clearview.example")
    third = drafted(store, reference, LetterKind.IDENTITY, wanted=other, language="en")
    again = drafted(store, reference, LetterKind.IDENTITY)
    assert (again.event.to, again.event.language) == ("dpo@clearview.example", "en")
    assert again.event.to_given
    assert third.letter.doubts == again.letter.doubts == ()
    # Another channel is wanted: what is known of it counts.
    post = drafted(store, reference, LetterKind.IDENTITY, wanted=Wanted(channel=Channel.POST))
    assert post.event.channel is Channel.POST
    assert not post.event.to_given


def test_an_address_that_nobody_named_keeps_its_doubts(store: Store) -> None:
    _, reference = opened(store)
    first = drafted(store, reference, LetterKind.REQUEST)
    sent(store, first)
    desk_on(store, DAY).record_demand(reference, DAY, (Asked.PHOTO,))
    second = drafted(store, reference, LetterKind.IDENTITY)
    assert second.event.to == first.event.to
    assert not second.event.to_given
    assert any(second.event.to in doubt for doubt in second.letter.doubts)


def test_a_complaint_goes_the_authority_s_way(store: Store) -> None:
    reference = refused(store)
    complaint = drafted(store, reference, LetterKind.COMPLAINT)
    assert complaint.event.authority == "de-hh-hmbbfdi"
    assert complaint.event.to != PRIVACY
    assert not complaint.event.to_given
    other = Wanted(authority="fr-cnil", to="cnil@authority.example")
    french = drafted(store, reference, LetterKind.COMPLAINT, wanted=other, language="fr")
    again = drafted(store, reference, LetterKind.COMPLAINT)
    assert french.event.authority == again.event.authority == "fr-cnil"
    assert (again.event.to, again.event.language) == ("cnil@authority.example", "fr")
    # The company keeps its own way.
    desk_on(store, DAY).record_demand(reference, DAY, (Asked.PHOTO,))
    assert drafted(store, reference, LetterKind.IDENTITY).event.to == PRIVACY


def refused(store: Store, data: bytes = b"From: c@x.example\r\n\r\nNo.\r\n") -> str:
    """A case whose request was refused, with a demand for a photo and a crop on the way."""
    _, reference = opened(store)
    sent(store, drafted(store, reference, LetterKind.REQUEST, **CHECKED))
    desk = desk_on(store, DAY)
    desk.record_demand(reference, DAY, (Asked.PHOTO,), (Given(file_name="möchte.eml", data=data),))
    crop = Given(file_name="crop.jpg", data=b"\xff\xd8\xff\xe0 a crop")
    facts = Crop(file_name="crop.jpg", sha256=hashlib.sha256(crop.data).hexdigest(), watermark="w")
    wanted = Wanted(crop=facts)
    sent(store, drafted(store, reference, LetterKind.CROP, wanted=wanted, crop=crop))
    reply = Given(file_name="no.pdf", data=b"%PDF-1.7 no")
    desk_on(store, DAY).record_reply(reference, DAY, refused=True, files=(reply,))
    return reference


HAMBURG = Wanted(to="mail@authority.example")


def test_a_complaint_has_its_file_with_it(store: Store) -> None:
    reference = refused(store)
    draft = drafted(store, reference, LetterKind.COMPLAINT, wanted=HAMBURG)
    files = in_mail(draft)
    names = [f"{reference}-{each}" for each in (
        "1-request.pdf", "2-crop.pdf", "reply-1-1.eml", "reply-2-1.pdf"
    )]  # fmt: skip
    assert list(files) == names
    assert files[names[2]] == b"From: c@x.example\r\n\r\nNo.\r\n"
    assert files[names[3]] == b"%PDF-1.7 no"
    told = " ".join(draft.letter.enclosures)
    assert all(f"({name})" in told for name in names)
    assert draft.notes == ()


def test_the_crop_goes_with_a_complaint_only_when_asked(store: Store) -> None:
    reference = refused(store)
    draft = drafted(store, reference, LetterKind.COMPLAINT, wanted=HAMBURG, with_crop=True)
    crop = in_mail(draft)[f"{reference}-crop.jpg"]
    assert crop == b"\xff\xd8\xff\xe0 a crop"
    assert hashlib.sha256(crop).hexdigest() in " ".join(draft.letter.enclosures)
    with pytest.raises(UsageError, match="with a complaint only"):
        drafted(store, reference, LetterKind.WITHDRAWAL, with_crop=True)


def test_a_crop_that_is_not_there_is_not_enclosed(store: Store) -> None:
    _, reference = opened(store)
    sent(store, drafted(store, reference, LetterKind.REQUEST))
    desk_on(store, DAY).record_reply(reference, DAY, refused=True)
    with pytest.raises(UsageError, match="no crop is on record"):
        drafted(store, reference, LetterKind.COMPLAINT, wanted=HAMBURG, with_crop=True)


def test_what_a_mail_does_not_take_is_named(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = refused(store, b"From: c@x.example\r\n\r\n" + b"x" * 400_000)
    monkeypatch.setattr(enclosing, "MOST_BYTES", 300_000)
    draft = drafted(store, reference, LetterKind.COMPLAINT, wanted=HAMBURG)
    large = f"{reference}-reply-1-1.eml"
    assert large not in in_mail(draft)
    assert f"{reference}-reply-2-1.pdf" in in_mail(draft)
    (note,) = draft.notes
    assert note.endswith(f"what is not attached: {large}")
    assert large not in " ".join(draft.letter.enclosures)


def test_a_complaint_by_post_lists_no_files(store: Store) -> None:
    reference = refused(store)
    wanted = Wanted(channel=Channel.POST, to="Straße 1\n20095 Hamburg")
    draft = drafted(store, reference, LetterKind.COMPLAINT, wanted=wanted)
    assert len(draft.letter.enclosures) == 4
    assert ".pdf" not in " ".join(draft.letter.enclosures)


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "If you receive it on the day of its date, that is by 6 April 2026."),
        ("de", "Geht es Ihnen am Tag seines Datums zu, so ist das bis zum 6. April 2026."),
    ],
)
def test_the_first_letter_names_the_day_if_it_is_received_at_once(
    store: Store, language: str, says: str
) -> None:
    # The earliest reading: where the company sits, Easter Monday is a working day.
    _, reference = opened(store)
    draft = drafted(store, reference, LetterKind.REQUEST, date(2026, 3, 6), language=language)
    assert says in " ".join(data_of(draft, "-request.txt").decode().split())
