"""Letters as e-mail, opened by Python's parser."""

from __future__ import annotations

import re
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import compat32, default
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import letter_samples
from passerby.errors import BadRecord, NoAddress
from passerby.rights.facts.letter import Letter
from passerby.rights.render.eml import Attachment, letter_eml
from passerby.rights.render.headers import NO_DOMAIN, check_address, new_message_id
from passerby.rights.render.paper import Paper
from passerby.rights.render.pdf import letter_pdf
from passerby.rights.render.text import body_text

AT = datetime(2026, 11, 24, 23, 30, tzinfo=timezone(timedelta(hours=1)))
ID = "<0123456789abcdef@rechtsladen.example>"
OUTLOOK = f"<{'AM0PR08MB3456' * 5}@AM0PR08MB3456.eurprd08.prod.outlook.com>"


def written(letter: Letter, **changed: Any) -> bytes:
    return letter_eml(letter, **{"message_id": ID, "at": AT, **changed})


def opened(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=default)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return message


def test_pythons_parser_finds_what_was_written():
    letter = letter_samples.german()
    pdf = letter_pdf(letter, Paper.A4)
    data = written(
        letter,
        attachments=[
            Attachment(file_name="PB-7K2M-9QXD.pdf", media_type="application/pdf", data=pdf),
            Attachment(file_name="crop.jpg", media_type="image/jpeg", data=b"\xff\xd8\xff\x00"),
        ],
    )
    message = opened(data)
    assert str(message["From"]) == "Annegret Größlinger-Weißhaupt <post@rechtsladen.example>"
    assert message["To"].addresses[0].display_name == letter.recipient[0]
    assert message["To"].addresses[0].addr_spec == letter.recipient_email
    assert str(message["Subject"]) == f"{letter.subject} [PB-7K2M-9QXD]"
    assert message["Date"].datetime == AT
    assert str(message["Date"]).endswith("22:30:00 +0000")
    assert message["Message-ID"] == ID
    assert message["X-Unsent"] == "1"
    assert message["In-Reply-To"] is None
    assert message["References"] is None
    body = message.get_body()
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == body_text(letter)
    found = [(part.get_filename(), part.get_content()) for part in message.iter_attachments()]
    assert found == [("PB-7K2M-9QXD.pdf", pdf), ("crop.jpg", b"\xff\xd8\xff\x00")]


@pytest.mark.parametrize(
    "letter", [letter_samples.german(), letter_samples.polish(), letter_samples.american()]
)
def test_every_line_fits_and_ends_as_smtp_wants(letter: Letter):
    data = written(letter, thread=[OUTLOOK, ID])
    assert data.isascii()
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", data) is None
    assert all(len(line) <= 998 for line in data.split(b"\r\n"))
    head = data.partition(b"\r\n\r\n")[0]
    assert re.search(rb"(?m)^[A-Za-z-]+:\s*\r$", head) is None


def test_a_thread_is_one_that_mail_programs_can_follow():
    data = written(letter_samples.polish(), thread=[ID, OUTLOOK])
    message = opened(data)
    assert message["In-Reply-To"] == OUTLOOK
    assert str(message["References"]).split() == [ID, OUTLOOK]
    # As they are on the wire: no encoded word, which the standard library would write here.
    plain = message_from_bytes(data, policy=compat32)
    assert plain["In-Reply-To"] == OUTLOOK
    assert plain["References"].split() == [ID, OUTLOOK]
    assert len(OUTLOOK) > 78


def test_no_name_of_the_machine(monkeypatch: pytest.MonkeyPatch):
    real = {socket.gethostname(), socket.getfqdn()}
    monkeypatch.setattr(socket, "gethostname", lambda: "kassandra-laptop")
    monkeypatch.setattr(socket, "getfqdn", lambda *_: "kassandra-laptop.home.arpa")
    for email in (None, "post@rechtsladen.example"):
        data = written(
            letter_samples.german(),
            message_id=new_message_id(email),
            attachments=[Attachment(file_name="a.pdf", media_type="application/pdf", data=b"%")],
        )
        for name in {*real, "kassandra"}:
            assert len(name) < 5 or name == "localhost" or name.encode() not in data


def test_message_ids_are_random_and_of_the_senders_domain():
    ids = {new_message_id("anna@müller.example") for _ in range(50)}
    assert len(ids) == 50
    assert all(re.fullmatch(r"<[0-9a-f]{32}@xn--mller-kva\.example>", each) for each in ids)
    assert new_message_id(None).endswith(f"@{NO_DOMAIN}>")


