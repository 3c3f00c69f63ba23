"""E-mail and documents that came back, honest and hostile."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import letter_samples
from passerby.errors import BadRecord
from passerby.rights.render import incoming
from passerby.rights.render.decode import decoded_text, text_of_html
from passerby.rights.render.eml import Attachment, letter_eml
from passerby.rights.render.incoming import Mail, read_document, read_eml
from passerby.rights.render.sniffing import OPAQUE, media_type_of
from passerby.rights.render.text import body_text

HEAD = (
    b"From: =?utf-8?q?Datenschutz_M=C3=BCller?= <dsb@firma.example>\r\n"
    b"To: a@b.example, Anna <c@d.example>\r\nDate: Tue, 24 Nov 2026 10:00:00 +0100\r\n"
    b"Message-ID: <x@firma.example>\r\nSubject: Ihre =?iso-8859-1?B?QW5mcmFnZSDkPw==?=\r\n"
)
DAY = datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_a_letter_that_was_sent_is_read_back():
    letter = letter_samples.polish()
    attachment = Attachment(file_name="a.pdf", media_type="application/pdf", data=b"%PDF-1.7")
    data = letter_eml(
        letter,
        message_id="<1@b.example>",
        at=DAY,
        attachments=[attachment],
        thread=["<0@b.example>", f"<{'y' * 90}@b.example>"],
    )
    mail = read_eml(data)
    assert mail.message_id == "<1@b.example>"
    assert mail.references == ("<0@b.example>", f"<{'y' * 90}@b.example>")
    assert mail.in_reply_to == mail.references[1:]
    assert mail.sent == DAY
    assert (mail.sender, mail.sender_email) == (letter.sender[0], letter.sender_email)
    assert mail.recipients == (letter.recipient_email,)
    assert mail.subject == f"{letter.subject} [{letter.reference}]"
    assert mail.text == body_text(letter).strip("\n")
    assert [(each.name, each.media_type, each.data) for each in mail.documents] == [
        ("a.pdf", "application/pdf", b"%PDF-1.7")
    ]
    assert mail.documents[0].sha256 == hashlib.sha256(b"%PDF-1.7").hexdigest()
    assert mail.sha256 == hashlib.sha256(data).hexdigest()
    assert mail.notes == ()


def test_a_reply():
    mail = read_eml(
        HEAD + b"Content-Type: text/plain; charset=windows-1252\r\n\r\nGr\xfc\xdfe \x80\r\n"
    )
    assert mail.sender == "Datenschutz Müller"
    assert mail.sender_email == "dsb@firma.example"
    assert mail.recipients == ("a@b.example", "c@d.example")
    assert mail.subject == "Ihre Anfrage ä?"
    assert mail.sent == DAY
    assert mail.text == "Grüße €"


def test_a_page_is_read_as_its_words():
    page = (
        b"<html><head><style>p {color: red}</style></head><body><p>Dear&nbsp;Ms &lt;A&gt;,</p>"
        b"<script>alert('x')</script><!-- hidden > --><div>we hold <b>no</b> data.<br>Yours</div>"
    )
    mail = read_eml(HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + page)
    assert mail.text == "Dear Ms <A>,\n\nwe hold no data.\nYours"


def test_the_plain_text_goes_before_the_page():
    message = EmailMessage()
    message["From"] = "a@b.example"
    message.set_content("plain")
    message.add_alternative("<p>page</p>", subtype="html")
    message.add_attachment("note", filename="note.txt")
    mail = read_eml(message.as_bytes())
    assert mail.text == "plain"
    assert [each.name for each in mail.documents] == ["note.txt"]


def multipart(depth: int) -> bytes:
    levels = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level)
        for level in range(depth)
    )
    return HEAD + levels + b"Content-Type: text/plain\r\n\r\nhi\r\n"


MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
REFUSED = {
    "nothing": b"",
    "no e-mail": b"\r\n\r\nhello",
    "bytes": bytes(range(256)) * 100,
    "nested too deep": multipart(3000),
    "e-mail in e-mail": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 3000 + b"hi",
    "too many parts": HEAD + MIXED + b"--b\r\n\r\n" * 2000,
    "far too many parts": HEAD + MIXED + b"--b\r\n\r\n" * 300_000,
    "too many lines": HEAD + b"\r\n" + b"x\n" * 2_000_000,
    "too many fields": b"X: y\r\n" * 2_000_000 + HEAD + b"\r\n",
    "lines that end in a carriage return": HEAD + b"\r\n" + b"x\r" * 2_000_000,
    "addresses": (b"Cc: " + b"a@b.example," * 1200 + b"\r\n") * 3000 + HEAD,
    "brackets": (b"Cc: " + b"<" * 15_000 + b"\r\n") * 3000 + HEAD,
    "fields": b"X: y\r\n" * 700_000 + HEAD + b"\r\n",
    "a long subject": b"Subject: " + b"=?utf-8?q?a?= " * 2000 + b"\r\n" + HEAD,
    "a long subject on many lines": b"Subject: " + b"=?utf-8?q?a?=\r\n " * 2000 + b"\r\n" + HEAD,
    "parentheses": b"To: " + b"(" * 8000 + b"\r\n" + HEAD,
    "blocks of a notice": HEAD
    + b"Content-Type: message/delivery-status\r\n\r\n"
    + b"\r\n" * 100_000,
    "blocks of a notice behind carriage returns": HEAD
    + b"Content-Type: message/delivery-status\r\n\r\n"
    + b"\r" * 1_000_000,
    "an empty text with a name": b"Subject: x\r\n\r\nbody",
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_built_to_harm_is_refused(data: bytes):
    begun = time.process_time()
    with pytest.raises(BadRecord):
        read_eml(data)
    assert time.process_time() - begun < 20


def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(incoming, "MAX_BYTES", 2 * 2**20)
    for read in (read_eml, lambda data: read_document(data, "x")):
        with pytest.raises(BadRecord, match="larger than 2 MiB"):
            read(HEAD + b"\r\n" + b"x" * 2**21)


TAKEN: dict[str, tuple[bytes, str | None]] = {
    "nested": (multipart(80), "hi"),
    "a slow charset": (b"Content-Type: text/plain; charset=punycode\r\n\r\nab\xff", "ab\ufffd"),
    "a codec that is none": (b"Content-Type: text/plain; charset=zlib_codec\r\n\r\nab", "ab"),
    "a charset that lies": (b"Content-Type: text/plain; charset=utf-8\r\n\r\nab\xff", "ab\ufffd"),
    "ascii that is none": (b"Content-Type: text/plain; charset=us-ascii\r\n\r\nM\xc3\xbc", None),
    "base64 that is none": (b"Content-Transfer-Encoding: base64\r\n\r\n!!!!abc=\r\n", None),
    "an encoding that is none": (b"Content-Transfer-Encoding: \xff\xfe\r\n\r\nx", "x"),
    "no uuencode": (b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 6 x\r\n#$\r\n", None),
    "parameters": (b"Content-Type: text/plain" + b';a=""' * 2700 + b"\r\n\r\nx", "x"),
    "quotes": (b'Content-Type: text/plain;"' + b'";"' * 4000 + b"\r\n\r\nx", "x"),
    "a multipart without parts": (b"Content-Type: multipart/mixed\r\n\r\nx", ""),
    "comments without end": (b"Content-Type: text/html\r\n\r\n" + b"<!--" * 130_000, ""),
    "tags without end": (b"Content-Type: text/html\r\n\r\nhi<a " + b"/" * 500_000, None),
    "endless scripts": (b"Content-Type: text/html\r\n\r\nhi<script>" + b"</script" * 60_000, "hi"),
    "entities": (b"Content-Type: text/html\r\n\r\nhi&#" + b"9" * 200_000 + b";", None),
}  # fmt: skip


@pytest.mark.parametrize(("rest", "text"), TAKEN.values(), ids=TAKEN.keys())
def test_what_lies_is_read_as_far_as_it_goes(rest: bytes, text: str | None):
    mail = read_eml(rest if rest.startswith(HEAD) else HEAD + rest)
    assert mail.sender_email == "dsb@firma.example"
    assert text is None or mail.text == text


def test_what_is_not_as_it_claims_is_told():
    def notes(rest: bytes) -> str:
        return " ".join(read_eml(HEAD + rest).notes)

    assert "not known" in notes(b"Content-Type: text/plain; charset=punycode\r\n\r\na")
    assert "some letters were lost" in notes(b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xff")
    assert "longer than what is kept" in notes(b"\r\n" + b"x" * (incoming.MAX_TEXT + 1))
    assert read_eml(b"From: a@b.example\r\nDate: Tue, 99 Nov 99999 25:00 +9999\r\n\r\n").notes == (
        "its date cannot be read",
    )


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\\\x\\\\a.pdf", "a.pdf"),
        ("..", "unnamed"),
        ("a\x01b.pdf", "a b.pdf"),
        (".hidden", "hidden"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
        ("a\u202efdp.exe", "a fdp.exe"),
        ("Größe.pdf", "Größe.pdf"),
    ],
)
def test_names_are_cleaned(given_name: str, name: str):
    part = f'Content-Disposition: attachment; filename="{given_name}"\r\n\r\nabc\r\n--b--'
    mail = read_eml(HEAD + MIXED + b"--b\r\nContent-Type: image/png\r\n" + part.encode())
    assert mail.documents[0].name == name


def test_an_email_inside_is_one_document():
    inner = HEAD + b"Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nhi\r\n--c--\r\n"
    mail = read_eml(HEAD + b"Content-Type: message/rfc822\r\n\r\n" + inner)
    assert len(mail.documents) == 1
    assert b"hi" in mail.documents[0].data


@settings(deadline=None)
@given(st.binary(max_size=400), st.binary(max_size=200))
def test_no_bytes_make_it_crash(header: bytes, body: bytes):
    for data in (HEAD + header + b"\r\n\r\n" + body, header + b"\r\n" + HEAD + b"\r\n" + body):
        with suppress(BadRecord):
            assert isinstance(read_eml(data), Mail)


WORDS = st.sampled_from(
    """Content-Type: |multipart/mixed|; boundary=|b|\r\n|--b|--|text/html|charset=|=?utf-8?b?|?=|"|
    ;|*0*=|''%ff|From: |Date: |message/rfc822|name| |\xff|<a@b.example>""".encode("latin-1").split(
        b"|"
    )
)


@settings(deadline=None)
@given(st.lists(WORDS, max_size=60))
def test_no_broken_mime_makes_it_crash(words: list[bytes]):
    with suppress(BadRecord):
        assert isinstance(read_eml(HEAD + b"".join(words)), Mail)


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"%PDF-1.4 x", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF1234WEBPVP8 ", "image/webp"),
        (b"PK\x03\x04", "application/zip"),
        (b" \n<!DOCTYPE html><p>", "text/html"),
        ("Grüße".encode(), "text/plain"),
        (b"a\x00b", OPAQUE),
        (b"\xff\xfe\xfd\xfc\xfb", OPAQUE),
        (("ü" * 40000).encode(), "text/plain"),
    ],
)
def test_types_are_told_from_bytes(data: bytes, media_type: str):
    document = read_document(data, "/home/anna/reply.docx")
    assert document.media_type == media_type == media_type_of(data)
    assert document.name == "reply.docx"
    assert document.data == data


@pytest.mark.parametrize(
    ("charset", "data", "text", "noted"),
    [
        ("UTF-8", "ż".encode(), "ż", False),
        ("iso-8859-2", "ż".encode("iso-8859-2"), "ż", False),
        ("KOI8-R", "Ж".encode("koi8-r"), "Ж", False),
        ("gb18030", "王".encode("gb18030"), "王", False),
        ("us-ascii", "ż".encode(), "ż", True),
        ("iso-8859-12", "ż".encode(), "ż", True),
        ("idna", b"x", "x", True),
        ("", b"x", "x", True),
    ],
)
def test_charsets(charset: str, data: bytes, text: str, noted: bool):
    notes: list[str] = []
    assert decoded_text(data, charset, notes) == text
    assert bool(notes) is noted


def test_words_of_a_page():
    assert text_of_html("a < b <p>c") == "a c"
    assert text_of_html("1 &amp; 2<!--") == "1 & 2"
    assert text_of_html("") == ""
