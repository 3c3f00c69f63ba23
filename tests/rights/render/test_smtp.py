"""Mail by the user's own server, against a real one with TLS."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

import letter_samples
from mail_server import PASSWORD, USER, Certificates, Post, make_certificates, serve
from passerby.errors import BadRecord, DependencyError, NetworkForbidden, NoAddress, PasserbyError
from passerby.rights.render.eml import Attachment, letter_eml
from passerby.rights.render.smtp import OFFLINE, Submission, submit_eml
from passerby.rights.render.smtp_config import Security, Server

EML = letter_eml(
    letter_samples.polish(),
    message_id="<0123@poczta.example>",
    at=datetime(2026, 11, 24, tzinfo=UTC),
    attachments=[Attachment(file_name="a.pdf", media_type="application/pdf", data=b"%PDF\n.\n..x")],
)
TO = "iod@przykladowa.example"


@pytest.fixture(autouse=True)
def network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(OFFLINE, raising=False)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def server(post: Post, certificates: Certificates) -> Iterator[Server]:
    with serve(post, certificates) as port:
        yield server_at(port, certificates)


def server_at(port: int, certificates: Certificates, **changed: Any) -> Server:
    values: dict[str, Any] = {
        "host": "localhost",
        "port": port,
        "security": Security.STARTTLS,
        "user": USER,
        "ca_file": certificates.authority,
        "timeout": 5.0,
    }
    return Server(**values | changed)


def check_sent(post: Post, sent: Submission) -> None:
    assert sent.message_id == "<0123@poczta.example>"
    assert sent.recipients == (TO,)
    assert sent.answer == "250 taken as 42"
    [(sender, recipients, content)] = post.letters
    assert (sender, recipients) == ("zolcislawa@poczta.example", [TO])
    assert content.rstrip(b"\r\n") == sent.eml.rstrip(b"\r\n")
    message: Any = message_from_bytes(content, policy=default)
    assert message["X-Unsent"] is None
    assert message["Message-ID"] == sent.message_id
    assert next(message.iter_attachments()).get_content() == b"%PDF\n.\n..x"


def test_by_starttls(server: Server, post: Post):
    check_sent(post, submit_eml(EML, server, PASSWORD))


def test_by_implicit_tls(post: Post, certificates: Certificates):
    with serve(post, certificates, implicit=True) as port:
        server = server_at(port, certificates, security=Security.IMPLICIT)
        check_sent(post, submit_eml(EML, server, PASSWORD))


def test_this_machine_is_not_named(server: Server, post: Post, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(socket, "getfqdn", lambda *_: "kassandra-laptop.home.arpa")
    submit_eml(EML, server, PASSWORD)
    assert set(post.greetings) == {"[127.0.0.1]"}


def test_what_is_for_mail_programs_only_is_left_out(server: Server, post: Post):
    head, gap, body = EML.partition(b"\r\n\r\n")
    hidden = b"\r\nBcc: secret@x.example,\r\n other@x.example"
    sent = submit_eml(head + hidden + gap + body + b"\r\nX-Unsent: 1\r\n", server, PASSWORD)
    assert b"secret@" not in sent.eml
    assert b"other@" not in sent.eml
    assert sent.eml.partition(gap)[2] == body + b"\r\nX-Unsent: 1\r\n"
    assert sent.recipients == (TO,)


def test_the_date_is_that_of_sending(server: Server, post: Post):
    """The letter was drafted on another day; whoever reads it counts from this one."""
    before = datetime.now(UTC).replace(microsecond=0)
    sent = submit_eml(EML, server, PASSWORD)
    message: Any = message_from_bytes(sent.eml, policy=default)
    (date,) = message.get_all("Date")
    assert before <= date.datetime <= datetime.now(UTC)
    assert str(date).endswith("+0000")
    assert EML.count(b"\r\nDate: Tue, 24 Nov 2026 00:00:00 +0000\r\n") == 1


def fails(eml: bytes, server: Server, password: str | None = PASSWORD) -> PasserbyError:
    with pytest.raises(PasserbyError) as caught:
        submit_eml(eml, server, password)
    shown = f"{caught.value.message} {caught.value.hint}"
    assert "\n" not in shown
    assert "\x1b" not in shown
    assert PASSWORD not in shown
    return caught.value


def test_a_wrong_password(server: Server, post: Post, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG, "passerby")
    error = fails(EML, server, "a-wrong-password")
    assert isinstance(error, DependencyError)
    assert error.message == "the server refuses the login"
    assert post.letters == []
    assert not [each for each in caplog.records if each.name.startswith("passerby")]
    assert "a-wrong-password" not in f"{error.message}{error.hint}{error.__context__!r}"


def test_no_password_or_one_that_is_not_ascii(server: Server, post: Post):
    assert fails(EML, server, None).message == "no password was given"
    assert fails(EML, server, "pässword").message == "the user or the password is not ASCII"
    assert post.letters == []


def test_a_recipient_that_is_refused(server: Server, post: Post):
    post.refused_recipient = TO
    error = fails(EML, server)
    assert isinstance(error, NoAddress)
    assert error.message == f"the server refuses {TO} (550 no such[31m mailbox)"
    assert post.letters == []


def test_one_of_two_recipients_that_is_refused(server: Server, post: Post):
    post.refused_recipient = "second@x.example"
    two = EML.replace(f"<{TO}>".encode(), f"<{TO}>, second@x.example".encode(), 1)
    assert two != EML
    assert isinstance(fails(two, server), NoAddress)
    assert post.letters == []


def test_a_letter_that_is_refused(server: Server, post: Post):
    post.refused_letters = True
    error = fails(EML, server)
    assert error.message == "the server refuses the e-mail (554 looks like spam)"
    assert error.hint == "Nothing was sent."


def test_a_connection_that_breaks_leaves_it_open_whether_it_was_sent(server: Server, post: Post):
    post.breaks_at_letter = True
    error = fails(EML, server)
    assert error.message == "the connection broke while the e-mail was handed over"
    assert "not known" in error.hint


def test_a_certificate_of_nobody_known(server: Server, post: Post):
    error = fails(EML, replace(server, ca_file=None))
    assert isinstance(error, DependencyError)
    assert error.message.startswith(f"the certificate of localhost:{server.port} is not to be")
    assert post.greetings == ["[127.0.0.1]"]
    assert post.letters == []


@pytest.mark.parametrize("security", list(Security))
def test_a_certificate_of_another_host(post: Post, tmp_path: Path, security: Security):
    other = make_certificates(tmp_path, "mail.example")
    with serve(post, other, implicit=security is Security.IMPLICIT) as port:
        error = fails(EML, server_at(port, other, security=security))
    assert "Hostname mismatch" in error.message
    assert post.letters == []


def test_a_server_without_encryption_gets_nothing(post: Post, certificates: Certificates):
    with serve(post, None) as port:
        plain = server_at(port, certificates)
        assert fails(EML, plain).message == f"localhost:{port} offers no encryption (STARTTLS)"
        implicit = fails(EML, replace(plain, security=Security.IMPLICIT))
        assert implicit.message == f"localhost:{port} speaks no TLS as it should"
    assert post.letters == []


def test_hosts_that_are_not_there(server: Server):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        refused = fails(EML, replace(server, host="127.0.0.1", port=port))
    assert refused.message == f"127.0.0.1:{port} refuses connections"
    unknown = fails(EML, replace(server, host="mail.passerby.invalid"))
    assert unknown.message == f"no such host: mail.passerby.invalid:{server.port}"


def test_a_server_that_says_nothing(server: Server):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        error = fails(EML, replace(server, host="127.0.0.1", port=port, timeout=0.2))
    assert error.message == f"127.0.0.1:{port} does not answer"


def test_certificates_that_are_missing(server: Server, tmp_path: Path):
    error = fails(EML, replace(server, ca_file=tmp_path / "none.pem"))
    assert error.message == "the ca-file of the mail server is missing"


def test_offline_forbids_it(server: Server, post: Post, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(OFFLINE, "1")
    assert isinstance(fails(EML, server), NetworkForbidden)
    assert post.greetings == []
    monkeypatch.setenv(OFFLINE, "0")
    submit_eml(EML, server, PASSWORD)


@pytest.mark.parametrize("field", [b"From", b"To", b"Message-ID"])
def test_an_email_that_lacks_something(server: Server, post: Post, field: bytes):
    without = EML.replace(b"\r\n" + field + b":", b"\r\nX-" + field + b":", 1)
    without = without if without != EML else EML.replace(field + b":", b"X-" + field + b":", 1)
    assert isinstance(fails(without, server), BadRecord)
    assert post.greetings == []