def test_the_same_arguments_give_the_same_bytes():
    attachments = [Attachment(file_name="a.pdf", media_type="application/pdf", data=b"%PDF")]
    assert written(letter_samples.german(), attachments=attachments) == written(
        letter_samples.german(), attachments=attachments
    )


INJECTIONS = ("Anna\r\nBcc: x@evil.example", "Anna\nX: y", "Anna\rX: y", "Anna\u2028X: y",
              "Anna\x85X: y", "Anna\x0bX: y", "Anna\n")  # fmt: skip


@pytest.mark.parametrize("bad", INJECTIONS)
def test_a_second_line_in_a_header_is_refused(bad: str):
    letter = letter_samples.german()
    changed: list[dict[str, Any]] = [
        {"sender": (bad,)},
        {"recipient": (bad,)},
        {"subject": bad},
        {"reference": bad},
        {"sender_email": f"a@b.example{bad}"},
        {"recipient_email": f"a@b.example{bad}"},
    ]
    for change in changed:
        with pytest.raises(BadRecord):
            written(replace(letter, **change))
    for arguments in ({"message_id": f"<a@b{bad}>"}, {"thread": [f"<a@b{bad}>"]}):
        with pytest.raises(BadRecord):
            written(letter, **arguments)
    for file_name, media_type in ((bad, "application/pdf"), ("a.pdf", f"a/b{bad}")):
        with pytest.raises(BadRecord):
            written(
                letter,
                attachments=[Attachment(file_name=file_name, media_type=media_type, data=b"")],
            )


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_a_name_makes_no_header_or_is_refused(name: str):
    plain = opened(written(letter_samples.german())).keys()
    letter = replace(letter_samples.german(), sender=(name,), recipient=(name,), subject=name)
    try:
        data = written(letter)
    except BadRecord:
        return
    message = opened(data)
    assert message.keys() == plain
    assert [each.addr_spec for each in message["From"].addresses] == [letter.sender_email]
    assert [each.addr_spec for each in message["To"].addresses] == [letter.recipient_email]


@pytest.mark.parametrize(
    "name", ["../a.pdf", "a/b.pdf", "Größlinger.pdf", ".pdf", "", "a b.pdf", 'a".pdf', "x" * 90]
)
def test_names_of_attachments_are_neutral(name: str):
    with pytest.raises(BadRecord, match="plain ASCII"):
        written(
            letter_samples.german(),
            attachments=[Attachment(file_name=name, media_type="application/pdf", data=b"")],
        )


@pytest.mark.parametrize("media_type", ["", "pdf", "message/rfc822", "multipart/mixed", "image/"])
def test_types_of_attachments(media_type: str):
    attachment = Attachment(file_name="a.pdf", media_type=media_type, data=b"")
    with pytest.raises(BadRecord, match="the type of an attachment"):
        written(letter_samples.german(), attachments=[attachment])


@pytest.mark.parametrize(
    "address", ["", "a", "a@", "@b.example", "a@b", "a b@c.example", "a@b..example", "ä@b.example",
                "a@b.example>", "<a@b.example>", '"a b"@c.example', "a@[127.0.0.1]", "a,b@c.co",
                "a@b.example,c@d.example", f"{'a' * 65}@b.example", "a@-b.example", ".a@b.example"],
)  # fmt: skip
def test_what_is_no_address(address: str):
    with pytest.raises(BadRecord):
        check_address(address, "it")


def test_what_is_an_address():
    assert check_address("o'brien+x@mail.example", "it") == "o'brien+x@mail.example"
    assert check_address("a@bücher.example", "it") == "a@xn--bcher-kva.example"


def test_who_cannot_be_written_to():
    letter = letter_samples.german()
    with pytest.raises(NoAddress):
        written(replace(letter, recipient_email=None))
    with pytest.raises(BadRecord, match="the sender has no"):
        written(replace(letter, sender_email=None))
    with pytest.raises(BadRecord, match="reading copy"):
        written(replace(letter, reading_copy=True))


def test_a_time_has_a_zone():
    with pytest.raises(ValueError, match="zone"):
        written(letter_samples.german(), at=AT.replace(tzinfo=None))
    assert b"+0000" in written(letter_samples.german(), at=AT.astimezone(UTC))
